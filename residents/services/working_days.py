"""Working days under the holiday table that staff keep."""

from datetime import date

from residents import working_days
from residents.models import Holiday


def table() -> dict[date, bool]:
    """The office's own days: {day: works}."""
    return dict(Holiday.objects.values_list("day", "is_working"))


def working_day_after(start: date, count: int) -> date:
    """The `count`-th working day after `start` (not counted)."""
    return working_days.working_day_after(start, count, table())
