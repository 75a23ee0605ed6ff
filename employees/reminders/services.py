"""Reminding units of what they owe: who can be reached, what it costs, and queueing what somebody has looked at."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.messages import templates
from core.messages.models import OutboxMessage
from core.messages.opt_outs import opted_out
from core.messages.services import queued_since
from core.messages.texts import cost, fill, is_mobile, parts
from core.refusals import Refused
from core.regions.models import Region
from employees.months import month_of
from employees.payments.selectors import MonthAccount, accounts_of_units
from employees.reminders.kinds import ARREARS, in_arrears, values
from employees.units.models import Unit

#: At most so many at once: whoever looks at them can look at them all.
MOST = 200
REST_BETWEEN = timedelta(days=7)


@dataclass(frozen=True)
class UnitInArrears:
    """A unit in arrears; `why_not`: why it gets no message, or ""."""

    unit: Unit
    months: list[MonthAccount]
    text: str
    why_not: str

    @property
    def amount(self) -> Decimal:
        return sum((account.arrears for account in self.months), Decimal(0))


@dataclass(frozen=True)
class ReminderPreview:
    """The units of a region in arrears, most first, and what reminding those who can be reached costs."""

    owing: list[UnitInArrears]
    cost: Decimal | None

    @property
    def reached(self) -> list[UnitInArrears]:
        return [one for one in self.owing if not one.why_not]

    @property
    def by_month(self) -> list[tuple[date, int, Decimal]]:
        """(month, units in arrears, yuan), the oldest first."""
        months = Counter(account.month for one in self.owing for account in one.months)
        sums: dict[date, Decimal] = defaultdict(Decimal)
        for one in self.owing:
            for account in one.months:
                sums[account.month] += account.arrears
        return [(month, months[month], sums[month]) for month in sorted(months)]

    @property
    def by_township(self) -> list[tuple[str, int, Decimal]]:
        """(township, units in arrears, yuan), most first."""
        units = Counter(one.unit.township.name for one in self.owing)
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.owing:
            sums[one.unit.township.name] += one.amount
        return [(name, units[name], sums[name]) for name in sorted(units, key=lambda name: (-sums[name], name))]


def preview(*, county: Region, township: str, user: User) -> ReminderPreview:
    """Every unit in arrears of a township, or of the county; six statements."""
    units = Unit.objects.for_user(user).filter(county=county).select_related("township")
    units = units.filter(township=township) if township else units
    accounts = accounts_of_units(units, until=month_of(clock.today()))
    late = {pk: behind for pk, months in accounts.items() if (behind := in_arrears(months))}
    rows = list(units.filter(pk__in=late)) if late else []
    phones = [unit.contact_phone for unit in rows]
    silent = opted_out(county=county.pk, phones=phones)
    rested = queued_since(ARREARS, phones, clock.now() - REST_BETWEEN)
    wording = templates.wording_of(county.pk, ARREARS).text
    owing = [
        UnitInArrears(
            unit,
            late[unit.pk],
            fill(wording, values(unit, late[unit.pk])),
            _why_not(unit.contact_phone, silent, rested),
        )
        for unit in rows
    ]
    owing.sort(key=lambda one: (-one.amount, one.unit.name))
    number = sum(parts(one.text) for one in owing if not one.why_not)
    return ReminderPreview(owing, cost(number, templates.price_of(county.pk)))


def _why_not(phone: str, silent: set[str], rested: set[str]) -> str:
    if not is_mobile(phone):
        return "没有经办人手机号码"
    if phone in silent:
        return "声明不接收短信"
    return "七天内已提醒" if phone in rested else ""


@transaction.atomic
def remind(*, county: Region, township: str, seen: int, actor: User) -> int:
    """Queue a reminder for each unit that somebody saw; return how many. The same day again queues none twice.

    Raise Refused where the number is no longer the one on the page, or too many for one look.
    """
    if actor.role != Role.COUNTY:
        raise Refused(f"欠费提醒由{actor.county_word}医保局发送。")
    Region.objects.select_for_update(of=("self",)).get(pk=county.pk)
    reached = preview(county=county, township=township, user=actor).reached
    if len(reached) != seen:
        raise Refused("单位数和您看到的不一样，请刷新后再核对。")
    if len(reached) > MOST:
        raise Refused(f"一次最多提醒 {MOST} 个单位，请按乡镇分批发送。")
    today = clock.today().isoformat()
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                key=f"{ARREARS}:{one.unit.pk}:{today}",
                kind=ARREARS,
                region_code=one.unit.township_id,
                to_name=one.unit.contact_name or one.unit.name[:60],
                to_phone=one.unit.contact_phone,
                text=one.text,
                parts=parts(one.text),
                created_at=clock.now(),
            )
            for one in reached
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    audit.record(
        "message.arrears",
        actor=actor,
        object_type="region",
        object_id=county.pk,
        region=county.pk,
        summary=f"向 {len(reached)} 个欠费单位发送职工医保欠费提醒",
        after={"count": len(reached)},
    )
    return len(reached)
