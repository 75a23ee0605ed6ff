"""The tallies equal the contributions, whatever is written by whichever door, and what does not is named."""

import datetime
import random

import pytest

from collection.contributions.models import Contribution
from collection.tallies.models import DayTally, InstantTally
from collection.tallies.selectors import people_at
from collection.tallies.services import check_tallies, recount_tallies, refuse_differing, villages_that_differ
from core.audit.models import Event
from core.refusals import Refused
from reporting.progress.counting import Cutoff, RegionTally, count_villages, tally_villages
from tests.reporting.conftest import at, contribution

pytestmark = pytest.mark.django_db
VILLAGE, OTHER = "411325101200", "411325101201"
State, Channel = Contribution.State, Contribution.Channel


@pytest.fixture
def noon(business_clock):
    business_clock("2024-10-25T12:00")


def summed(model):
    names = ("collected", "posted", "self_paid", "collective")
    sums = [sum(getattr(row, name) for row in model.objects.all()) for name in names]
    return tuple(sums)


# What is written, one after the other → collected, posted, self-paid, collective at the end.
WRITTEN = [
    ("collected", [{}], (1, 0, 0, 0)),
    ("posted", [{"posted_at": at("2024-10-21 09:00"), "state": State.POSTED}], (1, 1, 0, 0)),
    ("reversed", [{"ended_at": at("2024-10-22"), "state": State.REVERSED}], (0, 0, 0, 0)),
    (
        "posted, then refunded",
        [{"posted_at": at("2024-10-21")}, {"ended_at": at("2024-10-22"), "state": State.REFUNDED}],
        (0, 0, 0, 0),
    ),
    ("ended and live again", [{"ended_at": at("2024-10-22")}, {"ended_at": None}], (1, 0, 0, 0)),
    ("of another channel", [{"channel": Channel.FAMILY}], (1, 0, 1, 0)),
    ("of a third", [{"channel": Channel.SELF}, {"channel": Channel.COLLECTIVE}], (1, 0, 0, 1)),
    ("ended before it began, by a slow clock", [{"ended_at": at("2024-10-19")}], (0, 0, 0, 0)),
    ("what is not counted", [{"end_reason": "无"}, {"state": State.DECLARED}], (1, 0, 0, 0)),
]


@pytest.mark.parametrize(("changes", "expected"), [case[1:] for case in WRITTEN], ids=[case[0] for case in WRITTEN])
def test_a_figure_follows_each_statement(changes, expected, campaign, make_resident):
    made = contribution(campaign, make_resident(VILLAGE), recorded="2024-10-20 23:59:59.999999")
    made.save()
    assert DayTally.objects.get().day == datetime.date(2024, 10, 20)
    for change in changes:
        Contribution.objects.update(**change)
        assert villages_that_differ(campaign) == []
    assert summed(DayTally) == summed(InstantTally) == expected
    Contribution.objects.all().delete()
    assert summed(DayTally) == summed(InstantTally) == (0, 0, 0, 0)


BOUNDARIES = ("2024-10-20 23:59:59.999999", "2024-10-21 00:00", "2024-10-21 00:00:00.000001")


def test_a_day_is_one_of_the_county(campaign, make_resident):
    for recorded in ("2024-10-20 23:59:59.999999", "2024-10-21 00:00"):
        contribution(campaign, make_resident(VILLAGE), recorded=recorded).save()
    found = people_at(
        campaign=campaign,
        figures={f"at_{n}": ("collected", at(text)) for n, text in enumerate(BOUNDARIES)},
    )
    assert list(found[VILLAGE].values()) == [0, 1, 2]


@pytest.mark.parametrize("seed", range(3))
def test_any_sequence_of_statements_leaves_tallies_that_equal_the_rows(  # noqa: C901 - one inner function a statement
    seed, campaign, make_resident
):
    """Also for every past instant, as the rows themselves are counted for it."""
    chance = random.Random(seed)
    people = [make_resident(village) for village in (VILLAGE, OTHER) for _ in range(6)]

    def moment():
        return at("2024-10-14") + datetime.timedelta(hours=chance.randrange(14 * 24))

    def write():
        when = moment().isoformat()[:19]
        paid = set(Contribution.objects.filter(ended_at=None).values_list("resident_id", flat=True))
        unpaid = [person for person in people if person.pk not in paid][:3]
        Contribution.objects.bulk_create(
            contribution(campaign, person, recorded=when, channel=chance.choice(Channel.values)) for person in unpaid
        )

    def post():
        for one in Contribution.objects.filter(posted_at=None).order_by("pk")[:2]:
            one.posted_at = max(moment(), one.recorded_at)
            one.save()

    def end():
        some = Contribution.objects.filter(ended_at=None).order_by("pk")[: chance.randrange(5)]
        state = chance.choice([State.REVERSED, State.REFUNDED])
        Contribution.objects.filter(pk__in=[one.pk for one in some]).update(ended_at=moment(), state=state)

    def move():
        Contribution.objects.filter(resident=chance.choice(people)).update(village_id=chance.choice((VILLAGE, OTHER)))

    def take_away():
        Contribution.objects.filter(resident=chance.choice(people)).delete()

    for _ in range(25):
        chance.choice([write, write, post, end, end, move, take_away])()
    assert villages_that_differ(campaign) == []
    for hours in range(0, 14 * 24, 31):
        as_of = at("2024-10-14") + datetime.timedelta(hours=hours)
        for known_at in (as_of, as_of + datetime.timedelta(days=2)):
            for metric in ("collected", "posted"):
                cutoff = Cutoff(as_of, known_at, metric, period_from=as_of - datetime.timedelta(days=3))
                kept = tally_villages(campaign, cutoff)
                rows = count_villages(campaign, cutoff)
                assert all(kept.get(v, RegionTally()) == rows.get(v, RegionTally()) for v in (VILLAGE, OTHER)), cutoff


@pytest.mark.parametrize("model", [DayTally, InstantTally])
def test_a_tally_that_differs_is_named_and_made_anew(model, campaign, make_resident, noon):
    for village in (VILLAGE, OTHER):
        contribution(campaign, make_resident(village), recorded="2024-10-20 09:00").save()
    assert check_tallies(campaign) == [] and recount_tallies(campaign=campaign, actor=None) == []
    refuse_differing(campaign)
    model.objects.filter(village=OTHER).update(posted=7)
    assert check_tallies(campaign) == [OTHER]
    with pytest.raises(Refused, match="吴岗村.*的计数与缴费记录不一致，不能发布"):
        refuse_differing(campaign)
    assert recount_tallies(campaign=campaign, actor=None) == [OTHER]
    assert villages_that_differ(campaign) == []
    assert list(Event.objects.filter(action__startswith="tally.").order_by("pk").values_list("action", flat=True)) == [
        "tally.differ",
        "tally.recount",
    ]


def test_a_tally_that_is_missing_differs_too(campaign, make_resident):
    contribution(campaign, make_resident(VILLAGE), recorded="2024-10-20 09:00").save()
    DayTally.objects.all().delete()
    assert villages_that_differ(campaign) == [VILLAGE]
