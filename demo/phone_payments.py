"""Self-payments: what people pay by phone, as the tax bureau's weekly list of paid people, with its usual mistakes."""

import datetime
import io
import random

import xlsxwriter
from django.core.files.base import ContentFile

from collection.contributions.models import Contribution
from collection.declarations.tax_files import job_key
from collection.self_payments.services import take_paid_list
from demo.counties import DAY
from demo.county import SEED
from demo.people import InventedVillage
from demo.world import World, week_before, work
from subsidies.quotes.quote import QuoteError
from subsidies.quotes.selectors import quote_residents

HEADINGS = (
    "序号",
    "姓名",
    "身份证号码",
    "缴费年度",
    "缴费金额",
    "缴费日期",
    "电子税票号码",
    "行政村",
    "缴费渠道",
    "共济账户人",
)
#: How people pay, the usual way most often.
WAYS = (
    "微信社保缴费",
    "支付宝社保缴费",
    "税务公众号",
    "农商银行柜台",
    "办税服务厅窗口",
    "自助办税终端",
    "医保个人账户家庭共济",
)
PaidByPhone = tuple[str, str, str, datetime.date, str]


def hand_in_paid_list(world: World, day: datetime.date) -> None:
    """Hand in the list of the week before this day and have it read."""
    lines = _paid_by_phone(world, day)
    if not lines:
        return
    lines += _mistakes(world, day)
    content = _workbook(world, day, lines)
    name = f"已缴费清单{day:%m%d}.xlsx"
    paid_list, _ = take_paid_list(campaign=world.campaign, file=ContentFile(content, name), name=name, actor=world.tax)
    work(job_key(paid_list))


def _paid_by_phone(world: World, day: datetime.date) -> list[PaidByPhone]:
    """(name, number, amount, day, village) of everybody who owed something."""
    days = week_before(day, world.county)
    payers = {person.pk: (person, on) for plan in world.plans for on in days for person in plan.phone.get(on, ())}
    quotes = quote_residents(
        campaign=world.campaign,
        residents=[person for person, _ in payers.values()],
        paid_on={pk: on for pk, (_, on) in payers.items()},
        taking_payment=False,
    )
    lines = []
    for pk, (person, on) in payers.items():
        quote = quotes[pk]
        if not isinstance(quote, QuoteError) and quote.due:
            lines.append((person.name, person.id_number, f"{quote.due}", on, person.village_id))
    return lines


def _mistakes(world: World, day: datetime.date) -> list[PaidByPhone]:
    """Two who had paid the helper in cash, a name typed wrong, a number that nobody has, an amount that is not due."""
    chance, standard, on = random.Random(f"{SEED}:paid:{day}"), f"{world.campaign.policy.standard}", day - DAY
    # Of the printed township, so that its team has something to settle.
    own = world.of_township(world.county.township)
    cash = Contribution.objects.filter(
        campaign=world.campaign,
        channel=Contribution.Channel.CASH,
        village__code__startswith=world.county.township,
        ended_at__isnull=True,
    )
    twice = [c.resident for c in cash.select_related("resident").order_by("pk")[:2]]
    lines: list[PaidByPhone] = [(p.name, p.id_number, standard, on, p.village_id) for p in twice]
    later = [p for plan in own for d, people in sorted(plan.phone.items()) if d >= day for p in people]
    chance.shuffle(later)
    for person in later[:1]:
        lines.append((person.name[:1] + "某", person.id_number, standard, on, person.village_id))
    for person in later[1:2]:
        lines.append((person.name, person.id_number, "380.00", on, person.village_id))
    stranger = InventedVillage("stranger", 800 + day.toordinal() % 90, 1, SEED).people[0]
    lines.append((stranger.name, stranger.id_number, standard, on, world.county.village))
    return lines


def _workbook(world: World, day: datetime.date, lines: list[PaidByPhone]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("已缴费清单")
        sheet.write_row(0, 0, HEADINGS)
        for row, (name, number, amount, on, village) in enumerate(lines, start=1):
            ticket = f"3{world.county.code}{day:%m%d}{row:05d}"
            way = WAYS[int(number[-3:-1]) % 10 % len(WAYS)]
            payer = f"{name[0]}家和" if "共济" in way else ""
            facts = [row, name, number, world.campaign.year, float(amount), str(on), ticket, village, way, payer]
            sheet.write_row(row, 0, facts)
    return buffer.getvalue()
