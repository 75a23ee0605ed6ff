"""What pages ask about self-payments."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from collection.self_payments.models import PaidList, SelfPayment
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.database.bulk import chunks
from core.database.money import YuanSum
from subsidies.campaigns.models import Campaign

Outcome = SelfPayment.Outcome
#: These wait for a person; the rest is done.
WORKLIST = (Outcome.UNKNOWN, Outcome.NAME_DIFFERS, Outcome.AMOUNT_DIFFERS, Outcome.INELIGIBLE, Outcome.UNCLEAR)
_UNDONE = Q(undone_list__isnull=False, undone_settled_at__isnull=True)
_WAITING = Q(outcome__in=WORKLIST, settled_at__isnull=True) | _UNDONE


def apart_waiting(*, campaign: Campaign, residents: Iterable[int], but: Iterable[int | None]) -> Iterator[SelfPayment]:
    """Yield the payments of these residents that were not what is due and that nobody has settled, the oldest first."""
    left_out = [pk for pk in but if pk]
    for chunk in chunks(residents):
        rows = SelfPayment.objects.filter(
            campaign=campaign,
            resident__in=chunk,
            outcome=Outcome.AMOUNT_DIFFERS,
            settled_at__isnull=True,
            undone_list__isnull=True,
        )
        yield from (payment for payment in rows.order_by("paid_on", "pk") if payment.pk not in left_out)


def waiting(rows: QuerySet[SelfPayment]) -> QuerySet[SelfPayment]:
    """Return the payments among these that wait for a person."""
    return rows.filter(_WAITING)


def is_waiting(payment: SelfPayment) -> bool:
    """Return whether somebody has to say whose payment it is."""
    return payment.outcome in WORKLIST and payment.settled_at is None


def is_disputed(payment: SelfPayment) -> bool:
    """Return whether a later list says that the payment was undone, and nobody has settled that."""
    return payment.undone_list_id is not None and payment.undone_settled_at is None


def list_rows(*, mine: QuerySet[SelfPayment], outcome: str, way: str | None = None) -> QuerySet[SelfPayment]:
    """Return those of `mine` with this outcome, or those that wait where none is asked for; `way`: paid so alone."""
    if way in ("", *SelfPayment.Way.values):
        mine = mine.filter(way=way)
    rows = mine.filter(outcome=outcome) if outcome in Outcome.values else waiting(mine)
    return rows.select_related("resident__village").order_by("pk")


def payments_of(*, user: User, campaign: Campaign, region: str) -> QuerySet[SelfPayment]:
    """Return the payments of a year that this user may see, of one region."""
    rows: ScopedQuerySet[SelfPayment] = SelfPayment.objects.for_user(user).filter(campaign=campaign)
    return rows if region == user.scope_prefix else rows.in_region(region)


def outcome_sums(mine: QuerySet[SelfPayment]) -> list[dict[str, Any]]:
    """Return people and yuan by outcome, in the order of the outcomes."""
    sums = {
        outcome: (people, amount)
        for outcome, people, amount in mine.order_by().values_list("outcome").annotate(Count("pk"), Sum("amount"))
    }
    return [
        {
            "outcome": outcome.value,
            "label": outcome.label,
            "people": sums[outcome][0],
            "amount": sums[outcome][1],
            "waits": outcome in WORKLIST,
        }
        for outcome in Outcome
        if outcome in sums
    ]


def way_sums(mine: QuerySet[SelfPayment]) -> list[tuple[str, str, int, Decimal]]:
    """Return (way, label, payments, yuan) of what was booked, by where it was paid; what no list tells comes last."""
    booked = mine.filter(outcome=Outcome.MATCHED).order_by().values_list("way")
    sums = {way: (count, amount) for way, count, amount in booked.annotate(Count("pk"), YuanSum("amount"))}
    labels = [(str(way.value), str(way.label)) for way in SelfPayment.Way] + [("", "清单没有写")]
    return [(way, label, *sums[way]) for way, label in labels if way in sums]


def outcome_counts(paid_list: PaidList) -> list[tuple[str, str, int]]:
    """Return (label, outcome, payments) of what a list brought."""
    counts: Iterable[tuple[str, int]] = paid_list.rows.order_by().values_list("outcome").annotate(Count("pk"))
    return [(str(Outcome(outcome).label), outcome, count) for outcome, count in counts]
