"""Whose payment each line is and what becomes of it: looked up and judged, nothing written."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from collection.contributions.models import Contribution
from collection.gifts.selectors import kept_for
from collection.self_payments.models import SelfPayment
from collection.self_payments.selectors import apart_waiting
from core.access import masks
from core.amounts import ZERO, yuan
from core.database.bulk import BULK, chunks
from core.database.objects import read_objects
from residents.people import names
from residents.people.models import Resident
from residents.people.selectors import find_by_number
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import Quote, QuoteError, quote
from subsidies.quotes.selectors import quote_residents

Outcome = SelfPayment.Outcome


@dataclass
class Assessed:
    """A payment with its person. `quote`: what to book it by; `after`: the payment of the same person booked first.

    `charged_in_full`: a subsidy was due, and the tax bureau took the standard all the same. `parts`: the earlier
    payments of the same person that are booked with this one, because only together they are what is due; `from_gift`:
    what a gift in the township account keeps for the person and is a part of it too.
    """

    payment: SelfPayment
    person: Resident
    quote: Quote | None = None
    after: "Assessed | None" = None
    charged_in_full: bool = False
    parts: tuple[SelfPayment, ...] = ()
    from_gift: Decimal = ZERO


def residents_by_number(campaign: Campaign, numbers: Iterable[str]) -> dict[str, Resident]:
    """Return the county's people by number, by a former number, or by that of a record merged into theirs.

    Of people elsewhere nothing is told, as in every list (residents/people/disclosure.py).
    """
    return find_by_number(sorted(set(numbers)), among=Resident.objects.in_region(campaign.county_id))


def assess(
    *, campaign: Campaign, payments: Iterable[tuple[SelfPayment, Resident]], name_matters: bool = True
) -> list[Assessed]:
    """Set outcome, message and contribution of payments whose person is known; say which are to be booked, by what."""
    items = [Assessed(payment, person) for payment, person in payments]
    live: dict[int, Contribution] = {}
    for chunk in chunks({item.person.pk for item in items}, BULK):
        rows = Contribution.objects.filter(year=campaign.year, resident__in=set(chunk), ended_at__isnull=True)
        live |= {contribution.resident_id: contribution for contribution in read_objects(rows)}
    first: dict[int, Assessed] = {}
    unclaimed = _paid_at_the_hall(live.values())
    for item in items:
        payment, person = item.payment, item.person
        if name_matters and not names.is_same_name(payment.name, person.name):
            payment.outcome = Outcome.NAME_DIFFERS
            payment.message = f"居民库里这个号码的姓名是“{masks.mask_name(person.name)}”。"
        elif not may_have_paid(payment, person):
            payment.outcome = Outcome.INELIGIBLE
            payment.message = f"居民库里的状态是{person.get_status_display()}。"
        elif (held := live.get(person.pk)) and held.pk in unclaimed and held.amount == payment.amount:
            unclaimed.discard(held.pk)
            payment.outcome, payment.contribution = Outcome.MATCHED, held
            payment.message = f"{held.get_channel_display()}缴给税务的那一笔，已经记过账。"
        elif held:
            paid_before(payment, held)
        else:
            item.after = first.get(person.pk)
            first.setdefault(person.pk, item)
    _quote(campaign, list(first.values()))
    _add_up(campaign, items, first)
    for item in items:
        if item.after and item.after.quote is None:
            item.payment.outcome, item.payment.message = item.after.payment.outcome, item.after.payment.message
            item.after = None
        elif item.after:
            item.payment.outcome = Outcome.DUPLICATE
    return items


def _paid_at_the_hall(live: Iterable[Contribution]) -> set[int]:
    """The contributions that a collective or a school has paid to the tax bureau and no line of a list has named."""
    for_others = (Contribution.Channel.COLLECTIVE, Contribution.Channel.SCHOOL)
    given = {c.pk for c in live if c.channel in for_others and c.state == Contribution.State.POSTED}
    for chunk in chunks(given.copy(), BULK):
        rows = SelfPayment.objects.filter(contribution__in=chunk, outcome=Outcome.MATCHED)
        given.difference_update(rows.values_list("contribution_id", flat=True))
    return given


def _add_up(campaign: Campaign, items: list[Assessed], first: dict[int, Assessed]) -> None:
    """Book several payments of one person as one where only together they are what is due, to the cent; what a gift
    keeps for the person is one of them."""
    wrong = {pk: item for pk, item in first.items() if item.payment.outcome == Outcome.AMOUNT_DIFFERS}
    if not wrong:
        return
    earlier: dict[int, list[SelfPayment]] = defaultdict(list)
    for payment in apart_waiting(campaign=campaign, residents=wrong, but=[item.payment.pk for item in items]):
        earlier[payment.resident_id or 0].append(payment)
    kept = kept_for(campaign=campaign, residents=wrong)
    groups = {pk: [item] + [other for other in items if other.after is item] for pk, item in wrong.items()}
    several = {pk: group for pk, group in groups.items() if pk in kept or len(group) + len(earlier[pk]) > 1}
    last = {
        pk: max(payment.paid_on for payment in [*earlier[pk], *(item.payment for item in group)])
        for pk, group in several.items()
    }
    people = [wrong[pk].person for pk in several]
    quotes = quote_residents(campaign=campaign, residents=people, taking_payment=False, paid_on=last)
    for pk, group in several.items():
        answer = quotes[pk]
        if not isinstance(answer, QuoteError):
            _add_up_person(group, earlier[pk], answer, min(kept.get(pk, ZERO), answer.due))


def _add_up_person(group: list[Assessed], earlier: list[SelfPayment], answer: Quote, kept: Decimal) -> None:
    before = sum((payment.amount for payment in earlier), ZERO)
    sums = list(accumulate((item.payment.amount for item in group), initial=before))[1:]
    enough = {answer.due - kept, answer.due}
    if not enough.intersection(sums):
        gift = f"集体资助 {yuan(kept)}，" if kept else ""
        says = (
            f"应缴 {yuan(answer.due)}（{answer.category}），{gift}{len(earlier) + len(group)} 笔合计 {yuan(sums[-1])}，"
        )
        for item in group:
            item.payment.message = f"{says}{_gap(answer.due - kept, sums[-1])}。"
        return
    last = min(sums.index(amount) for amount in enough.intersection(sums))
    closing = group[last]
    closing.from_gift = answer.due - sums[last]
    for part in group[:last]:
        part.after, part.payment.outcome, part.payment.message = None, Outcome.MATCHED, ""
    for later in group[last + 1 :]:
        later.after = closing
    closing.after, closing.quote = None, answer
    closing.parts = (*earlier, *(item.payment for item in group[:last]))
    closing.payment.outcome = Outcome.MATCHED
    gift = f"集体资助 {yuan(closing.from_gift)}，" if closing.from_gift else ""
    closing.payment.message = f"{gift}{len(closing.parts) + 1} 笔合计 {yuan(sums[last])}，按一次缴费记账。"
    if closing.from_gift:
        closing.payment.message += "资助部分由乡镇申报。"


def _gap(wanted: Decimal, total: Decimal) -> str:
    gap = wanted - total
    return f"还差 {yuan(gap)}" if gap > 0 else f"多出 {yuan(-gap)}"


def may_have_paid(payment: SelfPayment, person: Resident) -> bool:
    """Return whether the person was on the register on the day of the payment, whatever came later."""
    if person.status == Resident.Status.ACTIVE:
        return True
    since = person.status_on
    return person.status != Resident.Status.MERGED and since is not None and payment.paid_on < since


def paid_before(payment: SelfPayment, held: Contribution) -> None:
    """Set the outcome of a payment for which the person need not have paid."""
    payment.contribution = held
    if held.channel == Contribution.Channel.FREE:
        payment.outcome, payment.message = Outcome.FREE, f"{held.category}全额资助，不用缴费。"
    else:
        payment.outcome = Outcome.DUPLICATE
        payment.message = f"{held.paid_on} 已经{held.get_channel_display()} {yuan(held.amount)}。"


def _quote(campaign: Campaign, items: list[Assessed]) -> None:
    quotes = quote_residents(
        campaign=campaign,
        residents=[item.person for item in items],
        taking_payment=False,
        paid_on={item.person.pk: item.payment.paid_on for item in items},
    )
    for item in items:
        answer = quotes[item.person.pk]
        item.quote = _quote_for(campaign, item, answer)
        if item.quote:
            item.payment.outcome, item.payment.message = Outcome.MATCHED, ""
            item.charged_in_full = not isinstance(answer, QuoteError) and answer.due != item.quote.due


def _quote_for(campaign: Campaign, item: Assessed, answer: Quote | QuoteError) -> Quote | None:
    """Return the quote the payment was made by, or None with the outcome set.

    Somebody marked for a subsidy whom the tax bureau charged in full paid as an ordinary resident: the difference is
    then found as for everybody who paid before being marked.
    """
    payment = item.payment
    if isinstance(answer, QuoteError):
        payment.outcome, payment.message = Outcome.AMOUNT_DIFFERS, answer.message[:200]
        return None
    if answer.due == payment.amount:
        return answer
    if answer.due == 0:
        says = f"{answer.category}全额资助，不用缴费" if answer.standard else answer.reasons[0].says
        payment.outcome, payment.message = Outcome.FREE, f"{says}。"
        return None
    if payment.amount == campaign.policy.standard:
        try:
            return quote(
                campaign.policy, birth_date=item.person.birth_date, paid_on=payment.paid_on, taking_payment=False
            )
        except QuoteError:
            pass
    payment.outcome = Outcome.AMOUNT_DIFFERS
    payment.message = f"应缴 {yuan(answer.due)}（{answer.category}），实缴 {yuan(payment.amount)}。"
    return None
