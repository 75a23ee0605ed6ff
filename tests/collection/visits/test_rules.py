"""What a record of an attempt must say: both sides of each boundary."""

import datetime

import pytest

from collection.visits import rules
from collection.visits.rules import CauseFacts, VisitEntry

TODAY = datetime.date(2024, 10, 25)
DAY = datetime.timedelta(days=1)
AWAY, ELSEWHERE = CauseFacts("外出务工"), CauseFacts("已在异地参保", "参保地", True)
PROVEN = {"note": "邓州市", "has_evidence": True, "since": TODAY}

REFUSED = {
    "no result of an attempt": (VisitEntry("home", "", AWAY), "result"),
    "a result of what no attempt was": (VisitEntry("records", "refused", AWAY), "result"),
    "papers that say nothing": (VisitEntry("records", "", None), "cause"),
    "told without a day": (VisitEntry("call", "told", None), "told_paid_on"),
    "told of tomorrow": (VisitEntry("call", "told", None, told_paid_on=TODAY + DAY), "told_paid_on"),
    "promised for no day": (VisitEntry("call", "promised", None), "look_again_on"),
    "looked at again yesterday": (VisitEntry("home", "undecided", None, look_again_on=TODAY - DAY), "look_again_on"),
    "looked at again too late": (
        VisitEntry("home", "undecided", None, look_again_on=TODAY + 181 * DAY),
        "look_again_on",
    ),
    "no place": (VisitEntry("home", "undecided", ELSEWHERE, has_evidence=True, since=TODAY), "note"),
    "no evidence": (VisitEntry("home", "undecided", ELSEWHERE, note="邓州市", since=TODAY), "file"),
    "no first day": (VisitEntry("home", "undecided", ELSEWHERE, note="邓州市", has_evidence=True), "since"),
    "a first day to come": (VisitEntry("home", "undecided", ELSEWHERE, **{**PROVEN, "since": TODAY + DAY}), "since"),
}
TAKEN = {
    "a visit": VisitEntry("home", "undecided", None),
    "papers with a cause": VisitEntry("records", "", AWAY),
    "told of today": VisitEntry("call", "told", None, told_paid_on=TODAY),
    "promised for today": VisitEntry("call", "promised", None, look_again_on=TODAY),
    "looked at again at the latest": VisitEntry("home", "undecided", None, look_again_on=TODAY + 180 * DAY),
    "proven": VisitEntry("records", "", ELSEWHERE, **PROVEN),
}


@pytest.mark.parametrize(("entry", "field"), REFUSED.values(), ids=REFUSED)
def test_refused(entry, field):
    refusal = rules.refusal_of(entry, today=TODAY)
    assert refusal is not None and refusal.field == field


@pytest.mark.parametrize("entry", TAKEN.values(), ids=TAKEN)
def test_taken(entry):
    assert rules.refusal_of(entry, today=TODAY) is None


def test_a_payment_told_of_may_come_on_its_last_day():
    due = rules.due_on(TODAY, 10)
    assert due == datetime.date(2024, 11, 4)
    assert not rules.is_overdue(due, today=due)
    assert rules.is_overdue(due, today=due + DAY)


def test_quiet_begins_after_the_days():
    assert rules.quiet_before(TODAY, 14) == datetime.date(2024, 10, 11)
