"""Which reasons give money back, and until when. Pure: facts and a day in, the sentence that refuses out."""

from datetime import date, timedelta

from subsidies.policy.parts import RefundReason

DIFFERENCE, DUPLICATE = "identity_difference", "duplicate"
#: The registered status that a refund's reason goes with.
STATUS_REASONS = {
    "dead": "death",
    "army": "army",
    "prison": "prison",
    "employee": "employee_insurance",
    "elsewhere": "insured_elsewhere",
}
#: The status that a resident gets when such a refund is decided.
STATUS_OF = {reason: status for status, reason in STATUS_REASONS.items()}


def why_not(reason: RefundReason, benefit_from: date | None, on: date) -> str:
    """Return '' while the reason may be applied for; otherwise the sentence that refuses it, with its clause."""
    if reason.deadline and on > reason.deadline:
        return f"“{reason.name}”退费受理到 {reason.deadline} 为止（{reason.source}）。"
    if reason.before_benefits and benefit_from and on >= benefit_from:
        return f"待遇从 {benefit_from} 开始享受，“{reason.name}”的个人缴费不再退回（{reason.source}）。"
    return ""


def last_day(reason: RefundReason, benefit_from: date | None) -> date | None:
    """Return the last day on which the reason may be applied for, None where there is none."""
    days = [reason.deadline] if reason.deadline else []
    if reason.before_benefits and benefit_from:
        days.append(benefit_from - timedelta(days=1))
    return min(days) if days else None
