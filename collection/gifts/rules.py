"""Whom a gift pays for and how much, as far as its money reaches. Pure.

A gift pays each one's fee whole, or a fixed sum of it, never more than is due; nobody is paid for in part only because
the money ran out. What is left over is said, not spent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from core.amounts import ZERO


@dataclass(frozen=True, slots=True)
class GiftCandidate:
    """Somebody for whom the gift may pay, in the order in which it does. `due` in yuan, more than zero."""

    resident_id: int
    due: Decimal


@dataclass(frozen=True, slots=True)
class Portion:
    """What the gift pays for one person; `whole` if nothing is left for the person to pay."""

    resident_id: int
    amount: Decimal
    whole: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """`left`: money that nobody needs; `short`: what is missing for those whom it did not reach."""

    portions: tuple[Portion, ...]
    left: Decimal
    short: Decimal


def spread(people: Iterable[GiftCandidate], *, money: Decimal, per_head: Decimal | None = None) -> Spread:
    """Pay for people in their order until somebody's portion is more than what is left; then for nobody more."""
    portions: list[Portion] = []
    left, short = money, ZERO
    for person in people:
        amount = person.due if per_head is None else min(per_head, person.due)
        if short or amount > left:
            short += amount
            continue
        left -= amount
        portions.append(Portion(person.resident_id, amount, amount == person.due))
    return Spread(tuple(portions), left, max(short - left, ZERO))
