"""The business clock: what "now" and "today" mean to the campaign.

Production follows the real clock. A demo stands at the instant written in the file that BUSINESS_CLOCK names, and
moves only when somebody moves it. Sessions, locks and job heartbeats follow the real clock, never this one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from pathlib import Path

from django.conf import settings
from django.utils import timezone

_judged_on: ContextVar[date | None] = ContextVar("judged_on", default=None)


@contextmanager
def judged_on(day: date) -> Iterator[None]:
    """Let the block judge by another day, at noon: for dry runs that are asked "as of"."""
    token = _judged_on.set(day)
    try:
        yield
    finally:
        _judged_on.reset(token)


def is_frozen() -> bool:
    return bool(settings.BUSINESS_CLOCK)


def now() -> datetime:
    """The business instant, aware."""
    if day := _judged_on.get():
        return timezone.make_aware(datetime.combine(day, time(12)))
    if not settings.BUSINESS_CLOCK:
        return timezone.now()
    return _parse(Path(settings.BUSINESS_CLOCK).read_text().strip())


def today() -> date:
    """The business day in the county's time zone."""
    return timezone.localtime(now()).date()


def move_to(instant: datetime) -> None:
    """Puts a frozen clock to another instant; refuses on the real clock."""
    if not settings.BUSINESS_CLOCK:
        raise RuntimeError("the real clock cannot be moved")
    path = Path(settings.BUSINESS_CLOCK)
    half_written = path.with_suffix(f".{os.getpid()}")
    half_written.write_text(timezone.localtime(instant).isoformat())
    half_written.replace(path)


def _parse(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else timezone.make_aware(instant)
