"""A roster of 60,000 people: read and previewed, applied, taken back; seconds and statements."""

from bench._database import measure_apart
from bench._django import timed

PEOPLE = 60_000
VILLAGE = "411325101200"


def main() -> None:
    measure_apart("rosters", clock="2024-10-25T12:00:00+08:00")


def measure() -> None:
    roster, clerk = _prepared()
    from subsidies.rosters import apply
    from subsidies.rosters.comparing import seen_counts
    from subsidies.rosters.reading import read_file

    timed("read and preview", lambda: read_file(roster=roster))
    roster.refresh_from_db()
    seen = seen_counts(roster)
    print(f"heaps: {seen}")
    timed("apply", lambda: apply.apply_roster(roster=roster, seen=seen, endings_confirmed=True, actor=clerk))
    timed("take back", lambda: apply.withdraw_roster(roster=roster, reason="x", keep=set(), actor=clerk))


def _prepared():
    import io
    from datetime import date, timedelta

    import xlsxwriter
    from django.core.files.base import ContentFile

    from core.access.roles import Role
    from core.accounts.models import User
    from core.database.bulk import insert_objects
    from core.jobs import services as jobs
    from residents.people.id_numbers import checksum_digit
    from residents.people.models import Resident
    from subsidies.campaigns.services import open_campaign
    from subsidies.rosters import services as rosters
    from subsidies.rosters.models import Roster

    jobs.wake = lambda job_id: None
    campaign, _ = open_campaign(policy_id="411325-2025")
    people = []
    for number in range(PEOPLE):
        born = date(1950, 1, 1) + timedelta(days=number // 500)
        body = f"411325{born:%Y%m%d}{number % 500 * 2 + 1:03d}"
        people.append(
            Resident(
                village_id=VILLAGE,
                name="王小明",
                birth_date=born,
                sex="M",
                id_number=body + checksum_digit(body),
                registered_on=date(2024, 1, 1),
            )
        )
    insert_objects(people)
    department = User.objects.create_user(
        "department", name="甲", role=Role.DEPARTMENT, department="民政局", region_id="411325"
    )
    clerk = User.objects.create_user("clerk", name="乙", role=Role.COUNTY, region_id="411325")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("姓名", "身份证号码"))
        for number, person in enumerate(people, 1):
            sheet.write_row(number, 0, (person.name, person.id_number))
    roster = rosters.upload_roster(
        campaign=campaign,
        file=ContentFile(out.getvalue()),
        name="名单.xlsx",
        department="民政局",
        category="低保对象",
        kind=Roster.Kind.FULL,
        recognised_on=date(2024, 9, 1),
        document="测试",
        actor=department,
    )
    return roster, clerk
