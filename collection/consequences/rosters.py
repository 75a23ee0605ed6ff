"""A department's list applied or taken back, with all that follows for what was booked."""

from django.db import transaction
from django.db.models import F, Q, QuerySet

from collection.consequences.quotes import work_out_quotes
from collection.contributions.models import Contribution
from collection.entitlements import services as entitlements
from collection.entitlements.models import DifferenceCase
from collection.entitlements.services import RosterEffects
from collection.refunds.models import Refund
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import BULK, chunks
from core.jobs import services as jobs
from core.refusals import Refused
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign
from subsidies.rosters import apply
from subsidies.rosters.models import Identity, Roster

Channel, Case = Contribution.Channel, DifferenceCase.State


@transaction.atomic
def apply_roster(
    *, roster: Roster, seen: dict[str, int], endings_confirmed: bool, actor: User, note: str = ""
) -> RosterEffects:
    """Apply a list (subsidies/rosters/apply.py) with all that follows. Raises Refused."""
    _refuse_closed(roster.campaign)
    marked = apply.apply_roster(roster=roster, seen=seen, endings_confirmed=endings_confirmed, actor=actor, note=note)
    effects = entitlements.apply_effects(campaign=roster.campaign, residents=marked, roster=roster, actor=actor)
    work_out_quotes(residents=_people_of(roster), fact="身份认定变化", actor=actor, batch=f"roster-{roster.pk}")
    return effects


@transaction.atomic
def withdraw_roster(*, roster: Roster, reason: str, actor: User) -> set[int]:
    """Take a list back with its consequences. Return the residents whose marks stay, because money has moved on them.

    Raises Refused.
    """
    _refuse_closed(roster.campaign)
    marks = Identity.objects.filter(Q(roster=roster) | Q(ended_by=roster))
    lock_residents(marks.values_list("resident_id", flat=True))
    stays = money_moved(roster)
    mine = _resting_on(roster).exclude(resident_id__in=stays)
    free, why = mine.filter(channel=Channel.FREE), f"撤回 {roster.pk} 号名单：{reason}"
    entitlements.end_free_enrolments(contributions=free, reason=why, actor=actor)
    cases = DifferenceCase.objects.filter(roster=roster, state__in=[Case.OPEN, Case.REFUNDING])
    dropped = list(cases.exclude(contribution__resident_id__in=stays).order_by("pk").values_list("pk", flat=True))
    for chunk in chunks(dropped, BULK):
        _drop_cases(DifferenceCase.objects.filter(pk__in=chunk), reason, actor)
    revived = apply.withdraw_roster(roster=roster, reason=reason, keep=stays, actor=actor)
    entitlements.apply_effects(campaign=roster.campaign, residents=revived, roster=None, actor=actor)
    work_out_quotes(residents=_people_of(roster), fact="身份认定撤回", actor=actor, batch=f"roster-{roster.pk}")
    return stays


def _people_of(roster: Roster) -> set[int]:
    """Return whose identities the list made or ended."""
    changed = roster.rows.filter(outcome__in=["new", "ended"], resident__isnull=False)
    return set(changed.values_list("resident_id", flat=True))


def _refuse_closed(campaign: Campaign) -> None:
    if campaign.closed_meanwhile():
        raise Refused(f"{campaign}已经办结并冻结，名单不能再应用或撤回；请在新年度报送名单。")


def money_moved(roster: Roster) -> set[int]:
    """The residents of a list on whose marks money has moved: charged less for them, or given back a difference."""
    paid = _resting_on(roster).exclude(channel=Channel.FREE).filter(amount__gt=0)
    given_back = DifferenceCase.objects.filter(
        roster=roster, refund__state__in=[Refund.State.FIRST_PASSED, Refund.State.PAID]
    )
    return {
        *paid.values_list("resident_id", flat=True),
        *given_back.values_list("contribution__resident_id", flat=True),
    }


def _resting_on(roster: Roster) -> QuerySet[Contribution]:
    """Live contributions that were quoted with a mark of this list."""
    return Contribution.objects.filter(
        campaign=roster.campaign_id,
        ended_at__isnull=True,
        resident__identities__roster=roster,
        resident__identities__withdrawn_at__isnull=True,
        resident__identities__kind=F("category"),
    )


def _drop_cases(cases: QuerySet[DifferenceCase], reason: str, actor: User) -> None:
    """Withdraw these cases, and the refunds that nobody has reviewed yet with them. Four statements."""
    why = f"名单撤回：{reason}"
    refunds = Refund.objects.filter(pk__in=cases.values("refund"), state=Refund.State.REQUESTED)
    audit.record_each("refund.withdraw", refunds, actor=actor, summary=f"{why}，不再退差额", region="village_id")
    refunds.update(state=Refund.State.REJECTED, reject_reason=why[:200])
    says = f"名单撤回，差额不再处理：{reason}"
    audit.record_each("difference.withdraw", cases, actor=actor, summary=says, region="village_id")
    cases.update(state=Case.WITHDRAWN, handled_by=actor, handled_at=clock.now(), note=reason[:200])


@jobs.handler("roster.apply")
def _apply_job(run: jobs.Run) -> str:
    roster, actor = _of_job(run)
    run.progress(0, 1, "名单正在审核生效")
    try:
        with transaction.atomic():
            run.assert_owner()
            effects = apply_roster(
                roster=roster,
                seen=run.args["seen"],
                endings_confirmed=run.args["endings_confirmed"],
                note=run.args.get("note", ""),
                actor=actor,
            )
    except Refused as refusal:
        raise jobs.JobFailed(str(refusal)) from refusal
    return f"已应用：{effects}"


@jobs.handler("roster.withdraw")
def _withdraw_job(run: jobs.Run) -> str:
    roster, actor = _of_job(run)
    run.progress(0, 1, "正在撤回名单")
    try:
        with transaction.atomic():
            run.assert_owner()
            stays = withdraw_roster(roster=roster, reason=run.args["reason"], actor=actor)
    except Refused as refusal:
        raise jobs.JobFailed(str(refusal)) from refusal
    return f"已撤回；{len(stays)} 人已发生资金往来，身份保留" if stays else "已整份撤回"


def _of_job(run: jobs.Run) -> tuple[Roster, User]:
    actor = run.job.created_by
    if actor is None:
        raise jobs.JobFailed("这项任务没有经办人，不能办理。")
    roster = Roster.objects.select_related("campaign__policy_version", "campaign__county").get(pk=run.args["roster"])
    return roster, actor
