"""职工医保: a month of 30,000 people in 1,500 units from one table, a pension roll of 30,000, quotes a second."""

import datetime
import io
import random
import time
from decimal import Decimal

from bench._database import measure_apart

UNITS, PEOPLE = 1_500, 30_000
QUOTES = 200_000


def main() -> None:
    measure_apart("employees", clock="2025-11-20T10:00:00+08:00")


def measure() -> None:
    from django.core.files.base import ContentFile
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from core.accounts.models import User
    from core.jobs import services as jobs
    from core.regions.models import Region
    from employees.batches import services as batches
    from employees.goal import services as goal
    from employees.units.models import Unit
    from subsidies.campaigns.services import open_campaign

    jobs.wake = lambda job_id: None
    open_campaign(policy_id="411323-2026")
    county, month = Region.objects.get(pk="411323"), datetime.date(2025, 11, 1)
    actors = [
        User.objects.create_user(username=f"bench{n}", password=None, name="bench", role="county", region_id="411323")
        for n in range(2)
    ]
    townships = list(Region.objects.filter(parent=county))
    Unit.objects.bulk_create(
        Unit(
            county=county,
            township=townships[n % len(townships)],
            name=f"样例{n}号厂",
            kind="enterprise",
            credit_code=_code(n),
            registered_on=datetime.date(2025, 1, 1),
        )
        for n in range(UNITS)
    )
    people = _people()
    rows = [(_code(n % UNITS), *person) for n, person in enumerate(people)]
    content = _table(("统一社会信用代码", "姓名", "证件号码", "月工资"), rows)
    file, _ = batches.upload_month(
        county=county, month=month, file=ContentFile(content), name="全县.xlsx", actor=actors[0]
    )
    for label, key in (("preview", batches.job_key(file)), ("book", f"{batches.job_key(file)}.book")):
        if label == "book":
            file.refresh_from_db()
            batches.ask_to_book(file=file, actor=actors[1])
        busy = time.process_time()
        with CaptureQueriesContext(connection) as asked:
            seconds = _timed(lambda key=key: _run(key))
        busy = time.process_time() - busy
        print(f"{connection.vendor}, {label}: {seconds:.1f} s ({busy:.1f} s processor), {len(asked)} statements")
    roll = _table(("姓名", "身份证号", "缴费基数"), [(name, number, wage) for name, number, wage in people[50:]])
    kept, _ = goal.upload_roll(county=county, month=month, file=ContentFile(roll), name="名册.xlsx", actor=actors[0])
    with CaptureQueriesContext(connection) as asked:
        seconds = _timed(lambda: _run(goal.job_key(kept)))
    kept.refresh_from_db()
    found = kept.differences.count()
    print(f"pension roll of {PEOPLE:,}: {seconds:.1f} s, {len(asked)} statements, {found} differences", flush=True)
    _quotes()


def _quotes() -> None:
    from employees.quotes.quote import quote_employee
    from subsidies.policy.policies import load

    policy, wages = load("411323-2026"), [Decimal(3000 + n % 9000) for n in range(QUOTES)]
    began = time.process_time()
    for wage in wages:
        quote_employee(policy, kind="enterprise", wage_base=wage)
    print(f"quotes: {QUOTES / (time.process_time() - began):,.0f} a second of processor time", flush=True)


def _run(key: str) -> None:
    from core.jobs import services as jobs
    from core.jobs.models import Job

    job = Job.objects.get(key=key, state=Job.State.QUEUED)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.message  # noqa: S101


def _people() -> list[tuple[str, str, int]]:
    from tests.factories import invented_number

    chance = random.Random(17)
    found = []
    for n in range(PEOPLE):
        born = datetime.date(1965, 1, 1) + datetime.timedelta(days=n % 12_000)
        number = invented_number(born, "MF"[n % 2], n // 12_000, area="411323")
        found.append(
            (
                f"{'赵钱孙李周吴郑王'[n % 8]}{'一二三四五六七八九十'[n // 8 % 10]}",
                number,
                chance.randrange(40, 120) * 100,
            )
        )
    return found


def _code(serial: int) -> str:
    from employees.units.credit_code import check_character

    body = f"91411323MB{serial:07d}"
    return body + check_character(body)


def _table(heading: tuple[str, ...], rows: list[tuple[object, ...]]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([heading, *rows]):
            sheet.write_row(place, 0, row)
    return out.getvalue()


def _timed(step) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began
