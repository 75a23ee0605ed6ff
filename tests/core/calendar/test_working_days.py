"""Working days: the official calendar under the office's own table; the first day is not counted."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendar import services as service
from core.calendar.models import Holiday
from core.calendar.working_days import is_known, is_working_day, working_day_after


def day(text):
    return datetime.date.fromisoformat(text)


AFTER = {
    # start, count → day
    "within a week": ("2024-12-02", 4, "2024-12-06"),
    "over a week-end": ("2024-12-02", 5, "2024-12-09"),
    "from a Friday": ("2024-12-06", 1, "2024-12-09"),
    "from a Sunday": ("2024-12-08", 1, "2024-12-09"),
    "over National Day, with the 29th worked": ("2024-09-27", 5, "2024-10-10"),
    "a Saturday that is worked": ("2024-10-11", 1, "2024-10-12"),
    "over Spring Festival 2025": ("2025-01-24", 5, "2025-02-07"),
    "a year the calendar does not know: Monday to Friday": ("2035-01-05", 5, "2035-01-12"),
}


@pytest.mark.parametrize("name", AFTER)
def test_working_day_after(name):
    start, count, expected = AFTER[name]
    assert working_day_after(day(start), count, {}) == day(expected)


def test_the_office_table_goes_first():
    table = {day("2024-12-03"): False, day("2024-12-07"): True}
    assert working_day_after(day("2024-12-02"), 4, table) == day("2024-12-07")


def test_counts_start_at_one():
    with pytest.raises(ValueError):
        working_day_after(day("2024-12-02"), 0, {})


def test_known_years():
    assert (is_known(2024), is_known(2035)) == (True, False)


@settings(deadline=None)
@given(st.dates(datetime.date(2023, 1, 1), datetime.date(2030, 12, 31)), st.integers(1, 30))
def test_the_day_found_is_the_first_with_so_many_working_days_behind_it(start, count):
    end = working_day_after(start, count, {})
    days = [start + datetime.timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert is_working_day(end, {})
    assert sum(is_working_day(day, {}) for day in days) == count


def test_the_table_that_a_county_s_staff_keep(campaign):
    assert service.working_day_after(day("2024-12-02"), 1, county="411325") == day("2024-12-03")
    Holiday.objects.create(county_id="411325", day=day("2024-12-03"), is_working=False, note="大雪停工")
    assert service.working_day_after(day("2024-12-02"), 1, county="411325") == day("2024-12-04")
    assert service.working_day_after(day("2024-12-02"), 1, county="411323") == day("2024-12-03")
