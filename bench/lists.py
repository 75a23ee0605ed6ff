"""Lists of 60,000: statuses, a paid list and a feedback file of the tax bureau, each read and applied.

LIST_ROWS sets another size. Of each step the processor seconds of the processes that work, and the seconds that pass.
"""

import datetime
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench._database import measure_apart

ROWS = int(os.environ.get("LIST_ROWS", "60000"))
COUNTY = "411325"
BORN = datetime.date(1970, 5, 1)


def main() -> None:
    measure_apart("lists", clock="2024-10-25T11:00:00+08:00")


def measure() -> None:
    from django.core.files import File

    from collection.declarations.feedback import take_feedback
    from collection.self_payments.services import take_paid_list
    from config.celery import collect_less_garbage
    from core.accounts.models import User
    from core.jobs import services as jobs
    from core.jobs.models import Job
    from residents.statuses.lists import read_status_list
    from residents.statuses.services import NewStatus, set_statuses
    from subsidies.campaigns.services import open_campaign

    jobs.wake = lambda job_id: None  # run here, not by a worker, but with as little collecting of garbage as there
    collect_less_garbage()
    campaign, _ = open_campaign(policy_id="411325-2025")
    actor = User.objects.create_user("bench", role="county", region_id=COUNTY, name="测速")
    people = _register(ROWS, first=0)
    declaration = _declared(campaign, actor, _register(ROWS, first=ROWS))
    with tempfile.TemporaryDirectory() as folder:
        paid, moved, answered = (Path(folder, f"{name}.xlsx") for name in ("paid", "moved", "answered"))
        _write(
            paid,
            ["姓名", "证件号码", "金额", "缴费日期", "电子税票号码"],
            [[name, number, 400, "2024-10-10", f"341{at:015d}"] for at, (name, number) in enumerate(people)],
        )
        _write(moved, ["姓名", "身份证号码", "日期"], [[name, number, "2024-10-10"] for name, number in people])
        answers = [
            (name, number, at) for at, (name, number) in enumerate(declaration.rows.values_list("name", "id_number"))
        ]
        _write(
            answered,
            ["姓名", "证件号码", "导入结果", "失败原因"],
            [
                [name, number, "成功" if at % 100 else "失败", "" if at % 100 else "姓名不符"]
                for name, number, at in answers
            ],
        )

        def work(kind: str) -> None:
            job = Job.objects.get(kind=kind)
            jobs.run(job.pk)
            job.refresh_from_db()
            print(job.message)

        def read_feedback() -> None:
            with answered.open("rb") as file:
                take_feedback(declaration=declaration, file=File(file), name="answered.xlsx", actor=actor)
            work("feedback.read")

        def read_paid() -> None:
            with paid.open("rb") as file:
                take_paid_list(campaign=campaign, file=File(file), name="paid.xlsx", actor=actor)
            work("paid_list.read")

        def read_statuses() -> None:
            listed = read_status_list(moved, scope=COUNTY, source="公安名单", status="moved")
            rows.extend(row for row in listed.rows if not row.problems)

        def apply_statuses() -> None:
            entries = [NewStatus(row.resident.pk, row.since, row.source) for row in rows]
            print(len(set_statuses(status="moved", entries=entries, actor=actor).written), "written")

        rows: list = []
        _timed("statuses read and previewed", read_statuses)
        _timed("paid list read and booked", read_paid)
        _timed("statuses applied to who has paid", apply_statuses)
        _timed("feedback read and applied", read_feedback)


def _register(rows: int, *, first: int) -> list[tuple[str, str]]:
    """Register so many people; return their names and numbers."""
    from core.database.bulk import analyze_table, insert_objects
    from core.regions.models import Region
    from residents.people.models import Resident
    from tests.factories import invented_number

    villages = list(Region.objects.filter(level="village", code__startswith=COUNTY).values_list("code", flat=True))
    people = [
        Resident(
            village_id=villages[at % len(villages)],
            name=f"王{chr(0x5200 + at % 80)}{chr(0x5300 + at // 80 % 80)}",
            birth_date=BORN - datetime.timedelta(days=at // 400),
            sex="M",
            id_number=invented_number(BORN - datetime.timedelta(days=at // 400), "M", at % 400),
            registered_on=datetime.date(2024, 1, 1),
        )
        for at in range(first, first + rows)
    ]
    insert_objects(people)
    analyze_table(Resident)
    return [(one.name, one.id_number) for one in people]


def _declared(campaign, actor, people: list[tuple[str, str]]):
    """A declaration of these people that the tax bureau has and has not answered."""
    from django.db.models import F

    from bench.consequences import booked
    from collection.contributions.models import Contribution
    from collection.declarations.models import Declaration, DeclarationRow
    from config import clock
    from core.database.bulk import analyze_table, insert_from, insert_objects
    from residents.people.models import Resident
    from subsidies.quotes.quote import quote

    declaration = Declaration.objects.create(
        campaign=campaign,
        township_id=f"{COUNTY}101",
        number=1,
        state=Declaration.State.SUBMITTED,
        people=len(people),
        created_by=actor,
        created_at=clock.now(),
        submissions=1,
    )
    day = datetime.date(2024, 10, 10)
    owed = quote(campaign.policy, birth_date=BORN, paid_on=day)
    numbers = {number for _, number in people}
    taken = {"channel": "cash", "state": "declared", "declaration": declaration, "recorded_at": clock.now()}
    insert_objects(
        booked(campaign, owed, day, pk, village, **taken, posted_at=None)
        for pk, village, number in Resident.objects.values_list("pk", "village_id", "id_number")
        if number in numbers
    )
    insert_from(
        DeclarationRow,
        {
            "declaration": declaration.pk,
            "contribution": F("pk"),
            "village": F("village"),
            "name": F("resident__name"),
            "id_number": F("resident__id_number"),
            "amount": F("amount"),
        },
        Contribution.objects.filter(declaration=declaration),
    )
    analyze_table(Contribution)
    analyze_table(DeclarationRow)
    return declaration


def _write(path: Path, headings: list[str], rows: list[list[object]]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    for at, row in enumerate([headings, *rows]):
        sheet.write_row(at, 0, row)
    book.close()


def _timed(name: str, work: Callable[[], None]) -> None:
    """Do the work; print the processor seconds of this process, of its reading processes and of the server's."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    before = _spent()
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        work()
    here, reading, server = (now - then for now, then in zip(_spent(), before, strict=True))
    parts = f"here {here:.1f}, reading {reading:.1f}, server {server:.1f}"
    seconds = time.perf_counter() - began
    print(f"{name:34} {sum((here, reading, server)):5.1f} CPU s ({parts}), {seconds:.1f} s, {len(queries)} statements")


def _spent() -> tuple[float, float, float]:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time(), children.ru_utime + children.ru_stime, _server_seconds()


def _server_seconds() -> float:
    """Of the server's process of this connection, where the server is on this machine."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        path = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return int(path.read_text().split()[0]) / 1e9 if path.exists() else 0.0
