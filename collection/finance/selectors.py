"""What a fund statement is made of: the contributions' subsidies and the vouchers, each in one statement."""

import datetime
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Case, Count, Exists, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth
from django.utils import timezone

from collection.contributions.models import Contribution, ContributionFund
from collection.entitlements.funds import stopped_at
from collection.finance.models import FundEntry
from collection.finance.statement import (
    HEAD_FUND,
    WITHOUT_DEPARTMENT,
    WITHOUT_MONTH,
    WITHOUT_TOWNSHIP,
    EntryCell,
    OwedCell,
    Statement,
    StatementTable,
    fund_lines,
    head_lines,
)
from config import clock
from core.amounts import ZERO
from core.database.money import YuanSum
from core.regions.models import Region
from subsidies.campaigns.models import Campaign
from subsidies.policy.policies import Policy

# The vendor's word for the first of a day's month, put in with the inner statement of the query itself: nothing of
# anybody's stands in the text.
_MONTH = {
    "postgresql": "CAST(date_trunc('month', CAST(day AS timestamp)) AS date)",
    "sqlite": "date(day, 'start of month')",
}
_BY_MONTH = (
    "SELECT fund, category, substr(place, 1, 9) AS township, {month} AS month, is_posted, SUM(n), SUM(sum), SUM(own) "
    "FROM ({alike}) AS alike GROUP BY 1, 2, 3, 4, 5"
)


class FundPart(NamedTuple):
    """The contributions alike in all this, by one fund's part of them; without a fund, those that no fund pays for.

    `subsidies`: what the contributions themselves say of it. Whoever has parts of two funds stands in two of these.
    """

    fund: str | None
    category: str
    township: str
    month: datetime.date
    is_posted: bool
    people: int
    amount: Decimal
    subsidies: Decimal


class Sums(NamedTuple):
    """Posted people, people booked and not posted, the subsidies of the posted ones."""

    posted: int
    unposted: int
    subsidies: Decimal


def instant_after(on: datetime.date) -> datetime.datetime:
    """The end of the business day; today, this moment: what is dated later does not count."""
    if on >= clock.today():
        return clock.now() + datetime.timedelta(microseconds=1)
    return timezone.make_aware(datetime.datetime.combine(on + datetime.timedelta(days=1), datetime.time()))


def live_at(prefix: str, end: datetime.datetime) -> Q:
    """The contributions that stood before an instant. `prefix`: the path to them, with its underscores."""
    ended = Q(**{f"{prefix}ended_at__isnull": True}) | Q(**{f"{prefix}ended_at__gte": end})
    return ended & Q(**{f"{prefix}recorded_at__lt": end})


def statement(*, campaign: Campaign, on: datetime.date) -> Statement:
    """The county's statement of a day; at most six statements to the database, whatever its size."""
    policy, end = campaign.policy, instant_after(on)
    live = Contribution.objects.filter(live_at("", end), campaign=campaign)
    # The few for which the subsidy had stopped are taken off again, found from their side, not asked of everybody.
    stopped = live.filter(Exists(stopped_at("pk", end)))
    everybody, gone = _parts(live, end), _parts(stopped, end)
    owed = [*_cells(everybody, 1), *_cells(gone, -1)]
    heads, unposted, subsidies = _sums(everybody, live, end)
    subsidies -= _sums(gone, stopped, end).subsidies
    entries = _entries(campaign, on)
    for_heads = [entry for entry in entries if entry.fund.startswith(HEAD_FUND)]
    for_funds = [entry for entry in entries if not entry.fund.startswith(HEAD_FUND)]
    made = Statement(on, heads, unposted, subsidies=subsidies)
    lines, total = head_lines(
        shares=finance_shares(policy),
        whole=policy.fee.finance,
        heads=heads,
        unposted_heads=unposted,
        entries=for_heads,
    )
    made.tables.append(StatementTable(f"{HEAD_FUND}（按人头）", "级次", lines, total))
    names = dict(Region.objects.filter(parent=campaign.county_id).order_by("code").values_list("code", "name"))
    departments = {category.name: category.department for category in policy.categories}

    def department(cell: OwedCell | EntryCell) -> str:
        own = departments.get(cell.category, "") if isinstance(cell, OwedCell) else cell.department
        return own or WITHOUT_DEPARTMENT

    def month(cell: OwedCell | EntryCell) -> str:
        return f"{cell.month:%Y年%m月}" if cell.month else WITHOUT_MONTH

    tables = (
        ("资助资金（按资金）", "资金", lambda cell: cell.fund, policy.funds),
        ("资助资金（按部门）", "部门", department, policy.departments),
        ("资助资金（按乡镇）", "乡镇", lambda cell: names.get(cell.township, WITHOUT_TOWNSHIP), names.values()),
        ("资助资金（按缴费月份）", "月份", month, ()),
    )
    for title, heading, label_of, order in tables:
        lines, total = fund_lines(label_of=label_of, owed=owed, entries=for_funds, order=order)
        made.tables.append(StatementTable(title, heading, lines, total))
    return made


def finance_shares(policy: Policy) -> dict[str, Decimal | None]:
    """What each tier of government pays a head; None where the notice is silent."""
    return {share.tier: share.amount for share in policy.finance_shares}


def _parts(contributions: QuerySet[Contribution], end: datetime.datetime) -> list[FundPart]:
    """One pass over the contributions and their funds, grouped twice: people alike by the columns as they stand, then
    those few rows by township and month, so that neither is worked out for each person."""
    alike = (
        contributions.order_by()
        .annotate(fund=F("funds__source"), place=F("village_id"), day=F("paid_on"))
        .annotate(is_posted=Case(When(posted_at__lt=end, then=Value(True)), default=Value(False)))
        .values("fund", "category", "place", "day", "is_posted")
        .annotate(n=Count("*"), sum=Sum("funds__amount"), own=Sum("subsidy"))
    )
    statement, values = alike.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_BY_MONTH.format(month=_MONTH[connection.vendor], alike=statement), values)
        rows = cursor.fetchall()
    return [
        FundPart(
            *(fund, category, township),
            month if isinstance(month, datetime.date) else datetime.date.fromisoformat(month),
            bool(posted),
            int(number),
            Decimal(amount or 0).quantize(ZERO),
            Decimal(own).quantize(ZERO),
        )
        for fund, category, township, month, posted, number, amount, own in rows
    ]


def _cells(parts: list[FundPart], sign: int) -> list[OwedCell]:
    return [
        OwedCell(p.fund, p.category, p.township, p.month, p.is_posted, sign * p.people, sign * p.amount)
        for p in parts
        if p.fund is not None
    ]


def _sums(parts: list[FundPart], contributions: QuerySet[Contribution], end: datetime.datetime) -> Sums:
    """The people and subsidies of all parts. Where a category has parts of several funds somebody may have two of them,
    so its contributions are counted by themselves."""
    funds: dict[str, set[str]] = defaultdict(set)
    for part in parts:
        if part.fund is not None:
            funds[part.category].add(part.fund)
    several = sorted(category for category, names in funds.items() if len(names) > 1)
    single = [part for part in parts if part.category not in several]
    posted = sum(part.people for part in single if part.is_posted)
    unposted = sum(part.people for part in single if not part.is_posted)
    subsidies = sum((part.subsidies for part in single if part.is_posted), ZERO)
    if several:
        is_posted = Q(posted_at__lt=end)
        found = contributions.filter(category__in=several).aggregate(
            posted=Count("pk", filter=is_posted), all=Count("pk"), subsidies=YuanSum("subsidy", filter=is_posted)
        )
        posted, unposted = posted + found["posted"], unposted + found["all"] - found["posted"]
        subsidies += found["subsidies"] or ZERO
    return Sums(posted, unposted, subsidies)


def owed_parts(campaign: Campaign, end: datetime.datetime) -> QuerySet[ContributionFund]:
    """The fund parts of the contributions that stood before an instant, without those for which the subsidy had
    stopped by then."""
    return ContributionFund.objects.filter(
        live_at("contribution__", end), ~Exists(stopped_at("contribution", end)), contribution__campaign=campaign
    )


def _entries(campaign: Campaign, on: datetime.date) -> list[EntryCell]:
    rows = (
        FundEntry.objects.filter(campaign=campaign, on__lte=on)
        .order_by()
        .annotate(month=TruncMonth("on"))
        .values_list("kind", "fund", "department", "township_id", "month")
        .annotate(sum=YuanSum("amount"))
    )
    return [EntryCell(kind, fund, dept, place or "", month, amount) for kind, fund, dept, place, month, amount in rows]


def fund_names(policy: Policy) -> list[str]:
    """What a voucher may be of: the subsidy funds, and public finance's part by tier or as a whole."""
    tiers = [f"{HEAD_FUND}（{share.tier}）" for share in policy.finance_shares]
    return [*policy.funds, *tiers, HEAD_FUND]


def balance(campaign: Campaign, fund: str) -> tuple[Decimal, Decimal]:
    """(received, passed up) of a fund so far."""
    kinds = FundEntry.Kind
    found = FundEntry.objects.filter(campaign=campaign, fund=fund).aggregate(
        received=YuanSum("amount", filter=Q(kind=kinds.RECEIVED)),
        passed_up=YuanSum("amount", filter=Q(kind=kinds.PASSED_UP)),
    )
    return found["received"] or ZERO, found["passed_up"] or ZERO


def people_of(*, campaign: Campaign, on: datetime.date, fund: str, department: str) -> QuerySet[ContributionFund]:
    """The posted people behind an amount, village by village."""
    rows = owed_parts(campaign, instant_after(on)).filter(contribution__posted_at__lt=instant_after(on))
    if fund:
        rows = rows.filter(source=fund)
    if department:
        of_department = [c.name for c in campaign.policy.categories if c.department == department]
        rows = rows.filter(contribution__category__in=of_department)
    rows = rows.select_related("contribution__resident", "contribution__village__parent")
    return rows.order_by("contribution__village_id", "contribution_id", "source")


def sum_of(rows: QuerySet[ContributionFund]) -> Decimal:
    return rows.order_by().aggregate(sum=YuanSum("amount"))["sum"] or ZERO
