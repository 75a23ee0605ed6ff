"""拟定任务: proposed from last year's insured by the stated rule, adjusted in a table, given out at the opening."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

from core.accounts.models import User
from core.audit import services as audit
from core.files.models import Attachment
from core.refusals import Refused
from core.tables import reader
from core.tables.lists import HIDDEN_ROWS
from subsidies.campaigns.models import Campaign, PolicyProposal, Target
from subsidies.campaigns.target_sheet import read_targets, task_table, wrong_year
from subsidies.campaigns.targets import set_targets
from subsidies.openings.apportion import BY_LAST_YEAR, BY_REGISTER, apportion, by_county_task
from subsidies.openings.models import PlannedTask
from subsidies.openings.selectors import (
    insured_last_year,
    last_campaign,
    planned_names,
    planned_places,
    standing_villages,
)
from subsidies.openings.services import hold_draft, touch_step
from subsidies.openings.steps import StepState

KEY = "tasks"
MOST = 10_000_000


def rule_of(proposal: PolicyProposal) -> str:
    """The rule by which the tasks of this proposal are proposed, in words."""
    if last_campaign(proposal) is None:
        return BY_REGISTER
    people = proposal.policy.targets.people
    return by_county_task(people, proposal.county.county_word) if people else BY_LAST_YEAR


@transaction.atomic
def propose_tasks(*, proposal: PolicyProposal, actor: User) -> int:
    """Propose a task for every village by the rule, in place of what was planned; return for how many villages."""
    proposal = hold_draft(proposal)
    villages = [place.code for place in planned_places(proposal) if place.township]
    before, targets = insured_last_year(proposal), proposal.policy.targets
    insured = {code: before.get(code, 0) for code in villages}
    if last_campaign(proposal) is None:
        people = standing_villages(proposal.county_id)
        proposed = {
            code: int((people[code].people * targets.overall).quantize(Decimal(1), ROUND_HALF_UP))
            if code in people
            else 0
            for code in villages
        }
    else:
        proposed = apportion(insured, targets.people) if targets.people else insured
    proposal.tasks.all().delete()
    PlannedTask.objects.bulk_create(
        [
            PlannedTask(
                proposal=proposal,
                village_code=code,
                insured_before=insured[code],
                proposed=proposed[code],
                people=proposed[code],
            )
            for code in villages
        ],
        batch_size=500,
    )
    touch_step(proposal, KEY, actor)
    summary = f"按办法拟定任务 {len(villages)} 个村，合计 {sum(proposed.values()):,} 人"
    audit.record("campaign.propose_tasks", actor=actor, obj=proposal, summary=summary)
    return len(villages)


@transaction.atomic
def adjust_tasks(*, proposal: PolicyProposal, people: Mapping[str, int], actor: User) -> int:
    """Set the planned tasks of some villages; return how many changed. Raise Refused."""
    proposal = hold_draft(proposal)
    rows = {row.village_code: row for row in proposal.tasks.filter(village_code__in=list(people))}
    if strangers := sorted(people.keys() - rows.keys()):
        raise Refused(f"拟定任务里没有这些村：{'、'.join(strangers[:5])}。请先按办法拟定，再调整。")
    if any(not 0 <= number <= MOST for number in people.values()):
        raise Refused("任务人数应是 0 以上的整数。")
    changed = [row for code, row in rows.items() if row.people != people[code]]
    before = {row.village_code: row.people for row in changed}
    for row in changed:
        row.people = people[row.village_code]
    PlannedTask.objects.bulk_update(changed, ["people"], batch_size=500)
    if changed:
        touch_step(proposal, KEY, actor)
        audit.record(
            "campaign.adjust_tasks",
            actor=actor,
            obj=proposal,
            summary=f"调整拟定任务 {len(changed)} 个村",
            before=before,
            after={row.village_code: row.people for row in changed},
        )
    return len(changed)


def adjust_from_table(*, proposal: PolicyProposal, table: Attachment, actor: User) -> int:
    """Set the planned tasks that a table gives; return how many changed. Raise Refused, also for last year's table."""
    listed = task_table()
    try:
        lines = read_targets(
            reader.stream(table.file.path, limits=reader.VILLAGE_LEDGER), planned_names(proposal), listed
        )
    except reader.SheetError as error:
        raise Refused(str(error), "file") from None
    if hidden := [note.message for note in listed.notes() if note.code == HIDDEN_ROWS]:
        raise Refused(hidden[0], "file")
    if wrong := wrong_year((table.name, listed.sheet_name), proposal.year):
        raise Refused(wrong, "file")
    if bad := [line for line in lines if line.problems]:
        more = f"（共 {len(bad)} 行有问题）" if len(bad) > 1 else ""
        raise Refused(f"第 {bad[0].number} 行：{bad[0].problems[0]}{more}", "file")
    people = {line.code: line.people for line in lines if line.people is not None}
    if before := last_campaign(proposal):
        old = dict(
            Target.objects.filter(campaign=before, region_id__in=list(people)).values_list("region_id", "people")
        )
        if len(people) > 1 and old == people:
            raise Refused(f"这张表与{before}的任务完全相同，看来是去年的任务表。请核对后上传今年的。", "file")
    return adjust_tasks(proposal=proposal, people=people, actor=actor)


def look(proposal: PolicyProposal) -> StepState:
    """How far the tasks are; villages planned since have none yet."""
    rows = dict(proposal.tasks.values_list("village_code", "people"))
    if not rows:
        return StepState("还没有拟定。", ["还没有拟定任务，请先按办法拟定"])
    villages = {place.code: place.name for place in planned_places(proposal) if place.township}
    missing = [name for code, name in villages.items() if code not in rows]
    gone = rows.keys() - villages.keys()
    problems = [f"村名单变动后有 {len(missing) + len(gone)} 个村的任务要重新拟定"] if missing or gone else []
    return StepState(f"{len(rows)} 个村，合计 {sum(rows.values()):,} 人。", problems)


def apply(proposal: PolicyProposal, campaign: Campaign, actor: User) -> None:
    """Give the planned tasks out."""
    people = dict(proposal.tasks.values_list("village_code", "people"))
    if people:
        set_targets(campaign=campaign, people=people, source=f"{proposal.year}年度开征时拟定", actor=actor)
