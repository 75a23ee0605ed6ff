"""Two records of one person that both carry a live mark of a kind become one record with one."""

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from residents.people.models import Resident
from subsidies.rosters.matching import live_identities


def withdraw_second_marks(keep: Resident, drop: Resident, actor: User) -> None:
    """The callback for two records that become one: of two live marks of a kind the later recognised is withdrawn.

    Withdrawn and not ended: the department has recognised the person without a break. Of two of one day the kept
    record's stays.
    """
    held = {mark.kind: mark for mark in live_identities().select_for_update(of=("self",)).filter(resident=keep)}
    for other in live_identities().select_for_update(of=("self",)).filter(resident=drop).order_by("kind"):
        mine = held.get(other.kind)
        if mine is None:
            continue
        gone, stays = (mine, other) if other.recognised_on < mine.recognised_on else (other, mine)
        gone.withdrawn_at = clock.now()
        gone.save(update_fields=["withdrawn_at"])
        audit.record(
            "identity.withdraw",
            actor=actor,
            obj=keep,
            summary=f"档案合并，两份档案都有{gone.kind}：保留 {stays.recognised_on} 认定的，"
            f"撤回 {gone.recognised_on} 认定的",
            before={"kind": gone.kind, "recognised_on": str(gone.recognised_on)},
        )
