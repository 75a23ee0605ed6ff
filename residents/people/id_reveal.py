"""Seeing what is masked is a deliberate act, and leaves an event."""

from core.audit import services as audit
from residents.people.models import Resident


def see_number(*, resident: Resident, purpose: str, actor) -> None:
    """Records that `actor` is shown this resident's whole number and phone, and why."""
    summary = f"查看 {resident.name} 的完整证件号码和电话：{purpose}"
    audit.record("resident.see_number", actor=actor, obj=resident, summary=summary)
