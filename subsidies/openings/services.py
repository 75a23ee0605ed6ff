"""开征准备: preparing a year step by step, and carrying out what was prepared when the year opens."""

from django.db import transaction

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from subsidies.campaigns.models import Campaign, PolicyProposal
from subsidies.openings.models import OpeningStep
from subsidies.openings.selectors import step_lines, touched_by
from subsidies.openings.steps import all_steps, step_called


def hold_draft(proposal: PolicyProposal) -> PolicyProposal:
    """Lock a proposal that is still being prepared. Raise Refused if it is settled, or opens no year."""
    proposal = (
        PolicyProposal.objects.select_for_update(of=("self",)).select_related("county", "base").get(pk=proposal.pk)
    )
    if not proposal.is_draft:
        raise Refused(f"{proposal}{proposal.get_state_display()}，不能再改。")
    if not proposal.opens_year:
        raise Refused("这是修改进行中的年度的口径，没有开征准备的步骤。")
    return proposal


def touch_step(proposal: PolicyProposal, key: str, actor: User) -> None:
    """Note who changed a step; it is to be confirmed again. Call in the transaction of the change."""
    changed = {"changed_by": actor, "changed_at": clock.now(), "confirmed_by": None, "confirmed_at": None}
    OpeningStep.objects.update_or_create(proposal=proposal, key=key, defaults=changed)


@transaction.atomic
def confirm_step(*, proposal: PolicyProposal, key: str, actor: User) -> None:
    """Say that a step is as it should be. Safe to repeat. Raise Refused while something forbids it."""
    proposal, step = hold_draft(proposal), step_called(key)
    if step is None:
        raise Refused("没有这个步骤，请刷新页面。")
    if problems := step.look(proposal).open_points:
        raise Refused(f"“{step.title}”还不能确认：{'；'.join(problems[:3])}")
    confirmed = {"confirmed_by": actor, "confirmed_at": clock.now()}
    OpeningStep.objects.update_or_create(proposal=proposal, key=key, defaults=confirmed)
    summary = f"确认{proposal}的“{step.title}”"
    audit.record("campaign.confirm_step", actor=actor, obj=proposal, summary=summary, after={"step": key})


def carry_out(proposal: PolicyProposal, campaign: Campaign, actor: User) -> None:
    """Put everything prepared into force, in the transaction that opens the year. Raise Refused.

    Two people have seen each step: who changed one last does not open the year unless somebody else confirmed it.
    What forbids a step forbids the opening; a step that is merely not confirmed can be answered with a reason.
    """
    lines = step_lines(proposal)
    if problems := [problem for line in lines for problem in line.finding.problems]:
        raise Refused(f"还不能开征：{'；'.join(problems[:3])}")
    titles = {step.key: step.title for step in all_steps()}
    if own := [titles.get(row.key, row.key) for row in touched_by(proposal, actor)]:
        raise Refused(f"{'、'.join(own)}是您办理的，请由另一位经办人确认后您再启用，或者由别人启用。")
    waiting = [line.step.title for line in lines if not line.confirmed]
    if waiting and not proposal.unfinished:
        raise Refused(f"还没有确认的步骤：{'、'.join(waiting)}。请先确认，或者写明现在开征的理由。", "unfinished")
    for step in all_steps():
        if step.apply:
            step.apply(proposal, campaign, actor)
    if waiting:
        audit.record(
            "campaign.open_unconfirmed",
            actor=actor,
            obj=campaign,
            summary=f"{campaign}开征时没有确认：{'、'.join(waiting)}（{proposal.unfinished}）",
        )
