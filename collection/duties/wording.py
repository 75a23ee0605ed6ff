"""双限 in the helper's words: one headline, what tomorrow brings, and the text of a warning. Pure text, no Django."""

from dataclasses import dataclass
from datetime import date

from collection.duties.rules import Limit, Outlook, Standing, Status
from collection.duties.warnings import DutyWarning, WarningLevel
from core.amounts import yuan

STATUS_WORDS = {
    Status.OVERDUE: "已逾期",
    Status.DUE_TODAY: "今日到期",
    Status.RUNNING: "计时中",
    Status.CLEAR: "无待缴",
}
#: How a status looks: the kinds of badges and figures.
STATUS_KINDS = {Status.OVERDUE: "bad", Status.DUE_TODAY: "warn", Status.RUNNING: "wait", Status.CLEAR: "ok"}
REASON_WORDS = {"amount": "到额度", "days": "到期限", "both": "期限和额度同时到"}
_WEEKDAYS = "一二三四五六日"


def day(on: date) -> str:
    return f"{on.month}月{on.day}日（周{_WEEKDAYS[on.weekday()]}）"


@dataclass(frozen=True, slots=True)
class Words:
    """kind: ok, wait, warn or bad, for the colour beside the words."""

    kind: str
    headline: str
    tomorrow: str


def words(standing: Standing, outlook: Outlook, limit: Limit) -> Words:
    """What the helper has to know, worst first."""
    return Words(STATUS_KINDS[standing.status], headline(standing), what_tomorrow_brings(standing, outlook, limit))


def headline(standing: Standing) -> str:
    if standing.status == Status.OVERDUE and standing.late_since:
        days = (standing.as_of - standing.late_since).days
        text = f"已逾期 {days} 天：{yuan(standing.late)}应在{day(standing.late_since)}前缴存，请今天就去缴存。"
        return text + (f"另有{yuan(standing.falls_due)}今天到期。" if standing.falls_due else "")
    if standing.status == Status.DUE_TODAY:
        return f"今天必须缴存 {yuan(standing.falls_due)}。"
    if standing.status == Status.RUNNING and standing.due:
        return f"请在{day(standing.due)}前缴存 {yuan(standing.in_hand)}，还有 {standing.days_left} 天。"
    if standing.surplus:
        return f"缴存比已记的收款多 {yuan(standing.surplus)}，请核对是否有缴费没有上传。"
    return "手中没有待缴存的现金。"


def what_tomorrow_brings(standing: Standing, outlook: Outlook, limit: Limit) -> str:
    """What happens if nothing is done; and, while the clock runs, how near the amount limit is."""
    if standing.status == Status.CLEAR:
        return f"收款后 {limit.days} 天内、或手中满 {yuan(limit.amount)}当天缴存，以先到为准。"
    if outlook.becomes_late:
        text = f"今天不缴存，明天 {yuan(outlook.becomes_late)}逾期"
        return text + (f"，逾期共 {yuan(outlook.late)}。" if outlook.late != outlook.becomes_late else "。")
    if standing.late:
        text = f"今天不缴存，明天逾期满 {outlook.days_late} 天"
        return text + (f"，另有 {yuan(outlook.falls_due)}到期。" if outlook.falls_due else "。")
    if outlook.falls_due:
        return f"明天是 {yuan(outlook.falls_due)}的最后一天。"
    return f"再收 {yuan(standing.room)}就满 {yuan(limit.amount)}，满额当天必须缴存。"


def warning_text(warning: DutyWarning, village: str) -> str:
    """One text message about one village."""
    amount, since = yuan(warning.amount), day(warning.since)
    if warning.step == WarningLevel.LATE:
        text = f"有现金 {amount}逾期未缴存，应缴日{since}，已逾期 {warning.days} 天，请立即缴存。"
    elif warning.step == WarningLevel.DUE_TODAY:
        text = f"有现金 {amount}今天到期，请在今天内缴存并登记回单。"
    elif warning.step == WarningLevel.COMING_DUE:
        text = f"手中现金 {amount}还有 {warning.days} 天到期（{since}收取），请及时缴存。"
    else:
        text = f"手中现金已有 {amount}，接近双限额度，满额当天必须缴存。"
    return f"【医保征缴】{village}{text}"
