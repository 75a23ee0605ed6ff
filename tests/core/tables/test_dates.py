"""Bounds of dates, and dates of birth: what only the document number can tell is asked, never guessed."""

from datetime import date, datetime

import pytest

from core.tables.dates import FIRST_BIRTH, read_birth_date, read_date

TODAY = date(2024, 10, 25)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (date(1905, 7, 16), "早于 2000-01-01"),  # the number 2024, shown as a date
        ("1999-12-31", "早于 2000-01-01"),
        (datetime(2100, 1, 1), "晚于 2099-12-31"),
        (36525, "不是日期"),
        ("#N/A", "公式错误"),
        ("NaN", "不是有效的数字"),
    ],
)
def test_days_outside_the_bounds_are_refused_with_the_columns_title(cell, says):
    day, changed, problem = read_date(cell, title="到账日期")
    assert (day, changed) == (None, False)
    assert problem.startswith("到账日期") and says in problem


@pytest.mark.parametrize("cell", ["2000-01-01", "2099-12-31", date(2000, 1, 1), 36526, 73050])
def test_the_bounds_themselves_pass(cell):
    assert read_date(cell)[0] in (date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("cell", "born"),
    [
        ("1990-01-01", date(1990, 1, 1)),
        ("1990年1月1日", date(1990, 1, 1)),
        ("19900101", date(1990, 1, 1)),
        (32874, date(1990, 1, 1)),
        ("一九九〇年一月一日", date(1990, 1, 1)),
        ("1900-01-01", date(1900, 1, 1)),
        ("2024-10-25", TODAY),
        (None, None),
        ("", None),
    ],
)
def test_dates_of_birth(cell, born):
    assert read_birth_date(cell, today=TODAY) == (born, "")


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("24.9.1", "只有两位"),
        ("24年9月1日", "只有两位"),
        ("2034-09-01", "晚于 2024-10-25"),
        ("2024-10-26", "晚于 2024-10-25"),
        ("1899-12-31", "早于 1900-01-01"),
        (date(1899, 12, 31), "早于 1900-01-01"),
        (1990, "不是日期"),
        ("1990-13-01", "不存在"),
        ("不知道", "不是日期"),
    ],
)
def test_dates_of_birth_that_would_be_a_guess(cell, says):
    born, problem = read_birth_date(cell, today=TODAY)
    assert born is None and says in problem and problem.startswith("出生日期")


def test_the_number_tells_the_century_of_two_digits_and_nothing_else():
    assert read_birth_date("90.1.1", today=TODAY, number_says=date(1990, 1, 1)) == (date(1990, 1, 1), "")
    assert read_birth_date("10.1.1", today=TODAY, number_says=date(1910, 1, 1)) == (date(1910, 1, 1), "")
    assert read_birth_date("90.1.2", today=TODAY, number_says=date(1990, 1, 1)) == (date(1990, 1, 2), "")
    assert read_birth_date("2034-09-01", today=TODAY, number_says=date(2024, 9, 1)) == (date(2034, 9, 1), "")


def test_a_long_gone_recognition_is_a_date_where_the_list_may_have_one():
    assert read_date("1998-05-01", title="认定日期", earliest=FIRST_BIRTH) == (date(1998, 5, 1), False, "")
