"""Months of insurance: written in many ways, counted in both directions."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from employees.months import in_words, months_between, next_month, other_month, previous_month, read_month

DAY = datetime.date


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("2025-11", DAY(2025, 11, 1)),
        ("2025-1", DAY(2025, 1, 1)),
        ("2025-01", DAY(2025, 1, 1)),
        ("2025年1月", DAY(2025, 1, 1)),
        ("2025年11月", DAY(2025, 11, 1)),
        ("2025年12月份", DAY(2025, 12, 1)),
        ("2025/9", DAY(2025, 9, 1)),
        ("202511", DAY(2025, 11, 1)),
        ("202501", DAY(2025, 1, 1)),
        (202511, DAY(2025, 11, 1)),
        (202511.0, DAY(2025, 11, 1)),
        ("2025-11-01", DAY(2025, 11, 1)),
        ("2025年11月1日", DAY(2025, 11, 1)),
        ("２０２５－１１", DAY(2025, 11, 1)),
        (DAY(2025, 11, 30), DAY(2025, 11, 1)),
        (datetime.datetime(2025, 11, 30, 9), DAY(2025, 11, 1)),
        ("2025-13", None),
        ("2025-0", None),
        ("2025", None),
        ("20251", None),
        ("11月", None),
        ("2025-11-15", None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_ways_of_writing_a_month(written, month):
    assert read_month(written) == month


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("样例厂 2025年11月职工医保申报表", ""),
        ("2025 年 10 月份", "2025年10月"),
        ("名册202410.xlsx", "2024年10月"),
        ("2025.10", "2025年10月"),
        ("2024年度", "2024年"),
        ("2025年度", ""),
        ("2025年12月3日", ""),
        ("20251203导出", ""),
        ("〔2024〕11号", ""),
        ("2025年11月，制表2025年12月", ""),
        ("", ""),
    ],
)
def test_a_title_that_tells_another_month(text, other):
    assert other_month([text], DAY(2025, 11, 1)) == other


@given(st.dates(min_value=DAY(2000, 1, 1), max_value=DAY(2090, 12, 31)))
def test_next_and_previous_undo_each_other(day):
    month = day.replace(day=1)
    assert previous_month(next_month(month)) == next_month(previous_month(month)) == month
    assert months_between(month, next_month(month)) == [month, next_month(month)]
    assert read_month(in_words(month)) == month
