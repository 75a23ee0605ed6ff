"""The same rows for the same as-of time: built twice, built late, built while others write."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from collection.contributions.models import Contribution
from core.regions.models import Region
from reporting.progress.counting import tree_at
from reporting.rankings import snapshots
from reporting.rankings.models import Snapshot, SnapshotRow
from reporting.rankings.snapshots import build_snapshot, snapshots_due
from subsidies.campaigns.targets import set_targets
from tests.reporting.conftest import at

FRIDAY = "2024-10-25 12:00"
REVERSED, REFUNDED = Contribution.State.REVERSED, Contribution.State.REFUNDED


@pytest.fixture
def noon(business_clock):
    business_clock("2024-10-25T12:00")


def rows(snapshot):
    names = [f.name for f in SnapshotRow._meta.fields if f.name not in ("id", "snapshot", "region")]
    return {row.region_id: tuple(getattr(row, n) for n in names) for row in snapshot.rows.all()}


def one(campaign, village, *, as_of=FRIDAY, known_at=None):
    snapshot = build_snapshot(campaign=campaign, kind="weekly", as_of=at(as_of), known_at=known_at and at(known_at))
    return snapshot.rows.get(region_id=village)


# name, instants and state → collected, posted
COUNTING = [
    ("collected before noon", {"recorded": "2024-10-25 11:59:59"}, (1, 0)),
    ("collected at noon is next week's", {"recorded": "2024-10-25 12:00"}, (0, 0)),
    ("posted before noon", {"recorded": "2024-10-20", "posted": "2024-10-25 11:59:59.999999"}, (1, 1)),
    ("posted at noon is next week's", {"recorded": "2024-10-20", "posted": "2024-10-25 12:00"}, (1, 0)),
    ("reversed before noon", {"recorded": "2024-10-20", "ended": "2024-10-25 11:59", "state": REVERSED}, (0, 0)),
    (
        "reversed at noon still counts",
        {"recorded": "2024-10-20", "ended": "2024-10-25 12:00", "state": REVERSED},
        (1, 0),
    ),
    (
        "refunded before noon",
        {"recorded": "2024-10-01", "posted": "2024-10-02", "ended": "2024-10-20", "state": REFUNDED},
        (0, 0),
    ),
]


@pytest.mark.parametrize("case", COUNTING, ids=[case[0] for case in COUNTING])
def test_what_counts(case, campaign, pay, villages, business_clock):
    _, facts, expected = case
    business_clock("2024-10-26T09:00")
    village = villages["411325101"][0]
    pay(village, **facts)
    row = one(campaign, village)
    assert (row.collected, row.posted) == expected


def test_gains_channels_and_sums(campaign, pay, villages, noon):
    first, second = villages["411325101"][:2]
    pay(first, recorded="2024-10-10", posted="2024-10-18 11:59")
    pay(first, recorded="2024-10-10", posted="2024-10-18 12:00", channel="self")
    pay(second, recorded="2024-10-24", posted="2024-10-25 11:00", channel="family")
    pay(second, recorded="2024-10-24", channel="collective")
    pay(second, recorded="2024-10-01", posted="2024-10-02", ended="2024-10-20", state=REFUNDED)
    row = one(campaign, "411325101")
    assert (row.collected, row.posted, row.self_paid, row.collective) == (4, 3, 2, 1)
    assert row.gained == 3 - 2  # a week ago: the first one and the one refunded since
    assert one(campaign, second).gained == 0


def test_built_twice_is_one_snapshot(campaign, pay, villages, noon):
    pay(villages["411325101"][0], recorded="2024-10-20")
    assert build_snapshot(campaign=campaign, kind="weekly", as_of=at(FRIDAY)) == build_snapshot(
        campaign=campaign, kind="weekly", as_of=at(FRIDAY)
    )
    assert Snapshot.objects.count() == 1


def test_built_late_has_the_rows_of_its_time(campaign, pay, villages, noon, business_clock):
    """Everything that may happen afterwards happens, and the count for Friday noon stays what it was."""
    village, other = villages["411325101"][:2]
    set_before = {village: 100, other: 50}
    business_clock("2024-10-24T09:00")
    set_targets(campaign=campaign, people=set_before, source="任务表", actor=None)
    stays = pay(village, recorded="2024-10-20", posted="2024-10-21")
    pay(village, recorded="2024-10-25 11:00")
    business_clock("2024-10-25T12:00")
    on_time = build_snapshot(campaign=campaign, kind="weekly", as_of=at(FRIDAY))

    business_clock("2024-11-20T09:00")
    pay(village, recorded="2024-11-01", posted="2024-11-02")
    Contribution.objects.filter(pk=stays.pk).update(ended_at=at("2024-11-10"), state=REVERSED)
    set_targets(campaign=campaign, people={village: 999}, source="调整", actor=None)
    facts = {"level": "village", "parent_id": "411325102", "stands_since": at("2024-11-15")}
    moved = Region.objects.create(code="411325102999", name="迁来村", **facts)
    Region.objects.filter(code=other).update(replaced_by=moved, replaced_at=at("2024-11-15"))

    cutoff = snapshots.cutoff_of(campaign=campaign, kind="weekly", as_of=at(FRIDAY), known_at=at(FRIDAY))
    again = snapshots.rows_of(campaign=campaign, cutoff=cutoff)
    assert snapshots._fingerprint(campaign, "weekly", cutoff, again) == on_time.fingerprint
    assert {row.region_id: row.task for row in again if row.task} == {village: 100, other: 50, "411325101": 150}


def test_a_correction_leaves_out_mistakes_found_since_but_not_refunds(campaign, pay, villages, noon, business_clock):
    village = villages["411325101"][0]
    pay(village, recorded="2024-10-20", posted="2024-10-21", ended="2024-10-28", state=REVERSED)
    pay(village, recorded="2024-10-20", posted="2024-10-21", ended="2024-10-28", state=REFUNDED)
    pay(village, recorded="2024-10-20", posted="2024-10-21", ended="2024-10-29", state=REVERSED)
    assert one(campaign, village).posted == 3
    business_clock("2024-11-01T09:00")
    assert one(campaign, village, known_at="2024-10-28 23:00").posted == 2
    assert one(campaign, village, known_at="2024-10-30 09:00").posted == 1
    assert one(campaign, village).posted == 3


@pytest.mark.parametrize("model", [Snapshot, SnapshotRow])
def test_the_database_refuses_to_change_a_snapshot(model, campaign, noon):
    build_snapshot(campaign=campaign, kind="weekly", as_of=at(FRIDAY))
    for change in (lambda: model.objects.update(id=1), lambda: model.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_the_future_is_not_counted(campaign, business_clock):
    business_clock("2024-10-25T11:59")
    with pytest.raises(ValueError, match="past"):
        build_snapshot(campaign=campaign, kind="weekly", as_of=at(FRIDAY))


def test_the_number_of_queries_does_not_grow_with_people(campaign, pay, villages, noon):
    def queries(as_of):
        with CaptureQueriesContext(connection) as seen:
            build_snapshot(campaign=campaign, kind="weekly", as_of=at(as_of))
        assert not any("collection_contribution" in query["sql"] for query in seen)  # the kept tallies alone
        return len(seen)

    queries("2024-10-04 12:00")  # draws the counting line
    pay(villages["411325101"][0], recorded="2024-10-01")
    few = queries("2024-10-11 12:00")
    for village in villages["411325102"]:
        pay(village, recorded="2024-10-01")
    assert queries("2024-10-18 12:00") == few <= 15


# --- bad input ---------------------------------------------------------------------------------------------------


def test_tasks_own_summed_zero_and_missing(campaign, noon, villages, business_clock):
    business_clock("2024-10-20T09:00")
    a, b = villages["411325102"][:2]
    set_targets(
        campaign=campaign,
        people={"411325101": 0, a: 10, b: 5, "411325103": 70, villages["411325103"][0]: 9},
        source="任务表",
        actor=None,
    )
    business_clock("2024-10-25T12:00")
    snapshot = build_snapshot(campaign=campaign, kind="weekly", as_of=at(FRIDAY))
    tasks = {code: row[0] for code, row in rows(snapshot).items()}
    assert tasks["411325101"] == 0
    assert tasks["411325102"] == 15
    assert tasks["411325103"] == 70
    assert tasks["411325104"] is None


def test_a_township_without_villages_has_a_row(campaign, noon):
    Region.objects.create(code="411325999", name="新设镇", level="township", parent_id="411325")
    row = one(campaign, "411325999")
    assert (row.task, row.collected) == (None, 0)


def test_a_village_that_moved_counts_where_it_stood(campaign, pay, villages, business_clock):
    old = villages["411325101"][0]
    facts = {"level": "village", "parent_id": "411325102", "stands_since": at("2024-10-20")}
    moved = Region.objects.create(code="411325102999", name="迁来村", **facts)
    Region.objects.filter(code=old).update(replaced_by=moved, replaced_at=at("2024-10-20"))
    pay(old, recorded="2024-10-10")
    pay(moved.code, recorded="2024-10-24")
    business_clock("2024-10-25T12:00")
    before = build_snapshot(campaign=campaign, kind="weekly", as_of=at("2024-10-18 12:00"))
    after = build_snapshot(campaign=campaign, kind="weekly", as_of=at(FRIDAY))
    assert rows(before)[old][1] == rows(before)["411325101"][1] == 1
    assert moved.code not in rows(before)
    assert rows(after)[moved.code][1] == rows(after)["411325102"][1] == 2
    assert old not in rows(after)
    assert rows(after)["411325101"][1] == 0


def test_a_circle_of_moves_does_not_hang(campaign, villages):
    a, b = villages["411325101"][:2]
    Region.objects.filter(code=a).update(replaced_by_id=b, replaced_at=at("2024-10-01"))
    Region.objects.filter(code=b).update(replaced_by_id=a, replaced_at=at("2024-10-02"))
    assert tree_at(campaign, at(FRIDAY)).stands_for[a] in (a, b)


def test_weeks_that_were_missed_are_caught_up(campaign, business_clock):
    business_clock("2024-11-15T12:00")
    assert [kind for kind, _ in snapshots_due(campaign=campaign, now=at("2024-11-15 12:00"))] == [
        "weekly",
        "monthly",
        "weekly",
        "weekly",
        "weekly",
    ]
    for kind, as_of in snapshots_due(campaign=campaign, now=at("2024-11-15 12:00")):
        build_snapshot(campaign=campaign, kind=kind, as_of=as_of)
    assert snapshots_due(campaign=campaign, now=at("2024-11-15 12:00")) == []
