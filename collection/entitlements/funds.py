"""资助资金: what each source of funds owes, equal to the sum over the contributions to the cent."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Substr

from collection.consequences.models import Consequence
from collection.contributions.models import Contribution, ContributionFund
from collection.entitlements.models import DifferenceCase
from collection.refunds.models import Refund
from core.access.scope import ScopedQuerySet
from core.amounts import ZERO
from core.regions.models import Region
from subsidies.campaigns.models import Campaign

BY = {"township": "乡镇", "village": "村", "category": "类别"}


@dataclass
class FundLine:
    """One row of the table: yuan by source, in all, and for how many people."""

    key: str
    name: str
    amounts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    people: int = 0

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), ZERO)


@dataclass
class FundTable:
    """What is owed in a region: sources, lines, the sum, and what it must equal: the subsidies of the contributions
    and the differences paid back to people who were recognised after having paid."""

    sources: list[str]
    lines: list[FundLine]
    total: FundLine
    subsidies: Decimal
    differences: Decimal

    @property
    def agrees(self) -> bool:
        return self.total.total == self.subsidies + self.differences


def owed(campaign: Campaign, region: str, *, category: str = "", source: str = "") -> ScopedQuerySet:
    """Return the fund parts of the live contributions in a region, without people for whom the subsidy stops."""
    rows = ContributionFund.objects.in_region(region).filter(
        ~Exists(stopped("contribution")), contribution__campaign=campaign, contribution__ended_at__isnull=True
    )
    if category:
        rows = rows.filter(contribution__category=category)
    return rows.filter(source=source) if source else rows


def stopped(contribution: str) -> QuerySet[Consequence]:
    """Return the facts by which a fund does not pay for a contribution any more (death before cover began …)."""
    rows = Consequence.objects.filter(contribution=OuterRef(contribution), subsidy_stops=True)
    return rows.exclude(state=Consequence.State.WITHDRAWN)


def stopped_at(contribution: str, end: datetime) -> QuerySet[Consequence]:
    """Return the facts by which a fund did not pay for a contribution just before an instant, as they were known."""
    rows = Consequence.objects.filter(contribution=OuterRef(contribution), stopped_at__lt=end)
    return rows.filter(Q(resumed_at__isnull=True) | Q(resumed_at__gte=end))


def table(*, campaign: Campaign, region: str, by: str = "township", category: str = "") -> FundTable:
    """What each source owes by township, village or category; four queries."""
    group = {
        "township": Substr("contribution__village_id", 1, 9),
        "village": Substr("contribution__village_id", 1, 12),
        "category": Substr("contribution__category", 1, 40),
    }[by]
    parts = (
        owed(campaign, region, category=category)
        .order_by()
        .annotate(key=group)
        .values("key", "source")
        .annotate(amount=Sum("amount"), people=Count("contribution"))
    )
    lines: dict[str, FundLine] = {}
    sources: dict[str, None] = {}
    total = FundLine("", "合计")
    for part in parts:
        line = lines.setdefault(part["key"], FundLine(part["key"], part["key"]))
        for one in (line, total):
            one.amounts[part["source"]] += part["amount"]
            one.people += part["people"]
        sources[part["source"]] = None
    if by == "category":
        order = {c.name: c.order for c in campaign.policy.categories}
        ordered = sorted(lines.values(), key=lambda line: (order.get(line.key, len(order)), line.key))
    else:
        names = dict(Region.objects.filter(code__in=lines).values_list("code", "name"))
        ordered = [lines[key] for key in sorted(lines)]
        for line in ordered:
            line.name = names.get(line.key, line.key)
    live = Contribution.objects.in_region(region).filter(
        ~Exists(stopped("pk")), campaign=campaign, ended_at__isnull=True
    )
    live = live.filter(category=category) if category else live
    subsidies = live.aggregate(sum=Sum("subsidy"))["sum"] or ZERO
    gone_back = Q(refund__state=Refund.State.PAID) | Q(refund__returns__gt=0)  # what the bank returned goes again
    # A child of insured parents who had paid gets it back from no fund.
    charged = [one.name for one in campaign.policy.categories if one.fund]
    paid_back = DifferenceCase.objects.filter(gone_back, contribution__in=live, category__in=charged)
    differences = paid_back.aggregate(sum=Sum("refund__amount"))["sum"] or ZERO
    known = [name for name in campaign.policy.funds if name in sources]
    return FundTable([*known, *sorted(set(sources) - set(known))], ordered, total, subsidies, differences)


def people(*, campaign: Campaign, region: str, category: str = "", source: str = "") -> ScopedQuerySet:
    """The names behind an amount, village by village."""
    rows = owed(campaign, region, category=category, source=source)
    return rows.select_related("contribution__resident", "contribution__village").order_by(
        "contribution__village_id", "contribution_id", "source"
    )
