import datetime
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from collection.contributions.models import Contribution
from collection.ledgers import confirm as ledger_confirm
from collection.ledgers import services as ledgers
from collection.ledgers.models import LedgerBatch
from core.audit.models import Event
from core.jobs.models import Job
from core.regions.models import Region
from tests.collection.ledgers.ledger_files import number_of, person, upload, xlsx
from tests.collection.ledgers.test_ledgers import work

pytestmark = pytest.mark.usefixtures("silent_queue")

VILLAGE, OTHER, TOWNSHIP = "411325101200", "411325101201", "411325101"


@pytest.fixture
def helper(make_user):
    return make_user("village", VILLAGE)


@pytest.fixture
def page(client, campaign, helper):
    client.force_login(helper)
    return client


@pytest.fixture
def batch(campaign, helper):
    made, _ = ledgers.upload_ledger(
        campaign=campaign,
        village=Region.objects.get(pk=VILLAGE),
        name="十月.xlsx",
        actor=helper,
        file=upload([person(0), person(1), person(3, amount=1, paid_on="10月8日")]),
    )
    return made


def detail(batch):
    return reverse("ledger_detail", args=[batch.pk])


def test_upload_progress_preview_confirm_result(page, campaign):
    answer = page.post(reverse("ledger_upload", args=[VILLAGE]), {"file": upload([person(0), person(3, amount=1)])})
    batch = LedgerBatch.objects.get()
    assert answer.url == detail(batch)
    assert "data-progress-url" in page.get(answer.url).content.decode()
    work()
    preview = page.get(detail(batch)).content.decode()
    assert "确认 1 人记账" in preview
    assert "差 399.00 元" in preview
    assert number_of(3) not in preview
    assert page.post(reverse("ledger_confirm", args=[batch.pk])).url == detail(batch)
    work()
    result = page.get(detail(batch)).content.decode()
    assert "已记账" in result
    assert "确认 1 人记账" not in result
    assert Contribution.objects.count() == 1


def test_problems_come_first_and_the_other_tabs_page(page, batch):
    work()
    first = page.get(detail(batch))
    assert [row.number for row in first.context["page"]] == [4]
    assert b"10\xe6\x9c\x888\xe6\x97\xa5" in first.content
    assert [row.number for row in page.get(detail(batch), {"show": "good"}).context["page"]] == [2, 3]
    assert len(page.get(detail(batch), {"show": "all"}).context["page"]) == 3
    assert page.get(detail(batch), {"show": "nonsense", "page": "x"}).status_code == 200


def test_a_second_click_on_upload_leads_to_the_same_ledger(page):
    content = xlsx([person(0)])
    url = reverse("ledger_upload", args=[VILLAGE])
    answers = [page.post(url, {"file": SimpleUploadedFile("a.xlsx", content)}) for _ in range(2)]
    assert answers[0].url == answers[1].url
    assert "已经上传过" in page.get(answers[1].url).content.decode()


@pytest.mark.parametrize(
    ("file", "says"),
    [(None, "请选择台账文件"), (SimpleUploadedFile("a.xlsx", b""), "0 字节")],
)
def test_what_the_form_refuses(page, file, says):
    answer = page.post(reverse("ledger_upload", args=[VILLAGE]), {"file": file} if file else {})
    assert answer.status_code == 400
    assert says in answer.content.decode()


def test_a_file_too_large(page, monkeypatch):
    from dataclasses import replace

    from core.tables import reader

    monkeypatch.setattr(reader, "VILLAGE_LEDGER", replace(reader.VILLAGE_LEDGER, bytes=1000))
    answer = page.post(reverse("ledger_upload", args=[VILLAGE]), {"file": upload([person(0)])})
    assert answer.status_code == 400
    assert "上限" in answer.content.decode()


def test_a_closed_campaign(page, campaign, batch):
    work()
    campaign.closed_at = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    campaign.save()
    answer = page.post(reverse("ledger_upload", args=[VILLAGE]), {"file": upload([person(9)])})
    assert "已办结" in answer.content.decode()
    answer = page.post(reverse("ledger_confirm", args=[batch.pk]), follow=True)
    assert "已办结" in answer.content.decode()
    assert not Contribution.objects.exists()


def test_a_file_without_a_reading_says_why_and_offers_another_try(page, campaign):
    page.post(reverse("ledger_upload", args=[VILLAGE]), {"file": SimpleUploadedFile("a.xls", b"<html></html>")})
    work()
    batch = LedgerBatch.objects.get()
    said = page.get(detail(batch)).content.decode()
    assert "网页" in said
    assert "重新上传" in said
    answer = page.get(reverse("ledger_annotated", args=[batch.pk]), follow=True)
    assert "没有读出来" in answer.content.decode()


def test_a_job_that_failed_can_be_taken_up_again(page, batch):
    Job.objects.update(state=Job.State.FAILED, message="多次中断")
    assert "接着处理" in page.get(detail(batch)).content.decode()
    page.post(reverse("ledger_resume", args=[batch.pk]))
    page.post(reverse("ledger_resume", args=[batch.pk]))
    assert Job.objects.filter(state=Job.State.QUEUED).count() == 1
    work()
    batch.refresh_from_db()
    assert batch.state == LedgerBatch.State.CHECKED


def test_downloads(page, batch):
    work()
    for name, args in (
        ("ledger_annotated", [batch.pk]),
        ("ledger_prefilled", [VILLAGE]),
        ("unpaid_download", [VILLAGE]),
    ):
        answer = page.get(reverse(name, args=args))
        assert answer.status_code == 200
        assert "attachment" in answer["Content-Disposition"]
        assert openpyxl.load_workbook(io.BytesIO(answer.getvalue())).sheetnames


def test_taking_back_asks_first(page, batch, helper):
    work()
    ledger_confirm.confirm_ledger(batch=batch, actor=helper)
    work()
    url = reverse("ledger_withdraw", args=[batch.pk])
    assert "收据号可以重新使用" in page.get(url).content.decode()
    assert page.post(url, {"reason": ""}).status_code == 400
    assert Contribution.objects.filter(ended_at__isnull=True).count() == 2
    answer = page.post(url, {"reason": "传错了"}, follow=True)
    assert "已整份撤回" in answer.content.decode()
    assert not Contribution.objects.filter(ended_at__isnull=True).exists()


def test_the_unpaid_page_leaves_an_event(page, make_resident):
    someone = make_resident(VILLAGE, phone="13812345678")
    answer = page.get(reverse("unpaid_list", args=[VILLAGE])).content.decode()
    assert "tel:13812345678" in answer
    assert someone.id_number not in answer
    assert Event.objects.filter(action="ledger.unpaid_list").count() == 1


# --- who may do what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "region", "sees", "sends"),
    [
        ("village", VILLAGE, 200, 302),
        ("village", OTHER, 404, 404),
        ("township", TOWNSHIP, 200, 302),
        ("township", "411325100", 404, 404),
        ("county", "411325", 200, 403),
        ("county", "130628", 404, 403),
        ("tax", "411325", 403, 403),
        ("leader", "411325", 403, 403),
        ("audit", "411325", 403, 403),
    ],
)
def test_scope(client, batch, make_user, role, region, sees, sends):
    work()
    Region.objects.get_or_create(code="130628", defaults={"name": "高阳县", "level": "county"})
    client.force_login(make_user(role, region))
    for name in ("ledger_detail", "ledger_annotated"):
        assert client.get(reverse(name, args=[batch.pk])).status_code == sees
    for name in ("ledger_confirm", "ledger_resume"):
        assert client.post(reverse(name, args=[batch.pk])).status_code == sends
    expected = {302: 200}.get(sends, sends)
    assert client.get(reverse("ledger_withdraw", args=[batch.pk])).status_code == expected
    for name in ("ledger_upload", "ledger_prefilled", "unpaid_list", "unpaid_download"):
        assert client.get(reverse(name, args=[VILLAGE])).status_code == expected


def test_lists_hold_the_own_region_only(client, batch, make_user):
    work()
    for role, region, count in (("village", VILLAGE, 1), ("village", OTHER, 0), ("township", TOWNSHIP, 1)):
        client.force_login(make_user(role, region))
        assert len(client.get(reverse("ledger_list")).context["batches"]) == count
    villages = [village.code for village, _ in client.get(reverse("ledger_villages")).context["villages"]]
    assert villages
    assert all(code.startswith(TOWNSHIP) for code in villages)


def test_pages_do_not_query_by_the_row(page, campaign, helper, django_assert_max_num_queries):
    village = Region.objects.get(pk=VILLAGE)
    made, _ = ledgers.upload_ledger(
        campaign=campaign, village=village, file=upload([person(n) for n in range(120)]), name="a", actor=helper
    )
    work()
    with django_assert_max_num_queries(14):
        page.get(detail(made))
    with django_assert_max_num_queries(14):
        page.get(reverse("ledger_list"))
