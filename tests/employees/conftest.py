"""西峡 in November 2025, with employees' insurance: officers, a unit, tables of its people."""

import datetime
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.jobs import services as jobs
from core.jobs.models import Job
from core.regions.models import Region
from employees.declarations import services as declarations
from employees.units.credit_code import check_character
from employees.units.services import register_unit
from tests.factories import invented_number
from tests.opened import opened_campaign

COUNTY = "411323"
NOVEMBER = datetime.date(2025, 11, 1)


def credit_code(serial: int) -> str:
    """An invented code that passes the check."""
    body = f"91411323MA{serial:07d}"
    return body + check_character(body)


def person(serial: int, wage: object = 5000, name: str = "") -> tuple[str, str, object]:
    """(name, number, wage) of somebody invented."""
    surname, given = "赵钱孙李周吴郑王"[serial % 8], "一二三四五六七八九十"[serial // 8 % 10]
    number = invented_number(datetime.date(1980, 1 + serial % 12, 3), "M", serial)
    return name or f"{surname}工{given}", number, wage


def table(rows, heading=("姓名", "证件号码", "月工资"), name="申报表.xlsx") -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in [heading, *rows]:
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return SimpleUploadedFile(name, content.getvalue())


def work() -> None:
    """What a worker would do with all that is queued."""
    for job in Job.objects.filter(state=Job.State.QUEUED).order_by("created_at"):
        jobs.run(job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.message


@pytest.fixture
def xixia(db, business_clock, monkeypatch):
    """西峡 2026, opened, on 20 November 2025; jobs wait until `work` runs them."""
    monkeypatch.setattr(jobs, "wake", lambda job_id: None)
    business_clock("2025-11-20T10:00")
    return opened_campaign("411323-2026")


@pytest.fixture
def clerk(make_user):
    return make_user("county", COUNTY)


@pytest.fixture
def head(make_user):
    return make_user("county", COUNTY)


@pytest.fixture
def township(xixia):
    return Region.objects.filter(parent_id=COUNTY).order_by("code").first()


@pytest.fixture
def village(township):
    return Region.objects.filter(parent=township).order_by("code").first().pk


@pytest.fixture
def make_unit(xixia, clerk, township):
    def make(serial: int = 1, kind: str = "enterprise", **facts):
        facts = {"township": township, "name": f"样例{serial}号厂", "registered_on": datetime.date(2025, 1, 2), **facts}
        return register_unit(kind=kind, credit_code=credit_code(serial), actor=clerk, **facts)

    return make


@pytest.fixture
def unit(make_unit):
    return make_unit()


@pytest.fixture
def declare(clerk, head):
    """Upload, read and book a unit's month; returns the declaration."""

    def run(unit, rows, month=NOVEMBER, book=True):
        file = table(rows)
        declaration, _ = declarations.upload_declaration(unit=unit, month=month, file=file, name=file.name, actor=clerk)
        work()
        declaration.refresh_from_db()
        if book:
            declaration = declarations.book_declaration(declaration=declaration, actor=head)
        return declaration

    return run
