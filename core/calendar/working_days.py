"""Working days: China's official calendar under a county's own holiday table. Pure.

The State Council announces each year's days late in the year before; for a year that the built-in calendar does not
know yet, Monday to Friday count until the table or a newer calendar says otherwise (`is_known`).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import chinese_calendar


def is_working_day(day: date, table: Mapping[date, bool]) -> bool:
    """`table` holds the days that the county has set itself: True works, False is off. It goes before the calendar."""
    if day in table:
        return table[day]
    if is_known(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def working_day_after(start: date, count: int, table: Mapping[date, bool]) -> date:
    """The `count`-th working day after `start`, which itself is not counted. `count` is at least 1."""
    if count < 1:
        raise ValueError("count must be at least 1")
    day = start
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day, table)
    return day


@cache
def is_known(year: int) -> bool:
    """Whether the built-in calendar has this year's official holidays."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
