"""Contributions are made and reversed here, from whichever side they come: ledgers, the tax bureau's paid list,
enrolment without payment. Set-based: a constant number of statements for every 10,000 people.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from collection.contributions.bookings import report_booked, report_ended
from collection.contributions.models import Contribution, ContributionFund
from collection.money import services as money
from collection.money.models import Movement, Place
from core.accounts.models import User
from core.amounts import ZERO, yuan
from core.audit import services as audit
from core.database.bulk import BULK, insert_objects, insert_with_ids
from core.database.objects import new_object
from core.database.once import a_step, atomic_step, is_asking_once
from core.refusals import Refused
from core.regions.services import replaced_region_error
from residents.people.models import Resident
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import next_timestamp
from subsidies.quotes.quote import Quote

Channel, State = Contribution.Channel, Contribution.State

#: How the money of each channel comes in: kind and, where it is not the usual one, the place. 全额资助 brings none, and
#: what was paid at the tax bureau (posted at once) stands in the treasury whatever its channel.
_ARRIVAL: dict[str, tuple[Movement.Kind, Place | None]] = {
    Channel.CASH: (Movement.Kind.COLLECT, None),
    Channel.COLLECTIVE: (Movement.Kind.COLLECT, Place.TOWNSHIP),
    Channel.SELF: (Movement.Kind.SELF_PAY, None),
    Channel.FAMILY: (Movement.Kind.SELF_PAY, None),
    Channel.SCHOOL: (Movement.Kind.SELF_PAY, None),
}
#: (Django's own `get_channel_display` makes this anew for each row.)
_CHANNELS = dict(Channel.choices)
#: Before the declaration a contribution can be taken back; later it takes a refund.
REVERSIBLE = (State.COLLECTED, State.FAILED)


class ContributionRefused(Refused):
    """It cannot be made or reversed; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One person's payment to be recorded. `village` is the 12-digit code; `quote` decides every amount.

    `from_gift`: the part that stands in the township account with its gift already. `parts`: (day, amount) of each
    payment where the person has paid the tax bureau in several, together what is due.
    """

    resident_id: int
    village: str
    channel: str
    paid_on: date
    quote: Quote
    receipt_id: int | None = None
    ledger_row_id: int | None = None
    state: str = State.COLLECTED
    posted_at: datetime | None = None
    from_gift: Decimal = ZERO
    parts: tuple[tuple[date, Decimal], ...] = ()


@atomic_step
def record_contributions(
    *, campaign: Campaign, payments: Iterable[Payment], actor: User | None, batch: str = ""
) -> list[Contribution]:
    """Make the contributions with their funds, money and audit events; return those made, in the order given.

    A resident who has a live contribution this year, or was merged into another record, is passed over: compare what
    comes back. The residents are locked first, then the accounts of the villages. Raise ContributionRefused if the
    campaign is closed, a village was moved or parts do not add up to what is due.
    """
    payments = list(payments)
    if not payments:
        return []
    _refuse_wrong_sums(payments)
    moment = next_timestamp(campaign_id=campaign.pk)
    statuses = lock_residents(payment.resident_id for payment in payments)
    payments = [p for p in payments if statuses.get(p.resident_id) != Resident.Status.MERGED]
    money.lock_accounts(campaign=campaign, villages={p.village for p in payments})
    if money.closed_under_lock(campaign):
        raise ContributionRefused(f"{campaign}已办结，不能再记缴费。")
    if gone := replaced_region_error(p.village for p in payments):
        raise ContributionRefused(gone)
    made = []
    for start in range(0, len(payments), BULK):
        made += _record_chunk(campaign, payments[start : start + BULK], actor, moment)
    for start in range(0, len(made), BULK):
        _record_consequences(campaign, made[start : start + BULK], actor, batch)
        report_booked(campaign, [contribution for contribution, _ in made[start : start + BULK]], actor, batch)
    return [contribution for contribution, _ in made]


def _refuse_wrong_sums(payments: Iterable[Payment]) -> None:
    for payment in payments:
        due, paid = payment.quote.due, sum((amount for _, amount in payment.parts), ZERO)
        if not ZERO <= payment.from_gift <= due or (payment.parts and paid + payment.from_gift != due):
            raise ContributionRefused(
                f"应缴 {yuan(due)}，集体资助 {yuan(payment.from_gift)}、分笔缴费 {yuan(paid)}，"
                "合起来不等于应缴，没有记账。"
            )


def paid_residents(*, year: int, residents: Iterable[int]) -> set[int]:
    """Which of these residents have a live contribution for the year."""
    residents = list(residents)
    found: set[int] = set()
    for start in range(0, len(residents), BULK):
        found.update(
            Contribution.objects.filter(
                year=year, resident_id__in=set(residents[start : start + BULK]), ended_at__isnull=True
            ).values_list("resident_id", flat=True)
        )
    return found


def _record_chunk(
    campaign: Campaign, payments: list[Payment], actor: User | None, moment: datetime
) -> list[tuple[Contribution, Payment]]:
    wanted: dict[int, Payment] = {}
    for payment in payments:
        wanted.setdefault(payment.resident_id, payment)
    while True:
        for resident in paid_residents(year=campaign.year, residents=wanted):
            del wanted[resident]
        made = {resident: _contribution(campaign, p, actor, moment) for resident, p in wanted.items()}
        try:
            with a_step():
                insert_with_ids(made.values())
        except IntegrityError:
            # Another village or the paid list may just have recorded one of them: pass those over and try again.
            if is_asking_once() or not paid_residents(year=campaign.year, residents=wanted):
                raise
            continue
        return [(made[resident], payment) for resident, payment in wanted.items()]


def _contribution(campaign: Campaign, payment: Payment, actor: User | None, moment: datetime) -> Contribution:
    quote = payment.quote
    why = quote.reasons[1] if len(quote.reasons) > 1 else quote.reasons[0]
    return new_object(
        Contribution,
        {"campaign": campaign} | ({"recorded_by": actor} if actor else {}),
        resident_id=payment.resident_id,
        year=campaign.year,
        village_id=payment.village,
        channel=payment.channel,
        amount=quote.due,
        standard=quote.standard,
        subsidy=quote.subsidy,
        from_gift=payment.from_gift,
        category=quote.category,
        policy_version_id=campaign.policy_version_id,
        clause=str(why.source)[:120],
        benefit_from=quote.benefit_from,
        benefit_to=quote.benefit_to,
        waiting_months=quote.waiting_months,
        paid_on=payment.paid_on,
        receipt_id=payment.receipt_id,
        ledger_row_id=payment.ledger_row_id,
        state=payment.state,
        posted_at=max(payment.posted_at, moment) if payment.posted_at else None,
        recorded_at=moment,
    )


def _record_consequences(
    campaign: Campaign, made: list[tuple[Contribution, Payment]], actor: User | None, batch: str
) -> None:
    insert_objects(
        ContributionFund(contribution=contribution, source=source, amount=amount)
        for contribution, payment in made
        for source, amount in payment.quote.funds
        if amount
    )
    money.record_first_movements(
        campaign=campaign,
        actor=actor,
        facts=[fact for contribution, payment in made for fact in _arrivals(contribution, payment)],
    )
    audit.record_all(
        audit.event(
            "contribution.record",
            actor=actor,
            obj=contribution,
            summary=f"记缴费 {yuan(contribution.amount)}（{contribution.category}，{_CHANNELS[contribution.channel]}）",
            after={"amount": str(contribution.amount), "subsidy": str(contribution.subsidy)},
            batch=batch,
        )
        for contribution, _ in made
    )


def _arrivals(contribution: Contribution, payment: Payment) -> list[money.Fact]:
    """What comes in with a contribution: nothing of a gift that came before, and a movement a part."""
    if payment.channel not in _ARRIVAL:
        return []
    kind, place = _ARRIVAL[payment.channel]
    if payment.state == State.POSTED:
        kind, place = Movement.Kind.SELF_PAY, None
    parts = payment.parts or ((payment.paid_on, contribution.amount - payment.from_gift),)
    return [
        money.Fact(
            key=f"collect:{contribution.pk}" + (f":{number}" if number else ""),
            kind=kind,
            village=payment.village,
            amount=amount,
            on=on,
            contribution_id=contribution.pk,
            to_place=place,
        )
        for number, (on, amount) in enumerate(parts)
        if amount
    ]


@transaction.atomic
def reverse_contributions(
    *, campaign: Campaign, contributions: Iterable[Contribution], reason: str, actor: User | None, batch: str = ""
) -> list[Contribution]:
    """Ends contributions that are not declared yet and takes their money back; those ended before are left alone.

    Returns the ones reversed now. Raises ContributionRefused for one that is declared or without a reason; the caller
    sees to it that cash already banked stays (collection/ledgers/services.py).
    """
    ids = sorted(c.pk for c in contributions)
    if not reason.strip():
        raise ContributionRefused("冲销必须写明原因。")
    moment = next_timestamp(campaign_id=campaign.pk)
    villages: set[str] = set()
    for start in range(0, len(ids), BULK):
        rows = Contribution.objects.filter(pk__in=ids[start : start + BULK]).order_by()
        villages.update(rows.values_list("village_id", flat=True).distinct())
    money.lock_accounts(campaign=campaign, villages=villages)
    if campaign.closed_meanwhile():
        raise ContributionRefused(f"{campaign}已办结，缴费不能再冲销。")
    reversed_now = []
    for start in range(0, len(ids), BULK):
        reversed_now += _reverse_chunk(campaign, ids[start : start + BULK], reason, actor, batch, moment)
    return reversed_now


def _reverse_chunk(
    campaign: Campaign, ids: list[int], reason: str, actor: User | None, batch: str, moment: datetime
) -> list[Contribution]:
    rows = Contribution.objects.select_for_update().filter(campaign=campaign, pk__in=ids, ended_at__isnull=True)
    live = list(rows.order_by("pk"))
    if declared := [c for c in live if c.state not in REVERSIBLE]:
        raise ContributionRefused(f"有 {len(declared)} 笔已经申报，不能冲销；请按退费办理。")
    before = {c.pk: c.state for c in live}
    for contribution in live:
        contribution.state, contribution.ended_at, contribution.end_reason = State.REVERSED, moment, reason[:120]
    rows.filter(pk__in=[c.pk for c in live]).update(state=State.REVERSED, ended_at=moment, end_reason=reason[:120])
    movements = Movement.objects.filter(
        contribution_id__in=[c.pk for c in live], kind__in=[Movement.Kind.COLLECT, Movement.Kind.SELF_PAY]
    )
    money.reverse_movements(campaign=campaign, movements=movements, reason=reason, actor=actor)
    audit.record_all(
        audit.event(
            "contribution.reverse",
            actor=actor,
            obj=contribution,
            summary=f"冲销缴费 {yuan(contribution.amount)}：{reason}",
            before={"state": before[contribution.pk]},
            after={"state": State.REVERSED.value},
            batch=batch,
        )
        for contribution in live
    )
    report_ended(campaign, live, actor, batch)
    return live
