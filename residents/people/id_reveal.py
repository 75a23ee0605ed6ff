"""Audit the reveal of an ID number."""

from core.accounts.models import User
from core.audit import services as audit
from residents.people.models import Resident


def audit_id_reveal(*, resident: Resident, purpose: str, actor: User) -> None:
    """Record that `actor` is shown this resident's whole number and phone, and why."""
    summary = f"查看 {resident.name} 的完整证件号码和电话：{purpose}"
    audit.record("resident.see_number", actor=actor, obj=resident, summary=summary)
