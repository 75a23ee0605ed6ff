"""The way to the treasury by hand, in the pages: every role is told what comes next."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

import collection.tasks  # noqa: F401
from collection.closing.models import CampaignClosing
from collection.contributions.models import Contribution
from collection.declarations.models import Declaration
from collection.notices.models import PublicNotice
from collection.refunds.models import Refund
from collection.self_payments.models import SelfPayment
from core.jobs import services as jobs
from core.jobs.models import Job
from core.pages.frame import todos_for
from tests import factories
from tests.collection.declarations.feedback_files import answers, book
from tests.collection.paid_people import TOWNSHIP, VILLAGE, bank, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(make_user):
    return {
        "township": make_user("township", TOWNSHIP),
        "tax": make_user("tax", "411325"),
        "village": make_user("village", VILLAGE),
        "county": make_user("county", "411325"),
    }


@pytest.fixture
def as_role(client, people):
    def as_role(role):
        client.force_login(people[role])
        return client

    return as_role


@pytest.fixture
def worker(silent_queue):
    def work():
        for job in Job.objects.filter(state="queued"):
            jobs.run(job.pk)

    return work


def photo():
    return SimpleUploadedFile("回单.jpg", factories.photo(), "image/jpeg")


def table(content, name="反馈.xlsx"):
    return SimpleUploadedFile(name, content, "application/octet-stream")


def says(response):
    return " ".join(str(message) for message in response.context["messages"])


def page(client, name, *args):
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def act(client, to, /, *args, **data):
    response = client.post(reverse(to, args=args), data, follow=True)
    assert response.status_code == 200
    return says(response)


def test_the_whole_way_by_hand(campaign, people, as_role, worker):
    pay(campaign, people["township"], people=3)
    bank(campaign, people["township"], 1200)
    assert any("还没有申报" in todo.text for todo in todos_for(people["township"]))

    township = as_role("township")
    assert "1,200.00" in page(township, "declaration_create")
    assert "已生成申报表" in act(township, "declaration_create", villages=[VILLAGE])
    declaration = Declaration.objects.get()
    assert "请您核对收据存根" in page(township, "declaration_detail", declaration.pk)
    assert "已报送县税务局" in act(township, "declaration_submit", declaration.pk)
    assert "data-progress-url" in page(township, "declaration_detail", declaration.pk)
    worker()

    tax = as_role("tax")
    assert any("请您下载报税文件" in todo.text for todo in todos_for(people["tax"]))
    answer = tax.post(reverse("declaration_download", args=[declaration.pk]))
    book_read = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book_read["普通居民"].max_row == 4
    content = book(answers(declaration, True, "姓名与身份证号不匹配", True))
    act(tax, "feedback_upload", declaration.pk, file=table(content))
    worker()
    feedback = declaration.feedbacks.get()
    assert "可以开确认单" in page(tax, "feedback_detail", declaration.pk, feedback.pk)
    assert "已经上传过" in act(tax, "feedback_upload", declaration.pk, file=table(content))
    assert "两者不一致" in act(tax, "declaration_confirm", declaration.pk, number="QR1", people=3, amount="1200")
    assert "确认单已登记" in act(tax, "declaration_confirm", declaration.pk, number="QR1", people=2, amount="800")

    assert any("1 人导入失败" in todo.text for todo in todos_for(people["village"]))
    village = as_role("village")
    row = declaration.rows.get(result="failure")
    listed = page(village, "failure_list")
    assert "照身份证逐字核对" in listed
    assert row.id_number not in listed
    fixed = {"name": "王晓明", "id_number": row.id_number, "seen": "on"}
    refused = village.post(reverse("row_correct", args=[row.pk]), {**fixed, "seen": ""})
    assert "核对原件后勾选" in refused.content.decode()
    assert "已改正" in act(village, "row_correct", row.pk, **fixed)

    township = as_role("township")
    remittance = {"slip_no": "HK1", "on": "2024-10-25", "amount": "800"}
    assert "汇款已登记" in act(township, "declaration_remit", declaration.pk, photo=photo(), **remittance)
    tax = as_role("tax")
    assert [todo.urgent for todo in todos_for(people["tax"]) if "当天入库" in todo.text] == [True]
    assert "已开票入库" in act(tax, "declaration_post", declaration.pk, ticket_no="SP1")

    township = as_role("township")
    stuck = page(township, "stuck_people")
    assert "已改正，待重新申报" in stuck
    act(township, "declaration_create", villages=[VILLAGE])
    again = Declaration.objects.exclude(pk=declaration.pk).get()
    assert "重新申报" in page(township, "declaration_rows", again.pk)
    assert "税票 SP1" in page(township, "declaration_detail", declaration.pk)


def test_a_file_that_was_not_written_is_asked_for_again(campaign, people, as_role, worker):
    pay(campaign, people["township"])
    bank(campaign, people["township"], 400)
    township = as_role("township")
    act(township, "declaration_create", villages=[VILLAGE])
    declaration = Declaration.objects.get()
    act(township, "declaration_submit", declaration.pk)
    Job.objects.filter(kind="declaration.file").update(state="failed", message="磁盘已满")
    tax = as_role("tax")
    assert "上一次没有完成：磁盘已满" in page(tax, "declaration_detail", declaration.pk)
    act(tax, "declaration_download", declaration.pk)
    assert "data-progress-url" in page(tax, "declaration_detail", declaration.pk)
    worker()
    assert "下载报税文件</button>" in page(tax, "declaration_detail", declaration.pk)
    assert tax.post(reverse("declaration_download", args=[declaration.pk])).streaming


def test_a_difference_waits_for_the_county(campaign, people, as_role):
    pay(campaign, people["township"], people=3)
    bank(campaign, people["township"], 1000)
    township = as_role("township")
    act(township, "declaration_create", villages=[VILLAGE])
    declaration = Declaration.objects.get()
    assert "缴存的钱不够这张收据" in page(township, "declaration_detail", declaration.pk)
    assert "不一致" in act(township, "declaration_submit", declaration.pk)
    assert township.post(reverse("declaration_allow", args=[declaration.pk]), {"reason": "x"}).status_code == 403
    assert any("三方核对有差异" in todo.text for todo in todos_for(people["county"]))
    assert "已放行" in act(as_role("county"), "declaration_allow", declaration.pk, reason="余款下周补存")
    assert "已报送" in act(as_role("township"), "declaration_submit", declaration.pk)


def test_a_draft_is_none_of_the_tax_bureaus_business(campaign, people, as_role):
    pay(campaign, people["township"])
    bank(campaign, people["township"], 400)
    act(as_role("township"), "declaration_create", villages=[VILLAGE])
    draft = Declaration.objects.get()
    assert as_role("tax").get(reverse("declaration_detail", args=[draft.pk])).status_code == 404


def test_another_township_sees_nothing(campaign, people, client, make_user):
    pay(campaign, people["township"])
    bank(campaign, people["township"], 400)
    client.force_login(people["township"])
    act(client, "declaration_create", villages=[VILLAGE])
    draft = Declaration.objects.get()
    client.force_login(make_user("township", "411325102"))
    for name in ("declaration_detail", "declaration_rows"):
        assert client.get(reverse(name, args=[draft.pk])).status_code == 404
    assert client.post(reverse("declaration_submit", args=[draft.pk])).status_code == 404
    assert str(draft) not in page(client, "declaration_list")


def test_self_payments_by_hand(campaign, people, as_role, worker, make_resident):
    cash = pay(campaign, people["township"]).get()
    known = make_resident(VILLAGE, name="李大山")
    heading = ("姓名", "证件号码", "缴费金额", "缴费日期", "税票号")
    rows = [
        (cash.resident.name, cash.resident.id_number, 400, "2024-10-12", "A1"),
        ("李小山", known.id_number, 400, "2024-10-12", "A2"),
    ]
    tax = as_role("tax")
    content = book(rows, heading=heading)
    act(tax, "paid_list_upload", file=table(content, "清单.xlsx"))
    worker()
    assert "姓名不符" in page(tax, "self_payment_list")
    payment = SelfPayment.objects.get(outcome="name_differs")
    assert "已核实" in act(
        tax, "self_payment_settle", payment.pk, settle="1", id_number=known.id_number, note="曾用名，已看户口簿"
    )
    assert Contribution.objects.get(resident=known).state == "posted"
    assert "1 笔退费待初审" in " ".join(todo.text for todo in todos_for(people["tax"]))


def test_a_refund_by_hand(campaign, people, as_role):
    paid = pay(campaign, people["township"], channel="self").get()
    township = as_role("township")
    found = township.post(reverse("refund_find"), {"number": paid.resident.id_number}).content.decode()
    assert "登记退费" in found
    form = {"reason": "death", "payee": "王家属", "payee_account": "6217 0000 1111", "evidence": photo()}
    undated = township.post(reverse("refund_create", args=[paid.pk]), form)
    assert "请照证明填写日期" in undated.content.decode()
    form |= {"happened_on": "2024-10-20", "evidence": photo()}
    assert "等县税务局初审" in act(township, "refund_create", paid.pk, **form)
    refund = Refund.objects.get()
    assert (refund.evidence.count(), refund.payee_account) == (1, "621700001111")
    assert "已经全部申请退费" in page(township, "refund_create", paid.pk)
    assert "初审通过" in act(as_role("tax"), "refund_pass", refund.pk)
    county = as_role("county")
    assert "从 2024年10月20日 起登记为“死亡”" in page(county, "refund_detail", refund.pk)
    assert "退费已记账" in act(county, "refund_pass", refund.pk)
    assert f"退费单 {refund.pk}（死亡）" in page(county, "resident_story", paid.resident_id)
    slip = page(county, "refund_slip", refund.pk)
    assert "退费审批单" in slip
    assert paid.resident.id_number not in slip
    paid.refresh_from_db()
    assert paid.state == "refunded"


def test_reasons_that_are_over_are_said(campaign, people, as_role, business_clock):
    paid = pay(campaign, people["township"], channel="self").get()
    business_clock("2025-01-02T09:00")
    shown = page(as_role("township"), "refund_create", paid.pk)
    assert "受理到 2024-12-31" in shown
    assert "不能登记" in shown


def test_a_notice_by_hand(campaign, people, as_role, business_clock):
    paid = pay(campaign, people["village"], people=5, channel="self")
    village = as_role("village")
    assert "生成名单" in page(village, "notice_list")
    act(village, "notice_prepare", VILLAGE)
    notice = PublicNotice.objects.get()
    sheet = page(village, "notice_print", notice.pk)
    assert "411325********" in sheet
    for contribution in paid:
        assert contribution.resident.id_number not in sheet
        assert contribution.resident.name not in sheet
    assert "400" not in sheet.split("notice-table")[1]
    act(village, "notice_post", notice.pk, on="2024-10-25", photos=[photo()])
    assert "异议已登记" in act(
        village, "objection_raise", notice.pk, on="2024-10-25", raised_by="张大爷", text="没有我"
    )
    assert "满期" in act(village, "notice_close", notice.pk)
    business_clock("2024-11-02T09:00")
    assert any("公示已经满期" in todo.text for todo in todos_for(people["village"]))
    assert "已答复" in act(village, "objection_answer", notice.objections.get().pk, answer="11月1日补缴入库")
    assert "影像已存档" in act(village, "notice_close", notice.pk)
    assert PublicNotice.objects.get().state == "closed"


def test_closing_by_hand(campaign, people, as_role, agreed):
    pay(campaign, people["township"], people=2)
    county = as_role("county")
    shown = page(county, "campaign_close")
    assert "已收款但没有入库的人" in shown
    assert "钱在村里" in shown
    form = {"reason_not_posted": "外出", "seen_not_posted": 2, "reason_money": "外出", "seen_money": 1}
    assert "必填" in county.post(reverse("campaign_close"), form).content.decode()
    assert "已办结并冻结" in act(county, "campaign_close", sure="on", **form)
    assert CampaignClosing.objects.get().closed_at
    assert "数据已冻结" in page(county, "campaign_close")
    assert "没有卡住" not in page(county, "stuck_people")


def test_pages_cost_a_constant_number_of_statements(campaign, people, as_role, django_assert_max_num_queries):
    pay(campaign, people["township"], people=120)
    bank(campaign, people["township"], 400 * 100)
    township = as_role("township")
    act(township, "declaration_create", villages=[VILLAGE])
    declaration = Declaration.objects.get()
    for name, args in (
        ("declaration_detail", [declaration.pk]),
        ("declaration_rows", [declaration.pk]),
        ("declaration_list", []),
        ("stuck_people", []),
        ("failure_list", []),
        ("notice_list", []),
        ("refund_list", []),
    ):
        with django_assert_max_num_queries(40):
            page(township, name, *args)
