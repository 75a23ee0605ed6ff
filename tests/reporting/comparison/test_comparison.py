"""This year beside the last: the same day, the whole year, who left and who came; and the population."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.access.roles import Role
from core.refusals import Refused
from core.regions.models import Region
from reporting.comparison import selectors
from reporting.comparison.models import PopulationFigure
from reporting.comparison.selectors import a_year_earlier, compare_years
from reporting.comparison.services import enter_population
from reporting.progress.groups import goals_of_the_year
from residents.people.models import InsuredYear, Resident
from tests.reporting.conftest import at, contribution
from tests.years import open_next_year

A, B = "411325101200", "411325101201"


@pytest.fixture
def years(campaign, make_resident, business_clock):
    """Three paid in A last year and one in B; this year, by 25 October, one of those in A and somebody new in B."""
    following = open_next_year(campaign)
    early, late, gone = (make_resident(A, name=name) for name in ("张早", "李晚", "王走"))
    there, new = make_resident(B, name="赵在"), make_resident(B, name="孙新")
    Resident.objects.filter(pk=gone.pk).update(status="moved")
    for who, day in ((early, "2024-10-10"), (late, "2024-12-20"), (gone, "2024-10-12"), (there, "2024-10-25")):
        contribution(campaign, who, recorded=day, posted=day).save()
    for who in (early, new):
        contribution(following, who, recorded="2025-10-20", posted="2025-10-21").save()
    business_clock("2025-10-25T11:00")
    return following


def figures(line):
    return line.now, line.then, line.last, line.lost, line.won


def test_the_same_day_and_the_whole_year_by_region(campaign, years):
    county = compare_years(campaign=years, region=years.county)
    assert figures(county.whole) == (2, 3, 4, 3, 1)
    assert county.then_at == at("2024-10-25 11:00").replace(microsecond=1)
    township = compare_years(campaign=years, region=Region.objects.get(pk="411325101"))
    found = {line.region.pk: figures(line) for line in township.lines if line.last or line.now}
    assert found == {A: (1, 2, 3, 2, 0), B: (1, 1, 1, 1, 1)}
    assert [line.region.pk for line in township.behind] == [A]
    assert (county.whole.difference, county.whole.short_of_last) == (-1, 2)


def test_people_lost_and_won_by_name(years, make_user):
    user = make_user(Role.TOWNSHIP, "411325101")
    township = Region.objects.get(pk="411325101")

    def names(which):
        return [one.name for one in selectors.people(campaign=years, region=township, which=which, user=user)]

    assert names("lost") == ["李晚", "赵在", "王走"] and names("won") == ["孙新"]
    other = make_user(Role.TOWNSHIP, "411325102")
    assert not selectors.people(campaign=years, region=township, which="lost", user=other)


def test_where_last_year_was_not_collected_here_the_register_tells(campaign, make_resident):
    InsuredYear.objects.create(resident=make_resident(A), year=2024, source="往年参保数据")
    found = compare_years(campaign=campaign, region=campaign.county).whole
    assert figures(found) == (0, None, 1, 1, 0) and found.difference is None and not found.is_behind


@pytest.mark.parametrize(
    ("now", "then"),
    [("2025-10-25 12:00", "2024-10-25 12:00"), ("2024-02-29 09:00", "2023-02-28 09:00"), ("2025-03-01", "2024-03-01")],
)
def test_a_year_earlier(now, then):
    assert a_year_earlier(at(now)) == at(then)


def test_the_questions_do_not_grow_with_the_people(years, make_resident):
    def asked():
        with CaptureQueriesContext(connection) as found:
            compare_years(campaign=years, region=years.county)
        return len(found)

    few = asked()
    for _ in range(20):
        contribution(years, make_resident(B), recorded="2025-10-20").save()
    assert asked() == few


def test_the_share_is_of_those_who_live_there(campaign, years, make_user):
    officer = make_user(Role.COUNTY, "411325")
    rules = campaign.policy
    object.__setattr__(rules, "targets", replace(rules.targets, not_below_last_year=True))
    campaign.policy_version.__dict__["policy"] = rules
    facts = {"campaign": campaign, "region": campaign.county, "source": "统计公报", "file": None, "actor": officer}
    assert goals_of_the_year(campaign, {}, 2)[0].basis == "居民册人数（没有录入常住人口）"
    enter_population(kind="registered", people=700_000, **facts)
    for _ in range(2):
        enter_population(kind="living", people=600_000, **facts)
    goal = goals_of_the_year(campaign, {}, 2)[0]
    assert goal.target == 600_000 * rules.targets.overall and "常住人口 600000 人（统计公报）" in goal.basis
    assert PopulationFigure.objects.count() == 2
    enter_population(kind="living", people=610_000, **facts)
    assert selectors.population(campaign, campaign.county)["living"].people == 610_000
    with pytest.raises(Refused, match="由县医保局"):
        enter_population(kind="living", people=1, **{**facts, "actor": make_user(Role.TOWNSHIP, "411325101")})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PopulationFigure.objects.update(people=1)


def test_the_pages(years, client, make_user):
    client.force_login(make_user(Role.COUNTY, "411325"))
    address = f"{reverse('comparison', args=['411325'])}?year=2026"
    page = client.get(address).content.decode()
    assert "上年同期" in page and "少于上年同期" in page
    assert client.post(address, {"kind": "living", "people": "0", "source": "公报"}).status_code == 400
    client.post(address, {"kind": "living", "people": "600000", "source": "县统计局公报"})
    page = client.get(address).content.decode()
    assert "常住人口" in page and "县统计局公报" in page
    names = client.get(f"{reverse('comparison_people', args=['411325', 'lost'])}?year=2026").content.decode()
    assert "李晚" in names and "张早" not in names
    client.force_login(make_user(Role.LEADER, "411325"))
    assert client.get(address).status_code == 200
    assert client.get(reverse("comparison_people", args=["411325", "lost"])).status_code == 403
    client.force_login(make_user(Role.TOWNSHIP, "411325102"))
    assert client.get(reverse("comparison", args=["411325101"])).status_code == 404
