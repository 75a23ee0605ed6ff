"""What somebody's cover is, booked or to come, and who was told of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from collection.advice.models import CoverAdvice
from collection.contributions.models import Contribution
from config import clock
from core.accounts.models import User
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.benefits import is_late
from subsidies.quotes.quote import Quote, QuoteError
from subsidies.quotes.selectors import quote_residents

Channel = Contribution.Channel


@dataclass(frozen=True)
class AdviceSheet:
    """What is printed and signed. `contribution` is None for somebody who has not paid yet."""

    paid_on: date
    category: str
    standard: Decimal
    subsidy: Decimal
    due: Decimal
    benefit_from: date | None
    benefit_to: date | None
    waiting_months: int
    reasons: tuple[tuple[str, str], ...]
    contribution: Contribution | None = None


def live_contribution(campaign: Campaign, resident: Resident) -> Contribution | None:
    """Return what is booked of somebody for the year."""
    rows = Contribution.objects.filter(resident=resident, year=campaign.year, ended_at__isnull=True)
    found: Contribution | None = rows.select_related("receipt", "campaign").first()
    return found


def cover_sheet(campaign: Campaign, resident: Resident) -> AdviceSheet | QuoteError:
    """What was booked, or what a payment today would bring, with the clauses; why not, where there is no answer."""
    paid = live_contribution(campaign, resident)
    day = paid.paid_on if paid else clock.today()
    quoted = quote_residents(campaign=campaign, residents=[resident], paid_on=day, taking_payment=paid is None)[
        resident.pk
    ]
    if paid is None:
        return quoted if isinstance(quoted, QuoteError) else _sheet(quoted, resident, day)
    reasons = () if isinstance(quoted, QuoteError) or not _same_cover(paid, quoted) else _reasons(quoted)
    return AdviceSheet(
        day,
        paid.category,
        paid.standard,
        paid.subsidy,
        paid.amount,
        paid.benefit_from,
        paid.benefit_to,
        paid.waiting_months,
        reasons,
        paid,
    )


def _sheet(quoted: Quote, resident: Resident, day: date) -> AdviceSheet:
    return AdviceSheet(
        day,
        quoted.category,
        quoted.standard,
        quoted.subsidy,
        quoted.due,
        quoted.benefit_from,
        quoted.benefit_to,
        quoted.waiting_months,
        _reasons(quoted),
    )


def _same_cover(paid: Contribution, quoted: Quote) -> bool:
    """Whether the reasons of today's quote are those of what was booked; else an officer is looking at it."""
    now = quoted.due, quoted.benefit_from, quoted.benefit_to, quoted.waiting_months
    return (paid.amount, paid.benefit_from, paid.benefit_to, paid.waiting_months) == now


def _reasons(quoted: Quote) -> tuple[tuple[str, str], ...]:
    return tuple((reason.says, str(reason.source)) for reason in quoted.reasons)


def told(*, user: User, campaign: Campaign) -> QuerySet[CoverAdvice]:
    """Return who was told in the user's region, the newest first; `is_paid` says whether the payment has come."""
    paid = Contribution.objects.filter(resident=OuterRef("resident"), year=campaign.year, ended_at__isnull=True)
    rows: QuerySet[CoverAdvice] = CoverAdvice.objects.for_user(user).filter(campaign=campaign)
    return (
        rows.annotate(is_paid=Exists(paid))
        .select_related("resident", "village__parent", "told_by", "paper")
        .order_by("-pk")
    )


def untold(*, user: User, campaign: Campaign) -> QuerySet[Contribution]:
    """Return who paid after the period, waits for cover and was never told so."""
    if not is_late(campaign.policy, clock.today()):
        return Contribution.objects.none()
    advice = CoverAdvice.objects.filter(campaign=campaign, resident=OuterRef("resident"))
    rows = Contribution.objects.for_user(user).filter(
        ~Exists(advice),
        campaign=campaign,
        ended_at__isnull=True,
        waiting_months__gt=0,
        paid_on__gt=campaign.policy.period.end,
    )
    return rows.exclude(channel=Channel.FREE).select_related("resident", "village__parent").order_by("paid_on", "pk")
