"""An office's wording of the messages to people: its own text for a kind, or the one the product brings."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.messages.kinds import MessageKind, all_kinds, find_kind
from core.messages.models import MessagePrice, MessageTemplate
from core.messages.texts import check_template, fill, parts
from core.refusals import Refused

MOST_EXPENSIVE = Decimal("1.00")


@dataclass(frozen=True)
class Wording:
    """A kind as a county words it; `is_own`: the county wrote it itself."""

    kind: MessageKind
    text: str
    is_on: bool
    saved: MessageTemplate | None = None

    @property
    def preview(self) -> str:
        return fill(self.text, self.kind.samples)

    @property
    def parts(self) -> int:
        return parts(self.preview)


def wordings(county: str) -> list[Wording]:
    """Every kind as the county words it."""
    saved = {row.kind: row for row in MessageTemplate.objects.filter(county=county).select_related("changed_by")}
    return [_wording(kind, saved.get(kind.key)) for kind in all_kinds() if kind.used_in(county)]


def wording_of(county: str, key: str) -> Wording:
    """One kind as the county words it. Raise KeyError for an unknown one."""
    kind = find_kind(key)
    if kind is None or not kind.used_in(county):
        raise KeyError(key)
    return _wording(kind, MessageTemplate.objects.filter(county=county, kind=key).first())


def _wording(kind: MessageKind, saved: MessageTemplate | None) -> Wording:
    if saved is None:
        return Wording(kind, kind.text, is_on=False)
    return Wording(kind, saved.text, saved.is_on, saved)


@transaction.atomic
def save_template(*, county: str, key: str, text: str, is_on: bool, actor: User | None) -> Wording:
    """Keep the county's wording of a kind, and whether the kind is sent. Raises Refused."""
    before = wording_of(county, key)
    text = check_template(text, before.kind.samples)
    saved, _ = MessageTemplate.objects.update_or_create(
        county_id=county,
        kind=key,
        defaults={"text": text, "is_on": is_on, "changed_by": actor, "changed_at": clock.now()},
    )
    audit.record(
        "message.template",
        actor=actor,
        obj=saved,
        summary=f"修改短信模板“{before.kind.label}”"
        + ("" if is_on == before.is_on else "，启用" if is_on else "，停用"),
        before={"text": before.text, "is_on": before.is_on},
        after={"text": text, "is_on": is_on},
    )
    return _wording(before.kind, saved)


def price_of(county: str) -> Decimal | None:
    """Yuan a part, if the county has set it."""
    return MessagePrice.objects.filter(county=county).values_list("price", flat=True).first()


@transaction.atomic
def set_price(*, county: str, price: Decimal, actor: User | None) -> None:
    """Set what the provider charges for a part. Raises Refused."""
    if not 0 <= price <= MOST_EXPENSIVE:
        raise Refused(f"单价在 0 到 {MOST_EXPENSIVE} 元之间。", "price")
    before = price_of(county)
    saved, _ = MessagePrice.objects.update_or_create(county_id=county, defaults={"price": price})
    audit.record(
        "message.price",
        actor=actor,
        obj=saved,
        summary=f"短信单价设为每条 {price} 元",
        before={"price": str(before) if before is not None else None},
        after={"price": str(price)},
    )
