"""Dated statuses: set, refused, taken back; the registry of facts hears both ways."""

import datetime
import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.audit.models import Event
from core.refusals import Refused
from residents.people import facts
from residents.people.facts import FactKind, StatusFact
from residents.people.models import Resident
from residents.statuses.rules import RegisteredStatuses, refusal_of
from residents.statuses.services import LABELS, NewStatus, set_status, set_statuses, withdraw_status

HERE = "411325100001"
BORN, TODAY = datetime.date(1970, 5, 1), datetime.date(2024, 10, 25)
DAY = datetime.timedelta(days=1)


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture
def clerk(campaign, make_user):
    return make_user("township", "411325100")


@pytest.fixture
def heard(monkeypatch):
    """What the registry of facts was told, callback by callback."""
    monkeypatch.setattr(facts, "_callbacks", [])
    calls = []
    facts.on_fact(lambda changes, actor, batch: calls.append([(c.kind, c.old, c.new) for c in changes]))
    return calls


IN_THE_ARMY = ("army", day("2024-03-01"), ((day("2024-03-01"), "army"),))
#: (status now, since, entries), the new status and its day: part of the refusal, or ''.
RULES = {
    "on the day of birth": (("active", None, ()), "dead", BORN, ""),
    "the day before birth": (("active", None, ()), "dead", BORN - DAY, "早于出生日期"),
    "today": (("active", None, ()), "dead", TODAY, ""),
    "tomorrow": (("active", None, ()), "dead", TODAY + DAY, "今天以后"),
    "a second death": (("dead", day("2024-01-01"), ()), "dead", day("2024-02-01"), "已于 2024-01-01 登记死亡"),
    "a move of the dead": (("dead", day("2024-01-01"), ()), "moved", day("2024-02-01"), "请先撤回"),
    "the dead are on the register again": (("dead", day("2024-01-01"), ()), "active", day("2024-02-01"), ""),
    "into a merged record": (("active", None, ()), "merged", TODAY, "已合并"),
    "of a merged record": (("merged", None, ()), "dead", TODAY, "已合并"),
    "before the latest": (
        ("army", day("2024-03-01"), ((day("2024-03-01"), "army"),)),
        "dead",
        day("2024-02-29"),
        "已登记“参军”",
    ),
    "on the day of the latest": (
        ("army", day("2024-03-01"), ((day("2024-03-01"), "army"),)),
        "dead",
        day("2024-03-01"),
        "",
    ),
}


@pytest.mark.parametrize("case", RULES)
def test_when_a_status_may_be_registered(case):
    (now, since, entries), status, on, expected = RULES[case]
    standing = RegisteredStatuses(BORN, now, since, frozenset(entries))
    refusal = refusal_of(standing, status, on, today=TODAY, labels=LABELS)
    assert (refusal is None) if not expected else (expected in refusal.message)


def test_a_death_taken_back_brings_back_what_was_before(clerk, make_resident, heard):
    resident = make_resident(HERE, birth="1970-05-01")
    set_status(resident=resident, status="army", since=day("2023-01-01"), source="证明", actor=clerk)
    set_status(resident=resident, status="dead", since=day("2024-05-01"), source="证明", actor=clerk)
    entry = resident.statuses.get(status="dead")
    assert withdraw_status(entry=entry, reason="同名误登", actor=clerk)
    assert not withdraw_status(entry=entry, reason="同名误登", actor=clerk), "twice is once"
    resident.refresh_from_db()
    assert (resident.status, resident.status_on) == ("army", day("2023-01-01"))
    assert resident.statuses.get(status="army").until is None
    event = Event.objects.get(action="status.withdraw")
    assert (event.before["status"], event.after["status"], event.actor) == ("dead", "army", clerk)
    died = StatusFact("dead", day("2024-05-01"), "证明")
    assert heard[1:] == [[(FactKind.STATUS, None, died)], [(FactKind.STATUS, died, None)]]
    assert set_status(resident=resident, status="dead", since=day("2024-05-01"), source="证明", actor=clerk)


def test_who_has_no_status_left_is_on_the_register(clerk, make_resident):
    resident = make_resident(HERE)
    set_status(resident=resident, status="dead", since=day("2024-05-01"), source="证明", actor=clerk)
    withdraw_status(entry=resident.statuses.get(), reason="误登", actor=clerk)
    resident.refresh_from_db()
    assert (resident.status, resident.status_on) == ("active", None)


def test_a_status_that_another_followed_is_taken_back_without_touching_it(clerk, make_resident):
    resident = make_resident(HERE)
    for status, since in (("army", "2022-01-01"), ("prison", "2023-01-01"), ("active", "2024-01-01")):
        set_status(resident=resident, status=status, since=day(since), source="证明", actor=clerk)
    withdraw_status(entry=resident.statuses.get(status="prison"), reason="误登", actor=clerk)
    resident.refresh_from_db()
    assert (resident.status, resident.status_on) == ("active", day("2024-01-01"))
    assert resident.statuses.get(status="army").until == day("2024-01-01")


def test_a_reason_is_needed_and_a_merged_record_is_left_alone(clerk, make_resident):
    resident = make_resident(HERE)
    set_status(resident=resident, status="army", since=day("2022-01-01"), source="证明", actor=clerk)
    with pytest.raises(Refused, match="撤回原因"):
        withdraw_status(entry=resident.statuses.get(), reason=" ", actor=clerk)
    Resident.objects.update(status="merged")
    with pytest.raises(Refused, match="并入"):
        withdraw_status(entry=resident.statuses.get(), reason="误登", actor=clerk)


def test_in_whatever_order_statuses_are_taken_back_the_rest_determines_the_end(clerk, make_resident):
    facts_in_order = (("army", "2022-01-01"), ("active", "2023-01-01"), ("dead", "2024-01-01"))
    for order in itertools.permutations(range(3), 2):
        resident = make_resident(HERE)
        for status, since in facts_in_order:
            set_status(resident=resident, status=status, since=day(since), source="证明", actor=clerk)
        for index in order:
            withdraw_status(entry=resident.statuses.get(status=facts_in_order[index][0]), reason="误登", actor=clerk)
        ((status, since),) = (fact for index, fact in enumerate(facts_in_order) if index not in order)
        resident.refresh_from_db()
        assert (resident.status, resident.status_on) == (status, day(since)), order


def test_many_cost_as_many_statements_as_one(clerk, make_resident, heard, django_assert_num_queries):
    people = [make_resident(HERE, birth="1970-05-01") for _ in range(60)]
    entries = [NewStatus(one.pk, TODAY - n * DAY, "名单") for n, one in enumerate(people)]
    with CaptureQueriesContext(connection) as one:
        set_statuses(status="dead", entries=entries[:1], actor=clerk)
    assert len(one) <= 12
    with django_assert_num_queries(len(one)):
        outcome = set_statuses(status="dead", entries=entries[1:], actor=clerk, batch="status-1")
    assert len(outcome.written) == 59 and len(heard[-1]) == 59
    assert Event.objects.filter(action="status.set").count() == 60
    assert [r.status_on for r in Resident.objects.order_by("pk")] == [entry.since for entry in entries]
    again = set_statuses(status="dead", entries=entries, actor=clerk)
    assert (len(again.written), len(again.known), again.refused) == (0, 60, {}) and len(heard) == 2
