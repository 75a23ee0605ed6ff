"""人员确认: who stands for each village and township, out of the accounts, confirmed one by one."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from config import clock
from core.accounts.models import User
from core.accounts.selectors import Township, contact_table
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.models import PolicyProposal
from subsidies.openings.models import StaffConfirmation
from subsidies.openings.services import hold_draft, touch_step
from subsidies.openings.steps import StepState

KEY = "staff"


@dataclass(frozen=True)
class StaffLine:
    """A village or a township with its people now, and what was confirmed of it."""

    region: Region
    people: str
    row: StaffConfirmation | None

    @property
    def confirmed(self) -> bool:
        """Whether it was confirmed and the people are still those."""
        return self.row is not None and self.row.people == self.people


def staff_lines(proposal: PolicyProposal) -> list[tuple[Township, list[StaffLine]]]:
    """Every township with its team and its villages' helpers; three statements."""
    rows = {row.region_id: row for row in proposal.staff.select_related("confirmed_by")}
    found = []
    for township in contact_table(proposal.county_id):
        team = [user for users in township.team.values() for user in users]
        places = [(township.region, team), *township.villages]
        found.append((township, [StaffLine(place, _names(users), rows.get(place.code)) for place, users in places]))
    return found


def _names(users: list[User]) -> str:
    return "、".join(user.name for user in users)[:300]


@transaction.atomic
def confirm_staff(*, proposal: PolicyProposal, codes: Collection[str], actor: User) -> int:
    """Confirm the people of these places as they are in the accounts; return how many places. Raise Refused."""
    proposal = hold_draft(proposal)
    lines = {line.region.code: line for _, places in staff_lines(proposal) for line in places}
    if strangers := sorted(set(codes) - lines.keys()):
        raise Refused(f"本{actor.county_word}没有这些村或乡镇：{'、'.join(strangers[:5])}。请刷新页面。")
    chosen = [lines[code] for code in sorted(set(codes)) if not lines[code].confirmed]
    StaffConfirmation.objects.bulk_create(
        [
            StaffConfirmation(
                proposal=proposal, region=line.region, people=line.people, confirmed_by=actor, confirmed_at=clock.now()
            )
            for line in chosen
        ],
        update_conflicts=True,
        unique_fields=["proposal", "region"],
        update_fields=["people", "confirmed_by", "confirmed_at"],
        batch_size=500,
    )
    if chosen:
        touch_step(proposal, KEY, actor)
        audit.record(
            "campaign.confirm_staff",
            actor=actor,
            obj=proposal,
            summary=f"确认 {len(chosen)} 个村、乡镇的人员",
            after={line.region.code: line.people for line in chosen[:300]},
        )
    return len(chosen)


def look(proposal: PolicyProposal) -> StepState:
    """How many places are confirmed, and how many have nobody."""
    lines = [line for _, places in staff_lines(proposal) for line in places]
    confirmed = sum(line.confirmed for line in lines)
    empty = sum(not line.people for line in lines)
    none = f"，其中 {empty} 个还没有人员" if empty else ""
    left = len(lines) - confirmed
    missing = [f"还有 {left} 个村和乡镇的人员没有确认"] if left else []
    return StepState(f"{len(lines)} 个村和乡镇，已确认 {confirmed} 个{none}。", missing)
