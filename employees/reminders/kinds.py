"""The reminder to a unit in arrears, and what is asked at the moment of sending: whether it still owes."""

from decimal import Decimal

from config import clock
from core.messages.kinds import MessageKind, Verdict, register_kind
from core.messages.models import OutboxMessage
from core.messages.templates import wording_of
from core.messages.texts import fill
from employees.months import in_words, month_of
from employees.payments.selectors import MonthAccount, accounts_of_units
from employees.rules import has_employees
from employees.units.models import Unit

ARREARS = "unit_arrears"
HAS_PAID = "发送前核对：单位已缴清"
NO_LONGER = "发送前核对：单位联系电话已变动"


def in_arrears(accounts: list[MonthAccount]) -> list[MonthAccount]:
    """The months that are not paid in full."""
    return [account for account in accounts if account.arrears]


def values(unit: Unit, owing: list[MonthAccount]) -> dict[str, str]:
    """What stands in a reminder."""
    total = sum((account.arrears for account in owing), Decimal(0))
    months = in_words(owing[0].month)
    if len(owing) > 1:
        months += f"至{in_words(owing[-1].month)}"
    return {"经办人": unit.contact_name or "经办人", "单位": unit.name, "月份": months, "金额": f"{total:.2f}"}


def check(message: OutboxMessage) -> Verdict:
    """The unit may have paid, or named somebody else, since; what it owes is worked out anew."""
    unit = Unit.objects.get(pk=message.key.split(":")[1])
    if unit.contact_phone != message.to_phone:
        return Verdict(reason=NO_LONGER)
    accounts = accounts_of_units(Unit.objects.filter(pk=unit.pk), until=month_of(clock.today())).get(unit.pk, [])
    if not (owing := in_arrears(accounts)):
        return Verdict(reason=HAS_PAID)
    return Verdict(text=fill(wording_of(unit.county_id, ARREARS).text, values(unit, owing)))


KIND = MessageKind(
    ARREARS,
    "职工医保欠费提醒",
    {"经办人": "李经办", "单位": "样例食用菌加工厂", "月份": "2025年10月", "金额": "4022.60"},
    "{经办人}您好：{单位}{月份}职工医保费欠缴{金额}元，请尽快通过电子税务局或政务中心税务窗口足额缴纳。",
    check,
    order=10,
    by_batch=True,
    used_in=has_employees,
)


def register() -> None:
    register_kind(KIND)
