"""Publishing a ranking: what the county shows, frozen; a correction is the next version, with its reason."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from collection.duties import services as duties
from collection.tallies.services import named_villages, refuse_differing
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.text import clean_text, whole_number
from employees.goal.selectors import goal_facts, progress_to_goal
from employees.goal.wording import goal_text
from employees.months import month_of
from reporting.comparison.selectors import compare_years
from reporting.progress import schedule
from reporting.progress.counting import FIGURES
from reporting.progress.goals import Coverage, stages_of
from reporting.progress.groups import coverage_by_kind, coverage_by_region, goals_of_the_year
from reporting.rankings import drafts, notices
from reporting.rankings.bulletin import LastYear, TownshipRemark
from reporting.rankings.content import Figures, Frame, Supplement, ranking_content, village_content
from reporting.rankings.models import Ranking, RankingKind, RewardTier, Snapshot
from reporting.rankings.rank import RankedPlace, fingerprint
from reporting.rankings.rewards import Tier, TownshipAward, awards
from reporting.rankings.snapshots import count_again, cutoff_of, known_by_now, rows_of, villages_miscounted
from reporting.reports.models import TownshipReport
from reporting.supervision import selectors as supervision
from reporting.supervision.rules import BulletinStanding
from reporting.supervision.services import mark_announced
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import lock_campaign
from subsidies.policy.parts import Rewards


@transaction.atomic
def publish_ranking(*, snapshot: Snapshot, number: str, actor: User) -> Ranking:
    """Publishes a snapshot under a document number. Publishing it again returns the ranking that is there."""
    lock_campaign(snapshot.campaign)
    found: Ranking | None = Ranking.objects.filter(snapshot=snapshot).first()
    if found:
        return found
    if not (number := clean_text(number, "文号", 40)):
        raise Refused(f"请填写文号，例如 {next_number(snapshot.campaign)}。")
    if Ranking.objects.filter(campaign__county=snapshot.campaign.county_id, number=number).exists():
        raise Refused(f"文号“{number}”已经用过，请换一个。")
    if Ranking.objects.filter(campaign=snapshot.campaign, kind=snapshot.kind, as_of=snapshot.as_of).exists():
        raise Refused("这一期已经发布。要改动已发布的数据，请在该期页面上办理更正。")
    if missing := drafts.unsigned(snapshot):
        raise Refused(f"最终结果要先由{'、'.join(missing)}签认最终参保人数，再发布。")
    ranking = _freeze(snapshot, version=1, number=number, reason="", actor=actor)
    notices.notify_lowest_ranked(ranking=ranking)
    return ranking


@transaction.atomic
def correct_ranking(*, ranking: Ranking, reason: str, actor: User, counted: Snapshot | None = None) -> Ranking:
    """Counts the same as-of time again with what is known now, and publishes that as the next version.

    Final figures are corrected by a count that both offices have signed (`prepare_correction`). Raises Refused without
    a reason, for a version that is not the last, or if nothing differs.
    """
    if not (reason := clean_text(reason, "更正原因", 200)):
        raise Refused("更正必须写明原因。")
    _refuse_corrected(ranking)
    if ranking.kind == RankingKind.FINAL:
        if counted is None or counted_again(counted) != ranking:
            raise Refused(
                f"最终结果的更正要先由{actor.county_word}税务局、{actor.county_word}医保局签认重新核定的人数。"
            )
        if missing := drafts.unsigned(counted):
            raise Refused(f"更正要先由{'、'.join(missing)}签认重新核定的人数，再发布。")
        snapshot = counted
    else:
        snapshot = _count_again(ranking)
    if not differences(ranking.snapshot, snapshot):
        raise Refused(f"重新核对的数据与第{ranking.version}版完全相同，没有需要更正的内容。")
    return _freeze(snapshot, version=ranking.version + 1, number=ranking.number, reason=reason, actor=actor)


@transaction.atomic
def prepare_correction(*, ranking: Ranking, actor: User) -> Snapshot:
    """Count final figures again for both offices to sign; the count that waits, where it is still right. Raise Refused.

    Nothing is published: `correct_ranking` does, once it is signed.
    """
    if actor.role != Role.COUNTY:
        raise Refused(f"更正由{actor.county_word}医保局办理。")
    _refuse_corrected(ranking)
    if not (changes := correction_preview(ranking)):
        raise Refused(f"重新核对的数据与第{ranking.version}版完全相同，没有需要更正的内容。")
    same = Snapshot.objects.filter(campaign=ranking.campaign, kind=ranking.kind, as_of=ranking.as_of, ranking=None)
    waiting: Snapshot | None = same.filter(known_at__gt=ranking.snapshot.known_at).first()
    if waiting and differences(ranking.snapshot, waiting) == changes:
        return waiting
    snapshot = _count_again(ranking)
    audit.record(
        "ranking.count_again",
        actor=actor,
        obj=snapshot,
        region=ranking.campaign.county_id,
        summary=f"重新核定{ranking}的最终参保人数：{drafts.final_figure(snapshot)} 人，待两家签认",
    )
    return snapshot


def counted_again(snapshot: Snapshot) -> Ranking | None:
    """The published version that this unpublished count would correct: the last one, counted before it."""
    same = Ranking.objects.filter(campaign=snapshot.campaign_id, kind=snapshot.kind, as_of=snapshot.as_of)
    newest: Ranking | None = same.select_related("snapshot", "campaign__county").order_by("-version").first()
    return newest if newest and newest.snapshot.known_at < snapshot.known_at else None


def _refuse_corrected(ranking: Ranking) -> None:
    if ranking.version != latest_version(ranking).version:
        raise Refused("这一版已被更正，请打开最新一版再办理。")


def _count_again(ranking: Ranking) -> Snapshot:
    return count_again(campaign=ranking.campaign, kind=ranking.kind, as_of=ranking.as_of)


def differences(before: Snapshot, after: Snapshot) -> list[tuple[str, Figures | None, Figures | None]]:
    """(region's name, before, after) of every row that differs."""
    return _compared(figures_of(before), figures_of(after))


def _compared(before: list[Figures], after: list[Figures]) -> list[tuple[str, Figures | None, Figures | None]]:
    old, new = ({f.code: f for f in figures} for figures in (before, after))
    codes = sorted({*old, *new})
    return [
        ((new.get(code) or old[code]).name, old.get(code), new.get(code))
        for code in codes
        if old.get(code) != new.get(code)
    ]


def correction_preview(ranking: Ranking) -> list[tuple[str, Figures | None, Figures | None]]:
    """What a correction made now would differ in. Writes nothing."""
    campaign, kind, as_of = ranking.campaign, ranking.kind, ranking.as_of
    known_at = known_by_now(campaign=campaign, kind=kind, as_of=as_of)
    cutoff = cutoff_of(campaign=campaign, kind=kind, as_of=as_of, known_at=known_at)
    names = dict(Region.objects.in_region(ranking.campaign.county_id).values_list("code", "name"))
    rows = rows_of(campaign=ranking.campaign, cutoff=cutoff)
    return _compared(
        figures_of(ranking.snapshot),
        [
            Figures(code=r.region_id, name=names[r.region_id], task=r.task, **{f: getattr(r, f) for f in FIGURES})
            for r in rows
        ],
    )


def next_number(campaign: Campaign) -> str:
    """A document number to start from: the bureau's usual form with the next number of the year it is issued in."""
    head = f"{campaign.county.name[0]}医保征〔{timezone.localtime(clock.now()).year}〕"
    issued = Ranking.objects.filter(campaign__county=campaign.county_id, number__startswith=head)
    serials = (number.removeprefix(head).removesuffix("号") for number in issued.values_list("number", flat=True))
    return f"{head}{max((whole_number(serial) or 0 for serial in serials), default=0) + 1}号"


def latest_version(ranking: Ranking) -> Ranking:
    same = Ranking.objects.filter(campaign=ranking.campaign_id, kind=ranking.kind, as_of=ranking.as_of)
    newest: Ranking = same.defer("content", "villages").latest("version")
    return newest


def previous_ranking(snapshot: Snapshot) -> Ranking | None:
    """The last version of the last published ranking of the same kind before this as-of time."""
    earlier = Ranking.objects.filter(campaign=snapshot.campaign_id, kind=snapshot.kind, as_of__lt=snapshot.as_of)
    return earlier.order_by("-as_of", "-version").first()


def figures_of(snapshot: Snapshot) -> list[Figures]:
    """Every township and village of a snapshot, with names."""
    rows = list(snapshot.rows.select_related("region").order_by("region_id"))
    return [
        Figures(code=row.region_id, name=row.region.name, task=row.task, **{f: getattr(row, f) for f in FIGURES})
        for row in rows
    ]


def content_of(
    *, snapshot: Snapshot, number: str, version: int = 1, reason: str = ""
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(content, villages) as they would be published now: what the county sees before it publishes."""
    campaign, policy = snapshot.campaign, snapshot.campaign.policy
    figures = figures_of(snapshot)
    townships = [f for f in figures if len(f.code) == 9]
    previous = previous_ranking(snapshot)
    frame = Frame(
        kind=snapshot.kind,
        county=campaign.county.name,
        year=campaign.year,
        as_of=timezone.make_naive(snapshot.as_of),
        metric=snapshot.metric,
        stages=stages_of(policy),
        source=f"{snapshot.get_kind_display()}第{version}版，快照校验码 {snapshot.fingerprint[:16]}",
    )
    remarks, late = _reports(snapshot, townships)
    observed = _observed(snapshot, sum(f.done(snapshot.metric) for f in townships))
    supplement = Supplement(
        observed=observed,
        remarks=remarks,
        late_reports=late,
        awards_of=_awards_of(campaign, policy.rewards)
        if snapshot.kind == RankingKind.FINAL and policy.rewards
        else None,
        pool=policy.rewards.prize_total if policy.rewards else None,
        last_year=_last_year(snapshot),
        additions=_additions(snapshot, townships, previous, observed),
    )
    content = ranking_content(
        frame,
        townships,
        supplement,
        previous={
            "as_of": timezone.localtime(previous.as_of).isoformat(),
            "ranks": {row["code"]: row["rank"] for row in previous.content["townships"]},
        }
        if previous
        else None,
        number=number,
        issuer=f"{campaign.county.name}医疗保障局",
    )
    content |= {"version": version, "reason": reason, "snapshot": snapshot.fingerprint}
    content = drafts.with_edit(content, drafts.newest_edit(snapshot))
    old = {row["code"]: row["rank"] for row in previous.villages} if previous else None
    return content, village_content([f for f in figures if len(f.code) == 12], snapshot.metric, old)


def _refuse_miscounted(snapshot: Snapshot) -> None:
    """Raise Refused if the campaign's tallies, or the snapshot taken from them, differ from the contributions."""
    refuse_differing(snapshot.campaign)
    if codes := villages_miscounted(snapshot):
        raise Refused(
            f"这一期统计时{named_villages(codes)}的计数有误，不能发布。请联系系统管理员重新计数，再发布重新统计的一期。"
        )


def _freeze(snapshot: Snapshot, *, version: int, number: str, reason: str, actor: User) -> Ranking:
    _refuse_miscounted(snapshot)
    content, villages = content_of(snapshot=snapshot, number=number, version=version, reason=reason)
    try:
        with transaction.atomic():
            ranking = Ranking.objects.create(
                campaign=snapshot.campaign,
                kind=snapshot.kind,
                as_of=snapshot.as_of,
                version=version,
                snapshot=snapshot,
                number=number,
                reason=reason,
                content=content,
                villages=villages,
                fingerprint=fingerprint({"content": content, "villages": villages}),
                published_by=actor,
                published_at=clock.now(),
            )
    except IntegrityError as error:
        raise Refused("有人刚刚发布了这一期，请刷新页面查看。") from error
    mark_announced(ranking, supervision.to_announce(ranking.campaign, ranking.kind, ranking.as_of))
    audit.record(
        "ranking.publish",
        actor=actor,
        obj=ranking,
        summary=f"发布{ranking}（{number}）" + (f"，更正原因：{reason}" if reason else ""),
        after={"fingerprint": ranking.fingerprint, "snapshot": snapshot.pk},
    )
    return ranking


def _last_year(snapshot: Snapshot) -> LastYear | None:
    """The same day last year, where that year was collected here."""
    campaign = snapshot.campaign
    cutoff = cutoff_of(campaign=campaign, kind=snapshot.kind, as_of=snapshot.as_of, known_at=snapshot.known_at)
    found = compare_years(campaign=campaign, region=campaign.county, cutoff=cutoff)
    if found.whole.then is None:
        return None
    behind = tuple(line.region.name for line in found.behind)
    return LastYear(found.whole.now, found.whole.then, found.whole.lost, behind)


def _additions(
    snapshot: Snapshot, townships: list[Figures], previous: Ranking | None, observed: dict[str, Any]
) -> list[str]:
    """What the office writes into the bulletin beside the figures."""
    now = {f.code: BulletinStanding(f.done(snapshot.metric), f.task, None) for f in townships}
    measures = supervision.to_announce(snapshot.campaign, snapshot.kind, snapshot.as_of)
    texts = supervision.bulletin_paragraphs(measures, previous, now)
    return [*texts, goal_text(observed["employees"])] if observed.get("employees", {}).get("now") else texts


def _employees(snapshot: Snapshot) -> dict[str, Any]:
    """Where employees' insurance stands, for weekly and monthly bulletins of a county that runs it."""
    if snapshot.kind not in (RankingKind.WEEKLY, RankingKind.MONTHLY):
        return {}
    month = month_of(timezone.localtime(snapshot.as_of).date())
    goal = progress_to_goal(county=snapshot.campaign.county, month=month)
    return {"employees": goal_facts(goal)} if goal else {}


def _awards_of(campaign: Campaign, rewards: Rewards) -> Callable[[Sequence[RankedPlace]], list[TownshipAward]]:
    tiers = [Tier(t.name, t.first, t.last, t.amount) for t in RewardTier.objects.filter(campaign=campaign)]
    return partial(awards, a_person=rewards.per_head, tiers=tiers)


def _reports(snapshot: Snapshot, townships: list[Figures]) -> tuple[list[TownshipRemark], list[str]]:
    """What the townships wrote in the reports this bulletin gathers, and who was late with them or did not send one."""
    policy = snapshot.campaign.policy
    if policy.report is None or snapshot.kind in (RankingKind.DAILY, RankingKind.FINAL):
        return [], []
    due = timezone.make_aware(schedule.report_before(policy.report, timezone.make_naive(snapshot.as_of)))
    sent = {r.township_id: r for r in TownshipReport.objects.filter(campaign=snapshot.campaign, due_at=due)}
    remarks = [
        TownshipRemark(t.name, sent[t.code].practice, sent[t.code].problem, sent[t.code].suggestion)
        for t in townships
        if t.code in sent and (sent[t.code].practice or sent[t.code].problem or sent[t.code].suggestion)
    ]
    return remarks, [t.name for t in townships if t.code not in sent or sent[t.code].is_late]


def _observed(snapshot: Snapshot, people_insured: int) -> dict[str, Any]:
    """Collect late cash, special groups and yearly goals as they are now, with the time."""
    campaign, now = snapshot.campaign, clock.now()
    day = min(schedule.last_day(timezone.make_naive(snapshot.as_of)), timezone.localtime(now).date())
    board = duties.board(campaign=campaign, region=campaign.county_id, as_of=day)
    late = [line for line in board if line.standing.late]
    groups = coverage_by_region(campaign, campaign.county_id, "township")
    return {
        **_employees(snapshot),
        "seen_at": timezone.localtime(now).isoformat(),
        "cash_day": day.isoformat(),
        "late": [
            {
                "code": line.village.code,
                "village": line.village.name,
                "township": line.village.parent.name if line.village.parent else "",
                "amount": str(line.standing.late),
                "days": line.days_late,
            }
            for line in late
        ],
        "groups": {code: _coverage_row(coverage) for code, coverage in groups.items()},
        "insured": "paid",  # 已保 means paid or enrolled free; without this line it meant posted
        "kinds": [{"kind": kind, **_coverage_row(c)} for kind, c in coverage_by_kind(campaign, campaign.county_id)],
        "goals": [
            {"name": goal.name, "target": goal.target, "done": goal.done, "gap": goal.gap, "basis": goal.basis}
            for goal in goals_of_the_year(campaign, groups, people_insured)
        ],
    }


def _coverage_row(coverage: Coverage) -> dict[str, int]:
    return {
        "should": coverage.should,
        "insured": coverage.insured,
        "excused": coverage.excused,
        "missing": coverage.missing,
    }
