"""The registry of facts: who asked is called with the changes of their kinds, in the change's own transaction."""

import datetime

import pytest

from residents.people import facts
from residents.people.facts import FactChange, FactKind, StatusFact


@pytest.fixture
def calls(monkeypatch):
    """A registry of its own, and what was called."""
    monkeypatch.setattr(facts, "_callbacks", [])
    return []


DIED = FactChange(1, FactKind.STATUS, None, StatusFact("dead", datetime.date(2024, 10, 1), "证明"))
BORN = FactChange(1, FactKind.BIRTH_DATE, datetime.date(1970, 5, 1), datetime.date(1970, 5, 2))


def test_each_gets_the_changes_of_its_kinds_in_one_sequence(calls):
    facts.on_fact(lambda *args: calls.append(("all", *args)))
    facts.on_fact(lambda *args: calls.append(("births", *args)), kinds={FactKind.BIRTH_DATE})
    facts.on_fact(lambda *args: calls.append(("years", *args)), kinds={FactKind.INSURED_YEARS})
    facts.record_facts([DIED, BORN], actor=None, batch="status-1")
    assert calls == [("all", [DIED, BORN], None, "status-1"), ("births", [BORN], None, "status-1")]


def test_registering_twice_is_registering_once(calls):
    def callback(*args):
        calls.append(args)

    facts.on_fact(callback)
    facts.on_fact(callback)
    facts.record_facts([DIED], actor=None)
    facts.record_facts([], actor=None)
    assert len(calls) == 1
