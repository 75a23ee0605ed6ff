"""A gift's money is spent on people: whole fees at once, parts kept until the person has paid the rest."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from collection.contributions.models import Contribution
from collection.contributions.services import Payment, paid_residents, record_contributions
from collection.gifts.kept import report_kept
from collection.gifts.models import Gift, GiftShare, HallPayment
from collection.gifts.rules import GiftCandidate, Spread, spread
from collection.gifts.selectors import KEPT, kept_for, standings
from collection.gifts.services import locked
from collection.money import services as money
from collection.money.models import Movement
from config import clock
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.database.bulk import CHUNK
from core.refusals import Refused
from core.text import required_text
from residents.people.models import InsuredYear, Resident
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import next_timestamp
from subsidies.quotes.quote import Quote, QuoteError
from subsidies.quotes.selectors import quote_residents

State = GiftShare.State


@transaction.atomic
def spend_gift(*, gift: Gift, actor: User) -> Spread:
    """Pay for people with what has come in, in the order of households. Return what was done, left and short.

    Safe to repeat: who is paid for stays so; who has paid otherwise, died or left frees the money kept for them.
    """
    next_timestamp(campaign_id=gift.campaign_id)
    people = _lock_people(gift)
    money.lock_accounts(campaign=gift.campaign, villages=[gift.village_id])
    gift = locked(gift)
    _free_what_nobody_needs(gift)
    free = standings([gift])[gift.pk].free
    if free <= ZERO:
        raise Refused("资助款还没有到账，或到账的钱已经用完。承诺不等于缴费，请收到银行回单、登记到账以后再办。")
    quotes = _owing(gift, people)
    owing = [GiftCandidate(pk, quote.due) for pk, quote in quotes.items()]
    done = spread(owing, money=free, per_head=gift.per_head)
    _keep_shares(gift, {portion.resident_id: portion.amount for portion in done.portions})
    whole = [portion for portion in done.portions if portion.whole]
    record_contributions(
        campaign=gift.campaign,
        payments=[
            Payment(
                portion.resident_id,
                gift.village_id,
                Contribution.Channel.COLLECTIVE,
                clock.today(),
                quotes[portion.resident_id],
                from_gift=portion.amount,
            )
            for portion in whole
        ],
        actor=actor,
        batch=f"gift-{gift.pk}",
    )
    parts = [portion.resident_id for portion in done.portions if not portion.whole]
    report_kept(gift.campaign, parts, actor)
    spent = sum((portion.amount for portion in done.portions), ZERO)
    audit.record(
        "gift.spend",
        actor=actor,
        obj=gift,
        summary=f"资助 {len(done.portions)} 人 {spent:,.2f} 元，全额 {len(whole)} 人；"
        f"余 {done.left:,.2f} 元，差 {done.short:,.2f} 元",
    )
    return done


@transaction.atomic
def pay_at_hall(*, gift: Gift, ticket_no: str, on: date, amount: Decimal, actor: User) -> HallPayment:
    """Whole fees were paid at the tax hall by name: insured and posted at once. The same ticket again changes nothing.

    Raise Refused unless the ticket's sum is exactly what the gift's people owe together.
    """
    ticket_no = required_text(ticket_no, "税票号", 40)
    moment = next_timestamp(campaign_id=gift.campaign_id)
    people = _lock_people(gift)
    money.lock_accounts(campaign=gift.campaign, villages=[gift.village_id])
    gift = locked(gift)
    known: HallPayment | None = gift.hall_payments.filter(ticket_no=ticket_no).first()
    if known:
        return known
    if gift.per_head is not None:
        raise Refused("只资助一部分的，钱要进乡镇账户，由村里收齐其余部分后一起申报，不能在办税厅单缴。")
    if not gift.campaign.policy.period.start <= on <= clock.today():
        raise Refused("缴纳日期应在征缴期开始以后、今天以前，请照税票填写。", "on")
    quotes = _owing(gift, people)
    due = sum((quote.due for quote in quotes.values()), ZERO)
    if not quotes or due != amount:
        raise Refused(
            f"税票 {amount:,.2f} 元，名单里应缴未缴的 {len(quotes)} 人共 {due:,.2f} 元，不一致，没有记账。"
            "请核对名单：税票上没有的人要移出，已缴费的不能再缴。",
            "amount",
        )
    _keep_shares(gift, {pk: quote.due for pk, quote in quotes.items()}, at_hall=True)
    record_contributions(
        campaign=gift.campaign,
        payments=[
            Payment(
                pk,
                gift.village_id,
                Contribution.Channel.COLLECTIVE,
                on,
                quote,
                state=Contribution.State.POSTED,
                posted_at=moment,
            )
            for pk, quote in quotes.items()
        ],
        actor=actor,
        batch=f"gift-{gift.pk}",
    )
    InsuredYear.objects.bulk_create(
        [InsuredYear(resident_id=pk, year=gift.campaign.year, source="集体资助") for pk in quotes],
        ignore_conflicts=True,
        batch_size=CHUNK,
    )
    made: HallPayment = HallPayment.objects.create(
        gift=gift,
        ticket_no=ticket_no,
        on=on,
        people=len(quotes),
        amount=amount,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    audit.record("gift.hall", actor=actor, obj=gift, summary=f"办税厅缴纳：{made}")
    return made


def follow_bookings(campaign: Campaign, contributions: Sequence[Contribution], actor: User | None, batch: str) -> None:
    """Whoever is booked with a gift has used the share; whoever is booked without one needs it no more."""
    booked = {contribution.resident_id: contribution for contribution in contributions}
    changed = []
    for share in _open_shares(campaign, booked):
        contribution = booked[share.resident_id]
        with_it = bool(share.amount) and contribution.from_gift == share.amount
        if share.at_hall:
            with_it = contribution.channel == Contribution.Channel.COLLECTIVE
        share.state = State.USED if with_it else State.RELEASED
        share.contribution = contribution if with_it else None
        share.note = "" if with_it else f"{contribution.paid_on} 已{contribution.get_channel_display()}"
        changed.append(share)
    GiftShare.objects.bulk_update(changed, ["state", "contribution", "note"], batch_size=500)


def shares_of(campaign: Campaign, residents: Collection[int]) -> "QuerySet[GiftShare, Any]":
    """Those of these residents for whom a gift keeps a share or may."""
    return _open_shares(campaign, residents).values_list("resident")


def _open_shares(campaign: Campaign, residents: Iterable[int]) -> "QuerySet[GiftShare]":
    return GiftShare.objects.filter(
        KEPT | Q(state=State.LISTED), gift__campaign=campaign, gift__cancelled_at__isnull=True, resident__in=residents
    )


@transaction.atomic
def give_share_back(*, contribution: Contribution, on: date, actor: User) -> None:
    """The enrolment that a gift has paid in part has ended: its part goes back to the donor from the treasury, or, if
    it was never posted, stands free in the township account. What a gift paid whole goes back with the refund itself.
    """
    is_posted = contribution.posted_at is not None
    share = GiftShare.objects.filter(contribution=contribution, state=State.USED).select_related("gift").first()
    if share is None:
        return
    is_whole = contribution.from_gift in (ZERO, contribution.amount)
    share.state = State.RETURNED if is_whole or is_posted else State.RELEASED
    share.note = "参保终止，退还资助人" if share.state == State.RETURNED else "参保终止，资助款可另用"
    share.save(update_fields=["state", "note"])
    if not is_whole and is_posted:
        fact = money.Fact(
            key=f"gift_share:{share.pk}:{contribution.pk}",
            kind=Movement.Kind.REFUND,
            village=contribution.village_id,
            amount=share.amount,
            on=on,
            contribution_id=contribution.pk,
        )
        reason = f"参保终止，退还资助人{share.gift.donor}"
        money.record_movements(campaign=contribution.campaign, facts=[fact], actor=actor, reason=reason)


def _lock_people(gift: Gift) -> list[Resident]:
    """The gift's people in the order of their households, locked: what is decided holds until it is written."""
    people = Resident.objects.filter(village=gift.village_id, status=Resident.Status.ACTIVE)
    if gift.covers == Gift.Covers.SOME:
        on_list = gift.shares.exclude(state__in=(State.RELEASED, State.RETURNED))
        people = people.filter(pk__in=on_list.values("resident"))
    ordered = list(people.order_by("household__number", "pk"))
    statuses = lock_residents(person.pk for person in ordered)
    return [person for person in ordered if statuses.get(person.pk) == Resident.Status.ACTIVE]


def _owing(gift: Gift, people: list[Resident]) -> dict[int, Quote]:
    """Resident id → the quote, for everybody who owes something today and for whom no gift keeps money."""
    ids = [person.pk for person in people]
    done = paid_residents(year=gift.campaign.year, residents=ids) | set(kept_for(campaign=gift.campaign, residents=ids))
    day = clock.today()
    left = [person for person in people if person.pk not in done and person.birth_date <= day]
    quotes = quote_residents(campaign=gift.campaign, residents=left, paid_on=day)
    return {pk: quote for pk, quote in quotes.items() if not isinstance(quote, QuoteError) and quote.due}


def _keep_shares(gift: Gift, amounts: dict[int, Decimal], *, at_hall: bool = False) -> None:
    """Write down what the gift keeps for each of these people."""
    there = {share.resident_id: share for share in gift.shares.filter(resident__in=amounts)}
    fresh = [
        GiftShare(gift=gift, resident_id=pk, amount=amount, state=State.WAITING, at_hall=at_hall)
        for pk, amount in amounts.items()
        if pk not in there
    ]
    for pk, share in there.items():
        share.amount, share.state, share.at_hall, share.note = amounts[pk], State.WAITING, at_hall, ""
        share.contribution = None
    GiftShare.objects.bulk_create(fresh, batch_size=CHUNK)
    fields = ["amount", "state", "at_hall", "contribution", "note"]
    GiftShare.objects.bulk_update(there.values(), fields, batch_size=500)


def _free_what_nobody_needs(gift: Gift) -> None:
    """Free what is kept for people who died or left, have paid otherwise, or owe less by now than is kept for them;
    and whole fees whose contribution was taken back, so that they are looked at anew."""
    kept = gift.shares.filter(KEPT)
    kept.exclude(resident__status=Resident.Status.ACTIVE).update(
        state=State.RELEASED, contribution=None, note="不再在册参保"
    )
    people = list(gift.shares.filter(KEPT).values_list("resident_id", flat=True))
    paid = paid_residents(year=gift.campaign.year, residents=people)
    gift.shares.filter(KEPT, resident__in=paid).update(state=State.RELEASED, contribution=None, note="已另行缴费")
    waiting = list(gift.shares.filter(KEPT).select_related("resident"))
    residents = [share.resident for share in waiting]
    quotes = quote_residents(campaign=gift.campaign, residents=residents, paid_on=clock.today(), taking_payment=False)
    enough = [
        share.pk
        for share in waiting
        if not isinstance(quote := quotes[share.resident_id], QuoteError) and quote.due <= share.amount
    ]
    gift.shares.filter(pk__in=enough).update(state=State.LISTED, contribution=None, note="")
