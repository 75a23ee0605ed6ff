"""What pages ask about ledgers: how their rows stand, which job works on them, who has not paid."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum

from collection.contributions.models import Contribution
from collection.gifts.selectors import kept_for
from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.ledgers.workbook import UnpaidPerson
from collection.schools.models import collecting_schools
from config import clock
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.amounts import ZERO, yuan
from core.jobs.models import Job
from core.regions.models import Region
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import Quote, QuoteError
from subsidies.quotes.selectors import quote_residents

State = LedgerBatch.State
RowState = LedgerRow.State


def reading_job_key(batch_id: int) -> str:
    return f"ledger.read:{batch_id}"


def confirming_job_key(batch_id: int) -> str:
    return f"ledger.confirm:{batch_id}"


def job_of(batch: LedgerBatch) -> Job | None:
    """The latest job that works on this batch."""
    keys = [reading_job_key(batch.pk), confirming_job_key(batch.pk)]
    return Job.objects.filter(key__in=keys).order_by("created_at").last()


def count_rows(*, batch: LedgerBatch) -> dict[str, int]:
    """How many rows stand in each state, by the state's value."""
    found = batch.rows.order_by().values_list("state").annotate(Count("pk"))
    return {state.value: 0 for state in RowState} | dict(found)


def amount_of(*, batch: LedgerBatch) -> Decimal:
    """Sum the rows that are booked or can be."""
    rows = batch.rows.filter(state__in=(RowState.GOOD, RowState.CONFIRMED))
    return rows.aggregate(sum=Sum("amount"))["sum"] or ZERO


def count_rows_of(*, batches: Iterable[LedgerBatch]) -> dict[int, dict[str, Any]]:
    """Return {batch id: {good, bad, confirmed, amount}} in one statement."""
    rows = LedgerRow.objects.filter(batch__in=[batch.pk for batch in batches]).order_by().values("batch")
    counted = rows.annotate(
        good=Count("pk", filter=Q(state=RowState.GOOD)),
        bad=Count("pk", filter=Q(state=RowState.BAD)),
        confirmed=Count("pk", filter=Q(state=RowState.CONFIRMED)),
        amount=Sum("amount", filter=Q(state=RowState.CONFIRMED)),
    )
    return {row["batch"]: {**row} for row in counted}


def search_ledgers(
    *, user: User, campaign: Campaign, state: str = "", village_name: str = ""
) -> ScopedQuerySet[LedgerBatch]:
    """Return the ledgers of the user's region, the newest first."""
    rows = LedgerBatch.objects.for_user(user).filter(campaign=campaign)
    if state:
        rows = rows.filter(state=state)
    if village_name:
        rows = rows.filter(village__name__contains=village_name)
    return rows.select_related("village__parent", "attachment", "uploaded_by").order_by("-pk")


def villages_with_waiting(*, user: User, campaign: Campaign) -> list[tuple[Region, int]]:
    """Return the villages of the user's region, each with how many of its ledgers wait to be confirmed."""
    villages = Region.objects.for_user(user).filter(level=Region.Level.VILLAGE).select_related("parent")
    waiting = LedgerBatch.objects.for_user(user).filter(campaign=campaign, state=State.CHECKED).order_by()
    counts = dict(waiting.values_list("village").annotate(Count("pk")))
    return [(village, counts.get(village.pk, 0)) for village in villages.order_by("code")]


def rows_to_mend(ledgers: ScopedQuerySet) -> dict[str, Any] | None:
    """Return {batch, left} of a village's newest ledger, if it is confirmed and left rows behind.

    A mended sheet is sent whole again, so the next ledger answers for the one before it.
    """
    newest = ledgers.exclude(state__in=(State.REFUSED, State.WITHDRAWN)).order_by("-pk").values("pk")[:1]
    left = LedgerRow.objects.filter(batch__in=newest, batch__state=State.CONFIRMED, state=RowState.BAD)
    found = left.order_by("batch").values("batch").annotate(left=Count("pk")).first()
    return {**found} if found else None


def unpaid_people(*, campaign: Campaign, village: Region) -> tuple[list[UnpaidPerson], list[tuple[str, str]]]:
    """([everyone who owes and has not paid, by household], [(name, category) of those who owe nothing])."""
    paid = Contribution.objects.filter(year=campaign.year, resident=OuterRef("pk"), ended_at__isnull=True)
    active = Resident.objects.filter(village=village, status=Resident.Status.ACTIVE).exclude(Exists(paid))
    residents = list(active.select_related("household").order_by("household__number", "pk"))
    period = campaign.policy.period
    day = min(max(clock.today(), period.start), period.end)
    kept = kept_for(campaign=campaign, residents=[resident.pk for resident in residents])
    # Newborns are on the list from the day they are registered, also after the period.
    days = {resident.pk: max(day, resident.birth_date) for resident in residents}
    quotes = quote_residents(campaign=campaign, residents=residents, paid_on=days, taking_payment=False)
    schools = collecting_schools(campaign, [resident.pk for resident in residents])
    owing, free = [], []
    for resident in residents:
        answer = quotes[resident.pk]
        if school := schools.get(resident.pk):
            free.append((resident.name, f"{school}代收"))
        elif isinstance(answer, QuoteError):
            owing.append(_owing(resident, "", None, str(answer)))
        elif rest := max(answer.due - kept.get(resident.pk, ZERO), ZERO):
            owing.append(_owing(resident, answer.category, rest, _why(answer, answer.due - rest)))
        elif answer.due:
            free.append((resident.name, "集体资助"))
        else:
            free.append((resident.name, answer.category))
    free += Contribution.objects.filter(
        campaign=campaign, village=village, channel=Contribution.Channel.FREE, ended_at__isnull=True
    ).values_list("resident__name", "category")
    return owing, free


def _owing(resident: Resident, category: str, due: Decimal | None, why: str) -> UnpaidPerson:
    household = resident.household
    return UnpaidPerson(
        household=household.number if household else "",
        head_name=household.head_name if household else "",
        name=resident.name,
        id_number=resident.id_number,
        category=category,
        due=due,
        phone=resident.phone,
        why=why,
    )


def _why(quote: Quote, from_gift: Decimal) -> str:
    says = f"标准 {yuan(quote.standard)}"
    if quote.subsidy:
        says += f"，{quote.category}资助 {yuan(quote.subsidy)}（{quote.reasons[1].source}）"
    return f"{says}，集体资助 {yuan(from_gift)}" if from_gift else says
