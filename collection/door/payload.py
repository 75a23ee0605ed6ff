"""What a phone sends: read into one shape, or refused as a whole with a sentence. Pure."""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

MOST_MEMBERS, MOST_SPOILT, MOST_ENTRIES = 40, 20, 50
_MOST_YUAN, _CENT = Decimal(100_000), Decimal("0.01")


class PayloadError(ValueError):
    """What was sent is no entry; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class ToldMember:
    """Somebody whose payment was taken, as the list on the phone named them."""

    pk: int
    name: str
    tail: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """One household's receipt, as the phone tells of it. Days are None where they cannot be read."""

    id: uuid.UUID
    year: int
    paid_on: date | None
    listed_on: date | None
    household: str
    receipt_no: str
    spoilt: tuple[str, ...]
    members: tuple[ToldMember, ...]
    taken_at: str = ""

    def as_json(self) -> dict[str, Any]:
        """What was told, as it is kept."""
        members = [[member.pk, member.name, member.tail, str(member.amount)] for member in self.members]
        days = {"paid_on": self.paid_on, "listed_on": self.listed_on}
        kept = {name: day.isoformat() if day else None for name, day in days.items()}
        return {**kept, "taken_at": self.taken_at, "spoilt": list(self.spoilt), "members": members}

    @property
    def amount(self) -> Decimal:
        return sum((member.amount for member in self.members), Decimal("0.00"))


def read_entry(raw: object) -> Told:
    """Raise PayloadError for what no page of ours sends."""
    if not isinstance(raw, dict):
        raise PayloadError("不是一笔收款。")
    members, spoilt = raw.get("members"), raw.get("spoilt") or []
    if not isinstance(members, list) or not 0 < len(members) <= MOST_MEMBERS:
        raise PayloadError("没有选人，或者一户的人太多。")
    if not isinstance(spoilt, list) or len(spoilt) > MOST_SPOILT:
        raise PayloadError("写坏的收据号太多。")
    read = tuple(_member(member) for member in members)
    if len({member.pk for member in read}) != len(read):
        raise PayloadError("同一个人选了两次。")
    return Told(
        id=_uuid(raw.get("id")),
        year=_whole(raw.get("year")),
        paid_on=_day(raw.get("paid_on")),
        listed_on=_day(raw.get("listed_on")),
        household=_text(raw.get("household"), 30),
        receipt_no=_text(raw.get("receipt_no"), 30),
        spoilt=tuple(_text(number, 30) for number in spoilt),
        members=read,
        taken_at=_text(raw.get("taken_at") or "", 40),
    )


def _member(raw: object) -> ToldMember:
    if not isinstance(raw, dict):
        raise PayloadError("缴费人无法识别。")
    name, tail = _text(raw.get("name"), 60), _text(raw.get("tail"), 4)
    return ToldMember(_whole(raw.get("pk")), name, tail, _yuan(raw.get("amount")))


def _uuid(raw: object) -> uuid.UUID:
    try:
        return uuid.UUID(str(raw))
    except ValueError:
        raise PayloadError("收款的编号无法识别。") from None


def _whole(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 1 << 60:
        raise PayloadError("数字无法识别。")
    return raw


def _text(raw: object, at_most: int) -> str:
    if not isinstance(raw, str) or len(raw) > at_most or "\0" in raw or any("\ud800" <= c <= "\udfff" for c in raw):
        raise PayloadError("文字无法识别，或者太长。")
    return raw.strip()


def _yuan(raw: object) -> Decimal:
    try:
        amount = Decimal(raw) if isinstance(raw, str) and len(raw) <= 12 else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or not 0 < amount <= _MOST_YUAN or amount != amount.quantize(_CENT):
        raise PayloadError("金额无法识别。")
    return amount.quantize(_CENT)


def _day(raw: object) -> date | None:
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) and len(raw) == 10 else None
    except ValueError:
        return None
