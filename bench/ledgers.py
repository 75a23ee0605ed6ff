"""Ledgers: 3,000 rows on the embedded default; 50 villages at once on SQLite and on PostgreSQL by several workers.

Every figure is of the whole way: the file kept, a real Celery worker woken through the queue, rows read, checked and
stored; then people, receipts, contributions, money and audit events written. Other writers meanwhile are measured by
writing_while_confirming.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench._database import own_database

ROOT = Path(__file__).resolve().parents[1]
COUNTY, TOWNSHIP = "411325", "411325101"
ROWS, VILLAGES, ROWS_A_VILLAGE = 3000, 50, 201  # 201: no receipt of three is cut in two
WORKERS = {"sqlite": (1, 2), "postgresql": (1, 2, 4)}
PATIENCE_SECONDS = 600


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _run("embedded", DATA_DIR=folder, DATABASE_URL=f"sqlite:///{folder}/bench.sqlite3", REDIS_URL="")
    for workers in WORKERS["sqlite"]:
        with tempfile.TemporaryDirectory() as folder:
            address = f"sqlite:///{folder}/bench.sqlite3"
            _run("villages", str(workers), DATA_DIR=folder, DATABASE_URL=address, REDIS_URL="")
    if not os.environ.get("BENCH_DATABASE_URL", "").startswith("postgres"):
        print("PostgreSQL: not run, BENCH_DATABASE_URL names no server")
        return
    for workers in WORKERS["postgresql"]:
        with tempfile.TemporaryDirectory() as folder, own_database("bench_ledgers", folder) as url:
            _run("villages", str(workers), DATA_DIR=folder, DATABASE_URL=url)


def _run(*arguments, **environment) -> None:
    command = [sys.executable, "-m", "bench.ledgers", *arguments]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "BENCH_DATABASE_URL": "", **environment})


class Office:
    """A migrated database with one county, on a frozen business clock, and the worker processes beside it."""

    def __init__(self, workers: int):
        folder = Path(os.environ["DATA_DIR"])
        (folder / "clock").write_text("2024-10-25T11:00:00+08:00")
        os.environ["BUSINESS_CLOCK"] = str(folder / "clock")
        from bench._django import setup

        setup()
        from django.core.management import call_command

        from core.accounts.models import User
        from subsidies.campaigns.services import open_campaign

        call_command("migrate", verbosity=0)
        self.campaign, _ = open_campaign(policy_id="411325-2025")
        self.actor = User.objects.create_user("bench", role="county", region_id=COUNTY, name="测速")
        log = (folder / "worker.log").open("w")
        self.worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", str(workers), "-l", "info"],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        self._wait(lambda: "ready" in (folder / "worker.log").read_text(), "the worker")

    def close(self) -> None:
        self.worker.terminate()
        self.worker.wait(30)

    def register(self, village, people) -> None:
        """Everybody of a ledger in the register, as after the county's import."""
        import datetime

        from residents.people.models import Household, Resident

        numbers = {row[3] for row in people}
        Household.objects.bulk_create(Household(village=village, number=n) for n in sorted(numbers))
        households = {h.number: h for h in Household.objects.filter(village=village)}
        Resident.objects.bulk_create(
            Resident(
                village=village,
                household=households[row[3]],
                name=row[1],
                id_number=row[2],
                sex="M",
                birth_date=datetime.datetime.strptime(row[2][6:14], "%Y%m%d").date(),
                registered_on=datetime.date(2024, 1, 1),
            )
            for row in people
        )

    def upload(self, village, content: bytes):
        from django.core.files.uploadedfile import SimpleUploadedFile

        from collection.ledgers.services import upload_ledger

        file = SimpleUploadedFile("台账.xlsx", content)
        return upload_ledger(campaign=self.campaign, village=village, file=file, name="台账.xlsx", actor=self.actor)[0]

    def confirm(self, batch) -> None:
        from collection.ledgers.confirm import confirm_ledger

        confirm_ledger(batch=batch, actor=self.actor)

    def wait_for(self, state: str, batches: int) -> None:
        from collection.ledgers.models import LedgerBatch

        self._wait(lambda: LedgerBatch.objects.filter(state=state).count() == batches, state)

    def _wait(self, reached, what) -> None:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not reached():
            if time.monotonic() > give_up or self.worker.poll() is not None:
                raise SystemExit(f"waited in vain for {what}")
            time.sleep(0.05)


def embedded() -> None:
    from tests.collection.ledgers.ledger_files import person, xlsx

    office = Office(workers=1)
    try:
        from core.regions.models import Region

        village = Region.objects.get(pk=f"{TOWNSHIP}200")
        people = [person(n) for n in range(ROWS)]
        office.register(village, people)
        content = xlsx(people)
        started = time.monotonic()
        batch = office.upload(village, content)
        office.wait_for("checked", 1)
        preview = time.monotonic() - started
        started = time.monotonic()
        office.confirm(batch)
        office.wait_for("confirmed", 1)
        confirm = time.monotonic() - started
        _check(office, ROWS)
        print(f"SQLite, {ROWS} rows: preview {preview:.2f} s, confirm {confirm:.2f} s (wanted: at most 3 s each)")
    finally:
        office.close()


def villages(workers: int) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from tests.collection.ledgers.ledger_files import person, xlsx

    office = Office(workers)
    try:
        from django.db import connection

        from collection.ledgers.models import LedgerBatch
        from core.regions.models import Region

        places = list(Region.objects.filter(level="village", code__startswith=COUNTY).order_by("code")[:VILLAGES])
        files = []
        for at, village in enumerate(places):
            people = [person(n) for n in range(at * ROWS_A_VILLAGE, (at + 1) * ROWS_A_VILLAGE)]
            office.register(village, people)
            files.append((village, xlsx(people)))
        with ThreadPoolExecutor(8) as pool:
            started = time.monotonic()
            list(pool.map(lambda one: office.upload(*one), files))
            office.wait_for("checked", VILLAGES)
            read = time.monotonic() - started
            started = time.monotonic()
            list(pool.map(office.confirm, LedgerBatch.objects.all()))
            office.wait_for("confirmed", VILLAGES)
            booked = time.monotonic() - started
        rows = VILLAGES * ROWS_A_VILLAGE
        _check(office, rows)
        print(
            f"{connection.vendor}, {VILLAGES} villages at once, {rows:,} rows, {workers} worker(s): "
            f"read {rows / read:,.0f} rows/s, booked {rows / booked:,.0f} rows/s; nothing lost or doubled"
        )
    finally:
        office.close()


def _check(office, rows: int) -> None:
    from collection.contributions.models import Contribution
    from collection.money.models import Movement
    from collection.money.selectors import recount

    found = (Contribution.objects.count(), Movement.objects.count())
    if found != (rows, rows) or recount(campaign=office.campaign):
        raise SystemExit(f"booked {found} instead of {rows}, or the accounts do not add up")


if __name__ == "__main__":
    if sys.argv[1] == "embedded":
        embedded()
    else:
        villages(int(sys.argv[2]))
