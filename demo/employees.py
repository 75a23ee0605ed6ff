"""Employees' insurance in a demo county whose policy file has it: some forty units, two months declared, most paid."""

import datetime
import io
import random
from collections.abc import Iterable, Sequence
from decimal import Decimal

import xlsxwriter
from django.core.files.base import ContentFile

from core.regions.models import Region
from demo.county import SEED
from demo.people import AREA, GIVEN_FIRST, GIVEN_LAST, SURNAMES
from demo.world import World, work
from employees.batches import services as batches
from employees.declarations import services as declarations
from employees.goal import services as goal
from employees.members.models import Employment
from employees.members.services import end_flexible, join_flexible
from employees.months import month_of, months_between, previous_month
from employees.payments import services as payments
from employees.quotes.quote import quote_employee
from employees.units.credit_code import check_character
from employees.units.models import Unit
from employees.units.services import register_unit
from residents.counter.services import register_resident
from residents.people.id_numbers import checksum_digit
from residents.people.models import Resident

UNITS, FLEXIBLE = 40, 12
KINDS = ("enterprise", "enterprise", "enterprise", "government", "social", "outside")
NAMES = {
    "enterprise": ("食用菌加工厂", "机械配件厂", "运输队", "建材厂", "商贸行"),
    "government": ("农技服务站", "水利管理站", "中心学校"),
    "social": ("养老服务社", "志愿者协会"),
    "outside": ("环卫队", "巡护队"),
}
#: One unit declares nothing this month, every sixth pays only part, every ninth nothing; every fourth flexible worker
#: still owes this month, and one the month before too.
SILENT, IN_PART, UNPAID, BEHIND = 7, 6, 9, 4
Row = tuple[str, str, int]


def declare_two_months(world: World, day: datetime.date) -> None:
    """Register units, declare last month and this one, take the tax bureau's list and a pension roll."""
    if world.campaign.policy.employees is None:
        return
    chance = random.Random(f"{SEED}:employees")
    this = month_of(day)
    units = _register(world, previous_month(this))
    rows: dict[int, list[Row]] = {}
    for serial, unit in enumerate(units):
        people = _people(chance, serial, chance.randrange(4, 12))
        _declare(world, unit, previous_month(this), people)
        rows[unit.pk] = people[1:] + _people(chance, serial + UNITS, 1) if serial % 3 == 0 else people
        if serial == 1:  # somebody works for the first unit too
            rows[unit.pk] = [*people, rows[units[0].pk][-1]]
        if serial != SILENT:
            _declare(world, unit, this, rows[unit.pk])
    for serial in range(FLEXIBLE):
        name, number, _ = _people(chance, 200 + serial, 1)[0]
        join_flexible(
            county=world.campaign.county, name=name, id_number=number, month=previous_month(this), actor=world.bureau
        )
    _take_paid_list(world, units, this, day)
    _file_months(world, units[SILENT], this, rows[units[SILENT].pk])
    roll = [
        (name, number, unit.name, unit.credit_code, max(wage, 3831) + 500 * (serial % 20 == 19))
        for serial, unit in enumerate(units)
        for name, number, wage in rows[unit.pk]
    ][3:]
    content = _table(("姓名", "身份证号", "单位名称", "统一社会信用代码", "缴费基数"), roll[:-2] + [roll[-1]])
    kept, _ = goal.upload_roll(
        county=world.campaign.county, month=this, file=content, name="养老名册.xlsx", actor=world.bureau
    )
    work(goal.job_key(kept))


def pass_between(world: World, day: datetime.date) -> None:
    """Some have left employees' insurance and are to be won; one is on the register since, and so on both sides."""
    if world.campaign.policy.employees is None:
        return
    _leave(world, month_of(day))
    alone = Employment.objects.filter(unit__isnull=False, left__isnull=True, member__resident__isnull=True)
    member = alone.select_related("member").order_by("pk").last()
    if member:
        who, village = member.member, world.region(world.county.village)
        register_resident(village=village, name=who.name, id_number=who.id_number, actor=world.bureau)


def _leave(world: World, month: datetime.date) -> None:
    """Three people of the printed village paid for themselves last month and stopped: they are to be won again."""
    people = Resident.objects.filter(village=world.county.village, status=Resident.Status.ACTIVE)
    unpaid = [one for one in people.order_by("-pk")[:60] if not one.contributions.filter(ended_at=None).exists()]
    for resident in [one for one in unpaid if one.birth_date.year < world.campaign.year - 20][:3]:
        employment = join_flexible(
            county=world.campaign.county,
            name=resident.name,
            id_number=resident.id_number,
            month=previous_month(month),
            actor=world.bureau,
        )
        end_flexible(employment=employment, month=month, actor=world.bureau)


def _file_months(world: World, unit: Unit, month: datetime.date, people: list[Row]) -> None:
    """A table of many units has come and waits: it brings the month of the unit that had declared nothing."""
    rows = [(unit.credit_code, *person) for person in people] + [("91000000DM0000000X", "王某某", "", 5000)]
    content = _table(("统一社会信用代码", "姓名", "证件号码", "月工资"), rows)
    file, _ = batches.upload_month(
        county=world.campaign.county, month=month, file=content, name="代账公司申报表.xlsx", actor=world.bureau
    )
    work(batches.job_key(file))


def _register(world: World, month: datetime.date) -> list[Unit]:
    townships = list(Region.objects.filter(parent=world.campaign.county).order_by("code"))
    units = []
    for serial in range(UNITS):
        township, kind = townships[serial % len(townships)], KINDS[serial % len(KINDS)]
        body = f"91{world.county.code}DM{serial:07d}"
        names = NAMES[kind]
        name = f"{township.name.rstrip('镇乡')}{names[serial // len(KINDS) % len(names)]}"
        units.append(
            register_unit(
                township=township,
                name=f"{name}{serial + 1}号",
                kind=kind,
                credit_code=body + check_character(body),
                actor=world.bureau,
                registered_on=month,
                contact_name=SURNAMES[serial % len(SURNAMES)]
                + GIVEN_FIRST[serial * 7 % len(GIVEN_FIRST)]
                + GIVEN_LAST[serial * 3 % len(GIVEN_LAST)],
                contact_phone=f"1994{serial:07d}" if serial % 5 else "",
            )
        )
    return units


def _people(chance: random.Random, unit: int, count: int) -> list[Row]:
    found = []
    for serial in range(count):
        born = datetime.date(1970, 1, 1) + datetime.timedelta(days=chance.randrange(10_000))
        body = f"{AREA}{born:%Y%m%d}{(unit * 13 + serial) % 1000:03d}"
        name = chance.choice(SURNAMES) + chance.choice(GIVEN_FIRST) + chance.choice(GIVEN_LAST)
        found.append((name, body + checksum_digit(body), chance.randrange(30, 90) * 100))
    return found


def _declare(world: World, unit: Unit, month: datetime.date, people: list[Row]) -> None:
    content = _table(("姓名", "证件号码", "月工资"), people)
    declaration, _ = declarations.upload_declaration(
        unit=unit, month=month, file=content, name="申报表.xlsx", actor=world.bureau
    )
    work(declarations.job_key(declaration))
    declaration.refresh_from_db()
    declarations.book_declaration(declaration=declaration, actor=world.second)


def _take_paid_list(world: World, units: list[Unit], month: datetime.date, day: datetime.date) -> None:
    """The tax bureau's list: units by their code, flexible workers by their number."""
    rows: list[Sequence[object]] = []
    for serial, unit in enumerate(units):
        for declaration in unit.declarations.order_by("month"):
            amount = declaration.amount
            if declaration.month == month and serial % UNPAID == 0:
                continue
            if declaration.month == month and serial % IN_PART == 0:
                amount = (amount / 2).quantize(Decimal("0.01"))
            way = "电子税务局" if serial % 3 else "县政务服务中心一楼税务窗口"
            rows.append((unit.credit_code, unit.name, "", f"{declaration.month:%Y-%m}", float(amount), way))
    rows.append(("91000000DM0000000X", "外县的厂", "", f"{month:%Y-%m}", 100.0, "电子税务局"))
    rows += _paid_by_flexible(world, month)
    heading = ("统一社会信用代码", "缴费人", "证件号码", "费款所属期", "金额", "缴费渠道", "缴费日期", "缴费状态")
    table = _table(heading, [(*row, str(day), "已入库") for row in rows])
    paid_file, _ = payments.upload_paid(
        county=world.campaign.county, file=table, name="职工已缴清单.xlsx", actor=world.tax
    )
    work(payments.job_key(paid_file))


def _paid_by_flexible(world: World, month: datetime.date) -> list[Sequence[object]]:
    policy = world.campaign.policy
    fee = float(quote_employee(policy, kind="flexible", wage_base=None).total)
    rows: list[Sequence[object]] = []
    people = Employment.objects.filter(unit__isnull=True, member__county=world.campaign.county)
    for serial, employment in enumerate(people.select_related("member").order_by("pk")):
        member, way = employment.member, "河南税务小程序" if serial % 3 else "县政务服务中心一楼税务窗口"
        behind = serial % BEHIND == BEHIND - 1
        for owed in months_between(employment.joined, previous_month(employment.left) if employment.left else month):
            if not behind or (owed < month and serial >= BEHIND):
                rows.append(("", member.name, member.id_number, f"{owed:%Y-%m}", fee, way))
    return rows


def _table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> "ContentFile[bytes]":
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        for number, row in enumerate([heading, *rows]):
            sheet.write_row(number, 0, row)
    return ContentFile(buffer.getvalue(), "表.xlsx")
