# ruff: noqa: E501 — each case stands on one line
"""Special people and the funds that pay for them: services and pages."""

import datetime
import io
from decimal import Decimal
from urllib.parse import quote

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from django.urls import reverse

from collection.contributions.models import Contribution
from collection.entitlements import funds
from collection.entitlements import groups as special
from collection.entitlements import services as consequences
from collection.entitlements.models import DifferenceCase
from core.access.roles import Role
from core.audit.models import Event
from core.jobs import services as jobs
from core.pages.frame import todos_for
from core.regions.models import Region
from residents.people.models import InsuredYear, Resident
from subsidies import tasks  # noqa: F401 — registers the handler
from subsidies.rosters.models import Roster
from tests.collection.entitlements.test_consequences import County
from tests.collection.visits.attempts import record

VILLAGE, SAME_TOWNSHIP, OTHER = "411325101200", "411325101201", "411325102200"


@pytest.fixture
def county(campaign, make_user, silent_queue):
    return County(campaign, VILLAGE, make_user)


@pytest.fixture
def people(county, make_resident):
    """Two 特困 (enrolled without payment), three 低保 of whom one has paid and one has died, one of them 重度残疾 too."""
    other = Region.objects.filter(code__startswith="411325102", level="village").first().code
    found = {
        "free": make_resident(VILLAGE, name="甲特困"),
        "free_away": make_resident(other, name="乙特困"),
        "paid": make_resident(VILLAGE, name="丙低保"),
        "unpaid": make_resident(VILLAGE, name="丁低保"),
        "dead": make_resident(VILLAGE, name="戊低保"),
    }
    county.mark([found["free"], found["free_away"]], "特困人员")
    county.mark([found["paid"], found["unpaid"], found["dead"]], "低保对象")
    county.mark([found["unpaid"]], "重度残疾人")
    county.pay(found["paid"], "2024-10-10")
    Resident.objects.filter(pk=found["dead"].pk).update(status=Resident.Status.DEAD)
    return found


def test_groups_count_who_is_to_be_insured_and_who_is(county, people):
    found = {g.category: g for g in special.groups(campaign=county.campaign, region="411325")}
    low, poor, disabled = found["低保对象"], found["特困人员"], found["重度残疾人"]
    assert (low.to_insure, low.insured, low.missing, low.left, low.rate) == (2, 1, 1, 1, "50.0%")
    assert (poor.to_insure, poor.insured, poor.rate) == (2, 2, "100.0%")
    assert (disabled.to_insure, disabled.insured) == (1, 0)
    assert found["返贫致贫人口"].rate == "—"
    assert special.distinct_people(campaign=county.campaign, region="411325") == {"to_insure": 4, "insured": 3}
    assert special.distinct_people(campaign=county.campaign, region=VILLAGE) == {"to_insure": 3, "insured": 2}


def test_a_department_sees_its_own(county, people):
    found = special.groups(campaign=county.campaign, region="411325", department="残联")
    assert [g.category for g in found] == ["重度残疾人"]


def test_a_departments_first_page_shows_what_came_of_its_people(county, people, client, make_user):
    client.force_login(make_user("department", "411325", department="民政局"))
    page = client.get("/").content.decode()
    assert "本部门认定的人员" in page and "低保对象" in page and "重度残疾人" not in page
    assert f"{reverse('special_people')}?category={quote('低保对象')}&amp;standing=missing" in page


def test_a_first_page_with_nothing_else_shows_all_the_work(client, campaign, make_user):
    for role, hidden in (("security", False), ("village", True)):
        client.force_login(make_user(role, VILLAGE if role == "village" else "411325"))
        assert ('class="all-work"' in client.get("/").content.decode()) is hidden


def test_who_is_not_insured_and_why(county, people):
    asked = {"campaign": county.campaign, "region": "411325", "category": "低保对象"}
    ((mark, caused, last, says),) = special.with_reasons(county.campaign, special.people(**asked, standing="missing"))
    assert (mark.resident, caused, last, says) == (people["unpaid"], None, None, "应缴 320.00 元，未缴")
    record(county.campaign, [people["unpaid"]], county.clerk, cause="away", note="在广东务工")
    ((_, caused, last, _),) = special.with_reasons(county.campaign, special.people(**asked, standing="missing"))
    assert (caused.cause.code, caused.note, last) == ("away", "在广东务工", caused)
    (left,) = special.people(**asked, standing="left")
    assert left.resident == people["dead"]


def test_funds_equal_the_subsidies_to_the_cent(county, people):
    table = funds.table(campaign=county.campaign, region="411325")
    subsidies = Contribution.objects.filter(ended_at__isnull=True).aggregate(sum=Sum("subsidy"))["sum"]
    assert table.total.total == table.subsidies == subsidies == Decimal("880.00")
    assert table.agrees and table.sources == ["医疗救助资金"]
    assert [(line.key, line.people, line.total) for line in table.lines] == [
        ("411325101", 2, Decimal("480.00")),
        ("411325102", 1, Decimal("400.00")),
    ]
    by_category = funds.table(campaign=county.campaign, region="411325", by="category")
    assert [(line.name, line.total) for line in by_category.lines] == [
        ("特困人员", Decimal("800.00")),
        ("低保对象", Decimal("80.00")),
    ]
    free = Contribution.objects.filter(resident=people["free"])
    consequences.end_free_enrolments(contributions=free, reason="测试", actor=county.head)
    assert funds.table(campaign=county.campaign, region="411325").total.total == Decimal("480.00")


def test_who_is_insured_without_payment_has_the_year_and_loses_it_with_the_enrolment(county, people):
    years = InsuredYear.objects.filter(year=county.campaign.year)
    assert {row.resident for row in years} == {people["free"], people["free_away"]}
    free = Contribution.objects.filter(resident=people["free"])
    for _ in range(2):
        consequences.end_free_enrolments(contributions=free, reason="测试", actor=county.head)
    assert [row.resident for row in years.all()] == [people["free_away"]]


def test_a_table_that_does_not_agree_says_so(county, people, client):
    from collection.contributions.models import ContributionFund

    ContributionFund.objects.filter(contribution__resident=people["paid"]).update(amount=Decimal("79.99"))
    assert not funds.table(campaign=county.campaign, region="411325").agrees
    client.force_login(county.head)
    assert "请联系系统管理员" in client.get(reverse("fund_table")).content.decode()


def test_fund_pages_drill_down_to_names_and_export(county, people, client, make_user):
    client.force_login(county.head)
    page = client.get(reverse("fund_table")).content.decode()
    assert "880.00" in page and "医疗救助资金" in page
    names = client.get(reverse("fund_people"), {"source": "医疗救助资金", "category": "低保对象"}).content.decode()
    assert "丙低保" in names and "甲特困" not in names and people["paid"].id_number not in names
    sheet = _workbook(client.get(reverse("fund_table"), {"export": "1", "by": "category"}))
    assert sheet[-1] == ["合计", 3, 880, 880]
    sheet = _workbook(client.get(reverse("fund_people"), {"export": "1"}))
    assert len(sheet) == 6 and people["paid"].id_number not in str(sheet)
    assert Event.objects.filter(action="funds.export").count() == 2
    client.force_login(make_user(Role.TOWNSHIP, "411325101"))
    page = client.get(reverse("fund_people"), {"region": "411325102"}).content.decode()
    assert "甲特困" in page and "乙特困" not in page
    client.force_login(make_user(Role.VILLAGE, VILLAGE))
    assert client.get(reverse("fund_table")).status_code == 403


def _workbook(response):
    content = b"".join(response.streaming_content)
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]


def test_pages_of_special_people(county, people, client, make_user):
    client.force_login(make_user(Role.DEPARTMENT, "411325", department="民政局"))
    page = client.get(reverse("special_groups")).content.decode()
    assert "低保对象" in page and "重度残疾人" not in page
    page = client.get(reverse("special_people"), {"category": "重度残疾人"}).content.decode()
    assert "这里没有人" in page
    page = client.get(reverse("special_people")).content.decode()
    assert "丁低保" in page and people["unpaid"].id_number not in page
    address = reverse("visit_record", args=[people["unpaid"].pk])
    assert client.get(address).status_code == 200
    record(
        county.campaign,
        [people["unpaid"]],
        county.clerk,
        cause="away",
        note="在外务工",
        look_again_on=datetime.date(2024, 10, 25),
    )
    assert "在外务工" in client.get(reverse("special_people")).content.decode()
    sheet = _workbook(client.get(reverse("special_people"), {"export": "1", "standing": "all"}))
    assert [row[3] for row in sheet[3:]] == ["甲特困", "丙低保", "丁低保", "乙特困"]
    helper = make_user(Role.VILLAGE, VILLAGE)
    assert any("再次联系" in todo.text for todo in todos_for(helper))
    officer = make_user(Role.DEPARTMENT, "411325", department="民政局")
    assert any("再次核查" in todo.text for todo in todos_for(officer))
    client.force_login(make_user(Role.VILLAGE, SAME_TOWNSHIP))
    assert client.get(address).status_code == 404
    assert "丁低保" not in client.get(reverse("special_people"), {"region": VILLAGE}).content.decode()


def test_a_department_records_only_for_those_it_recognised(county, people, client, make_resident, make_user):
    client.force_login(make_user(Role.DEPARTMENT, "411325", department="残联"))
    assert client.get(reverse("visit_record", args=[people["unpaid"].pk])).status_code == 200
    for stranger in (make_resident(VILLAGE), people["paid"]):
        assert client.get(reverse("visit_record", args=[stranger.pk])).status_code == 404


def test_enrolment_by_the_bureau_alone(county, client, make_resident, make_user):
    from subsidies.rosters.models import Identity

    person = make_resident(VILLAGE)
    Identity.objects.create(
        resident=person, kind="特困人员", department="民政局", recognised_on=datetime.date(2024, 1, 1)
    )
    client.force_login(make_user(Role.TOWNSHIP, "411325101"))
    assert client.post(reverse("enrol_free")).status_code == 403
    client.force_login(county.head)
    assert "登记免缴参保" in client.get(reverse("special_groups")).content.decode()
    client.post(reverse("enrol_free"))
    client.post(reverse("enrol_free"))
    job = jobs.Job.objects.get(kind="special.enrol")
    jobs.run(job.pk)
    assert county.contribution(person).channel == "free"
    assert "免缴参保 1 人" in client.get(reverse("special_groups")).content.decode()


def test_differences_page(county, client, make_resident):
    person = make_resident(VILLAGE, name="先缴费")
    county.pay(person, "2024-10-10")
    county.mark([person], "低保对象", since="2024-10-20")
    client.force_login(county.head)
    assert any("差额待处理" in todo.text for todo in todos_for(county.head))
    page = client.get(reverse("difference_list")).content.decode()
    assert "先缴费" in page and "80.00" in page
    case = DifferenceCase.objects.get()
    client.post(reverse("difference_resolve", args=[case.pk]), {"note": ""})
    case.refresh_from_db()
    assert case.state == "open"
    client.post(reverse("difference_resolve", args=[case.pk]), {"note": "请示市局后不退"})
    assert "请示市局后不退" in client.get(reverse("difference_list"), {"state": "all"}).content.decode()


def test_a_list_from_upload_to_withdrawal_in_the_browser(county, client, make_resident, make_user):
    """The department hands in, the bureau looks, accepts a name, applies, takes back: page by page."""
    new, named = make_resident(VILLAGE, name="甲新人"), make_resident(VILLAGE, name="乙本名")
    book = openpyxl.Workbook()
    for row in (["低保对象花名册"], ["姓名", "身份证号"], ["甲新人", new.id_number], ["乙别名", named.id_number]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    client.force_login(make_user(Role.DEPARTMENT, "411325", department="民政局"))
    facts = {
        "department": "民政局",
        "category": "低保对象",
        "kind": "full",
        "recognised_on": "2024-09-01",
        "document": "民发7号",
    }
    wrong = client.post(
        reverse("roster_upload"), {**facts, "department": "残联", "file": SimpleUploadedFile("a.xlsx", b"x")}
    )
    assert wrong.status_code == 400
    answer = client.post(reverse("roster_upload"), {**facts, "file": SimpleUploadedFile("名单.xlsx", out.getvalue())})
    roster = Roster.objects.get()
    assert answer.url == reverse("roster", args=[roster.pk])
    jobs.run(jobs.Job.objects.get(kind="roster.read").pk)
    page = client.get(answer.url).content.decode()
    assert "乙别名" in page and "审核生效" not in page and named.id_number not in page
    assert client.post(reverse("roster_apply", args=[roster.pk])).status_code == 403
    client.force_login(county.head)
    assert any("待审核生效" in todo.text for todo in todos_for(county.head))
    row = roster.rows.get(name="乙别名")
    client.post(reverse("roster_accept_row", args=[row.pk]), {"note": "曾用名，见户口簿"})
    client.post(reverse("roster_recheck", args=[roster.pk]))
    page = client.get(answer.url, {"heap": "new"})
    assert "审核生效" in page.content.decode()
    client.post(reverse("roster_apply", args=[roster.pk]), {"seen": page.context["seen"]})
    jobs.run(jobs.Job.objects.get(kind="roster.apply").pk)
    roster.refresh_from_db()
    assert roster.state == Roster.State.APPLIED and roster.applied_by == county.head
    assert "已应用：免缴参保 0 人" in client.get(answer.url).content.decode()
    client.post(reverse("roster_withdraw", args=[roster.pk]), {"reason": ""})
    assert not jobs.Job.objects.filter(kind="roster.withdraw").exists()
    client.post(reverse("roster_withdraw", args=[roster.pk]), {"reason": "交错了"})
    jobs.run(jobs.Job.objects.get(kind="roster.withdraw").pk)
    assert "交错了" in client.get(answer.url).content.decode()
    assert "已撤回" in client.get(reverse("roster_list")).content.decode()


def test_a_mark_by_hand_in_the_browser(county, client, make_resident):
    person = make_resident(VILLAGE, name="单个人")
    client.force_login(county.clerk)
    address = reverse("mark_resident", args=[person.pk])
    assert "单个人" in client.get(address).content.decode()
    facts = {"ends": "", "category": "低保对象", "recognised_on": "2024-10-26", "document": "民发9号"}
    assert "今天之后" in client.post(address, facts).content.decode()
    client.post(address, {**facts, "recognised_on": "2024-10-20"})
    roster = Roster.objects.get()
    assert (roster.kind, roster.state) == (Roster.Kind.SINGLE, Roster.State.READY)
    assert "另一位经办人" in client.get(reverse("roster", args=[roster.pk])).content.decode()


def test_other_departments_and_counties_see_nothing_of_a_list(county, client, make_resident, make_user):
    roster = county.roster([make_resident(VILLAGE)], "低保对象")
    Region.objects.create(code="411326", name="邻县", level="county")
    for user in (make_user(Role.DEPARTMENT, "411325", department="残联"), make_user(Role.COUNTY, "411326")):
        client.force_login(user)
        assert client.get(reverse("roster", args=[roster.pk])).status_code == 404
    assert client.post(reverse("roster_apply", args=[roster.pk])).status_code == 404
    assert client.post(reverse("roster_accept_row", args=[roster.rows.get().pk])).status_code == 404


def test_queries_do_not_grow_with_the_people(county, client, make_resident, django_assert_max_num_queries):
    county.mark([make_resident(VILLAGE, name=f"人{chr(0x4E00 + n)}") for n in range(30)], "特困人员")
    county.mark([make_resident(VILLAGE, name=f"户{chr(0x4E00 + n)}") for n in range(30)], "低保对象")
    client.force_login(county.head)
    for name in ("special_groups", "special_people", "fund_table", "fund_people", "roster_list"):
        with django_assert_max_num_queries(32, info=name):
            assert client.get(reverse(name)).status_code == 200
