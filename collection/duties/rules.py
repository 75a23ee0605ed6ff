"""双限报解: by which day the cash in a village helper's hands must be deposited.

Source: 内乡县 2025 年度征缴工作实施方案, 四（一）5: 「征缴期限为5天，额度为1万元，以期限或额度条件先满足之日为准」.

Each day of a village is taken in three steps, in this order:

1. The day's cash joins what is in hand; a surplus from an earlier deposit is used up first.
2. If everything in hand, overdue cash included, reaches the amount of the limit, or the oldest cash not yet due was
   taken `days` natural days ago (the day of taking is day 0), all cash not yet due becomes one duty, due that day.
3. The day's deposits, by the date on the bank slip, settle the oldest cash first. What is too much is a surplus.

Only cash taken by the helper is given to these functions: self-payments and voided receipts are the caller's to leave
out. A day is in time until it ends; holidays do not stop the clock; dropping below the limit does not cancel the duty.

Nothing here reads the clock or the database. A village's `Position` follows from its own days alone, so that one new
receipt is one village replayed, and a position of last night can be carried on with today's figures.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.amounts import ZERO


class Reason(StrEnum):
    AMOUNT = "amount"
    DAYS = "days"
    BOTH = "both"


class Status(StrEnum):
    """Worst first: also the order in which boards are sorted."""

    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    RUNNING = "running"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Limit:
    """The county's two limits: natural days, and yuan in hand."""

    days: int
    amount: Decimal

    def __post_init__(self) -> None:
        if self.days < 0 or self.amount < 0:
            raise ValueError("双限的天数和额度不能为负")


@dataclass(frozen=True, slots=True)
class Cash:
    """What is left of the cash taken on one day."""

    taken_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Duty:
    """Cash that had to be deposited by the end of `due`. `opened` is the day its oldest cash was taken."""

    opened: date
    due: date
    reason: Reason
    amount: Decimal
    outstanding: Decimal
    settled: date | None = None

    def days_late(self, as_of: date) -> int:
        """Whole days after the due day until it was settled, or until `as_of` if it is not."""
        return max(0, ((self.settled or as_of) - self.due).days)


@dataclass(frozen=True, slots=True)
class InHand:
    """What a village holds at the end of the day `reached`.

    owed: cash of duties not settled; fresh: cash not yet due. Both oldest first, and every `owed` is older than every
    `fresh`, because a duty takes all that is fresh on its day.
    """

    reached: date | None = None
    owed: tuple[Cash, ...] = ()
    fresh: tuple[Cash, ...] = ()
    surplus: Decimal = ZERO
    duties: tuple[Duty, ...] = ()

    @property
    def in_hand(self) -> Decimal:
        return sum((cash.amount for cash in self.owed + self.fresh), ZERO)

    @property
    def unsettled(self) -> tuple[Duty, ...]:
        return tuple(duty for duty in self.duties if duty.settled is None)


EMPTY = InHand()


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer for one village at the end of the day `as_of`; amounts in yuan.

    due: by when the oldest cash in hand has, or had, to be deposited. late: the outstanding part of duties whose day
    has passed, late_since the oldest of those days. falls_due: outstanding of today's duty. fresh: cash not yet due,
    fresh_since the day its oldest was taken. room: how much more can be taken before the amount limit makes everything
    due the same day.
    """

    as_of: date
    status: Status
    in_hand: Decimal
    surplus: Decimal
    oldest: date | None
    due: date | None
    duties: tuple[Duty, ...]
    late: Decimal
    late_since: date | None
    falls_due: Decimal
    fresh: Decimal
    fresh_since: date | None
    room: Decimal

    @property
    def days_left(self) -> int | None:
        """Days until `due`; 0 on the day itself, negative when late, None with no cash in hand."""
        return None if self.due is None else (self.due - self.as_of).days


def by_day(amounts: Iterable[tuple[date, Decimal]]) -> dict[date, Decimal]:
    """Sum of (day, amount) pairs a day, in any order."""
    sums: dict[date, Decimal] = {}
    for day, amount in amounts:
        sums[day] = sums.get(day, ZERO) + amount
    return sums


def replay(
    limit: Limit,
    taken: Iterable[tuple[date, Decimal]],
    deposited: Iterable[tuple[date, Decimal]],
    as_of: date,
    start: InHand = EMPTY,
) -> InHand:
    """The position at the end of `as_of`, from cash taken and deposits in any order; later ones are left out.

    With `start`, only days after `start.reached` may be given (ValueError otherwise).
    """
    takings, deposits = by_day(taken), by_day(deposited)
    position = start
    for day in sorted(day for day in takings.keys() | deposits.keys() if day <= as_of):
        position = advance(position, limit, day, takings.get(day, ZERO), deposits.get(day, ZERO))
    return pass_days(position, limit, as_of)


def advance(position: InHand, limit: Limit, day: date, taken: Decimal, deposited: Decimal) -> InHand:
    """The position at the end of `day`, on which `taken` was collected and `deposited` put into the account."""
    if position.reached is not None and day <= position.reached:
        raise ValueError(f"{day} 不晚于已推算到的 {position.reached}")
    if taken < 0 or deposited < 0:
        raise ValueError("收款和缴存金额不能为负")
    position = _mature(position, limit, day - timedelta(days=1))
    position = _take(position, day, taken)
    position = _fall_due(position, limit, day)
    return _settle(position, day, deposited)


def pass_days(position: InHand, limit: Limit, until: date) -> InHand:
    """The position at the end of `until` if nothing was taken or deposited after `position.reached`."""
    if position.reached is None or until <= position.reached:
        return position
    return replace(_mature(position, limit, until), reached=until)


def _mature(position: InHand, limit: Limit, until: date) -> InHand:
    """What falls due up to `until` on days without events.

    Between two events only the clock of days can make cash due: the amount in hand does not grow by itself, and an
    amount at the limit has left nothing fresh.
    """
    if position.fresh:
        due = position.fresh[0].taken_on + timedelta(days=limit.days)
        if due <= until:
            return _fall_due(position, limit, due)
    return position


# The steps build positions by place, not with `replace`: a county's board is some 30,000 of them.


def _take(position: InHand, day: date, taken: Decimal) -> InHand:
    covered = min(taken, position.surplus)
    fresh = position.fresh if taken == covered else (*position.fresh, Cash(day, taken - covered))
    return InHand(position.reached, position.owed, fresh, position.surplus - covered, position.duties)


def _fall_due(position: InHand, limit: Limit, day: date) -> InHand:
    if not position.fresh:
        return position
    opened = position.fresh[0].taken_on
    by_amount = position.in_hand >= limit.amount
    by_days = (day - opened).days >= limit.days
    if not (by_amount or by_days):
        return position
    reason = Reason.BOTH if by_amount and by_days else Reason.AMOUNT if by_amount else Reason.DAYS
    amount = sum((cash.amount for cash in position.fresh), ZERO)
    duty = Duty(opened=opened, due=day, reason=reason, amount=amount, outstanding=amount)
    return InHand(position.reached, position.owed + position.fresh, (), position.surplus, (*position.duties, duty))


def _settle(position: InHand, day: date, deposited: Decimal) -> InHand:
    if not deposited:
        return InHand(day, position.owed, position.fresh, position.surplus, position.duties)
    duties = _settle_duties(position.duties, day, deposited) if position.owed else position.duties
    owed, left = _spend(position.owed, deposited)
    fresh, left = _spend(position.fresh, left)
    return InHand(day, owed, fresh, position.surplus + left, duties)


def _settle_duties(duties: tuple[Duty, ...], day: date, deposited: Decimal) -> tuple[Duty, ...]:
    after, left = list(duties), deposited
    first = next(index for index, duty in enumerate(duties) if duty.settled is None)
    for index in range(first, len(duties)):
        duty = duties[index]
        paid = min(left, duty.outstanding)
        outstanding = duty.outstanding - paid
        after[index] = replace(duty, outstanding=outstanding, settled=None if outstanding else day)
        left -= paid
    return tuple(after)


def _spend(cash: tuple[Cash, ...], amount: Decimal) -> tuple[tuple[Cash, ...], Decimal]:
    """(what stays of `cash`, what is left of `amount`) after paying the oldest first."""
    for index, oldest in enumerate(cash):
        if amount < oldest.amount:
            return (Cash(oldest.taken_on, oldest.amount - amount), *cash[index + 1 :]), ZERO
        amount -= oldest.amount
    return (), amount


def standing(position: InHand, limit: Limit, as_of: date) -> Standing:
    """How the village stands at the end of `as_of`, if nothing happened after `position.reached`.

    `as_of` before `position.reached` is refused (ValueError): replay to that day instead.
    """
    if position.reached is not None and as_of < position.reached:
        raise ValueError(f"{as_of} 早于已推算到的 {position.reached}")
    position = pass_days(position, limit, as_of)
    unsettled = position.unsettled
    late = tuple(duty for duty in unsettled if duty.due < as_of)
    today = tuple(duty for duty in unsettled if duty.due == as_of)
    cash = position.owed + position.fresh
    in_hand = position.in_hand
    if unsettled:
        due = unsettled[0].due
    elif position.fresh:
        due = position.fresh[0].taken_on + timedelta(days=limit.days)
    else:
        due = None
    return Standing(
        as_of=as_of,
        status=(Status.OVERDUE if late else Status.DUE_TODAY if today else Status.RUNNING if cash else Status.CLEAR),
        in_hand=in_hand,
        surplus=position.surplus,
        oldest=cash[0].taken_on if cash else None,
        due=due,
        duties=position.duties,
        late=sum((duty.outstanding for duty in late), ZERO),
        late_since=late[0].due if late else None,
        falls_due=sum((duty.outstanding for duty in today), ZERO),
        fresh=sum((c.amount for c in position.fresh), ZERO),
        fresh_since=position.fresh[0].taken_on if position.fresh else None,
        room=max(ZERO, limit.amount - in_hand),
    )


def examine(
    limit: Limit, taken: Iterable[tuple[date, Decimal]], deposited: Iterable[tuple[date, Decimal]], as_of: date
) -> Standing:
    """`replay` and `standing` in one: from a village's cash and deposits to its standing on `as_of`."""
    return standing(replay(limit, taken, deposited, as_of), limit, as_of)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the day `on` brings if nothing is taken or deposited until then.

    falls_due: cash that becomes due on that day. becomes_late: cash due the day before, in time until then. late: all
    that is late on that day, that included; days_late: by how many days its oldest.
    """

    on: date
    status: Status
    falls_due: Decimal
    becomes_late: Decimal
    late: Decimal
    days_late: int


def tomorrow(position: InHand, limit: Limit, as_of: date) -> Outlook:
    """The day after `as_of`, if nothing is done."""
    today, next_day = standing(position, limit, as_of), as_of + timedelta(days=1)
    then = standing(position, limit, next_day)
    return Outlook(
        on=next_day,
        status=then.status,
        falls_due=then.falls_due,
        becomes_late=today.falls_due,
        late=then.late,
        days_late=(next_day - then.late_since).days if then.late_since else 0,
    )
