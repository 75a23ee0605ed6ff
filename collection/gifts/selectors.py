"""What pages and other topics ask about gifts: their money, and what is kept for whom."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from collection.contributions.models import Contribution
from collection.gifts.models import Gift, GiftMoney, GiftShare
from config import clock
from core.accounts.models import User
from core.amounts import ZERO
from core.database.bulk import chunks, id_chunks
from core.database.money import YuanSum
from subsidies.campaigns.models import Campaign

State = GiftShare.State
#: Shares whose money is kept for their person: none has paid the rest yet, or what was paid was taken back.
KEPT = Q(state=State.WAITING) | Q(state=State.USED, contribution__state=Contribution.State.REVERSED)

_STANDS = [state for state in Contribution.State if state != Contribution.State.REVERSED]
#: Shares whose money stands in a contribution, or has gone back with one.
SPENT = Q(state=State.RETURNED) | Q(state=State.USED, contribution__state__in=_STANDS)


@dataclass(frozen=True, slots=True)
class GiftBalance:
    """A gift's money in yuan. `free`: came in and is kept for nobody; `hall`: paid at the tax hall by name."""

    promised: Decimal
    arrived: Decimal
    returned: Decimal
    used: Decimal
    kept: Decimal
    hall: Decimal

    @property
    def free(self) -> Decimal:
        return self.arrived - self.returned - self.used - self.kept

    @property
    def came(self) -> Decimal:
        """What came in, at the township account or the tax hall."""
        return self.arrived + self.hall

    @property
    def spent(self) -> Decimal:
        """What stands in contributions or is kept for people who pay the rest themselves."""
        return self.used + self.kept + self.hall

    @property
    def missing(self) -> Decimal:
        """What was promised and has neither come in nor been paid at the tax hall."""
        return max(self.promised - self.arrived - self.hall, ZERO)


def standings(gifts: Iterable[Gift]) -> dict[int, GiftBalance]:
    """Return the money of each gift by its id; three statements."""
    gifts = list(gifts)
    ids = [gift.pk for gift in gifts]
    came = GiftMoney.objects.filter(gift__in=ids).order_by().values_list("gift", "kind").annotate(YuanSum("amount"))
    money = {(gift, kind): amount for gift, kind, amount in came}
    shares = GiftShare.objects.filter(gift__in=ids, at_hall=False).order_by().values_list("gift")
    spent = {
        gift: (used or ZERO, kept or ZERO)
        for gift, used, kept in shares.annotate(
            used=YuanSum("amount", filter=SPENT), kept=YuanSum("amount", filter=KEPT)
        )
    }
    at_hall = GiftShare.objects.filter(gift__in=ids, at_hall=True, state=State.USED).order_by().values_list("gift")
    hall = dict(at_hall.annotate(YuanSum("amount")))
    return {
        gift.pk: GiftBalance(
            gift.promised,
            money.get((gift.pk, GiftMoney.Kind.ARRIVED.value), ZERO),
            money.get((gift.pk, GiftMoney.Kind.RETURNED.value), ZERO),
            *spent.get(gift.pk, (ZERO, ZERO)),
            hall.get(gift.pk, ZERO),
        )
        for gift in gifts
    }


def unspent_gifts(*, campaign: Campaign, villages: Iterable[str]) -> dict[str, Decimal]:
    """Village code → what came in with gifts and stands in no contribution yet; two statements a 2,000 villages."""
    unspent: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for chunk in chunks(villages):
        came = GiftMoney.objects.filter(gift__campaign=campaign, gift__village__in=chunk).order_by()
        for village, kind, amount in came.values_list("gift__village", "kind").annotate(YuanSum("amount")):
            unspent[village] += amount if kind == GiftMoney.Kind.ARRIVED else -amount
        spent = GiftShare.objects.filter(
            SPENT, gift__campaign=campaign, gift__village__in=chunk, at_hall=False
        ).order_by()
        for village, amount in spent.values_list("gift__village").annotate(YuanSum("amount")):
            unspent[village] -= amount
    return unspent


def kept_for(*, campaign: Campaign, residents: Iterable[int] | QuerySet[Any, Any]) -> dict[int, Decimal]:
    """Resident id → what a gift keeps for them, so that they owe so much less; one statement for every 2,000."""
    kept: dict[int, Decimal] = {}
    for chunk in id_chunks(residents):
        rows = GiftShare.objects.filter(KEPT, gift__campaign=campaign, resident__in=chunk, at_hall=False)
        kept |= dict(rows.order_by("pk").values_list("resident_id", "amount"))
    return kept


def donor_to_pay(contribution: Contribution) -> str:
    """Return who has paid this contribution whole, and so gets back what is refunded of it; "" where nobody has."""
    if contribution.channel != Contribution.Channel.COLLECTIVE:
        return ""
    share = contribution.gift_shares.select_related("gift").first()
    return share.gift.donor if share else ""


def gifts_in(contributions: Iterable[Contribution]) -> dict[int, tuple[str, Decimal]]:
    """Contribution id → (donor, yuan) of those a gift has paid in part or whole; one statement for every 2,000."""
    found: dict[int, tuple[str, Decimal]] = {}
    for chunk in chunks(contribution.pk for contribution in contributions):
        shares = GiftShare.objects.filter(state=State.USED, contribution__in=chunk).order_by("pk")
        rows = shares.values_list("contribution_id", "gift__donor", "amount")
        found |= {pk: (donor, amount) for pk, donor, amount in rows}
    return found


def gifts_of(*, user: User, campaign: Campaign) -> QuerySet[Gift]:
    """Return the gifts of the user's region, the newest first."""
    return Gift.objects.for_user(user).filter(campaign=campaign).select_related("village__parent")


def overdue(*, user: User, campaign: Campaign) -> list[Gift]:
    """Return the gifts whose money was promised for a day that is past and has not all come."""
    late = list(gifts_of(user=user, campaign=campaign).filter(pay_by__lt=clock.today(), cancelled_at__isnull=True))
    money = standings(late)
    return [gift for gift in late if money[gift.pk].missing]


def share_counts(gift: Gift) -> dict[str, int]:
    """Return how many shares stand in each state."""
    return dict(gift.shares.order_by().values_list("state").annotate(Count("pk")))
