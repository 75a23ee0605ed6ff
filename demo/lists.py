"""What stands on lists that the campaign's own story would leave empty: exports, a handover, a register, accounts."""

import datetime
import io

import xlsxwriter
from django.core.files.base import ContentFile

from collection.door.handovers import start_handover
from collection.finance.exports import KIND, subject
from core.access.roles import Role
from core.accounts.models import User
from core.accounts.services import change_account
from core.calendar.models import Holiday
from core.exports.models import BulkExport
from core.exports.services import request_export
from core.files import services as attachments
from core.jobs.models import Job
from core.regions.models import Region
from demo.counties import DAY
from demo.people import AREA
from demo.world import World, work
from residents.counter.services import register_resident
from residents.duplicates.services import propose_merge
from residents.people.disclosure import PROBE_MISSES, record_probe
from residents.people.id_numbers import checksum_digit
from residents.people.models import Resident
from residents.register.services import start_reading

SATURDAY = 5


def ask_for_numbers(world: World, day: datetime.date) -> None:
    """Files with whole numbers: a small one for each of two clerks and for the finance bureau; the county's, which
    waits for a second person."""
    purpose = BulkExport.Purpose
    township, county = world.region(world.county.township), world.campaign.county
    for clerk in User.objects.filter(username__in=["xiangzhen", "xiangzhen2"]).order_by("pk"):
        _write(request_export(kind="residents", region=township, purpose=purpose.TAX, note="核对登记册", actor=clerk))
    fund = next((category for category in world.campaign.policy.categories if category.fund), None)
    if fund:
        about = subject(world.campaign, fund.fund or "", fund.department)
        finance = User.objects.get(username="caizheng")
        _write(
            request_export(
                kind=KIND, region=county, purpose=purpose.FUND, note="核对资金", subject=about, actor=finance
            )
        )
    request_export(kind="residents", region=county, purpose=purpose.TAX, note="与公安户籍比对", actor=world.bureau)


def _write(export: BulkExport) -> None:
    if export.state == BulkExport.State.WRITING:
        work(f"export.write:{export.pk}")


def hand_over(world: World, day: datetime.date) -> None:
    """The helper of the printed village begins to hand over to a successor; both have still to sign."""
    giver = world.helpers[world.county.village]
    taker = User.objects.create(
        username=f"{giver.username}2",
        name="梁小兰",
        role=Role.VILLAGE,
        region_id=giver.region_id,
        password=giver.password,
        must_change_password=False,
        phone="19930000999",
    )
    village = world.region(world.county.village)
    start_handover(campaign=world.campaign, village=village, giver=giver, taker=taker, actor=world.bureau)


def hand_in_register(world: World, day: datetime.date) -> None:
    """A village's page of the register is read and waits to be confirmed; two of its rows are wrong."""
    village = Region.objects.select_related("parent").get(pk=world.county.village)
    people = Resident.objects.filter(village=village).select_related("household").order_by("pk")[:20]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("登记册")
        sheet.write_row(0, 0, ["乡镇", "行政村", "户编号", "户主", "姓名", "身份证号码"])
        for row, person in enumerate(people, start=1):
            number = person.id_number[:-1] if row in (4, 11) else person.id_number
            home = (person.household.number, person.household.head_name) if person.household else ("", "")
            sheet.write_row(row, 0, [str(village.parent), village.name, *home, person.name, number])
    name = f"{village.name}登记册.xlsx"
    file = ContentFile(buffer.getvalue(), name)
    kept = attachments.store(file=file, name=name, kind="register", region=world.county.code, actor=world.bureau)
    start_reading(attachment=kept, county=world.campaign.county, actor=world.bureau)
    work(Job.objects.filter(kind="register.read", state=Job.State.QUEUED).latest("created_at").key)


def register_twice(world: World, day: datetime.date) -> None:
    """Somebody of the printed township stands on the register twice; a clerk has proposed to make one of both."""
    clerk = world.teams[world.county.township][-1]
    person = Resident.objects.in_region(world.county.township).filter(status=Resident.Status.ACTIVE).order_by("-pk")[5]
    body = f"{AREA}{person.birth_date:%Y%m%d}{'987' if person.sex == Resident.Sex.MALE else '986'}"
    twin = register_resident(
        name=person.name,
        id_number=body + checksum_digit(body),
        village=world.region(person.village_id),
        household="",
        birth_date=person.birth_date,
        is_another=True,
        actor=clerk,
    )
    propose_merge(keep=person, drop=twin, reason="同村同名同日生，号码登错，已看身份证原件", actor=clerk)


def ask_for_accounts(world: World, day: datetime.date) -> None:
    """The system officer's change of an office waits for the security officer, who also hears of a list that missed
    many numbers."""
    system, department = User.objects.get(username="xitong"), User.objects.get(username="minzheng")
    change_account(user=world.teams[world.county.township][0], actor=system, phone="19930000998")
    what = f"{department.department}补充名单"
    record_probe(
        misses=PROBE_MISSES + 3,
        rows=60,
        what=what,
        batch="roster-demo",
        actor=department,
        region=world.county.code,
    )


def shift_a_working_day(world: World, day: datetime.date) -> None:
    """The county works on one Saturday after the campaign's last weeks."""
    saturday = day + (SATURDAY - day.weekday()) % 7 * DAY + 28 * DAY
    Holiday.objects.create(county=world.campaign.county, day=saturday, is_working=True, note="集中征缴加班")
