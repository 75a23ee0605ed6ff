"""What a record of an attempt must say. Pure: what was entered and the day in, the refusal out."""

from dataclasses import dataclass
from datetime import date, timedelta

RECORDS = "records"
PROMISED, TOLD, NO_ANSWER = "promised", "told", "no_answer"
#: An attempt is looked at again within the year that it is for.
FURTHEST_DAYS = 180


@dataclass(frozen=True, slots=True)
class CauseFacts:
    """What the county's list says of a cause: what must be written beside it, and whether it ends in a status."""

    name: str
    asks: str = ""
    leaves_task: bool = False


@dataclass(frozen=True, slots=True)
class VisitEntry:
    """One attempt as it was entered. `told_paid_on`: the day of the self-payment that was told of; `since`: from when
    the person does not belong to the task any more."""

    way: str
    result: str
    cause: CauseFacts | None
    note: str = ""
    look_again_on: date | None = None
    has_evidence: bool = False
    told_paid_on: date | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not, for the screen, and the field it is about."""

    message: str
    field: str


def refusal_of(entry: VisitEntry, *, today: date) -> Refusal | None:
    """Why this entry cannot be recorded, or None."""
    return _result_refusal(entry, today) or _day_refusal(entry, today) or _cause_refusal(entry, today)


def _result_refusal(entry: VisitEntry, today: date) -> Refusal | None:
    if entry.way == RECORDS:
        if entry.result:
            return Refusal("“查阅资料”没有联系本人，请不要选联系结果。", "result")
        if entry.cause is None:
            return Refusal("“查阅资料”须选未参保原因。", "cause")
        return None
    if not entry.result:
        return Refusal("请选择联系结果。", "result")
    if entry.result == TOLD:
        if entry.told_paid_on is None:
            return Refusal("请填写对方说的缴费日期；记不清的，填大概的一天。", "told_paid_on")
        if entry.told_paid_on > today:
            return Refusal(
                f"自述缴费日期 {entry.told_paid_on} 在今天以后，请核对；还没有缴的请选“答应缴费”。", "told_paid_on"
            )
    return None


def _day_refusal(entry: VisitEntry, today: date) -> Refusal | None:
    if entry.look_again_on is None:
        if entry.result == PROMISED:
            return Refusal("请填写答应哪一天缴费，到那一天会提醒您。", "look_again_on")
        return None
    if entry.look_again_on < today:
        return Refusal(f"下次联系日期 {entry.look_again_on} 已经过去，请改成今天或以后的日期。", "look_again_on")
    if entry.look_again_on > today + timedelta(days=FURTHEST_DAYS):
        return Refusal(f"下次联系日期 {entry.look_again_on} 太远，请填 {FURTHEST_DAYS} 天以内的日期。", "look_again_on")
    return None


def _cause_refusal(entry: VisitEntry, today: date) -> Refusal | None:
    cause = entry.cause
    if cause is None:
        return None
    if cause.asks and not entry.note:
        return Refusal(f"选“{cause.name}”的，请在说明里写明{cause.asks}。", "note")
    if not cause.leaves_task:
        return None
    if not entry.has_evidence:
        return Refusal(f"“{cause.name}”审核后不再计入应参保人数，请附证明材料。", "file")
    if entry.since is None:
        return Refusal(f"请填写“{cause.name}”的起始日期。", "since")
    if entry.since > today:
        return Refusal(f"起始日期 {entry.since} 在今天以后，请核对。", "since")
    return None


def due_on(recorded_on: date, days: int) -> date:
    """The last day on which a payment told of on `recorded_on` may come without being a case."""
    return recorded_on + timedelta(days=days)


def is_overdue(due: date, *, today: date) -> bool:
    """Whether a payment that was told of should have come by now; on its last day it still may."""
    return today > due


def quiet_before(today: date, days: int) -> date:
    """Somebody last tried before this day has not been tried for more than `days` days."""
    return today - timedelta(days=days)
