"""What a mark means for contributions, at once and visibly.

Fully subsidised → enrolled without payment. Marked after having paid → a refund case where the county's notice grants
the difference, a notice to staff where it is silent. Taken back → what followed is taken back too, except where money
has moved.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from collection.contributions.bookings import report_ended
from collection.contributions.models import Contribution, ContributionFund
from collection.contributions.services import Payment, paid_residents, record_contributions
from collection.entitlements.models import DifferenceCase
from collection.money import services as money
from collection.refunds.models import Refund
from config import clock
from core.access.roles import Role
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.database.bulk import BULK, CHUNK, chunks, insert_from
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.text import clean_text, required_text
from residents.people.models import InsuredYear, ParentLink, Resident
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import next_timestamp
from subsidies.policy.parts import RefundReason
from subsidies.quotes.benefits import add_months
from subsidies.quotes.quote import Quote, QuoteError
from subsidies.quotes.selectors import quote_residents
from subsidies.rosters.models import Identity, Roster

REASON = "identity_difference"
#: Where a year is known from that somebody was insured without payment: no declaration ever posts it.
FREE_YEAR = "全额资助"
Channel, State = Contribution.Channel, Contribution.State
Case = DifferenceCase.State


@dataclass
class RosterEffects:
    """How many people marks enrolled without payment, gave a refund case, or put before the staff."""

    enrolled: int = 0
    refunds: int = 0
    notices: int = 0

    def __str__(self) -> str:
        return f"免缴参保 {self.enrolled} 人，转差额退费 {self.refunds} 人，已缴费待处理 {self.notices} 人"


def enrolment_key(campaign: Campaign) -> str:
    """The job that enrols everybody of this campaign who owes nothing."""
    return f"special.enrol.{campaign.pk}"


def ask_to_enrol(*, campaign: Campaign, actor: User | None) -> Job:
    """Puts the enrolment of everybody who owes nothing in the queue: there may be thousands."""
    return jobs.enqueue(
        "special.enrol", actor=actor, key=enrolment_key(campaign), region=campaign.county_id, campaign=campaign.pk
    )


@transaction.atomic
def apply_effects(
    *, campaign: Campaign, residents: Iterable[int], roster: Roster | None, actor: User | None
) -> RosterEffects:
    """What the present marks of these residents mean for their contributions; safe to repeat."""
    ids, effects = sorted(set(residents)), RosterEffects()
    for chunk in chunks(ids, BULK):
        active = Resident.objects.filter(pk__in=chunk, status=Resident.Status.ACTIVE)
        people = {resident.pk: resident for resident in active.order_by("pk")}
        effects.enrolled += _enrol_free(campaign, people, roster, actor)
        _find_differences(campaign, people, roster, actor, effects)
    return effects


@transaction.atomic
def enrol_fully_subsidised(*, campaign: Campaign, actor: User | None, limit: int = CHUNK) -> int:
    """Enrols at least `limit` of those who owe nothing and have no contribution yet, or all of them if they are fewer;
    returns how many: call it again until it answers 0. For marks made before the campaign, and people registered
    later."""
    people, made, after = owing_nothing(campaign), 0, 0
    while made < limit and (chunk := list(people.filter(pk__gt=after)[:limit])):
        made += _enrol_free(campaign, {resident.pk: resident for resident in chunk}, None, actor)
        after = chunk[-1].pk
    return made


def owing_nothing(campaign: Campaign) -> ScopedQuerySet:
    """The county's active residents who by marks, age or birth in the year may owe nothing, without contribution."""
    rules, today = campaign.policy, clock.today()
    marks = Identity.objects.in_region(campaign.county_id).filter(
        kind__in=[c.name for c in rules.recognised if c.enrolled_free], ended_on__isnull=True, withdrawn_at__isnull=True
    )
    asked = Q(pk__in=marks.order_by().values("resident_id"))
    for category in rules.by_age:
        assert category.born_from and category.under_years  # noqa: S101 - checked where the policy is read
        last_birthday = add_months(today, -12 * category.under_years)
        asked |= Q(birth_date__gte=category.born_from, birth_date__gt=last_birthday)
    live = Contribution.objects.filter(resident=OuterRef("pk"), year=campaign.year, ended_at__isnull=True)
    if birth_year := rules.newborn.birth_year:
        born = Q(birth_date__year=campaign.year)
        asked |= born if birth_year.fee == "free" else born & Q(pk__in=_children_of_insured(campaign.year))
    people = Resident.objects.in_region(campaign.county_id).filter(asked, ~Exists(live), status=Resident.Status.ACTIVE)
    return people.order_by("pk")


def anybody_to_enrol(campaign: Campaign) -> bool:
    """Whether somebody owes nothing today and has no contribution: 高阳 二（五）3 counts late marks from the first of
    the next month, on which nobody may be at work."""
    waiting, today = owing_nothing(campaign), clock.today()
    people = list(waiting[:BULK])
    quotes = quote_residents(campaign=campaign, residents=people, paid_on=today, taking_payment=False)
    return any(not isinstance(quote, QuoteError) and quote.due == ZERO for quote in quotes.values())


def _children_of_insured(year: int) -> QuerySet[ParentLink, Any]:
    paid = Contribution.objects.filter(resident=OuterRef("parent"), year=year, ended_at__isnull=True)
    links = ParentLink.objects.filter(withdrawn_at__isnull=True).order_by()
    insured = links.filter(Exists(paid) | Q(parent__status=Resident.Status.EMPLOYEE))
    return insured.values("child_id")


@transaction.atomic
def end_free_enrolments(*, contributions: QuerySet[Contribution], reason: str, actor: User | None) -> int:
    """Ends enrolments without payment (a queryset of them); no money moves. Returns how many."""
    rows = contributions.filter(ended_at__isnull=True, channel=Channel.FREE).order_by("pk")
    live = list(rows.select_for_update(of=("self",)).select_related("campaign__policy_version", "campaign__county"))
    if not live:
        return 0
    moment = next_timestamp(campaign_id=live[0].campaign_id)
    for chunk in chunks(live, BULK):
        rows = Contribution.objects.filter(pk__in=[c.pk for c in chunk])
        rows.update(state=State.REVERSED, ended_at=moment, end_reason=reason[:120])
        ended = {c.resident_id for c in chunk}
        InsuredYear.objects.filter(resident__in=ended, year=live[0].year, source=FREE_YEAR).delete()
    audit.record_all(
        audit.event(
            "contribution.reverse",
            actor=actor,
            obj=c,
            summary=f"终止免缴参保：{reason}",
            before={"state": c.state},
            after={"state": State.REVERSED.value},
        )
        for c in live
    )
    report_ended(live[0].campaign, live, actor)
    return len(live)


@transaction.atomic
def book_difference(*, refund: Refund) -> None:
    """A difference that was paid back is owed by the fund of the category that was recognised; called as it is paid.

    The contribution itself is not touched: what was collected and declared stays what it was.
    """
    case = DifferenceCase.objects.filter(refund=refund).select_related("contribution").first()
    category = refund.campaign.policy.category(case.category) if case else None
    if not case or not category or not category.fund:
        return
    part, made = ContributionFund.objects.get_or_create(
        contribution=case.contribution, source=category.fund, defaults={"amount": refund.amount}
    )
    if not made:
        part.amount += refund.amount
        part.save(update_fields=["amount"])


@transaction.atomic
def resolve_case(*, case: DifferenceCase, note: str, actor: User) -> DifferenceCase:
    """Staff say what they did about somebody who paid before being recognised. Raises Refused."""
    lock_residents([case.contribution.resident_id])
    money.lock_accounts(campaign=case.campaign, villages=[case.village_id])
    if case.campaign.closed_meanwhile():
        raise Refused(f"{case.campaign}已办结，不能再登记处理情况。")
    case = DifferenceCase.objects.select_for_update().get(pk=case.pk)
    if case.state == Case.REFUNDING:
        raise Refused("这一笔已转退费，请在退费里办理。")
    if case.state != Case.OPEN:
        raise Refused("这一笔已经处理过了。")
    if not (note := clean_text(note, "处理说明", 200)):
        raise Refused("请写明处理情况。")
    case.state, case.handled_by, case.handled_at, case.note = Case.HANDLED, actor, clock.now(), note
    case.save(update_fields=["state", "handled_by", "handled_at", "note"])
    audit.record("difference.handle", actor=actor, obj=case, summary=f"先缴后认定已处理：{case.note}")
    return case


@transaction.atomic
def decide_difference(
    *, case: DifferenceCase, grants: bool, document: str, note: str = "", actor: User
) -> DifferenceCase:
    """Grant or refuse the difference where the notice is silent, by a document that is named. Raises Refused.

    Granted, it is a refund case like any other: its payee and two reviews; as it is paid the fund of the category that
    was recognised owes it (`book_difference`). Who owes nothing and has paid gets all of it, and stays insured.
    """
    document, note = required_text(document, "决定依据的文件", 120), clean_text(note, "处理说明", 200)
    moment = next_timestamp(campaign_id=case.campaign_id)
    lock_residents([case.contribution.resident_id])
    money.lock_accounts(campaign=case.campaign, villages=[case.village_id])
    if case.campaign.closed_meanwhile():
        raise Refused(f"{case.campaign}已办结，不能再登记处理情况。")
    if actor.role != Role.COUNTY:
        raise Refused(f"差额退不退由{actor.county_word}医保局决定。")
    rows = DifferenceCase.objects.select_for_update(of=("self",)).select_related("contribution", "campaign")
    case = rows.get(pk=case.pk)
    if case.state != Case.OPEN:
        raise Refused("这一笔已经处理过了。")
    if grants:
        if case.contribution.ended_at:
            raise Refused(f"这笔缴费{case.contribution.get_state_display()}，没有差额可退。")
        case.refund = Refund.objects.create(
            campaign=case.campaign,
            contribution=case.contribution,
            resident_id=case.contribution.resident_id,
            village_id=case.village_id,
            reason=REASON,
            reason_name="身份变更差额",
            amount=case.difference,
            ends_enrolment=False,
            note=f"依据{document}：认定为{case.category}，应缴 {case.due} 元"[:200],
            requested_by=actor,
            requested_at=moment,
        )
    case.state = Case.REFUNDING if grants else Case.HANDLED
    case.handled_by, case.handled_at, case.document, case.note = actor, clock.now(), document, note
    case.save(update_fields=["refund", "state", "handled_by", "handled_at", "document", "note"])
    says = f"退差额 {case.difference} 元" if grants else "不退差额"
    audit.record("difference.decide", actor=actor, obj=case, summary=f"先缴后认定：依据{document}决定{says}")
    return case


def _enrol_free(campaign: Campaign, people: dict[int, Resident], roster: Roster | None, actor: User | None) -> int:
    today = clock.today()
    unpaid = people.keys() - paid_residents(year=campaign.year, residents=people)
    candidates = [people[pk] for pk in sorted(unpaid)]
    quotes = quote_residents(campaign=campaign, residents=candidates, paid_on=today, taking_payment=False)
    moment = next_timestamp(campaign_id=campaign.pk)
    free = [
        Payment(
            resident_id=person.pk,
            village=person.village_id,
            channel=Channel.FREE,
            paid_on=today,
            quote=quote,
            state=State.POSTED,
            posted_at=moment,
        )
        for person in candidates
        if not isinstance(quote := quotes[person.pk], QuoteError) and quote.due == ZERO
    ]
    batch = f"roster-{roster.pk}" if roster else ""
    made = record_contributions(campaign=campaign, payments=free, actor=actor, batch=batch)
    if made:
        record_free_years(campaign, Contribution.objects.filter(pk__in=[c.pk for c in made]))
    return len(made)


def record_free_years(campaign: Campaign, contributions: QuerySet[Contribution]) -> int:
    """Write the year into the records of those of these who are insured without payment; return how many lacked it."""
    free = contributions.filter(campaign=campaign, channel=Channel.FREE, ended_at__isnull=True)
    columns = {"resident": F("resident_id"), "year": campaign.year, "source": FREE_YEAR}
    return insert_from(InsuredYear, columns, free, ignore_conflicts=True)


def _find_differences(
    campaign: Campaign, people: dict[int, Resident], roster: Roster | None, actor: User | None, effects: RosterEffects
) -> None:
    paid = list(
        Contribution.objects.filter(campaign=campaign, resident_id__in=people, ended_at__isnull=True, amount__gt=0)
        .exclude(difference_cases__state__in=[Case.OPEN, Case.REFUNDING, Case.HANDLED])
        .order_by("pk")
    )
    days = {c.resident_id: c.paid_on for c in paid}
    asked = [people[c.resident_id] for c in paid]
    quotes = quote_residents(campaign=campaign, residents=asked, paid_on=days, taking_payment=False)
    owed_less = [
        (c, quote) for c in paid if not isinstance(quote := quotes[c.resident_id], QuoteError) and quote.due < c.amount
    ]
    if not owed_less:
        return
    reason, moment = _granted(campaign), next_timestamp(campaign_id=campaign.pk)
    refunds: list[Refund | None] = [None] * len(owed_less)
    if reason:
        refunds = [*_request_refunds(campaign, owed_less, reason, moment, actor)]
    cases = DifferenceCase.objects.bulk_create(
        [
            DifferenceCase(
                campaign=campaign,
                contribution=c,
                village_id=c.village_id,
                roster=roster,
                category=quote.category,
                due=quote.due,
                difference=c.amount - quote.due,
                refund=refund,
                made_at=moment,
                state=Case.REFUNDING if refund else Case.OPEN,
                why=_why(campaign, reason),
            )
            for (c, quote), refund in zip(owed_less, refunds, strict=True)
        ]
    )
    audit.record_all(
        audit.event(
            "difference.found",
            actor=actor,
            obj=case,
            batch=f"roster-{roster.pk}" if roster else "",
            summary=f"先缴后认定：{case.category}，多缴 {case.difference} 元，{case.get_state_display()}",
        )
        for case in cases
    )
    effects.refunds += len(cases) if reason else 0
    effects.notices += 0 if reason else len(cases)


def _request_refunds(
    campaign: Campaign,
    owed_less: list[tuple[Contribution, Quote]],
    reason: RefundReason,
    moment: datetime,
    actor: User | None,
) -> list[Refund]:
    """A refund of the difference for each of these, in their order."""
    return Refund.objects.bulk_create(
        [
            Refund(
                campaign=campaign,
                contribution=c,
                resident_id=c.resident_id,
                village_id=c.village_id,
                reason=reason.code,
                reason_name=reason.name,
                amount=c.amount - quote.due,
                ends_enrolment=False,
                note=f"缴费后认定为{quote.category}，应缴 {quote.due} 元",
                requested_by=actor,
                requested_at=moment,
            )
            for c, quote in owed_less
        ]
    )


def _granted(campaign: Campaign) -> RefundReason | None:
    """The refund reason under which the county gives the difference back today, if it does."""
    if campaign.policy.late_recognition.after_payment != "refund":
        return None
    reason = campaign.policy.refund_rules.reason(REASON)
    expired = reason and reason.deadline and clock.today() > reason.deadline
    return None if expired else reason


def _why(campaign: Campaign, reason: RefundReason | None) -> str:
    late = campaign.policy.late_recognition
    if reason:
        return f"差额退还本人（{reason.source}）"[:300]
    if late.after_payment == "refund":
        return f"差额退费的期限已过，请经办人员处理（{late.source}）"[:300]
    return f"通知没有写差额退不退，请经办人员处理（{late.source}）"[:300]


@jobs.handler("special.enrol")
def _enrol_job(run: jobs.Run) -> str:
    campaign = Campaign.objects.select_related("policy_version", "county").get(pk=run.args["campaign"])
    done, total = 0, owing_nothing(campaign).count()
    while True:
        run.progress(done, max(total, done), "正在免缴参保")
        with transaction.atomic():
            run.assert_owner()
            made = enrol_fully_subsidised(campaign=campaign, actor=run.job.created_by)
        if not made:
            return f"免缴参保 {done} 人"
        done += made
