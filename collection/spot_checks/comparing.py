"""What somebody says on the telephone beside what the books say. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

#: People remember a day so well.
DAYS_OF_GRACE = 7


class Deviation(StrEnum):
    """What differs; the values are stored."""

    PAID_NOT_BOOKED = "paid_not_booked"
    BOOKED_NOT_PAID = "booked_not_paid"
    AMOUNT = "amount"
    DAY = "day"
    NO_RECEIPT = "no_receipt"


LABELS = {
    Deviation.PAID_NOT_BOOKED: "本人说已交，账上没有",
    Deviation.BOOKED_NOT_PAID: "账上已缴，本人说没交",
    Deviation.AMOUNT: "金额不符",
    Deviation.DAY: "日期不符",
    Deviation.NO_RECEIPT: "收了现金没给收据",
}


@dataclass(frozen=True, slots=True)
class BookedAtDraw:
    """What the books said on the day of the draw. `in_cash`: a receipt is due."""

    amount: Decimal
    paid_on: date
    in_cash: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What was said: whether it was paid, and, as far as they remember, how much, when, and whether with a receipt."""

    paid: bool
    amount: Decimal | None = None
    paid_on: date | None = None
    receipt: bool | None = None


def differences(booked: BookedAtDraw | None, said: Said) -> list[Deviation]:
    """What differs; what was not remembered differs from nothing."""
    if booked is None:
        return [Deviation.PAID_NOT_BOOKED] if said.paid else []
    if not said.paid:
        return [] if booked.amount == 0 else [Deviation.BOOKED_NOT_PAID]
    found = []
    if said.amount is not None and said.amount != booked.amount:
        found.append(Deviation.AMOUNT)
    if said.paid_on is not None and abs((said.paid_on - booked.paid_on).days) > DAYS_OF_GRACE:
        found.append(Deviation.DAY)
    if booked.in_cash and said.receipt is False:
        found.append(Deviation.NO_RECEIPT)
    return found
