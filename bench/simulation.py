"""政策测算: a proposed policy against the present one for 586,000 people; seconds, processor time and memory.

On PostgreSQL the processor time of the server's process is counted too, without parallel workers, which would hide it.
"""

import os
import resource
import time
from pathlib import Path

from bench._database import measure_apart

PEOPLE, RECOGNISED = 586_000, 60_000


def main() -> None:
    measure_apart("simulation", clock="2024-10-25T12:00:00+08:00")


def measure() -> None:
    from decimal import Decimal

    from subsidies.policy.editing import set_category
    from subsidies.quotes.census import count_people
    from subsidies.quotes.simulation import changes, simulate

    campaign = _prepared()
    before = campaign.policy
    after = set_category(before, "低保对象", way="amount", value=Decimal(90), fund="医疗救助资金", document="测算")
    server = _server_process()
    for name in ("first", "again"):
        began, spent, there = time.perf_counter(), time.process_time(), _seconds_of(server)
        people = count_people(campaign.county, born_from=before.year_start)
        counted = time.perf_counter()
        now, then, moved = simulate(before, people), simulate(after, people), changes(before, after, people)
        ended = time.perf_counter()
        print(
            f"{name}: {now.whole.people:,} people in {len(people):,} groups; counting {counted - began:.2f} s, "
            f"quoting {ended - counted:.2f} s, {then.whole.subsidy - now.whole.subsidy} yuan more for "
            f"{sum(change.people for change in moved):,}; processor {time.process_time() - spent:.2f} s here, "
            f"{_seconds_of(server) - there:.2f} s in the server; "
            f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB",
            flush=True,
        )


def _server_process() -> int | None:
    """The process of PostgreSQL that answers this connection, if it is on this machine."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    return pid if Path(f"/proc/{pid}/stat").exists() else None


def _seconds_of(pid: int | None) -> float:
    """Processor seconds that a process has used."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _prepared():
    from datetime import date, timedelta

    from core.database.bulk import analyze_table, insert_objects
    from core.regions.models import Region
    from residents.people.models import Resident
    from subsidies.campaigns.services import open_campaign
    from subsidies.rosters.models import Identity

    campaign, _ = open_campaign(policy_id="411325-2025")
    villages = list(Region.objects.filter(code__startswith="411325", level="village").values_list("code", flat=True))
    first_day = date(1940, 1, 1)
    insert_objects(
        Resident(
            village_id=villages[number % len(villages)],
            name="王小明",
            birth_date=first_day + timedelta(days=number % 30_000),
            sex="M",
            id_number=f"{number:018d}",
            registered_on=first_day,
        )
        for number in range(PEOPLE)
    )
    kinds = [category.name for category in campaign.policy.recognised]
    recognised = Resident.objects.order_by("pk").values_list("pk", flat=True)[:RECOGNISED]
    insert_objects(
        Identity(resident_id=pk, kind=kinds[n % len(kinds)], department="民政局", recognised_on=date(2024, 6, 1))
        for n, pk in enumerate(recognised.iterator())
    )
    for model in (Resident, Identity):
        analyze_table(model)
    return campaign
