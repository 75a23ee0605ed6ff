"""政策测算: groups quoted once cost what the people quoted one by one cost."""

import datetime
from collections import Counter
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.regions.models import Region
from residents.people.models import Resident
from subsidies.policy.editing import set_category
from subsidies.policy.policies import load
from subsidies.quotes.census import count_people
from subsidies.quotes.quote import QuoteError
from subsidies.quotes.selectors import quote_residents
from subsidies.quotes.simulation import PeopleAlike, changes, simulate
from subsidies.rosters.models import Identity

NEIXIANG, QINSHUI, TUNLIU = (load(i) for i in ("411325-2025", "140521-2026", "140405-2026"))
T = "411325101"
PEOPLE = Counter(
    {
        PeopleAlike(T, None, ()): 1000,
        PeopleAlike(T, None, ("低保对象",)): 50,
        PeopleAlike("411325102", None, ("低保对象", "重度残疾人")): 20,
        PeopleAlike("411325102", None, ("特困人员",)): 10,
    }
)


def test_what_a_policy_costs():
    result = simulate(NEIXIANG, PEOPLE)
    assert (result.whole.people, result.whole.subsidy) == (1080, Decimal(70 * 80 + 10 * 400))
    assert result.whole.due == Decimal(1000 * 400 + 70 * 320)
    assert result.by_fund["医疗救助资金"].subsidy == result.whole.subsidy
    assert result.by_category["低保对象"].people == 70
    assert result.by_township["411325102"].subsidy == Decimal(20 * 80 + 10 * 400)
    assert result.not_set == {}


def test_amounts_not_set_are_counted_apart():
    people = Counter({PeopleAlike(T, None, ("重度残疾人",)): 7, PeopleAlike(T, None, ()): 3})
    result = simulate(QINSHUI, people)
    assert result.not_set == {"重度残疾人": 7} and result.whole.people == 3


def test_who_gains_and_who_loses():
    more = set_category(NEIXIANG, "低保对象", way="amount", value=Decimal(100), fund="医疗救助资金", document="测算")
    (gain,) = changes(NEIXIANG, more, PEOPLE)
    assert (gain.category, gain.people, gain.difference) == ("低保对象", 70, Decimal(-1400))
    less = set_category(NEIXIANG, "低保对象", way="nothing", value=None, fund="", document="测算")
    lose = changes(NEIXIANG, less, PEOPLE)
    # Who is severely disabled too keeps the same amount by that category.
    assert [(change.people, change.difference) for change in lose] == [(50, Decimal(4000))]
    assert changes(NEIXIANG, NEIXIANG, PEOPLE) == []


@pytest.fixture
def register(campaign, make_resident):
    """Forty people, some of whom are recognised, ended, dead, or recognised twice."""
    people = [make_resident("411325101200") for _ in range(40)]
    since = datetime.date(2024, 6, 1)

    def recognise(person, kind, **facts):
        Identity.objects.create(resident=person, kind=kind, department="民政局", recognised_on=since, **facts)

    for person in people[:10]:
        recognise(person, "低保对象")
    for person in people[5:8]:
        recognise(person, "特困人员")
    recognise(people[10], "低保对象", ended_on=datetime.date(2024, 7, 1))
    people[0].status = Resident.Status.DEAD
    people[0].save()
    return people


def test_the_register_counted_by_what_decides(register, campaign):
    county = Region.objects.get(pk="411325")
    people = count_people(county, born_from=datetime.date(2030, 1, 1))
    assert people == {
        PeopleAlike(T, None, ()): 30,
        PeopleAlike(T, None, ("低保对象",)): 6,
        PeopleAlike(T, None, ("低保对象", "特困人员")): 3,
    }
    alive = [person for person in register if person.status != Resident.Status.DEAD]
    quotes = quote_residents(
        campaign=campaign, residents=alive, paid_on=campaign.policy.period.start, taking_payment=False
    ).values()
    assert not any(isinstance(answer, QuoteError) for answer in quotes)
    assert simulate(campaign.policy, people).whole.subsidy == sum(answer.subsidy for answer in quotes)


def test_counting_takes_two_questions(register):
    county = Region.objects.get(pk="411325")
    with CaptureQueriesContext(connection) as asked:
        count_people(county, born_from=datetime.date(1900, 1, 1))
    assert len(asked) == 2


def test_children_are_quoted_by_their_birth_dates():
    people = Counter({PeopleAlike(T, datetime.date(2024, 5, 1), ()): 4, PeopleAlike(T, None, ()): 6})
    result = simulate(TUNLIU, people)
    assert result.by_fund["市县财政"].subsidy == Decimal(1600)
