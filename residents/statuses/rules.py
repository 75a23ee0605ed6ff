"""When a dated status may be registered of somebody. Pure: facts and a day in, the reason against it out."""

from dataclasses import dataclass, field
from datetime import date

ACTIVE, DEAD, MERGED = "active", "dead", "merged"


@dataclass(frozen=True, slots=True)
class RegisteredStatuses:
    """What is registered of somebody: `entries` are the live dated statuses as (since, status), in any order."""

    birth_date: date
    status: str
    status_on: date | None = None
    entries: frozenset[tuple[date, str]] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not, for the screen, and the entry it is about: since or status."""

    message: str
    field: str


def is_registered(standing: RegisteredStatuses, status: str, since: date) -> bool:
    """Whether exactly this is registered already; a list that comes again changes nothing."""
    return (since, status) in standing.entries


def refusal_of(
    standing: RegisteredStatuses, status: str, since: date, *, today: date, labels: dict[str, str]
) -> Refusal | None:
    """Why the status may not be registered from this day on, or None. `labels`: what statuses are called."""
    if MERGED in (standing.status, status):
        return Refusal("已合并的档案不能改状态，请到并入后的档案办理。", "status")
    if since > today:
        return Refusal(f"起始日期 {since} 在今天以后，请核对。", "since")
    if since < standing.birth_date:
        return Refusal(f"起始日期 {since} 早于出生日期，请核对。", "since")
    if standing.status == DEAD and status == DEAD:
        on = standing.status_on or "此前"
        return Refusal(f"这个人已于 {on} 登记死亡，日期与 {since} 不同。请核对证明，登记有误的先撤回那一条。", "since")
    if standing.status == DEAD and status != ACTIVE:
        return Refusal("这个人已登记死亡。登记有误的，请先撤回死亡登记或恢复为在册。", "status")
    if later := [entry for entry in standing.entries if entry[0] > since]:
        day, what = min(later)
        label = labels.get(what, what)
        return Refusal(f"{day} 已登记“{label}”，新的状态不能早于它。那一条有误的请先撤回。", "since")
    return None
