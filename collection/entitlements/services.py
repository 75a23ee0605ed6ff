"""What a mark means for contributions, at once and visibly.

Fully subsidised → enrolled without payment. Marked after having paid → a case of its own (differences.py). Taken back →
what followed is taken back too, except where money has moved.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from collection.contributions.bookings import report_ended
from collection.contributions.models import Contribution
from collection.contributions.services import Payment, paid_residents, record_contributions
from collection.entitlements.differences import find_differences
from config import clock
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.database.bulk import BULK, CHUNK, chunks, insert_from
from core.jobs import services as jobs
from core.jobs.models import Job
from residents.people.models import InsuredYear, ParentLink, Resident
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import next_timestamp
from subsidies.quotes.benefits import add_months
from subsidies.quotes.quote import QuoteError
from subsidies.quotes.selectors import quote_residents
from subsidies.rosters.models import Identity, Roster

#: Where a year is known from that somebody was insured without payment: no declaration ever posts it.
FREE_YEAR = "全额资助"
Channel, State = Contribution.Channel, Contribution.State


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
        cases = find_differences(campaign=campaign, people=people, roster=roster, actor=actor)
        granted = sum(case.refund is not None for case in cases)
        effects.refunds, effects.notices = effects.refunds + granted, effects.notices + len(cases) - granted
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
def end_second_enrolments(keep: Resident, drop: Resident, actor: User | None) -> None:
    """The callback for two records that become one: of two enrolments for a year, one without payment ends.

    The dropped record's, or the kept one's where the other paid. A newborn registered twice owes nothing twice.
    """
    live = Contribution.objects.filter(ended_at__isnull=True, campaign__closed_at__isnull=True)
    for one, other in ((drop, keep), (keep, drop)):
        rival = live.filter(resident=other, year=OuterRef("year"))
        twice = live.filter(Exists(rival), resident=one, channel=Channel.FREE)
        for pk in twice.order_by("pk").values_list("pk", flat=True):
            mine = Contribution.objects.filter(pk=pk)
            end_free_enrolments(contributions=mine, reason="档案合并，另一份档案已参保", actor=actor)


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
