"""Schools: a primary school, a kindergarten and a middle school of the printed township, with its villages' pupils."""

import datetime
import io

import xlsxwriter
from django.core.files.base import ContentFile

from collection.declarations.tax_files import job_key
from collection.schools.collecting import claim_pupils, collect_pupils, pay_over
from collection.schools.models import Pupil, School
from collection.schools.selectors import pupils_of
from collection.schools.services import assign_staff, register_school, take_class_list
from core.accounts.models import User
from core.refusals import Refused
from demo.county import SEED
from demo.people import InventedVillage
from demo.world import World, work
from residents.people.models import Resident

#: (name, kind, ages, how many pupils at most, classes)
SCHOOLS = (
    ("中心小学", "primary", (6, 12), 60, ("一年级1班", "二年级1班", "三年级1班")),
    ("中心幼儿园", "kindergarten", (3, 6), 30, ("小班", "大班")),
    ("初级中学", "middle", (12, 15), 30, ("七年级1班", "八年级1班")),
)


def enter_pupils(world: World, day: datetime.date) -> None:
    """Register the schools; each hands in its class list, with a pupil from elsewhere and a name that differs."""
    bureau, teacher = User.objects.get(username="jiaoti"), User.objects.get(username="xuexiao")
    township = world.region(world.county.township)
    for order, (name, kind, ages, most, classes) in enumerate(SCHOOLS):
        school = register_school(region=township, name=f"{township.name}{name}", kind=kind, actor=bureau)
        if order == 0:
            assign_staff(school=school, username=teacher.username, actor=bureau)
        born = [datetime.date(day.year - age, 9, 1) for age in reversed(ages)]
        people = list(
            Resident.objects.filter(
                village__code__startswith=township.code,
                birth_date__range=born,
                status=Resident.Status.ACTIVE,
                contributions__isnull=True,
            ).order_by("village_id", "pk")[:most]
        )
        guest = InventedVillage("guests", 880 + order, 1, SEED).people[0]
        rows = [(p.name if n != 2 else f"{p.name[0]}小{p.name[-1]}", p.id_number) for n, p in enumerate(people)]
        content = _workbook([*rows, (guest.name, guest.id_number)], classes)
        file = f"{school.name}班级名单.xlsx"
        actor = teacher if order == 0 else bureau
        taken, _ = take_class_list(
            campaign=world.campaign, school=school, file=ContentFile(content, file), name=file, actor=actor
        )
        work(job_key(taken))


def collect_at_school(world: World, day: datetime.date) -> None:
    """The primary school has paid a first sum over, holds a second one, and will collect for some more."""
    teacher = User.objects.get(username="xuexiao")
    school = School.objects.filter(staff__user=teacher).first()
    if school is None:
        return
    open_ones = pupils_of(user=teacher, campaign=world.campaign).filter(
        insured=False, resident__isnull=False, state=Pupil.State.AT_HOME
    )
    ids = list(open_ones.order_by("pk").values_list("pk", flat=True)[:12])
    try:
        step = {"school": school, "campaign": world.campaign, "actor": teacher}
        collect_pupils(pupils=ids[:4], on=day, **step)
        held = Pupil.objects.filter(school=school, state=Pupil.State.COLLECTED)
        if total := sum(pupil.amount for pupil in held if pupil.amount):
            pay_over(ticket_no=f"3{world.county.code}{day:%m%d}88001", on=day, amount=total, **step)
        collect_pupils(pupils=ids[4:8], on=day, **step)
        claim_pupils(pupils=ids[8:], **step)
    except Refused:  # a county takes payment on some days of the month only
        return


def _workbook(rows: list[tuple[str, str]], classes: tuple[str, ...]) -> bytes:
    """A sheet for each class, as schools keep them."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for order, name in enumerate(classes):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["序号", "姓名", "身份证号码"])
            for number, row in enumerate(rows[order :: len(classes)], start=1):
                sheet.write_row(number, 0, [number, *row])
    return buffer.getvalue()
