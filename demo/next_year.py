"""The year after, which the bureau has begun to prepare, and what the departments have to do in this one."""

import datetime

from demo.counties import DAY
from demo.world import World
from subsidies.campaigns.proposals import start_proposal
from subsidies.openings.duties import add_duty, propose_duties
from subsidies.openings.planned_tasks import propose_tasks
from subsidies.openings.services import confirm_step
from subsidies.policy.editing import next_year


def prepare_next_year(world: World, day: datetime.date) -> None:
    """Begin the next year: its policy as a draft, tasks and duties proposed, two steps confirmed, the rest to do."""
    campaign, bureau = world.campaign, world.bureau
    proposal = start_proposal(
        county=campaign.county,
        text=next_year(campaign.policy).text,
        name=f"{campaign.year + 1}年度开征（预备）",
        actor=bureau,
    )
    propose_tasks(proposal=proposal, actor=bureau)
    propose_duties(proposal=proposal, actor=bureau)
    for key in ("villages", "tasks"):
        confirm_step(proposal=proposal, key=key, actor=bureau)


def give_duties(world: World, day: datetime.date) -> None:
    """A duty for every department that recognises people: to certify them by a day, one of them late already."""
    campaign = world.campaign
    for order, name in enumerate(campaign.policy.departments):
        if name != campaign.policy.ordinary.department:
            add_duty(
                campaign=campaign,
                department=name,
                title="重新认定资助对象，报送全量名单",
                due_on=day + (order * 4 - 2) * DAY,
                ends_on=campaign.policy.period.end,
                document=str(campaign.policy.document.number or campaign.policy.document.title)[:120],
                actor=world.bureau,
            )
