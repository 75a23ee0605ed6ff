"""Receipts lost together are dead at once; whoever shows one is a case; a wrong number is put right in one step."""

import datetime
import re

import pytest

from collection.contributions.models import Contribution
from collection.ledgers import services as ledgers
from collection.receipts import books as receipt_books
from collection.receipts import lost, selectors
from collection.receipts import services as receipts
from collection.receipts.books import ReceiptRefused
from collection.receipts.models import LostReceiptCase, LostReport, Receipt
from core.audit.models import Event
from core.refusals import Refused
from tests.collection.ledgers.ledger_files import person, upload
from tests.collection.ledgers.test_ledgers import work
from tests.collection.paid_people import pay

VILLAGE = "411325101200"
DAY = datetime.date(2024, 10, 12)


@pytest.fixture
def report(campaign, clerk, books):
    """`report("NX0105", "NX0110")` → the report; the village holds NX0101—NX0120."""

    def report(first="NX0105", last="NX0110", **changes):
        facts = {"report_no": "公（内）受案2024第12号", "lost_on": DAY, "reason": "入户途中遗失", **changes}
        return lost.report_lost(campaign=campaign, village=VILLAGE, first=first, last=last, actor=clerk, **facts)

    return report


def totals(campaign):
    (line,) = selectors.book_totals(campaign=campaign, region=VILLAGE)
    return line


def test_a_range_is_dead_at_once(report, use, campaign):
    use("NX0101", "NX0102", "NX0103", "NX0104")
    assert report().count == 6
    line = totals(campaign)
    assert (line.used, line.lost, line.skipped, line.unused) == (4, 6, 0, 10)
    with pytest.raises(ReceiptRefused, match="已遗失.*受案2024第12号"):
        use("NX0107")
    use("NX0111")


def test_reported_twice_is_reported_once(report):
    assert report() == report()
    assert (LostReport.objects.count(), Receipt.objects.count()) == (1, 6)
    assert Event.objects.filter(action="receipt.report_lost").count() == 1


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"first": "NX0115", "last": "NX0121"}, "同一本收据"),
        ({"first": "NX0110", "last": "NX0105"}, "止号不能小于起号"),
        ({"report_no": " "}, "报警回执号"),
        ({"reason": ""}, "遗失经过"),
        ({"lost_on": datetime.date(2031, 1, 1)}, "还没有到"),
        ({"first": "NX0104"}, "NX0104 等 1 张已经开出"),
    ],
)
def test_what_cannot_be_reported(report, use, facts, says):
    use("NX0104")
    with pytest.raises(Refused, match=says):
        report(**facts)
    assert not LostReport.objects.exists()


def test_a_book_found_again_is_blank_again(report, use, campaign, clerk):
    found = report()
    for _ in range(2):
        lost.withdraw_report(report=found, reason="找到了", actor=clerk)
    assert (totals(campaign).lost, totals(campaign).unused) == (0, 20)
    use("NX0107")
    assert report("NX0108", "NX0110").count == 3


@pytest.fixture
def send(campaign, make_user, silent_queue):
    helper = make_user("village", VILLAGE)

    def send(*rows):
        batch, _ = ledgers.upload_ledger(
            campaign=campaign, village=helper.region, file=upload(rows), name="台账.xlsx", actor=helper
        )
        work()
        return batch

    return send


def test_whoever_shows_one_is_a_case_once(report, send, clerk):
    found = report()
    batch = send(person(1, receipt_no="NX0107"), person(4, receipt_no="NX0111"))
    row = batch.rows.get(number=2)
    assert [problem["code"] for problem in row.problems] == ["receipt_reused"]
    assert "已报警挂失" in row.problems[0]["message"]
    send(person(1, receipt_no="NX0107"), person(5, receipt_no="NX0112"))
    case = LostReceiptCase.objects.get()
    assert (case.receipt.number, case.batch) == ("NX0107", batch)
    with pytest.raises(ReceiptRefused, match="还没有核查完"):
        lost.withdraw_report(report=found, reason="找到了", actor=clerk)
    lost.close_case(case=case, result="冒开，已移交公安", actor=clerk)
    lost.withdraw_report(report=found, reason="找到了", actor=clerk)


def test_a_receipt_that_is_not_lost_is_no_case(use, clerk, books):
    receipt = use("NX0101")["NX0101"]
    with pytest.raises(ReceiptRefused, match="没有挂失"):
        lost.show_lost(receipt=receipt, village=VILLAGE, shown="村民出示", actor=clerk)


def test_a_slip_that_makes_gaps_is_undone_in_one_step(use, campaign, clerk, books):
    use("NX0101")
    receipt = use("NX0120")["NX0120"]
    assert totals(campaign).skipped == 18
    lost.correct_number(receipt=receipt, number="nx0102", reason="号码写错", actor=clerk)
    line = totals(campaign)
    assert (line.skipped, line.used, line.highest) == (0, 2, 102)
    assert selectors.skipped_numbers(book=line.book) == []
    use("NX0120")


def test_one_digit_that_makes_895_gaps(use, issue, campaign, clerk, books):
    receipt_books.register_book(campaign=campaign, first="NX1001", last="NX1999", actor=clerk)
    for holder in (VILLAGE[:9], VILLAGE):
        issue(holder, "NX1001", "NX1999")
    use("NX1001")
    receipt = use("NX1897")["NX1897"]

    def skipped():
        return sum(line.skipped for line in selectors.book_totals(campaign=campaign, region=VILLAGE))

    assert skipped() == 895
    lost.correct_number(receipt=receipt, number="NX1002", reason="号码写错", actor=clerk)
    assert skipped() == 0


def test_a_blank_explained_by_mistake_is_taken_back(use, campaign, clerk, books):
    use("NX0101")
    receipt = receipts.explain_number(
        campaign=campaign, village=VILLAGE, number="NX0119", state="voided", reason="写坏", actor=clerk
    )
    lost.correct_number(receipt=receipt, number="", reason="登记错了", actor=clerk)
    assert (totals(campaign).skipped, totals(campaign).voided) == (0, 0)
    use("NX0119")


def test_a_number_that_was_withdrawn_can_be_the_right_one(use, campaign, clerk, books):
    Receipt.objects.filter(pk=use("NX0102")["NX0102"].pk).update(state="released", amount=0)
    receipt = use("NX0112")["NX0112"]
    lost.correct_number(receipt=receipt, number="NX0102", reason="号码写错", actor=clerk)
    assert dict(Receipt.objects.values_list("number", "state")) == {"NX0102": "used", "NX0112": "released"}
    assert totals(campaign).skipped == 1


@pytest.mark.parametrize(("number", "says"), [("NX0101", "已使用"), ("NX9999", "不在本村"), ("", "请填写")])
def test_what_a_number_cannot_become(use, clerk, books, number, says):
    use("NX0101")
    with pytest.raises(ReceiptRefused, match=says):
        lost.correct_number(receipt=use("NX0105")["NX0105"], number=number, reason="写错", actor=clerk)


def test_a_declared_receipt_keeps_its_number(campaign, clerk, books, use):
    receipt = use("NX0105")["NX0105"]
    pay(campaign, clerk)
    Contribution.objects.update(receipt=receipt, state="declared")
    with pytest.raises(ReceiptRefused, match="已经申报"):
        lost.correct_number(receipt=receipt, number="NX0106", reason="写错", actor=clerk)


class TestPages:
    def test_the_township_reports_and_the_village_sees(self, client, make_user, campaign, books):
        address = f"/receipts/village/{VILLAGE}/lost/"
        facts = {"first": "NX0105", "last": "NX0110", "report_no": "12", "lost_on": "2024-10-12", "reason": "遗失"}
        client.force_login(make_user("township", VILLAGE[:9]))
        assert client.post(address, {**facts, "first": "NX9"}).status_code == 400
        assert client.post(address, facts).status_code == 302
        assert client.post(f"{address}case/", {"number": "NX0106", "text": "村民出示"}).status_code == 302
        case = LostReceiptCase.objects.get()
        client.post(f"{address}case/", {"case": case.pk, "text": "查明"})
        assert LostReceiptCase.objects.get().result == "查明"
        client.force_login(make_user("village", VILLAGE))
        page = client.get(address).content.decode()
        assert "NX0105—NX0110" in page and "登记挂失" not in page

    def test_another_townships_village_is_not_there(self, client, make_user, campaign, books):
        client.force_login(make_user("township", "411325102"))
        assert client.get(f"/receipts/village/{VILLAGE}/lost/").status_code == 404

    def test_a_number_is_corrected_on_its_receipts_page(self, client, make_user, use, books):
        receipt = use("NX0120")["NX0120"]
        client.force_login(make_user("village", VILLAGE))
        page = client.get(f"/receipts/{receipt.pk}/").content.decode()
        assert "改正号码" in page
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), "each label leads to the field of its own form"
        client.post(f"/receipts/{receipt.pk}/number/", {"number": "NX0101", "reason": "写错"})
        receipt.refresh_from_db()
        assert receipt.number == "NX0101"

    @pytest.mark.parametrize(
        ("number", "says"),
        [("NX0102", "本村没有跳号。"), ("NX0118", "本村还有 16 个跳号没有说明。")],
        ids=["down", "up"],
    )
    def test_the_page_says_which_gaps_are_left(self, client, make_user, use, books, number, says):
        use("NX0101")
        receipt = use("NX0110")["NX0110"]
        client.force_login(make_user("village", VILLAGE))
        facts = {"number": number, "reason": "写错"}
        page = client.post(f"/receipts/{receipt.pk}/number/", facts, follow=True).content.decode()
        assert f"收据号已改正，缴费不变。{says}" in page
