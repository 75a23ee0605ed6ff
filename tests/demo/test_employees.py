"""The demo of a county with employees' insurance: something real on each of its pages, nothing in the others."""

import datetime

import pytest

from core.jobs import services as jobs
from demo.counties import demo_county
from demo.employees import BEHIND, FLEXIBLE, UNITS, declare_two_months
from demo.world import World
from employees.declarations.models import MonthlyDeclaration
from employees.goal.models import PensionRoll
from employees.members.selectors import in_several_places
from employees.payments.models import EmployeePayment, PaidFile
from employees.payments.selectors import accounts_of_units
from employees.units.models import Unit


@pytest.fixture
def world(db, business_clock, make_user, monkeypatch):
    def make(county: str, year: int, now: str) -> World:
        from subsidies.campaigns.services import open_campaign

        monkeypatch.setattr(jobs, "wake", lambda job_id: None)
        business_clock(now)
        campaign = open_campaign(policy_id=f"{county}-{year}")[0]
        people = [make_user(role, county) for role in ("county", "county", "tax")]
        return World(demo_county(county), campaign, *people, teams={}, helpers={}, plans=[])

    return make


def test_units_months_payments_and_a_roll(world):
    declare_two_months(world("411323", 2026, "2025-10-24T10:00"), datetime.date(2025, 10, 24))
    assert Unit.objects.count() == UNITS
    assert MonthlyDeclaration.objects.filter(state="booked").count() == 2 * UNITS - 1
    flexible = EmployeePayment.objects.filter(member__isnull=False)
    assert flexible.count() == 2 * FLEXIBLE - FLEXIBLE // BEHIND - 1, "some owe a month, one owes both"
    assert EmployeePayment.objects.filter(unit__isnull=False).exists() and len(PaidFile.objects.get().bad_rows) == 1
    accounts = accounts_of_units(Unit.objects.all(), until=datetime.date(2025, 10, 1))
    states = {account.is_settled for months in accounts.values() for account in months}
    assert states == {True, False}
    assert set(PensionRoll.objects.get().differences.values_list("kind", flat=True)) >= {
        "not_insured",
        "not_on_roll",
        "base_differs",
    }
    assert in_several_places("411323").count() == 1, "somebody works for two units"


def test_a_county_without_it_has_none(world):
    declare_two_months(world("411325", 2025, "2024-10-25T10:00"), datetime.date(2024, 10, 25))
    assert not Unit.objects.exists()
