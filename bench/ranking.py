"""Rankings: a snapshot of 586,000 contributions against one bare GROUP BY; a published one read by 50 and 200 at once.

`held` is the same page asked for by who holds it already (304). BENCH_TIMES=1,10 also measures at ten times the size.
"""

import http.client
import os
import statistics
import subprocess
import sys
import threading
import time

from bench._database import measure_apart

PEOPLE = 586_000
CROWDS, REQUESTS = (50, 200), 600
ROUNDS = 7


def main() -> None:
    for times in os.environ.get("BENCH_TIMES", "1").split(","):
        measure_apart("ranking", clock="2024-10-25T12:30:00+08:00", BENCH_TIMES=times)


def measure() -> None:
    from django.db import connection

    people = PEOPLE * int(os.environ["BENCH_TIMES"])
    campaign = _fill(people)
    bare, full = [], []
    for turn in range(ROUNDS):
        bare.append(_timed(_bare_group_by))
        full.append(_timed(lambda turn=turn: _build(campaign, turn)))
    ratio = statistics.median(full) / statistics.median(bare)
    print(
        f"{connection.vendor}, {people:,} contributions: bare GROUP BY {statistics.median(bare):.0f} ms, "
        f"snapshot {statistics.median(full):.0f} ms, ratio {ratio:.2f}",
        flush=True,
    )
    _read(campaign)


def _fill(people: int):
    """Invented people without names; only what a snapshot and a ranking look at is varied."""
    from django.db import connection

    from core.regions.models import Region
    from subsidies.campaigns.services import open_campaign
    from subsidies.campaigns.targets import set_targets

    campaign, _ = open_campaign(policy_id="411325-2025")
    villages = list(Region.objects.filter(level="village", code__startswith="411325").values_list("code", flat=True))
    set_targets(campaign=campaign, people={v: people // len(villages) for v in villages}, source="bench", actor=None)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_village (number integer, code varchar(12))")
        cursor.executemany("INSERT INTO bench_village VALUES (%s, %s)", list(enumerate(villages)))
        _insert(
            cursor,
            "residents.Resident",
            people,
            len(villages),
            {
                "id": "i + 1",
                "village": "code",
                "name": "'居民'",
                "document_type": "'id_card'",
                "id_number": "CAST(100000000000000000 + i AS varchar(18))",
                "birth_date": "'1980-01-01'",
                "sex": "'M'",
                "status": "'active'",
                "registered_on": "'2024-01-01'",
            },
        )
        day = _day(connection.vendor)
        _insert(
            cursor,
            "collection.Contribution",
            people,
            len(villages),
            {
                "campaign": str(campaign.pk),
                "resident": "i + 1",
                "year": "2025",
                "village": "code",
                "channel": "CASE i % 5 WHEN 0 THEN 'self' WHEN 1 THEN 'collective' ELSE 'cash' END",
                "amount": "400",
                "standard": "400",
                "subsidy": "0",
                "category": "'普通居民'",
                "policy_version": f"'{campaign.policy_version_id}'",
                "clause": "''",
                "waiting_months": "0",
                "paid_on": "'2024-10-01'",
                "state": "CASE WHEN i % 4 = 0 THEN 'collected' ELSE 'posted' END",
                "recorded_at": day("i % 40"),
                "posted_at": f"CASE WHEN i % 4 = 0 THEN NULL ELSE {day('i % 40 + 3')} END",
                "ended_at": f"CASE WHEN i % 97 = 0 THEN {day('i % 40 + 5')} ELSE NULL END",
                "end_reason": "''",
            },
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return campaign


def _day(vendor: str):
    if vendor == "postgresql":
        return lambda days: f"(timestamptz '2024-09-20 08:00+08' + ({days}) * interval '1 day')"
    return lambda days: f"datetime('2024-09-20 00:00:00', '+' || ({days}) || ' days')"


def _insert(cursor, model: str, people: int, villages: int, values: dict[str, str]) -> None:
    from django.apps import apps

    model = apps.get_model(model)
    missing = [
        f for f in model._meta.local_concrete_fields if f.name not in values and not f.null and not f.primary_key
    ]
    texts = ("CharField", "TextField")
    values = {**values, **{f.name: "''" if f.get_internal_type() in texts else "0" for f in missing}}
    columns = ", ".join(model._meta.get_field(name).column for name in values)
    cursor.execute(
        f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {people - 1}) "
        f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {', '.join(values.values())} "
        f"FROM n JOIN bench_village ON number = i % {villages}"
    )


def _bare_group_by() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT village_id, count(*) FROM collection_contribution WHERE campaign_id = 1 GROUP BY village_id"
        )
        cursor.fetchall()


def _build(campaign, turn: int) -> None:
    """A Friday noon; a turn earlier a minute earlier, for a snapshot that is there is not counted again."""
    import datetime

    from django.utils import timezone

    from reporting.rankings.snapshots import build_snapshot

    noon = datetime.datetime(2024, 10, 25, 12, tzinfo=timezone.get_default_timezone())
    build_snapshot(campaign=campaign, kind="weekly", as_of=noon - datetime.timedelta(minutes=turn))


def _timed(work) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _read(campaign) -> None:
    """The ranking's page and the leader's page, read by many at once, against the bare page likewise."""
    from django.test import Client
    from django.urls import reverse

    from bench import pages
    from core.accounts.models import User
    from reporting.rankings.models import Snapshot
    from reporting.rankings.services import publish_ranking

    county = User.objects.create_user(
        username="bench", password=None, name="bench", role="county", region_id="411325", must_change_password=False
    )
    for number, snapshot in enumerate(Snapshot.objects.order_by("as_of")):
        ranking = publish_ranking(snapshot=snapshot, number=f"{number}号", actor=county)
    client = Client()
    client.force_login(county)
    port = pages._free_port()
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "bench._server:application",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "2",
            "--threads",
            "4",
            "--log-level",
            "error",
        ],
    )
    try:
        pages._wait(port)
        ranked = reverse("ranking", args=[ranking.pk])
        held = {"If-None-Match": client.get(ranked)["ETag"]}
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        pages_read = (("ranking", ranked, {}), ("ranking, held", ranked, held), ("leader", reverse("leader"), {}))
        for readers in CROWDS:
            for label, path, headers in pages_read:
                for warm in (path, "/bare/"):
                    _crowd(port, cookies, warm, readers)
                bare = _crowd(port, cookies, "/bare/", readers) + _crowd(port, cookies, "/bare/", readers)
                mine = _crowd(port, cookies, path, readers, headers) + _crowd(port, cookies, path, readers, headers)
                ratio = pages._p(mine, 0.95) / pages._p(bare, 0.95)
                print(
                    f"{label:<14} {readers:>3} readers: p95 {pages._p(mine, 0.95):.0f} ms, "
                    f"bare page {pages._p(bare, 0.95):.0f} ms, ratio {ratio:.2f}",
                    flush=True,
                )
    finally:
        server.terminate()
        server.wait()


def _crowd(port: int, cookies: str, path: str, crowd: int, headers: dict[str, str] | None = None) -> list[float]:
    """Milliseconds of every answer, when a crowd of readers ask one after the other, all at once."""
    taken: list[float] = []
    expected = 304 if headers else 200

    def reader():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        for _ in range(max(REQUESTS // crowd, 3)):
            began = time.perf_counter()
            connection.request("GET", path, headers={"Cookie": cookies, **(headers or {})})
            answer = connection.getresponse()
            answer.read()
            if answer.status != expected:
                raise SystemExit(f"{path}: {answer.status}")
            taken.append((time.perf_counter() - began) * 1000)

    readers = [threading.Thread(target=reader) for _ in range(crowd)]
    for thread in readers:
        thread.start()
    for thread in readers:
        thread.join()
    return taken
