"""Working days of a county: the national calendar, and over it the days that its own staff have set."""

from datetime import date

from core.calendar import working_days
from core.calendar.models import Holiday


def table(county: str) -> dict[date, bool]:
    """The days this county has set itself: {day: works}."""
    return dict(Holiday.objects.filter(county=county).values_list("day", "is_working"))


def working_day_after(start: date, count: int, *, county: str) -> date:
    """The `count`-th working day after `start` (not counted) in the county with this code."""
    return working_days.working_day_after(start, count, table(county))
