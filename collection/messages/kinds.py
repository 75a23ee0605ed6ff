"""The kinds of message that people get about their insurance, and what is asked of each at the moment of sending."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from collection.contributions.models import Contribution
from collection.messages.households import UnpaidHousehold, still_unpaid
from collection.messages.models import MessageAbout, ReminderBatch
from collection.refunds.models import Refund
from config import clock
from core.messages.kinds import MessageKind, Verdict, register_kind
from core.messages.models import OutboxMessage
from core.messages.services import queued_since
from core.messages.texts import fill
from core.regions.models import Region
from core.regions.names import called
from core.text import long_date
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

UNPAID, PAID, COVERED, FAILED, REFUNDED = "unpaid", "paid", "covered", "failed", "refunded"
State = Contribution.State
#: A telephone is reminded at most once in so many days.
REST_BETWEEN = timedelta(days=3)
HAS_PAID = "发送前核对：全家已经缴费或不再需要缴费"
HAS_DIED = "发送前核对：收件人已去世"
CLOSED = "发送前核对：本年度征缴已办结"
TOO_SOON = "发送前核对：这个号码几天内已经提醒过"
CHANGED = "发送前核对：缴费情况已有变动"


def remind_values(campaign: Campaign, household: UnpaidHousehold, villages: dict[str, Region]) -> dict[str, str]:
    """What stands in a reminder to a household."""
    village = villages[household.village]
    return {
        "姓名": household.to.name if household.to else "",
        "人数": str(len(household.people)),
        "年度": str(campaign.year),
        "金额": yuan(household.due),
        "截止日": day(campaign.policy.period.end),
        "村": called(village.name),
        "乡镇": village.parent.name if village.parent else "",
    }


def yuan(amount: Decimal) -> str:
    """400, 320.50."""
    return f"{amount:.0f}" if amount == amount.to_integral() else f"{amount:.2f}"


def day(on: date | None) -> str:
    return long_date(on) if on else ""


def check_reminder(message: OutboxMessage) -> Verdict:
    """Not to who has paid or died since, and never with yesterday's figures: the household is looked at again."""
    batch = ReminderBatch.objects.select_related("campaign__policy_version").get(
        pk=message.batch.removeprefix("reminder-")
    )
    if batch.campaign.closed_meanwhile():
        return Verdict(reason=CLOSED)
    about = list(message.about.values_list("resident_id", flat=True))
    household = still_unpaid(batch.campaign, about)
    if household is None:
        return Verdict(reason=HAS_PAID)
    if household.to is None or household.to.phone != message.to_phone:
        # Whoever was written to is dead, has moved, or has another number now.
        return Verdict(reason=HAS_DIED if _is_dead(message, household) else CHANGED)
    since = clock.now() - REST_BETWEEN
    if queued_since(UNPAID, [message.to_phone], since, but=message.pk):
        return Verdict(reason=TOO_SOON)
    villages = {v.pk: v for v in Region.objects.filter(pk=household.village).select_related("parent")}
    text = fill(batch.template, remind_values(batch.campaign, household, villages))
    now = {resident.pk for resident in household.people}
    if now != set(about):
        message.about.exclude(resident__in=now).delete()
        MessageAbout.objects.bulk_create(
            MessageAbout(message=message, resident_id=pk) for pk in sorted(now - set(about))
        )
    return Verdict(text=text)


def _is_dead(message: OutboxMessage, household: UnpaidHousehold) -> bool:
    return _members(household).filter(phone=message.to_phone, status=Resident.Status.DEAD).exists()


def _members(household: UnpaidHousehold) -> QuerySet[Resident]:
    first = household.people[0]
    if first.household_id:
        return Resident.objects.filter(household=first.household_id)
    return Resident.objects.filter(pk=first.pk)


def check_states(*states: str) -> Callable[[OutboxMessage], Verdict]:
    """Ask whether every payment that a message tells of still stands as it says."""

    def check(message: OutboxMessage) -> Verdict:
        changed = message.about.exclude(contribution__state__in=states)
        return Verdict(reason=CHANGED) if changed.exists() else Verdict()

    return check


def check_refund(message: OutboxMessage) -> Verdict:
    """The bank may have sent the money back since."""
    changed = message.about.exclude(refund__state=Refund.State.PAID)
    return Verdict(reason=CHANGED) if changed.exists() else Verdict()


_HOME = {"姓名": "王大山", "年度": "2025", "村": "城关村", "乡镇": "城关镇"}
_LIVE = [state for state in State.values if state not in (State.REVERSED, State.REFUNDED)]
KINDS = (
    MessageKind(
        UNPAID,
        "催缴提醒",
        {**_HOME, "人数": "3", "金额": "1200", "截止日": "2024年12月31日"},
        "{姓名}您好：您家还有{人数}人未缴{年度}年度居民医保费，共{金额}元，请在{截止日}前缴费。"
        "已缴请忽略，不愿接收请告知村协办员。",
        check_reminder,
        0,
        by_batch=True,
    ),
    MessageKind(
        PAID,
        "缴费通知",
        {**_HOME, "人数": "3", "金额": "1200", "日期": "2024年10月8日"},
        "{姓名}您好：{日期}收到您家{人数}人{年度}年度城乡居民医保费共{金额}元。",
        check_states(*_LIVE),
        1,
    ),
    MessageKind(
        COVERED,
        "参保生效通知",
        {**_HOME, "人数": "3", "待遇起": "2025年1月1日", "待遇止": "2025年12月31日"},
        "{姓名}您好：您家{人数}人{年度}年度城乡居民医保参保成功，待遇享受期从{待遇起}到{待遇止}。",
        check_states(State.POSTED),
        2,
    ),
    MessageKind(
        FAILED,
        "参保未成功通知",
        {**_HOME, "人数": "1"},
        "{姓名}您好：您家有{人数}人{年度}年度医保信息核对没有通过，请带身份证或户口簿到{乡镇}便民服务中心办理。",
        check_states(State.FAILED),
        3,
    ),
    MessageKind(
        REFUNDED,
        "退费通知",
        {**_HOME, "参保人": "王小明", "金额": "400"},
        "{姓名}您好：{参保人}的{年度}年度城乡居民医保费{金额}元已办理退费，将退到登记的账户。",
        check_refund,
        4,
    ),
)


def register_kinds() -> None:
    """Make them known to the outbox."""
    for kind in KINDS:
        register_kind(kind)
