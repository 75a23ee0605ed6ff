"""The audit log: one verb, `record`, for one event or for thousands."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone

from config import clock
from core.audit.changes import forget_newest
from core.audit.models import Event
from core.database.bulk import insert_from, insert_values

_source: ContextVar[str] = ContextVar("audit_source", default="系统")


@contextmanager
def source(name: str) -> Iterator[None]:
    """Everything recorded inside comes from `name`: a network address, a job or a command."""
    token = _source.set(name[:60])
    try:
        yield
    finally:
        _source.reset(token)


def current_source() -> str:
    """Where the present work comes from, for events that the database itself writes."""
    return _source.get()


class Unsaved(NamedTuple):
    """An event that is not written yet: its columns but for the time. (A model's object costs ten times as much.)"""

    actor_id: int | None
    actor_name: str
    action: str
    object_type: str
    object_id: str
    region_code: str
    source: str
    summary: str
    before: Any
    after: Any
    batch: str


_COLUMNS = [{"actor_id": "actor"}.get(name, name) for name in Unsaved._fields]


def event(
    action: str,
    *,
    actor: Any,
    summary: str,
    obj: object = None,
    object_type: str = "",
    object_id: object = "",
    region: str = "",
    before: Any = None,
    after: Any = None,
    batch: object = "",
) -> Unsaved:
    """An event for `record_all`, which writes many at once. `obj` gives type, id and region if it can."""
    if isinstance(obj, models.Model):
        object_type = object_type or obj._meta.model_name or ""
        object_id = object_id or str(obj.pk)
        region = region or _region_of(obj)
    return Unsaved(
        actor_id=actor and actor.pk,
        actor_name=actor.name if actor else "系统",
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        region_code=region or "",
        source=_source.get(),
        summary=summary[:300],
        before=before,
        after=after,
        batch=str(batch),
    )


def record(action: str, **facts: Any) -> Event:
    """Write one event. `action` is a dotted verb such as "deposit.verify"; the rest as for `event`."""
    recorded = Event(at=clock.now(), **event(action, **facts)._asdict())
    recorded.save(force_insert=True)
    forget_newest()
    return recorded


def record_all(events: Iterable[Unsaved]) -> None:
    """Write many events in a few statements."""
    times = (clock.now(), timezone.now())
    insert_values(Event, ["at", "recorded_at", *_COLUMNS], [times + unsaved for unsaved in events])
    forget_newest()


def record_each(
    action: str,
    rows: models.QuerySet[Any],
    *,
    actor: Any,
    summary: str,
    region: str,
    before: str = "",
    after: str = "",
    batch: object = "",
) -> int:
    """Write the same event about each row of a queryset in one statement; return how many.

    `region`, `before`, `after`: the rows' columns that hold the code of the region, what was and what is.
    """
    columns = {
        "at": clock.now(),
        "recorded_at": timezone.now(),
        "actor": actor and actor.pk,
        "actor_name": actor.name if actor else "系统",
        "action": action,
        "object_type": rows.model._meta.model_name,
        "object_id": Cast("pk", models.CharField(max_length=60)),
        "region_code": models.F(region),
        "source": _source.get(),
        "summary": summary[:300],
        "before": models.F(before) if before else None,
        "after": models.F(after) if after else None,
        "batch": str(batch),
    }
    forget_newest()
    return insert_from(Event, columns, rows)


def _region_of(obj: models.Model) -> str:
    value: Any = obj
    for step in getattr(type(obj), "scope_field", "").split("__"):
        value = getattr(value, step, "") if step and value is not None else ""
    return value or ""
