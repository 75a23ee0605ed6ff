"""What follows from a judged payment: the contribution with its money, or the case by which it goes back."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import F

from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions
from collection.entitlements import services as entitlements
from collection.money import services as money
from collection.money.models import Movement
from collection.refunds import applications
from collection.refunds.rules import STATUS_REASONS
from collection.self_payments.assessment import Assessed, assess, paid_before
from collection.self_payments.models import SelfPayment
from config import clock
from core.accounts.models import User
from core.database.bulk import BULK, chunks, insert_from, update_objects
from residents.people.models import InsuredYear, Resident
from subsidies.campaigns.models import Campaign

DUPLICATE = "duplicate"
Outcome = SelfPayment.Outcome
#: What the tax bureau's list calls so is a channel of its own; all other ways are self-payment.
CHANNELS = {
    SelfPayment.Way.FAMILY.value: Contribution.Channel.FAMILY,
    SelfPayment.Way.COLLECTIVE.value: Contribution.Channel.COLLECTIVE,
}


def book_judged(
    campaign: Campaign,
    payments: list[tuple[SelfPayment, Resident]],
    moment: datetime,
    actor: User,
    *,
    name_matters: bool = True,
    save: Callable[[], None] = lambda: None,
) -> None:
    """Set outcome, message and contribution of payments whose resident is known; money and cases with them.

    `save` is called when these are settled and before a case needs the payment's key: new payments are written then.
    """
    if not payments:
        save()
        return
    items = assess(campaign=campaign, payments=payments, name_matters=name_matters)
    charged_in_full = _enrol(campaign, [item for item in items if item.quote], moment, actor)
    for item in items:
        if item.after and item.after.payment.contribution:
            paid_before(item.payment, item.after.payment.contribution)
    save()
    _give_back(campaign, items, actor)
    entitlements.apply_effects(campaign=campaign, residents=charged_in_full, roster=None, actor=actor)


def _enrol(campaign: Campaign, items: list[Assessed], moment: datetime, actor: User) -> list[int]:
    """Make the contributions. Return the residents who were charged in full although they are marked."""
    wanted = [_wanted(item, moment) for item in items]
    made = {c.resident_id: c for c in record_contributions(campaign=campaign, payments=wanted, actor=actor)}
    for item in items:
        booked = made.get(item.person.pk)
        for payment in (item.payment, *item.parts):
            payment.contribution = booked
            payment.outcome = Outcome.MATCHED if booked else Outcome.AMOUNT_DIFFERS
        if booked is None:  # paid for elsewhere at this moment
            item.payment.outcome, item.payment.message = Outcome.UNCLEAR, "刚刚在别处记了缴费，请核实。"
    earlier = [part for item in items for part in item.parts if part.pk]
    update_objects(earlier, ["outcome", "contribution"])
    for chunk in chunks([c.pk for c in made.values() if c.posted_at], BULK):
        insert_from(
            InsuredYear,
            {"resident": F("resident"), "year": campaign.year, "source": "自主缴费"},
            Contribution.objects.filter(pk__in=chunk),
            ignore_conflicts=True,
        )
    return [item.person.pk for item in items if item.charged_in_full and item.person.pk in made]


def _wanted(item: Assessed, moment: datetime) -> Payment:
    """Booked by the payment that completes it: its day, and the channel of the largest part. Posted at once, unless a
    gift's part has to go from the township to the treasury first."""
    payments = [*item.parts, item.payment]
    assert item.quote is not None  # noqa: S101 - asked only of those that are to be booked
    largest = max(payments, key=lambda payment: payment.amount)
    channel = CHANNELS.get(largest.way, Contribution.Channel.SELF)
    if item.from_gift and channel == Contribution.Channel.COLLECTIVE:
        channel = Contribution.Channel.SELF  # what a collective gave through the township is the other part
    several = item.parts or item.from_gift
    return Payment(
        item.person.pk,
        item.payment.region_code,
        channel,
        max(payment.paid_on for payment in payments),
        item.quote,
        state=Contribution.State.COLLECTED if item.from_gift else Contribution.State.POSTED,
        posted_at=None if item.from_gift else moment,
        from_gift=item.from_gift,
        parts=tuple((payment.paid_on, payment.amount) for payment in payments) if several else (),
    )


def _give_back(campaign: Campaign, items: list[Assessed], actor: User) -> None:
    """Book money that came although it need not have, and open the refund case by which it goes back."""
    unneeded = [item for item in items if refund_reason(item.payment, item.person)]
    money.record_movements(
        campaign=campaign,
        actor=actor,
        facts=[
            money.Fact(
                key=f"self_pay:{item.payment.pk}",
                kind=Movement.Kind.SELF_PAY,
                village=item.payment.region_code,
                amount=item.payment.amount,
                on=item.payment.paid_on,
            )
            for item in unneeded
        ],
    )
    for item in unneeded:
        payment = item.payment
        payment.resident_id = item.person.pk
        payment.save(update_fields=["resident", "contribution", "outcome"])
        note = f"{payment.message}税务清单第 {payment.row} 行"
        case = applications.open_case(
            self_payment=payment, reason=refund_reason(payment, item.person), note=note, actor=actor
        )
        if case and payment.outcome == Outcome.INELIGIBLE:
            payment.settled_at, payment.settled_note = clock.now(), "已转退费"
            payment.save(update_fields=["settled_at", "settled_note"])


def refund_reason(payment: SelfPayment, person: Resident) -> str:
    """For what reason a payment goes back by itself; '' where it does not."""
    if payment.outcome in (Outcome.DUPLICATE, Outcome.FREE):
        return DUPLICATE
    return STATUS_REASONS.get(person.status, "") if payment.outcome == Outcome.INELIGIBLE else ""
