"""What a status means for cover that was paid for, by the five counties' clauses and the day."""

import datetime
from decimal import Decimal

import pytest

from collection.consequences.rules import BookedCover, Outcome, follows_from_status
from residents.people.models import Resident
from subsidies.policy import policies

LABELS = dict(Resident.Status.choices)
CASES = {
    # policy status since benefits-from today paid → outcome, last day to apply, cover ends, subsidy stops
    "内乡 death": "411325-2025 dead 2024-10-20 2025-01-01 2024-10-25 400 → refund 2024-12-31 2025-01-01 stops",
    "内乡 the last day": "411325-2025 dead 2024-10-20 2025-01-01 2024-12-31 400 → refund 2024-12-31 2025-01-01 stops",
    "内乡 known too late": "411325-2025 dead 2024-12-31 2025-01-01 2025-01-01 400 → stands - 2024-12-31 paid",
    "内乡 the eve": "411325-2025 dead 2024-12-31 2025-01-01 2024-12-31 400 → refund 2024-12-31 2025-01-01 stops",
    "内乡 first day": "411325-2025 dead 2025-01-01 2025-01-01 2025-01-02 400 → stands - 2025-01-01 paid",
    "内乡 enlistment": "411325-2025 army 2024-10-20 2025-01-01 2024-10-25 400 → ask - - paid",
    "内乡 prison": "411325-2025 prison 2024-10-20 2025-01-01 2024-10-25 400 → ask - - paid",
    "内乡 job": "411325-2025 employee 2024-10-20 2025-01-01 2024-10-25 400 → refund 2024-12-31 2025-01-01 stops",
    "内乡 elsewhere": "411325-2025 elsewhere 2024-10-20 2025-01-01 2024-10-25 400 → refund 2024-12-31 2025-01-01 stops",
    "moved away": "411325-2025 moved 2024-10-20 2025-01-01 2024-10-25 400 → stands - - paid",
    "free, death": "411325-2025 dead 2024-10-20 2025-01-01 2024-10-25 0 → free_ends - 2025-01-01 stops",
    "free, death under cover": "411325-2025 dead 2025-03-01 2025-01-01 2025-03-02 0 → stands - 2025-03-01 paid",
    "高阳 enlistment": "130628-2026 army 2025-11-20 2026-01-01 2025-12-01 400 → refund 2025-12-31 2026-01-01 stops",
    "高阳 prison": "130628-2026 prison 2025-11-20 2026-01-01 2025-12-01 400 → refund 2025-12-31 2026-01-01 stops",
    "西峡 job": "411323-2026 employee 2025-11-20 2026-01-01 2025-12-01 400 → refund 2025-12-31 2026-01-01 stops",
    "沁水 enlistment": "140521-2026 army 2025-11-20 2026-01-01 2025-12-01 400 → ask - - paid",
    "屯留 death": "140405-2026 dead 2025-11-20 2026-01-01 2025-12-01 400 → refund 2025-12-31 2026-01-01 stops",
}


def day(text):
    return None if text == "-" else datetime.date.fromisoformat(text)


@pytest.mark.parametrize("name", CASES)
def test_status_and_cover(name):
    policy, status, since, start, today, paid, _, outcome, deadline, ends, subsidy = CASES[name].split()
    found = follows_from_status(
        policies.load(policy).refund_rules,
        status=status,
        label=str(LABELS[status]),
        since=day(since),
        cover=BookedCover(Decimal(paid), day(start)),
        on=day(today),
    )
    assert (found.outcome, found.deadline, found.cover_ends, found.subsidy_stops) == (
        Outcome(outcome),
        day(deadline),
        day(ends),
        subsidy == "stops",
    )
    assert found.why


def test_back_on_the_register_nothing_follows():
    rules = policies.load("411325-2025").refund_rules
    cover = BookedCover(Decimal(400), day("2025-01-01"))
    today = day("2024-10-25")
    assert follows_from_status(rules, status="active", label="在册", since=today, cover=cover, on=today) is None
