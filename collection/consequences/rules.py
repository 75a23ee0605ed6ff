"""What a status (死亡, 参军, 服刑, 职工医保, 异地参保, 迁出) means for cover that somebody has paid for. Pure.

The county's clause on refunds decides: its reason, its last day, whether benefits have begun. Where the notice says
nothing of a status the bureau decides; nothing is guessed.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from collection.refunds.rules import STATUS_REASONS, last_day, why_not
from subsidies.policy.parts import RefundRules


class Outcome(StrEnum):
    REFUND = "refund"
    FREE_ENDS = "free_ends"
    STANDS = "stands"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class BookedCover:
    """What is booked of somebody: yuan paid, enrolled free or not, the days of cover."""

    amount: Decimal
    benefit_from: date | None
    benefit_to: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows, and by which clause. `reason` is the refund's code; `deadline` the last day to apply for it.

    `cover_ends`: the day from which nothing is covered, None where the cover stands. `subsidy_stops`: the fund does not
    pay for this person any more.
    """

    outcome: Outcome
    why: str
    reason: str = ""
    reason_name: str = ""
    deadline: date | None = None
    cover_ends: date | None = None
    subsidy_stops: bool = False


def follows_from_status(
    rules: RefundRules, *, status: str, label: str, since: date, cover: BookedCover, on: date
) -> Verdict | None:
    """Return what the status means for the cover as of `on`; None for a status that changes nothing (在册)."""
    code = STATUS_REASONS.get(status)
    if status == "moved":
        return Verdict(Outcome.STANDS, "迁出不影响本年度已缴的费和待遇，不退费。")
    if code is None:
        return None
    begun = cover.benefit_from is not None and since >= cover.benefit_from
    if begun:
        return Verdict(Outcome.STANDS, f"待遇从 {cover.benefit_from} 开始后才{label}，个人缴费不退。", cover_ends=since)
    start = cover.benefit_from or since
    if not cover.amount:
        says = f"{label}在待遇开始以前，免缴参保终止，不再由资助资金支付。"
        return Verdict(Outcome.FREE_ENDS, says, cover_ends=start, subsidy_stops=True)
    rule = rules.reason(code)
    if rule is None:
        return Verdict(
            Outcome.ASK, f"通知没有写“{label}”退不退费，请医保局依据文件决定（{rules.source}）。", code, label
        )
    if refused := why_not(rule, cover.benefit_from, on):
        return Verdict(Outcome.STANDS, refused, cover_ends=since)
    return Verdict(
        Outcome.REFUND,
        f"待遇开始以前{label}，个人缴费退还（{rule.source}）。",
        rule.code,
        rule.name,
        last_day(rule, cover.benefit_from),
        cover_ends=start,
        subsidy_stops=True,
    )
