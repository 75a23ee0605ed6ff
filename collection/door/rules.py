"""What may be taken from a phone as it is told, and what a person must look into first. Pure.

Nothing is dropped for it: the cash is in somebody's hands. Each answer says what was found and what to do.
"""

from dataclasses import dataclass
from datetime import date

#: Why an entry is held; a day is put right in its cell, the others are a township's to decide.
CLOSED, CUT_OFF, REPLACED, BAD_DAY = "campaign_closed", "phone_cut_off", "helper_replaced", "day_impossible"


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry as it comes in: the day that the phone says (None: unreadable), and what is known here.

    `listed_on` is the day of the list that the phone worked from, by the server's clock.
    """

    paid_on: date | None
    listed_on: date | None
    today: date
    campaign: str = ""
    is_closed: bool = False
    is_cut_off: bool = False
    is_replaced: bool = False


def why_held(arrival: Arrival) -> tuple[str, str, str] | None:
    """(column, code, sentence) of what must be looked into before this counts; None if nothing must."""
    if arrival.is_closed:
        says = f"{arrival.campaign}办结以后才传上来，没有记账。请与乡镇专班核实后退还本人，或按医保局的通知办理。"
        return ("", CLOSED, says)
    if arrival.is_cut_off:
        says = "是从已经停用的手机传上来的，没有记账。请乡镇专班向缴费人核实：确实收了的，点“查实可以记账”。"
        return ("", CUT_OFF, says)
    if arrival.is_replaced:
        says = "传上来时收款人已不是本村协办员，没有记账。请乡镇专班核实收据存根和现金：确实收了的，点“查实可以记账”。"
        return ("", REPLACED, says)
    if problem := _about_day(arrival):
        return ("paid_on", BAD_DAY, f"{problem}，可能是手机的时间不对。请照收据存根改正缴费日期。")
    return None


def _about_day(arrival: Arrival) -> str:
    day, listed = arrival.paid_on, arrival.listed_on
    if day is None:
        return "手机报的收款日期无法识别"
    if day > arrival.today:
        return f"手机报的收款日期 {day} 还没有到（今天是 {arrival.today}）"
    if listed and day < listed:
        return f"手机报的收款日期 {day} 早于它下载名单的日期 {listed}"
    return ""


def day_in_hand(arrival: Arrival) -> date:
    """The day from which the cash counts as in hand: the day it was taken, or today where that cannot be."""
    return arrival.today if arrival.paid_on is None or _about_day(arrival) else arrival.paid_on
