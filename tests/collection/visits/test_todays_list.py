"""Today's list: who is on it and why, what lapsing costs, and how one tap ends it."""

import datetime
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.visits import today as todays
from collection.visits.models import Exclusion, Visit
from collection.visits.todays_list import ReasonKind, Uninsured, reason_of, todays_list
from core.access.roles import Role
from core.regions.models import Region
from core.text import long_date
from residents.people.models import Household, InsuredYear
from subsidies.policy.policies import load
from tests.collection.paid_people import FAR, VILLAGE
from tests.collection.visits.attempts import proof, record

NEIXIANG, GAOYANG = load("411325-2025"), load("130628-2026")
TODAY = datetime.date(2024, 10, 25)
DAY = datetime.timedelta(days=1)
LATE = datetime.date(2024, 12, 17)  # 14 days before the period ends


def person(**facts):
    return Uninsured(
        **{"id": 1, "household": "户1", "name": "王大山", "birth_date": datetime.date(1970, 5, 1), **facts}
    )


LAST_YEAR = {"insured_years": frozenset({2023, 2024})}
BORN_2024 = {"birth_date": datetime.date(2024, 3, 1)}

#: name → (facts, day, kind or None)
CASES = {
    "nothing known, long before the end": ({}, TODAY, None),
    "nothing known, 15 days before the end": ({}, LATE - DAY, None),
    "nothing known, 14 days before the end": ({}, LATE, ReasonKind.WAITING_SOON),
    "on the last day": ({}, datetime.date(2024, 12, 31), ReasonKind.WAITING_SOON),
    "after the period": ({}, datetime.date(2025, 1, 1), None),
    "paid last year": (LAST_YEAR, TODAY, ReasonKind.LAST_YEAR),
    "paid the year before last only": ({"insured_years": frozenset({2023})}, TODAY, None),
    "special": ({"special": "低保对象", "due": Decimal(320)}, TODAY, ReasonKind.SPECIAL),
    "born in 2024": (BORN_2024, TODAY, ReasonKind.NEWBORN),
    "born in 2024, after the last day": (BORN_2024, datetime.date(2025, 1, 1), None),
    "born in 2025, day 90": ({"birth_date": datetime.date(2025, 1, 1)}, datetime.date(2025, 4, 1), ReasonKind.NEWBORN),
    "born in 2025, day 91": ({"birth_date": datetime.date(2025, 1, 1)}, datetime.date(2025, 4, 2), None),
    "promised for today": ({"look_again_on": TODAY, "promised": True}, TODAY, ReasonKind.PROMISED),
    "promised for yesterday": ({"look_again_on": TODAY - DAY, "promised": True}, TODAY, ReasonKind.PROMISED),
    "promised for tomorrow": ({"look_again_on": TODAY + DAY, "promised": True, **LAST_YEAR}, TODAY, None),
    "to be seen today": ({"look_again_on": TODAY}, TODAY, ReasonKind.LOOK_AGAIN),
    "seen six days ago": ({"last_tried_on": TODAY - 6 * DAY, **LAST_YEAR}, TODAY, None),
    "seen seven days ago": ({"last_tried_on": TODAY - 7 * DAY, **LAST_YEAR}, TODAY, ReasonKind.LAST_YEAR),
    "seen today, newborn with 4 days left": (
        {"last_tried_on": datetime.date(2024, 12, 27), **BORN_2024},
        datetime.date(2024, 12, 27),
        None,
    ),
    "seen today, newborn with 3 days left": (
        {"last_tried_on": datetime.date(2024, 12, 28), **BORN_2024},
        datetime.date(2024, 12, 28),
        ReasonKind.NEWBORN,
    ),
    "told, last day": ({"told_due_on": TODAY, **LAST_YEAR}, TODAY, None),
    "told, a day late": ({"told_due_on": TODAY - DAY, **LAST_YEAR}, TODAY, ReasonKind.TOLD_LATE),
}


@pytest.mark.parametrize(("facts", "day", "kind"), CASES.values(), ids=CASES)
def test_who_is_on_the_list(facts, day, kind):
    why = reason_of(NEIXIANG, person(**facts), today=day)
    assert (why and why.kind) == kind


def costs(policy, day, **facts):
    why = reason_of(policy, person(**facts), today=day)
    return [f"{cost.says}｜{cost.source.clause}" for cost in why.costs]


def test_what_lapsing_costs_this_person():
    assert costs(NEIXIANG, TODAY, **LAST_YEAR) == [
        "过了2024年12月31日才缴费，要等 3 个月才能享受待遇｜四（二）2",
        "今年不缴、明年再缴，要等 4 个月才能享受待遇｜四（二）2",
        "已连续参保 2 年，断一年要从头算；满 4 年起才有大病保险激励｜四（二）1",
    ]
    six = {"insured_years": frozenset(range(2019, 2025))}
    assert costs(NEIXIANG, TODAY, **six)[2] == (
        "已连续参保 6 年，大病保险限额提高的 1,000.00 元（连续参保激励）断一年就没有了｜四（二）1"
    )
    assert costs(NEIXIANG, TODAY, **BORN_2024) == ["过了2024年12月31日才缴费，本年度享受不到待遇｜四（二）3"]
    assert costs(NEIXIANG, TODAY, special="低保对象", **LAST_YEAR) == [
        "2024年12月31日（含）前缴费从2025年1月1日享受待遇，过了这一天从缴费之日才享受｜四（二）2、三（二）"
    ], "the subsidised never wait"
    born = datetime.date(2025, 1, 10)
    assert costs(NEIXIANG, born + 30 * DAY, birth_date=born) == [
        f"{long_date(born + 90 * DAY)}（含）前缴费从2025年1月10日享受待遇，过了这一天从缴费之日才享受｜四（二）3"
    ]


def test_gaoyang_loses_days_after_december_and_waits_after_february():
    facts = {"insured_years": frozenset({2024, 2025})}
    first = costs(GAOYANG, datetime.date(2025, 11, 20), **facts)[0]
    assert first.startswith("2025年12月31日（含）前缴费从2026年1月1日享受待遇，过了这一天从缴费之日才享受")
    second = costs(GAOYANG, datetime.date(2026, 1, 20), **facts)[0]
    assert second.startswith("过了2026年2月28日才缴费，要等 3 个月才能享受待遇")


def test_the_order_and_the_limit():
    people = [
        person(id=n, household=f"户{n:02}", **facts)
        for n, facts in enumerate([LAST_YEAR] * 25 + [BORN_2024, {"look_again_on": TODAY, "promised": True}])
    ]
    calls = todays_list(NEIXIANG, people, today=TODAY)
    assert len(calls) == 20
    assert [call.household for call in calls[:3]] == ["户26", "户25", "户00"]
    assert todays_list(NEIXIANG, people, today=TODAY, most=-1) == []


def test_a_household_stands_once_with_all_its_reasons():
    people = [person(id=1, **LAST_YEAR), person(id=2, name="王小河", **BORN_2024)]
    (call,) = todays_list(NEIXIANG, people, today=TODAY)
    assert [why.person.id for why in call.reasons] == [2, 1]


# --- the page ------------------------------------------------------------------------------------------------


@pytest.fixture
def helper(make_user):
    return make_user(Role.VILLAGE, VILLAGE)


@pytest.fixture
def families(campaign, make_resident):
    """Three households who paid last year, two people each, and somebody on their own of whom nothing is known."""
    people = []
    for number in range(3):
        home = Household.objects.create(village_id=VILLAGE, number=f"{number:04}", head_name=f"户主{number}")
        for name in ("大", "小"):
            people.append(make_resident(VILLAGE, name=f"王{name}{number}", household=home, phone="13800001234"))
    InsuredYear.objects.bulk_create(InsuredYear(resident=one, year=2024, source="登记册") for one in people)
    make_resident(VILLAGE, name="孙独")
    return people


def of(campaign):
    return todays.today_of(campaign=campaign, village=Region.objects.get(pk=VILLAGE), today=TODAY)


def test_one_tap_ends_a_household_for_today(campaign, families, helper, client):
    client.force_login(helper)
    page = client.get(reverse("own_today"), follow=True)
    assert [one.name for one in page.context["found"].left] == ["户主0", "户主1", "户主2"]
    assert "断一年要从头算" in page.content.decode() and "孙独" not in page.content.decode()
    sent = {"key": str(uuid.uuid4()), "tapped": "home"}
    for _ in range(2):
        client.post(reverse("today_tap", args=[families[0].pk]), sent)
    assert [(visit.resident.name, visit.way, visit.result) for visit in Visit.objects.order_by("pk")] == [
        ("王大0", "home", "undecided"),
        ("王小0", "home", "undecided"),
    ]
    found = of(campaign)
    assert ([one.name for one in found.left], found.done) == (["户主1", "户主2"], 1)
    ((_, costs), (_, none_new)) = found.left[0].reasons
    assert len(costs) == 3 and none_new == (), "what holds for both is said once"
    wrong = client.post(reverse("today_tap", args=[families[2].pk]), {**sent, "tapped": "all"}, follow=True)
    assert "请点" in wrong.content.decode() and Visit.objects.count() == 2


def test_who_is_being_reviewed_or_seen_by_papers_alone(campaign, families, helper):
    record(campaign, families[:1], helper, way="records", result="", cause="army", since=TODAY, file=proof())
    found = of(campaign)
    assert Exclusion.objects.count() == 1 and found.done == 0
    assert [why.person.name for why, _ in found.left[0].reasons] == ["王小0"]


def test_no_village_but_ones_own(campaign, families, helper, client, make_resident):
    client.force_login(helper)
    assert client.get(reverse("today_list", args=[FAR])).status_code == 404
    stranger = make_resident(FAR)
    answer = client.post(reverse("today_tap", args=[stranger.pk]), {"key": str(uuid.uuid4()), "tapped": "home"})
    assert answer.status_code == 404 and not Visit.objects.exists()


def test_the_list_asks_as_much_of_many_as_of_few(campaign, families, make_resident):
    counts = []
    for more in (0, 40):
        for number in range(more):
            make_resident(VILLAGE, name=f"孙{number}")
        with CaptureQueriesContext(connection) as queries:
            of(campaign)
        counts.append(len(queries))
    assert counts[0] == counts[1]
