# ruff: noqa: E501 — each case stands on one line
"""Employees' insurance: what unit and person owe a month, as 西峡's notice has it, and what it leaves open."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from employees.quotes.quote import CENT, EmployeeQuoteError, quote_employee
from subsidies.policy.policies import available, load

XIXIA = "411323-2026"
# fmt: off
CASES = [
    # kind, wage, months, base, unit, person, total
    ("enterprise at the floor", "enterprise", "3831.00", 1, "3831.00", "325.64", "76.62", "402.26"),
    ("a cent under the floor", "enterprise", "3830.99", 1, "3831.00", "325.64", "76.62", "402.26"),
    ("a cent over the floor", "enterprise", "3831.01", 1, "3831.01", "325.64", "76.62", "402.26"),
    ("far under the floor", "enterprise", "0.01", 1, "3831.00", "325.64", "76.62", "402.26"),
    ("government", "government", "5000.00", 1, "5000.00", "400.00", "100.00", "500.00"),
    ("a social organisation pays as government does", "social", "5000.00", 1, "5000.00", "400.00", "100.00", "500.00"),
    ("staff outside the establishment, by our reading", "outside", "5000.00", 1, "5000.00", "400.00", "100.00", "500.00"),
    ("half a cent is rounded up", "enterprise", "4000.06", 1, "4000.06", "340.01", "80.00", "420.01"),
    ("twelve months are twelve times one", "enterprise", "3831.00", 12, "3831.00", "3907.68", "919.44", "4827.12"),
    ("more than a year", "enterprise", "3831.00", 13, "3831.00", "4233.32", "996.06", "5229.38"),
    ("ten years", "enterprise", "3831.00", 120, "3831.00", "39076.80", "9194.40", "48271.20"),
    ("flexible", "flexible", None, 1, "3831.00", "0.00", "306.48", "306.48"),
    ("flexible, a year", "flexible", None, 12, "3831.00", "0.00", "3677.76", "3677.76"),
    ("flexible, whatever is earned", "flexible", "9000.00", 1, "3831.00", "0.00", "306.48", "306.48"),
]
BAD = [
    ("individual businesses have no rate", XIXIA, "individual", "5000.00", 1, "amount_not_set", "县税务局"),
    ("no rates in this county", "411325-2025", "enterprise", "5000.00", 1, "amount_not_set", "内乡"),
    ("an unknown kind", XIXIA, "farmer", "5000.00", 1, "bad_input", "farmer"),
    ("no wage", XIXIA, "enterprise", None, 1, "bad_input", "wage_base"),
    ("a wage of nothing", XIXIA, "enterprise", "0.00", 1, "bad_input", "大于 0"),
    ("a wage below nothing", XIXIA, "enterprise", "-1.00", 1, "bad_input", "大于 0"),
    ("a wage of a million and a cent", XIXIA, "enterprise", "1000000.01", 1, "bad_input", "不超过"),
    ("tenths of a cent", XIXIA, "enterprise", "5000.001", 1, "bad_input", "两位小数"),
    ("no number", XIXIA, "enterprise", "NaN", 1, "bad_input", "大于 0"),
    ("no months", XIXIA, "enterprise", "5000.00", 0, "bad_input", "月数"),
    ("more months than ten years", XIXIA, "enterprise", "5000.00", 121, "bad_input", "月数"),
]
# fmt: on


@pytest.mark.parametrize(
    ("kind", "wage", "months", "base", "unit", "person", "total"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_is_owed(kind, wage, months, base, unit, person, total):
    result = quote_employee(load(XIXIA), kind=kind, wage_base=wage and Decimal(wage), months=months)
    assert [str(a) for a in (result.base, result.unit, result.person, result.total)] == [base, unit, person, total]
    assert all(reason.source.clause for reason in result.reasons)


@pytest.mark.parametrize(
    ("policy", "kind", "wage", "months", "code", "says"), [c[1:] for c in BAD], ids=[c[0] for c in BAD]
)
def test_what_is_not_quoted(policy, kind, wage, months, code, says):
    with pytest.raises(EmployeeQuoteError, match=says) as refused:
        quote_employee(load(policy), kind=kind, wage_base=wage and Decimal(wage), months=months)
    assert refused.value.code == code


def _says(wage: str, kind: str = "enterprise") -> str:
    result = quote_employee(load(XIXIA), kind=kind, wage_base=Decimal(wage))
    return "\n".join(reason.says for reason in result.reasons)


def test_the_missing_ceiling_is_said_where_it_could_matter():
    assert "上限没有确定" in _says("3831.01")
    assert "上限" not in _says("3831.00")


def test_a_raised_wage_and_a_reading_of_ours_are_said():
    assert "低于下限" in _says("3830.99") and "低于下限" not in _says("3831.00")
    assert "按所在单位的费率" in _says("5000.00", "outside")


def test_months_beyond_the_years_own_are_said():
    says = [
        "".join(
            reason.says for reason in quote_employee(load(XIXIA), kind="flexible", wage_base=None, months=m).reasons
        )
        for m in (12, 13)
    ]
    assert ["请分年度核算" in text for text in says] == [False, True]


@given(cents=st.integers(min_value=1, max_value=100_000_000), months=st.integers(min_value=1, max_value=120))
def test_shares_are_cents_and_add_up(cents, months):
    result = quote_employee(load(XIXIA), kind="enterprise", wage_base=Decimal(cents) / 100, months=months)
    assert result.unit + result.person == result.total
    assert result.total == result.total.quantize(CENT)
    assert abs(result.total - result.base * months * Decimal("0.105")) <= months * CENT


def test_the_other_counties_have_no_employees_insurance():
    assert [policy for policy in available() if load(policy).employees] == [XIXIA]


def test_the_floor_holds_until_a_later_year_has_its_own():
    rules = load(XIXIA).employees
    assert rules.floor_for(2024) is None
    assert rules.floor_for(2025) == rules.floor_for(2030) == rules.floors[0]
