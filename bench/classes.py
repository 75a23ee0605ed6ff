"""A county's class lists: 60,000 pupils of 60 schools in one file, read and matched to their home villages;
seconds and statements, and the progress by school."""

from bench._database import measure_apart
from bench._django import timed

PEOPLE, SCHOOLS = 60_000, 60
VILLAGES = ("411325101200", "411325101201", "411325102200")


def main() -> None:
    measure_apart("classes", clock="2024-10-25T12:00:00+08:00")


def measure() -> None:
    class_list, campaign, user = _prepared()
    from collection.schools.selectors import school_lines
    from collection.schools.services import read_class_list

    timed("read and match", lambda: read_class_list(class_list=class_list))
    timed("progress by school", lambda: school_lines(user=user, campaign=campaign))


def _prepared():
    import io
    from datetime import date, timedelta

    import xlsxwriter
    from django.core.files.base import ContentFile

    from collection.schools import services as schools
    from core.access.roles import Role
    from core.accounts.models import User
    from core.database.bulk import insert_objects
    from core.jobs import services as jobs
    from core.regions.models import Region
    from residents.people.id_numbers import checksum_digit
    from residents.people.models import Resident
    from subsidies.campaigns.services import open_campaign

    jobs.wake = lambda job_id: None
    campaign, _ = open_campaign(policy_id="411325-2025")
    people = []
    for number in range(PEOPLE):
        born = date(2008, 1, 1) + timedelta(days=number // 500)
        body = f"411325{born:%Y%m%d}{number % 500 * 2 + 1:03d}"
        people.append(
            Resident(
                village_id=VILLAGES[number % len(VILLAGES)],
                name="王小明",
                birth_date=born,
                sex="M",
                id_number=body + checksum_digit(body),
                registered_on=date(2024, 1, 1),
            )
        )
    insert_objects(people)
    user = User.objects.create_user("education", name="甲", role=Role.EDUCATION, region_id="411325")
    township = Region.objects.get(pk="411325101")
    for number in range(SCHOOLS):
        schools.register_school(region=township, name=f"第{number}小学", kind="primary", actor=user)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("姓名", "身份证号码", "学校", "班级"))
        for number, person in enumerate(people, 1):
            row = (person.name, person.id_number, f"第{number % SCHOOLS}小学", f"{number // SCHOOLS % 20}班")
            sheet.write_row(number, 0, row)
    class_list, _ = schools.take_class_list(
        campaign=campaign, school=None, file=ContentFile(out.getvalue()), name="名单.xlsx", actor=user
    )
    return class_list, campaign, user
