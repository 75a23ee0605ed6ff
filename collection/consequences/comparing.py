"""What was booked, beside what would be quoted for it now: read for any number of people in five statements."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Max, OuterRef, QuerySet, Subquery

from collection.consequences.models import Consequence
from collection.contributions.models import Contribution
from collection.entitlements.models import DifferenceCase
from core.amounts import yuan
from residents.people.models import InsuredYear, RepaidYear
from subsidies.campaigns.models import Campaign
from subsidies.quotes.alike import Quoter
from subsidies.quotes.parents import insured_parents
from subsidies.quotes.quote import Quote, QuoteError, Recognition
from subsidies.quotes.selectors import count_repaid
from subsidies.rosters.models import Identity

Told = dict[str, object]
_COVER = ("benefit_from", "benefit_to", "waiting_months")


class QuotedContribution(NamedTuple):
    """A contribution and the person's facts on which its quote rests."""

    pk: int
    resident_id: int
    village_id: str
    paid_on: date
    amount: Decimal
    category: str
    benefit_from: date | None
    benefit_to: date | None
    waiting_months: int
    birth_date: date
    last_insured: int | None


class Reviewed(NamedTuple):
    """An earlier review of a contribution that was not withdrawn."""

    pk: int
    contribution_id: int
    state: str
    outcome: str
    before: Told
    after: Told

    @property
    def is_kept(self) -> bool:
        """Whether an officer left what was booked as it is."""
        return self.state == Consequence.State.DONE and self.outcome == Consequence.Outcome.STANDS


class QuoteComparison(NamedTuple):
    """What a contribution was quoted with, or what an officer confirmed later, and what it would be now."""

    booked: QuotedContribution
    before: Told
    now: Told
    differs: bool
    earlier: Reviewed | None

    @property
    def matters(self) -> bool:
        """Whether there is something to write: an officer has to look, or need not look any more."""
        return self.differs or (self.earlier is not None and self.earlier.state == Consequence.State.OPEN)


def compare(campaign: Campaign, contributions: QuerySet[Contribution]) -> Iterator[QuoteComparison]:
    """Yield a comparison for each of these contributions of the campaign. Six statements, however many they are.

    People alike in all that decides are quoted once.
    """
    quoter = Quoter(campaign.policy, taking_payment=False)
    answers: dict[int, Told] = {}
    booked: dict[tuple[object, ...], Told] = {}
    rows = _booked(campaign, contributions)
    parents = insured_parents(campaign=campaign, births={row.resident_id: row.birth_date for row in rows})
    repaid = _repaid(contributions, rows)
    marks, earlier, settled = _marks(contributions), _earlier(contributions), _settled(contributions)
    for row in rows:
        answer = quoter.answer(
            birth_date=row.birth_date,
            paid_on=row.paid_on,
            identities=marks.get(row.resident_id, ()),
            last_insured=row.last_insured,
            parent_insured=parents.get(row.resident_id),
            repaid_years=repaid.get(row.resident_id, 0),
        )
        if (now := answers.get(id(answer))) is None:  # The quoter keeps its answers: one object for all who are alike.
            now = answers[id(answer)] = told_of_quote(answer)
        if (before := booked.get(row[4:9])) is None:
            before = booked[row[4:9]] = told(*row[4:9])
        review = earlier.get(row.pk)
        if review and review.state == Consequence.State.DONE:
            before = review.before if review.is_kept else review.after
        has_case = (row.pk, now.get("due")) in settled
        is_other = differs(before, now, amounts=not has_case)
        if review and review.is_kept and review.after == now:
            is_other = False  # An officer has seen just this, and left what was booked as it is.
        yield QuoteComparison(row, before, now, is_other, review)


def _booked(campaign: Campaign, contributions: QuerySet[Contribution]) -> list[QuotedContribution]:
    years = InsuredYear.objects.filter(resident=OuterRef("resident"), year__lt=campaign.year).order_by()
    last = years.values("resident").annotate(last=Max("year")).values("last")
    columns = QuotedContribution._fields[:9]
    rows = contributions.order_by("pk").values_list(*columns, "resident__birth_date", Subquery(last))
    return [QuotedContribution(*row) for row in rows.iterator(chunk_size=5000)]


def _repaid(contributions: QuerySet[Contribution], booked: list[QuotedContribution]) -> dict[int, int]:
    """How many years of the present gap each of these people has paid back; few have."""
    rows = RepaidYear.objects.filter(resident_id__in=contributions.order_by().values("resident_id"))
    found: dict[int, list[int]] = defaultdict(list)
    for resident, year in rows.values_list("resident_id", "year"):
        found[resident].append(year)
    last = {row.resident_id: row.last_insured or 0 for row in booked} if found else {}
    return count_repaid(found, last)


def _marks(contributions: QuerySet[Contribution]) -> dict[int, tuple[Recognition, ...]]:
    rows = Identity.objects.filter(
        resident_id__in=contributions.order_by().values("resident_id"), withdrawn_at__isnull=True
    )
    found: dict[int, list[Recognition]] = defaultdict(list)
    facts = rows.order_by("pk").values_list("resident_id", "kind", "recognised_on", "ended_on")
    for resident, kind, recognised_on, ended_on in facts:
        found[resident].append(Recognition(kind, recognised_on, ended_on))
    return {resident: tuple(held) for resident, held in found.items()}


def _earlier(contributions: QuerySet[Contribution]) -> dict[int, Reviewed]:
    rows = Consequence.objects.filter(
        contribution_id__in=contributions.order_by().values("pk"), kind=Consequence.Kind.QUOTE
    ).exclude(state=Consequence.State.WITHDRAWN)
    found = rows.order_by("pk").values_list("pk", *Reviewed._fields[1:])
    return {row.contribution_id: row for row in (Reviewed(*values) for values in found)}


def _settled(contributions: QuerySet[Contribution]) -> set[tuple[int, str]]:
    """Return (contribution, what was due then) of the differences that have a case of their own."""
    rows = DifferenceCase.objects.filter(contribution_id__in=contributions.order_by().values("pk"))
    rows = rows.exclude(state=DifferenceCase.State.WITHDRAWN).order_by()
    return {(contribution, str(due)) for contribution, due in rows.values_list("contribution_id", "due")}


def told_of_quote(quote: Quote | QuoteError) -> Told:
    """Return a quote as an officer compares it."""
    if isinstance(quote, QuoteError):
        return {"says": f"现在不能核算：{quote.message}"}
    return told(quote.due, quote.category, quote.benefit_from, quote.benefit_to, quote.waiting_months)


def told(due: Decimal, category: str, start: date | None, end: date | None, months: int) -> Told:
    """Return what was booked as an officer compares it."""
    waits = f"，等待期 {months} 个月" if months else ""
    return {
        "due": str(due),
        "category": category,
        "benefit_from": start.isoformat() if start else None,
        "benefit_to": end.isoformat() if end else None,
        "waiting_months": months,
        "says": f"{category}，应缴 {yuan(due)}，待遇 {start or '—'} 至 {end or '—'}{waits}",
    }


def differs(before: Told, after: Told, *, amounts: bool) -> bool:
    """Whether an officer has to look; an amount for which there is a case of its own is looked at there."""
    keys = (*_COVER, "due") if amounts else _COVER
    return any(before.get(key) != after.get(key) for key in keys)
