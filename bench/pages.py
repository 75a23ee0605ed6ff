"""Pages at 586,000 people: p95 as a ratio to a bare Django page behind the same server and login.

The demo county is filled up with residents and contributions to full size. The bare page goes through the same
middleware, session and user as the others and answers two letters.
"""

import http.client
import socket
import subprocess
import sys
import time

from bench._database import measure_apart

PEOPLE = 586_000
#: Characters of given names: as many different names as a county of this size has.
GIVEN = "".join(chr(code) for code in range(0x5200, 0x5200 + 80))
REQUESTS, WARM_UP = 200, 20
LIMIT = 3


def main() -> None:
    measure_apart("pages", clock="2024-09-27T14:00:00+08:00")


def measure() -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("build_demo")
    print(f"{connection.vendor}, residents: {_fill_up():,}", flush=True)
    _learn_names()
    port = _free_port()
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
        _wait(port)
        _measure(port)
    finally:
        server.terminate()
        server.wait()


def _learn_names() -> None:
    from django.db import connection

    from core.jobs import services as jobs
    from core.jobs.models import Job
    from residents.people.models import NamePart

    began = time.perf_counter()
    job = Job.objects.create(kind="names.learn", key="bench")
    jobs.run(job.pk)
    spent = time.perf_counter() - began
    job.refresh_from_db()
    print(f"{job.message}, {NamePart.objects.count():,} parts in {spent:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _fill_up() -> int:
    """Copies each village's households and residents, with new numbers and names, and paid for, until the county has
    its size."""
    from django.db import connection

    from collection.contributions.models import Contribution
    from residents.people.models import Household, Resident

    copies = PEOPLE // Resident.objects.count()
    second, third = (_given(f"id * {a} + n * {b}") for a, b in ((31, 17), (7, 131)))
    with connection.cursor() as cursor:
        _copy(cursor, Household, copies, {"id": "id + n * 100000", "number": "number || '-' || n"})
        _copy(
            cursor,
            Resident,
            copies,
            {
                "id": "id + n * 100000",
                "id_number": "substr(id_number, 1, 6) || (100000000000 + n * 100000 + id)",
                "household_id": "household_id + n * 100000",
                "name": f"substr(name, 1, 1) || {second} || {third}",
            },
        )
        _copy(
            cursor,
            Contribution,
            copies,
            {
                "id": "id + n * 100000",
                "resident_id": "resident_id + n * 100000",
                "receipt_id": "NULL",
                "ledger_row_id": "NULL",
            },
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return Resident.objects.count()


def _given(number: str) -> str:
    """SQL for one of the characters of given names."""
    return f"substr(CAST('{GIVEN}' AS text), CAST(({number}) % {len(GIVEN)} AS integer) + 1, 1)"


def _copy(cursor, model, copies: int, changed: dict[str, str]) -> None:
    columns = [field.column for field in model._meta.local_concrete_fields]
    values = ", ".join(changed.get(column, column) for column in columns)
    cursor.execute(
        f"WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {copies}) "
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {values} FROM {model._meta.db_table}, copies"
    )


def _measure(port: int) -> None:
    from django.urls import reverse

    from core.accounts.models import User
    from reporting.rankings.models import Ranking
    from residents.people.models import Resident

    helper = User.objects.get(username="cun")
    person = Resident.objects.filter(village=helper.region_id).order_by("pk").first()
    ranking = Ranking.objects.order_by("-as_of").first()
    county = helper.region_id[:6]
    pages = [
        ("village page", "cun", reverse("village", args=[helper.region_id])),
        ("ledger upload page", "cun", reverse("ledger_upload", args=[helper.region_id])),
        ("resident by number", "yibao", f"{reverse('resident_list')}?q={person.id_number}"),
        ("resident by name prefix", "yibao", f"{reverse('resident_list')}?q={person.name[:2]}"),
        ("published ranking", "lingdao", reverse("ranking", args=[ranking.pk])),
        ("surface, county", "yibao", reverse("progress", args=[county])),
        ("surface, leader", "lingdao", reverse("leader")),
        ("surface, late villages", "lingdao", f"{reverse('leader')}?risk=late"),
        ("surface, township", "yibao", reverse("progress", args=[helper.region_id[:9]])),
        ("surface, village", "yibao", reverse("progress", args=[helper.region_id])),
        ("surface, village, leader", "lingdao", reverse("progress", args=[helper.region_id])),
        ("household, leader", "lingdao", reverse("progress_household", args=[helper.region_id, person.household_id])),
        ("first page, bureau", "yibao", reverse("home")),
        ("first page, bureau, anew", "yibao", "/anew/home/"),
        ("first page, leader, anew", "lingdao", "/anew/home/"),
        ("not posted", "yibao", reverse("stuck_people")),
    ]
    pages += [
        (f"find: {label}", username, f"{reverse('find')}?find={text}")
        for username, label, text in (
            ("yibao", "part of a name", person.name[1:]),
            ("yibao", "pinyin", "wang"),
            ("yibao", "initials", "wxm"),
            ("yibao", "surname", person.name[:1]),
            ("yibao", "nobody", "没有"),
            ("yibao", "last four", person.id_number[-4:]),
            ("cun", "village, pinyin", "li"),
        )
    ]
    sessions = {name: _log_in(name) for name in ("cun", "yibao", "lingdao")}
    print(f"{'page':<26}{'queries':>8}{'p50 ms':>9}{'p95 ms':>9}{'bare p95':>10}{'ratio':>7}")
    for label, username, path in pages:
        path = _under_a_token(sessions[username], path)
        mine, bare = _in_turn(port, sessions[username], path, "/bare/")
        ratio = _p(mine, 0.95) / _p(bare, 0.95)
        figures = f"{_p(mine, 0.5):>9.1f}{_p(mine, 0.95):>9.1f}{_p(bare, 0.95):>10.1f}{ratio:>7.2f}"
        print(
            f"{label:<26}{_queries(sessions[username], path):>8}{figures}{'' if ratio <= LIMIT else f'  above {LIMIT}'}"
        )


def _under_a_token(session: str, path: str) -> str:
    """The address to which a search leads: what was typed is kept in the session."""
    from django.test import Client

    client = Client()
    client.cookies["sessionid"] = session
    answer = client.get(path)
    return answer.url if answer.status_code == 302 else path


def _in_turn(port, session, path, bare) -> tuple[list[float], list[float]]:
    """The two pages in turn, so that a noisy moment meets both; milliseconds, warm-up left out."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken = {path: [], bare: []}
    for turn in range(REQUESTS + WARM_UP):
        for address in (path, bare):
            began = time.perf_counter()
            connection.request("GET", _quoted(address), headers={"Cookie": f"sessionid={session}"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise SystemExit(f"{address}: {answer.status} {body[:200]!r}")
            if turn >= WARM_UP:
                taken[address].append((time.perf_counter() - began) * 1000)
    return taken[path], taken[bare]


def _queries(session: str, path: str) -> int:
    """The statements of a page when it is asked for again."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    import bench._server  # noqa: F401 — the site with /bare/ and /anew/

    client = Client()
    client.cookies["sessionid"] = session
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def _log_in(username: str) -> str:
    from django.test import Client

    from core.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(username=username))
    return client.cookies["sessionid"].value


def _quoted(address: str) -> str:
    from urllib.parse import quote

    return quote(address, safe="/?=&")


def _p(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")
