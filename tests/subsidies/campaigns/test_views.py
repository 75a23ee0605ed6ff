"""The pages of policies and quotes: what they show, to whom, and how many questions they ask the database."""

import datetime

import pytest
from django.urls import reverse
from django.utils.html import escape

from core.access.roles import Role
from residents.people.models import InsuredYear
from subsidies.rosters.models import Identity

VILLAGE, OTHER = "411325101200", "411325102200"


@pytest.fixture
def county(client, campaign, make_user):
    user = make_user(Role.COUNTY, "411325")
    client.force_login(user)
    return client


def test_the_policy_page_lists_every_reading_and_figure(county, campaign):
    page = county.get(reverse("policy")).content.decode()
    for reading in campaign.policy.assumptions:
        assert reading.says.split("“")[0] in page
    others = [reading.other for reading in campaign.policy.assumptions if reading.other]
    assert len(others) >= 6 and page.count("另一种理解（未采用）：") == len(others)
    assert all(escape(other) in page for other in others)
    for category in campaign.policy.categories:
        assert category.name in page
    assert "四（一）5" in page and "10,000.00 元" in page
    assert campaign.policy.hash[:12] in page


def test_a_county_without_a_campaign_is_told(client, db, business_clock, make_user):
    from core.regions.models import Region

    Region.objects.create(code="411324", name="试验县", level="county")
    client.force_login(make_user(Role.COUNTY, "411324"))
    for name in ("policy", "quote"):
        assert "还没有开始征缴年度" in client.get(reverse(name)).content.decode()


def test_a_typed_quote(county):
    page = county.get(
        reverse("quote"),
        {
            "birth_date": "1970-05-01",
            "paid_on": "2024-10-25",
            "category1": "低保对象",
            "recognised1": "2024-06-01",
            "insured_years": "2020-2022",
            "repaid_years": "1",
        },
    ).content.decode()
    assert "320.00" in page and "没有等待期" in page and "三（二）2" in page
    assert "2025-01-01" in page


def test_a_typed_quote_of_an_ordinary_person_waits(county):
    asked = {"birth_date": "1970-05-01", "paid_on": "2024-10-25", "insured_years": "2020-2022", "repaid_years": "1"}
    page = county.get(reverse("quote"), asked).content.decode()
    assert "400.00" in page and "断保 2 年" in page and "2025-05-01" in page


@pytest.mark.parametrize(("parent", "due"), [("on", "出生当年不缴费"), ("", "按标准缴费")])
def test_a_newborn_whose_parent_is_insured(county, business_clock, parent, due):
    asked = {"birth_date": "2025-02-20", "paid_on": "2025-03-10", "parent_insured": parent}
    assert due in county.get(reverse("quote"), asked).content.decode()


@pytest.mark.parametrize(
    ("years", "shown"),
    [
        ("2021-2024", "连续参保激励 1 次"),
        ("2022-2024", "连续参保激励 0 次"),
        ("2021-2023", "限额要降低"),
        ("", None),
    ],
)
def test_large_illness_incentives_where_the_years_are_known(county, years, shown):
    asked = {"birth_date": "1970-05-01", "paid_on": "2024-10-25", "insured_years": years}
    page = county.get(reverse("quote"), asked).content.decode()
    assert ("大病保险激励（参考）" in page) is bool(shown)
    assert shown is None or (shown in page and "四（二）1" in page)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"birth_date": "2025-01-01"}, "晚于缴费日期"),
        ({"paid_on": "2024-08-31"}, "还没有开始"),
        ({"category1": "低保对象"}, "认定日期，见认定文件"),
        ({"insured_years": "前年"}, "看不懂"),
        ({"insured_years": "2024-2020"}, "前后颠倒"),
        ({"insured_years": "2026"}, "不在 2003 年至 2025 年之间"),
        ({"insured_years": "近五年"}, "看不懂"),
        ({"birth_date": "2020-01-01", "insured_years": "2019"}, "请核对参保记录"),
    ],
)
def test_what_cannot_be_quoted_is_said(county, changes, says):
    asked = {"birth_date": "1970-05-01", "paid_on": "2024-10-25", **changes}
    assert says in county.get(reverse("quote"), asked).content.decode()


def test_a_picked_resident_with_marks_and_years(county, make_resident):
    resident = make_resident(VILLAGE, name="秦岭秀")
    Identity.objects.create(
        resident=resident, kind="低保对象", department="民政局", recognised_on=datetime.date(2024, 6, 1)
    )
    Identity.objects.create(
        resident=resident,
        kind="特困人员",
        department="民政局",
        recognised_on=datetime.date(2023, 6, 1),
        ended_on=datetime.date(2024, 3, 1),
    )
    InsuredYear.objects.create(resident=resident, year=2022, source="测试")
    found = county.get(reverse("quote"), {"q": "秦岭秀"}).content.decode()
    assert reverse("quote_resident", args=[resident.pk]) in found
    assert resident.id_number not in found
    page = county.get(reverse("quote_resident", args=[resident.pk]), {"paid_on": "2024-10-10"}).content.decode()
    assert "大病保险激励（参考）" in page
    assert "320.00" in page and "没有等待期" in page and resident.id_number not in page
    then = county.get(reverse("quote_resident", args=[resident.pk]), {"paid_on": "2024-10-11"}).content.decode()
    assert "2024-10-11" in then


def test_a_resident_of_another_township_is_not_found(client, campaign, make_user, make_resident):
    resident = make_resident(OTHER, name="秦岭秀")
    client.force_login(make_user(Role.TOWNSHIP, VILLAGE[:9]))
    assert client.get(reverse("quote_resident", args=[resident.pk])).status_code == 404
    assert "没有找到" in client.get(reverse("quote"), {"q": "秦岭秀"}).content.decode()


def test_departments_do_not_quote(client, campaign, make_user):
    client.force_login(make_user(Role.DEPARTMENT, "411325", department="民政局"))
    assert client.get(reverse("quote")).status_code == 403
    assert client.get(reverse("policy")).status_code == 200
