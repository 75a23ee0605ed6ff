"""Match deposits to cash, first in, first out, as the deposit duty does: by the day the cash was taken, on one day
receipt by receipt. Also the figures of a village's cash page.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from collection.cash.holdings import holdings
from collection.cash.models import Deposit
from collection.duties import services as duties
from collection.duties import wording
from collection.money.models import Movement, Place
from config import clock
from core.amounts import ZERO
from core.database.money import YuanSum
from core.regions.models import Region
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign


@dataclass(frozen=True, slots=True)
class Part:
    """Yuan of one person's cash (`cash`, the movement that collected it) and the slip that banked them.

    `slip` is None for what is still in the village's hands. A slip dated before the cash was a surplus that it used up.
    """

    cash: Movement
    slip: Deposit | None
    amount: Decimal


def where_banked(*, residents: Iterable[Resident]) -> list[Part]:
    """Every part of the cash taken from these residents, oldest first; two statements.

    A rejected slip counts as if it had never been, a slip not verified yet counts from its date; cash whose receipt was
    voided is not there.
    """
    line = _in_line().filter(contribution__resident__in=list(residents)).select_related("contribution__resident")
    taken = list(line.annotate(before=_before()).order_by("on", "id"))
    slips = Deposit.objects.exclude(state=Deposit.State.REJECTED).filter(
        campaign__in={cash.campaign_id for cash in taken}, village__in={cash.village_id for cash in taken}
    )
    in_order = list(slips.select_related("village", "recorded_by").order_by("paid_on", "id"))
    return [part for cash in taken for part in _parts(cash, in_order)]


def _in_line() -> QuerySet[Movement]:
    """Cash that came into a village's hands and was not taken back."""
    cash = Movement.objects.filter(kind=Movement.Kind.COLLECT, to_place=Place.VILLAGE, reversed_by__isnull=True)
    return cash.annotate(receipt=Coalesce("contribution__receipt", -F("contribution"), 0))


def _before() -> Coalesce:
    """The village's cash that stands in line before a row of `_in_line`."""
    me = {name: OuterRef(name) for name in ("on", "receipt", "pk")}
    earlier = (
        Q(on__lt=me["on"])
        | Q(on=me["on"], receipt__lt=me["receipt"])
        | Q(on=me["on"], receipt=me["receipt"], pk__lt=me["pk"])
    )
    rows = _in_line().filter(earlier, campaign=OuterRef("campaign"), village=OuterRef("village")).order_by()
    return Coalesce(Subquery(rows.values("village").annotate(sum=YuanSum("amount")).values("sum")), ZERO)


def _parts(cash: Any, slips: list[Deposit]) -> Iterator[Part]:
    start = cash.before.quantize(ZERO)
    end, banked = start + cash.amount, ZERO
    for slip in slips:
        if (slip.campaign_id, slip.village_id) != (cash.campaign_id, cash.village_id):
            continue
        part = min(end, banked + slip.amount) - max(start, banked)
        banked += slip.amount
        if part > 0:
            yield Part(cash, slip, part)
    if banked < end:
        yield Part(cash, None, end - max(start, banked))


def clock_context(campaign: Campaign, region: Region) -> dict[str, Any]:
    """What templates/collection/clock.html needs for a village: `line` (None where the county has no 双限), `says`,
    and `held`, the cash in hand where there is no 双限."""
    line, limit = duties.of_village(campaign=campaign, village=region), duties.limit_of(campaign)
    says = wording.words(line.standing, line.outlook, limit) if line and limit else None
    held = [] if limit else holdings(campaign=campaign, region=region.pk, as_of=clock.today())
    return {"line": line, "limit": limit, "says": says, "held": next(iter(held), None)}
