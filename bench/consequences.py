"""A policy version with 586,000 booked, a roster of 60,000 marks, a death list of 60,000: seconds and statements.

BENCH_BOOKED, BENCH_LISTED: as many people instead.
"""

import os
import time
from pathlib import Path

from bench._database import measure_apart

BOOKED = int(os.environ.get("BENCH_BOOKED", 586_000))
LISTED = int(os.environ.get("BENCH_LISTED", 60_000))
VILLAGES = 20


def main() -> None:
    measure_apart("consequences", clock="2024-10-25T12:00:00+08:00")


def measure() -> None:
    campaign, clerk, people = _prepared()
    from datetime import date

    from django.db.models import F

    from collection.consequences.models import Consequence
    from collection.contributions.models import Contribution
    from collection.entitlements.services import apply_effects
    from core.database.bulk import chunks
    from residents.statuses.services import NewStatus, set_statuses
    from subsidies.rosters.models import Identity

    _timed("a version that changes nobody", lambda: _adopt(campaign, clerk, "same"))
    # As if one in ten, then everybody, had been booked by another version.
    Contribution.objects.filter(pk__in=Contribution.objects.filter(resident_id__in=people[::10])).update(
        benefit_from=date(2025, 2, 1)
    )
    _timed("one that changes one in ten", lambda: _adopt(campaign, clerk, "tenth"))
    Contribution.objects.update(benefit_from=date(2025, 2, 1))
    _timed("one that changes all", lambda: _adopt(campaign, clerk, "all"))
    # As if officers had confirmed all of it, and the next version changed all again.
    Consequence.objects.update(state=Consequence.State.DONE, after=F("before"))
    _timed("one that changes all again", lambda: _adopt(campaign, clerk, "again"))
    Consequence.objects.all().delete()
    Contribution.objects.update(benefit_from=date(2025, 1, 1))
    listed = people[:LISTED]
    for chunk in chunks(listed):
        Identity.objects.bulk_create(
            Identity(resident_id=pk, kind="低保对象", department="民政局", recognised_on=date(2024, 10, 20))
            for pk in chunk
        )
    _timed("60,000 marks", lambda: apply_effects(campaign=campaign, residents=listed, roster=None, actor=clerk))
    Contribution.objects.filter(resident_id__in=listed).update(benefit_from=date(2025, 2, 1))
    _timed("a version that changes them", lambda: _adopt(campaign, clerk, "marked"))
    Consequence.objects.all().delete()
    Contribution.objects.update(benefit_from=date(2025, 1, 1))
    entries = [NewStatus(pk, date(2024, 10, 20), "死亡名单") for pk in listed]
    _timed("60,000 deaths", lambda: set_statuses(status="dead", entries=entries, actor=clerk))


def _adopt(campaign, clerk, name) -> None:
    """What a worker does after a version was adopted."""
    from core.jobs import services as jobs

    job = jobs.enqueue("consequences.policy", actor=clerk, key=name, campaign=campaign.pk)
    jobs.run(job.pk)
    job.refresh_from_db()
    print(f"{job.get_state_display()}：{job.message}")


def _timed(name, work) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    began, own, server = time.perf_counter(), time.process_time(), _server_seconds()
    with CaptureQueriesContext(connection) as queries:
        work()
    used = f"{time.process_time() - own:6.1f} s here, {_server_seconds() - server:5.1f} s in the server's process"
    print(f"{name:30} {time.perf_counter() - began:6.1f} s, processor {used}, {len(queries):5} statements", flush=True)


def _server_seconds() -> float:
    """The processor time of this connection's PostgreSQL process, where that runs on this machine."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path("/proc", str(cursor.fetchone()[0]), "stat")
    if not stat.exists():
        return 0
    user, system = stat.read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / 100


def _prepared():
    from datetime import date, timedelta

    import collection.tasks  # noqa: F401  (the handlers of jobs)
    from collection.contributions.models import Contribution
    from core.access.roles import Role
    from core.accounts.models import User
    from core.database.bulk import analyze_table, chunks, insert_objects
    from core.jobs import services as jobs
    from core.regions.models import Region
    from residents.people.id_numbers import checksum_digit
    from residents.people.models import Resident
    from subsidies.campaigns.services import open_campaign
    from subsidies.quotes.quote import quote

    jobs.wake = lambda job_id: None
    campaign, _ = open_campaign(policy_id="411325-2025")
    clerk = User.objects.create_user("clerk", name="乙", role=Role.COUNTY, region_id="411325")
    villages = list(Region.objects.filter(level="village").order_by("code").values_list("code", flat=True)[:VILLAGES])
    people = []
    for number in range(BOOKED):
        born = date(1930, 1, 1) + timedelta(days=number // 25)
        body = f"411325{born:%Y%m%d}{number % 25 * 2 + 1:03d}"
        people.append(
            Resident(
                village_id=villages[number % VILLAGES],
                name="王小明",
                birth_date=born,
                sex="M",
                id_number=body + checksum_digit(body),
                registered_on=date(2024, 1, 1),
            )
        )
    insert_objects(people)
    ids = list(Resident.objects.order_by("pk").values_list("pk", "village_id", "birth_date"))
    day = date(2024, 10, 8)
    owed = quote(campaign.policy, birth_date=date(1950, 1, 1), paid_on=day, insured_years=[])
    booked = [(pk, village) for pk, village, _ in ids]
    for chunk in chunks(booked, 60_000):
        insert_objects(booked(campaign, owed, day, pk, village) for pk, village in chunk)
    analyze_table(Resident)
    analyze_table(Contribution)
    return campaign, clerk, [pk for pk, _ in booked]


def booked(campaign, owed, day, resident, village, **facts):
    """A contribution of what is owed, posted and paid by phone unless `facts` say otherwise."""
    from collection.contributions.models import Contribution

    posted = {"channel": "self", "state": "posted", "recorded_at": campaign.opened_at, "posted_at": campaign.opened_at}
    return Contribution(
        campaign=campaign,
        resident_id=resident,
        year=campaign.year,
        village_id=village,
        amount=owed.due,
        standard=owed.standard,
        subsidy=owed.subsidy,
        category=owed.category,
        policy_version_id=campaign.policy_version_id,
        clause="bench",
        benefit_from=owed.benefit_from,
        benefit_to=owed.benefit_to,
        paid_on=day,
        **(posted | facts),
    )
