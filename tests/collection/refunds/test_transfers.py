"""Refunds to the bank and back: one file at a time, paid once; what is returned is reviewed again."""

import datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from collection.money.models import VillageAccount
from collection.money.selectors import recount
from collection.refunds import applications, transfers
from collection.refunds import services as refunds
from collection.refunds.models import Refund
from collection.refunds.transfer_sheet import BankLine, answer_table, read_answers
from core.refusals import Refused
from core.tables.reader import Sheet
from tests.collection.paid_people import PAYEE, VILLAGE, pay
from tests.factories import workbook

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2024, 10, 25)


@pytest.fixture
def paid_back(campaign, clerk, taxman, officer):
    """So many refunds that both bureaus have reviewed."""

    def paid_back(people=2):
        for paid in pay(campaign, clerk, channel="self", people=people):
            refund = applications.request_refund(
                contribution=paid,
                reason="death",
                happened_on=TODAY,
                evidence=[ContentFile(b"x", name="x.pdf")],
                actor=clerk,
                **PAYEE,
            )
            refunds.pass_first(refund=refund, actor=taxman)
            refunds.pay_refund(refund=refund, actor=officer)
        return list(Refund.objects.order_by("pk"))

    return paid_back


def answer(refund, paid=True, amount="400", reason="", row=2):
    return BankLine(row, refund.pk, Decimal(amount), paid, reason)


def treasury():
    row = VillageAccount.objects.get(village=VILLAGE)
    return int(row.treasury), int(row.refunded)


def test_no_second_review_without_a_payee(campaign, clerk, taxman, officer):
    paid = pay(campaign, clerk, channel="self").get()
    paper = ContentFile(b"x", name="x.pdf")
    refund = applications.request_refund(
        contribution=paid, reason="death", happened_on=TODAY, evidence=[paper], actor=clerk
    )
    refunds.pass_first(refund=refund, actor=taxman)
    with pytest.raises(Refused, match="收款账号"):
        refunds.pay_refund(refund=refund, actor=officer)
    with pytest.raises(Refused, match="位数字"):
        refunds.set_payee(refund=refund, payee="王大山", payee_account="6228abc", actor=clerk)
    refunds.set_payee(refund=refund, payee="王大山", payee_account="6228 4800 1234 5678", actor=clerk)
    assert refunds.pay_refund(refund=refund, actor=officer).payee_account == "6228480012345678"
    with pytest.raises(Refused, match="不能再改"):
        refunds.set_payee(refund=refund, actor=clerk, **(PAYEE | {"payee": "别人"}))


def test_each_refund_stands_in_one_file(campaign, paid_back, officer, clerk):
    paid_back(2)
    with pytest.raises(Refused, match="县医保局"):
        transfers.make_transfer(campaign=campaign, actor=clerk)
    transfer = transfers.make_transfer(campaign=campaign, actor=officer)
    assert (transfer.number, transfer.count, transfer.amount) == (1, 2, 800)
    with pytest.raises(Refused, match="没有待付款"):
        transfers.make_transfer(campaign=campaign, actor=officer)


def test_what_the_bank_answers(campaign, paid_back, officer):
    first, second = paid_back(2)
    transfer = transfers.make_transfer(campaign=campaign, actor=officer)
    lines = [answer(first), answer(second, paid=False, reason="账户已销户", row=3)]
    found = transfers.read_answer(transfer=transfer, lines=lines, on=TODAY, actor=officer)
    assert (found.paid, found.returned, found.problems) == (1, 1, [])
    second.refresh_from_db()
    assert (second.state, second.returns, second.returned_reason) == ("first_passed", 1, "账户已销户")
    assert treasury() == (400, 400)
    again = transfers.read_answer(transfer=transfer, lines=lines, on=TODAY, actor=officer)
    assert (again.paid, again.returned, again.known, again.problems) == (0, 0, 2, [])
    assert recount(campaign=campaign) == []


def test_a_returned_refund_is_reviewed_and_paid_again_once(campaign, paid_back, officer):
    (refund,) = paid_back(1)
    transfer = transfers.make_transfer(campaign=campaign, actor=officer)
    transfers.read_answer(transfer=transfer, lines=[answer(refund, paid=False)], on=TODAY, actor=officer)
    with pytest.raises(Refused, match="银行退回"):
        refunds.reject_refund(refund=refund, reason="不退了", actor=officer)
    with pytest.raises(Refused, match="收款账号"):  # the account may be closed: somebody has to look
        refunds.pay_refund(refund=refund, actor=officer)
    refunds.set_payee(refund=refund, payee="王二山", payee_account="6228480012345679", actor=officer)
    refunds.pay_refund(refund=refund, actor=officer)
    refunds.pay_refund(refund=refund, actor=officer)
    assert treasury() == (0, 400)
    second = transfers.make_transfer(campaign=campaign, actor=officer)
    assert (second.number, second.count) == (2, 1)
    transfers.read_answer(transfer=second, lines=[answer(refund)], on=TODAY, actor=officer)
    refund.refresh_from_db()
    assert (refund.transferred_on, recount(campaign=campaign)) == (TODAY, [])
    with pytest.raises(Refused):
        transfers.return_refund(refund=refund, reason="又退", actor=officer)


PROBLEMS = {
    "another amount": lambda r: [answer(r, amount="40")],
    "nobody of this file": lambda r: [BankLine(2, 99999, Decimal(400), True, "")],
    "both": lambda r: [answer(r), answer(r, paid=False, row=3)],
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_does_not_agree_is_left_to_a_person(campaign, paid_back, officer, name):
    (refund,) = paid_back(1)
    transfer = transfers.make_transfer(campaign=campaign, actor=officer)
    found = transfers.read_answer(transfer=transfer, lines=PROBLEMS[name](refund), on=TODAY, actor=officer)
    assert (found.returned, len(found.problems)) == (0, 1)


WORDS = {"成功": True, "付款成功": True, "退汇": False, "失败": False, "未成功": False, "处理中": None, "": None}


@pytest.mark.parametrize("word", WORDS)
def test_the_banks_words(word):
    heading = ["退费单号", "收款人", "金额", "付款结果", "退回原因"]
    reason = None if WORDS[word] else "户名不符"
    rows = [(1, heading), (2, ["TF12", "王大山", 400.0, word, reason]), (3, ["合计", None, 400.0, None])]
    (line,) = read_answers([Sheet("回执", rows=rows)], answer_table())
    assert (line.number, line.amount, line.paid, bool(line.problem)) == (12, 400, WORDS[word], WORDS[word] is None)


REASONS = {
    # heading and words beside a success → whether it is taken as paid
    "nothing": ("退回原因", None, True),
    "a dash": ("退回原因", "—", True),
    "the success once more": ("错误信息", "交易成功", True),
    "why the fee went back": ("退费原因", "重复缴费", True),
    "a reason against it": ("退回原因", "账号与户名不符", False),
    "returned after all": ("错误信息", "已退汇", False),
}


@pytest.mark.parametrize("name", REASONS)
def test_a_success_with_a_reason_against_it_is_left_to_a_person(name):
    title, reason, taken = REASONS[name]
    rows = [(1, ["退费单号", "金额", "付款结果", title]), (2, ["TF12", 400.0, "付款成功", reason])]
    (line,) = read_answers([Sheet("回执", rows=rows)], answer_table())
    assert (not line.problem) is taken
    assert taken or reason in line.problem


def test_the_pages(campaign, paid_back, officer, clerk, client):
    (refund,) = paid_back(1)
    client.force_login(clerk)
    assert client.get(reverse("refund_transfer_list")).status_code == 403
    client.force_login(officer)
    assert "王大山" in client.get(reverse("refund_transfer_list")).content.decode()
    made = client.post(reverse("refund_transfer_make"))
    assert client.get(made.url).status_code == 200
    pk = transfers.RefundTransfer.objects.get().pk
    assert client.post(reverse("refund_transfer_file", args=[pk])).status_code == 200
    assert client.post(made.url, {}).status_code == 400
    rows = [("退费单号", "金额", "付款结果"), (f"TF{refund.pk}", 400, "成功")]
    file = SimpleUploadedFile("回执.xlsx", workbook(rows))
    page = client.post(made.url, {"file": file, "on": "2024-10-25"})
    assert "成功 1 笔" in page.content.decode()
    assert client.get(reverse("refund_detail", args=[refund.pk])).status_code == 200
