"""A county's register from xlsx into the database: bare limit, the whole pipeline, django-import-export's default.

586,000 rows × 10 columns. The bare limit reads the file with calamine and loads it with COPY (many-row INSERTs on
SQLite) into a table with the same indexes, unchecked. import-export is measured on the first rows of the same file,
because all of them would take hours. BENCH_ROWS makes the file smaller.
"""

import csv
import datetime
import os
import resource
import time
from pathlib import Path

from bench._database import measure_apart

ROWS = int(os.environ.get("BENCH_ROWS", 586_000))
SAMPLE = min(ROWS, 2_000)
TITLES = ["姓名", "身份证号码", "性别", "出生日期", "乡镇", "行政村", "户编号", "与户主关系", "联系电话", "住址"]
BARE = [
    "village",
    "name",
    "document_type",
    "id_number",
    "birth_date",
    "sex",
    "phone",
    "address",
    "status",
    "registered_on",
]


def main() -> None:
    measure_apart("register", clock="2024-10-25T12:00:00+08:00")


def measure() -> None:
    from django.conf import settings
    from django.db import connection

    from core.access.roles import Role
    from core.accounts.models import User
    from core.regions.services import BUILT_IN, load_regions, read_regions

    print(f"{connection.vendor}, {ROWS:,} rows", flush=True)
    path = write_file(settings.DATA_DIR / "register.xlsx", BUILT_IN)
    load_regions(rows=read_regions(BUILT_IN), actor=None, county_code="411325")
    clerk = User.objects.create_user("bench", role=Role.COUNTY, region_id="411325", name="测量")
    whole = timed("pipeline: read, check, preview, confirm, write, audit", lambda: pipeline(path, clerk), ROWS)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory: worker {own:.0f} MB, reading process {reader:.0f} MB (wanted < 900 together)")
    again = timed("the same file again (nothing changes)", lambda: pipeline(path, clerk), ROWS)
    bare = timed("bare limit, empty table with the same indexes", lambda: bare_load(path), ROWS)
    per_row = timed(f"import-export, first {SAMPLE:,} rows", lambda: import_export_load(path), SAMPLE) / SAMPLE
    print(f"pipeline / bare limit: {whole / bare:.2f} (wanted ≤ 1.6 on PostgreSQL)")
    print(f"pipeline against import-export, rows a second: {per_row * ROWS / whole:.1f}× (wanted ≥ 15×)")
    print(f"yearly update / bare limit: {again / bare:.2f}")


def timed(title: str, work, rows: int) -> float:
    start = time.perf_counter()
    work()
    spent = time.perf_counter() - start
    print(f"{title}: {spent:.1f} s, {rows / spent:,.0f} rows/s", flush=True)
    return spent


def write_file(path: Path, regions: Path) -> Path:
    import xlsxwriter

    from tests.factories import invented_number

    with regions.open(encoding="utf-8-sig", newline="") as file:
        villages = [row for row in csv.DictReader(file) if row["county_code"] == "411325"]
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("居民")
    for place, title in enumerate(TITLES):
        sheet.write_string(0, place, title)
    for number in range(ROWS):
        village = villages[number * len(villages) // ROWS]
        born = datetime.date(1940, 1, 1) + datetime.timedelta(days=number % 30_000)
        sex = "MF"[number % 2]
        row = (
            f"王{chr(0x4E00 + number % 3000)}{chr(0x4E00 + number // 3000 % 3000)}",
            invented_number(born, sex, number // 30_000),
            "男" if sex == "M" else "女",
            born.isoformat(),
            village["township"],
            village["village"],
            f"{number // 4:07d}",
            "户主" if number % 4 == 0 else "家庭成员",
            f"138{number:08d}",
            f"{village['village']}{number // 4}号",
        )
        for place, text in enumerate(row):
            sheet.write_string(number + 1, place, text)
    book.close()
    return path


def rows_of(path: Path):
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()
    next(rows)
    return rows


def bare_load(path: Path) -> None:
    """Read and load, nothing else, into a copy of the table with its indexes; foreign keys are left out."""
    from django.db import connection, transaction

    from core.database.bulk import fields_of
    from core.regions.models import Region
    from residents.people.models import Resident

    code = Region.objects.filter(level="village").first().code
    loaded = (
        (
            code,
            row[0],
            "id_card",
            row[1],
            row[3],
            "M" if row[2] == "男" else "F",
            row[8],
            row[9],
            "active",
            "2024-10-25",
        )
        for row in rows_of(path)
    )
    names = [field.column for field in fields_of(Resident, BARE)]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("CREATE TABLE bare (LIKE residents_resident INCLUDING ALL)")
            with cursor.copy(f"COPY bare ({', '.join(names)}) FROM STDIN") as copy:
                for row in loaded:
                    copy.write_row(row)
        else:
            _copy_sqlite_table(cursor)
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO bare ({', '.join(names)}) VALUES ({marks})", loaded)  # noqa: S608


def _copy_sqlite_table(cursor) -> None:
    cursor.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'residents_resident' AND sql IS NOT NULL ORDER BY type DESC"
    )
    for (sql,) in cursor.fetchall():
        cursor.execute(sql.replace('"residents_resident"', '"bare"').replace(' INDEX "', ' INDEX "bare_'))


def import_export_load(path: Path) -> None:
    """import-export as it comes: a dry run for the preview, then the import, row by row."""
    import tablib
    from django.db import transaction
    from import_export import resources

    from core.regions.models import Region
    from residents.people.models import Resident

    names = ("name", "id_number", "sex", "birth_date", "village", "phone", "address", "registered_on")
    resource_class = resources.modelresource_factory(
        model=Resident, meta_options={"import_id_fields": ("id_number",), "fields": names}
    )
    code = Region.objects.filter(level="village").first().code
    data = tablib.Dataset(headers=list(names))
    for number, row in enumerate(rows_of(path)):
        if number == SAMPLE:
            break
        data.append((row[0], row[1], "M" if row[2] == "男" else "F", row[3], code, row[8], row[9], "2024-10-25"))
    with transaction.atomic():
        Resident.objects.filter(id_number__in=data["id_number"]).delete()
        resource_class().import_data(data, dry_run=True, raise_errors=True)
        resource_class().import_data(data, raise_errors=True)
        transaction.set_rollback(True)


def pipeline(path: Path, clerk) -> None:
    """What the page and the worker do, in this process; waking a worker is left out."""
    from django.core.files.base import File

    from core.audit.models import Event
    from core.files import services as attachments
    from core.jobs import services as jobs
    from core.jobs.models import Job
    from core.regions.models import Region
    from residents.people.models import Resident
    from residents.register import services as register

    jobs.wake = lambda job_id: None
    with path.open("rb") as file:
        kept = attachments.store(file=File(file), name=path.name, kind="register", region="411325", actor=clerk)
    batch = register.start_reading(attachment=kept, county=Region.objects.get(code="411325"), actor=clerk)
    jobs.run(Job.objects.get(key=f"register.read:{batch.pk}").pk)
    batch.refresh_from_db()
    assert batch.state == "checked", (batch.state, batch.problem)
    register.start_writing(batch=batch, actor=clerk)
    jobs.run(Job.objects.get(key=f"register.write:{batch.pk}").pk)
    batch.refresh_from_db()
    assert batch.state == "confirmed" and batch.bad == 0, (batch.state, batch.problem, batch.bad)
    assert Resident.objects.count() == ROWS and Event.objects.filter(action="register.confirm").exists()
