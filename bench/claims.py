"""A list of 300,000 claims read, matched and booked, and the incentives of 586,000 people counted (大病保险激励).

CLAIM_ROWS and CLAIM_PEOPLE set other sizes.
"""

import os
import tempfile
from pathlib import Path

from bench import lists
from bench._database import measure_apart

ROWS = int(os.environ.get("CLAIM_ROWS", "300000"))
PEOPLE = int(os.environ.get("CLAIM_PEOPLE", "586000"))
YEAR = 2024


def main() -> None:
    measure_apart("claims", clock="2025-01-20T11:00:00+08:00")


def measure() -> None:
    from django.core.files import File

    from core.accounts.models import User
    from core.jobs import services as jobs
    from core.jobs.models import Job
    from core.regions.models import Region
    from subsidies.campaigns.services import open_campaign
    from subsidies.claims.models import Claim, ClaimList
    from subsidies.claims.selectors import count_awards
    from subsidies.claims.services import confirm_list, take_list

    jobs.wake = lambda job_id: None  # run here, not by a worker
    campaign, _ = open_campaign(policy_id="411325-2025")
    actor = User.objects.create_user("bench", role="county", region_id=lists.COUNTY, name="测速")
    people = lists._register(PEOPLE, first=0)
    _insure()
    county = Region.objects.get(pk=lists.COUNTY)

    def run(kind: str) -> None:
        job = Job.objects.get(kind=kind)
        jobs.run(job.pk)
        job.refresh_from_db()
        print(job.message)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "claims.xlsx")
        rows = [[name, number, 100 + at % 900] for at, (name, number) in enumerate(people[:ROWS])]
        lists._write(path, ["姓名", "身份证号码", "基金支付金额"], rows)

        def read() -> None:
            with path.open("rb") as file:
                facts = {"county": county, "year": YEAR, "complete": True, "document": "测"}
                take_list(file=File(file), name="claims.xlsx", actor=actor, **facts)
            run("claims.read")

        def book() -> None:
            confirm_list(listed=ClaimList.objects.get(), actor=actor)
            run("claims.apply")

        lists._timed(f"{ROWS:,} claims read and matched", read)
        lists._timed("confirmed and booked", book)
    assert Claim.objects.count() == ROWS
    counts: list = []
    lists._timed(f"incentives of {PEOPLE:,} counted", lambda: counts.extend(count_awards(campaign)))
    lists._timed("again", lambda: count_awards(campaign))
    assert sum(count.insured for count in counts) == PEOPLE
    print(f"with an incentive: {sum(count.either for count in counts):,}")


def _insure() -> None:
    """Cover in 2019 to 2024: everybody in the last year, of the years before one person in five lacks one of them."""
    from django.db import connection

    from core.database.bulk import analyze_table
    from residents.people.models import InsuredYear, Resident

    years, people = InsuredYear._meta.db_table, Resident._meta.db_table
    with connection.cursor() as cursor:
        for year in range(2019, YEAR + 1):
            lacks = f"WHERE id % 5 <> 0 OR (id / 5) % 5 <> {year - 2019}" if year < YEAR else ""
            cursor.execute(
                f"INSERT INTO {years} (resident_id, year, source) SELECT id, {year}, '入库' FROM {people} {lacks}"  # noqa: S608
            )
    analyze_table(InsuredYear)
