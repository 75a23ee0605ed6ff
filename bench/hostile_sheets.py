"""Hostile spreadsheets through every kind of list: no traceback, nothing over its time or memory, nothing stuck.

HOSTILE_SHEETS mutations (2,000 if not set) by HOSTILE_WORKERS processes (2): bytes flipped or cut, cells of a list of
nasties, merged ranges, hidden rows, huge dimensions, in xlsx, ods, csv and what installed programs bring along. The
same HOSTILE_SEED (0) makes the same files. Each goes through the dry run of one kind of list.

HOSTILE_FOLDER=… tries instead every file of a folder, each through the dry runs of all kinds; the files of public
archives of bug reports are kept outside the repository. HOSTILE_JOURNAL=… names a file to which each tried file is
written with what came of it and its dearest kind, so that a later run goes on where one stopped after HOSTILE_SECONDS;
a furnished database that lies beside it as ….sqlite3 is taken. A file is read once and what it gave is
handed to every kind, for the reading itself knows no kinds; one that any set of limits could make read otherwise is
read once for each set. The reading processes are forked from one that stands ready (tests/forked_reader.py). Each
file is tried as it is, and once more with the headings of the kind put above each sheet, as no public file has them:
then what stands in it is read as people and money.

Each process has an SQLite database of its own with a county that has all of it: an offer of accident cover, a unit, a
year in preparation.
"""

import datetime
import functools
import gc
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import _spoilt
from bench._database import own_database
from core.tables import reader
from employees.units.credit_code import check_character
from tests import forked_reader

ROOT = Path(__file__).resolve().parents[1]
MUTATIONS, WORKERS = int(os.environ.get("HOSTILE_SHEETS", "2000")), int(os.environ.get("HOSTILE_WORKERS", "2"))
SEED = int(os.environ.get("HOSTILE_SEED", "0"))
FOLDER, JOURNAL = os.environ.get("HOSTILE_FOLDER", ""), os.environ.get("HOSTILE_JOURNAL", "")
SECONDS = float(os.environ.get("HOSTILE_SECONDS", "1e9"))
#: The furnished database of a run that goes on later; SQLite only.
KEPT = Path(f"{JOURNAL}.sqlite3") if JOURNAL else None
MOST_SECONDS, STUCK_SECONDS, MOST_BYTES = 20, 120, 1 << 30
#: Rows of one file that are kept to be handed to every kind; a longer one is read for each.
MOST_ROWS_KEPT = 60_000
#: Up to this row a sheet comes in rows and in one piece, whoever asks (core/tables/formats).
ROWS_BEFORE_BLOCKS = 500
POLICY, VILLAGE, CATEGORY = "411325-2025", "411325101200", "低保对象"
UNIT = "91411323MA0000001" + check_character("91411323MA0000001")
#: Counties whose notices speak of what 内乡's does not.
OF_OTHERS = {"accident": "140521-2026", **dict.fromkeys(("unit", "months", "payments", "pensions"), "411323-2026")}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.hostile_sheets", folder]
        running = [subprocess.Popen([*command, str(n)], cwd=ROOT) for n in range(WORKERS)]
        for worker in running:
            worker.wait()
        results = [json.loads(path.read_text()) for path in Path(folder).glob("result-*.json")]
    _print(results)
    if len(results) < WORKERS or any(r["failures"] for r in results):
        raise SystemExit("a file got through: see above")


def _print(results: list[dict[str, Any]]) -> None:
    outcomes = sum((Counter(r["outcomes"]) for r in results), Counter())
    seed = "" if FOLDER else f" of seed {SEED}"
    print(f"{sum(r['done'] for r in results)} files{seed}: " + ", ".join(f"{k} {v}" for k, v in outcomes.most_common()))
    slowest = max(results, key=lambda r: r["slowest"][0])["slowest"]
    memory = [max(r[key] for r in results) >> 20 for key in ("memory", "child_memory")]
    print(f"slowest {slowest[0]:.1f} s of processor time ({slowest[1]})")
    print(f"most memory: asking process {memory[0]} MB, reading {memory[1]} MB")
    for result in results:
        for failure in result["failures"]:
            print(failure)


def measure(number: int, folder: Path) -> None:
    """Try this process's share on a database of its own and leave the figures in `folder`."""
    from django.core.management import call_command

    if not (KEPT and KEPT.exists()):
        call_command("migrate", verbosity=0)
        _furnish()
    random.seed(number)
    signal.signal(signal.SIGALRM, _stuck)
    result: dict[str, Any] = {"done": 0, "outcomes": Counter(), "slowest": (0.0, ""), "failures": []}
    if FOLDER:
        reader._start = forked_reader.start
        _remember()
        _try_folder(result, number)
    else:
        _try_mutations(result, number, folder)
    result["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    result["child_memory"] = max(children, forked_reader.spent["memory"]) << 10
    for key in ("memory", "child_memory"):
        if result[key] > MOST_BYTES:
            result["failures"].append(f"worker {number}: {key} {result[key] >> 20} MB")
    (folder / f"result-{number}.json").write_text(json.dumps(result))


def _furnish() -> None:
    """Open three counties' campaigns, with what the kinds of lists ask for."""
    from decimal import Decimal

    from collection.accident.services import set_offer
    from config import clock
    from core.access.roles import Role
    from core.accounts.models import User
    from core.regions.models import Region
    from employees.units.services import register_unit
    from subsidies.campaigns.models import PolicyProposal
    from subsidies.campaigns.services import open_campaign

    campaigns = {policy: open_campaign(policy_id=policy)[0] for policy in {POLICY, *OF_OTHERS.values()}}
    officers = {
        policy: User.objects.create(username=policy, role=Role.COUNTY, region=campaign.county)
        for policy, campaign in campaigns.items()
    }
    insured, employees = OF_OTHERS["accident"], OF_OTHERS["unit"]
    facts = {"insurer": "样例保险公司", "premium": Decimal(50), "document": "承保方案"}
    set_offer(campaign=campaigns[insured], **facts, actor=officers[insured])
    register_unit(
        kind="enterprise",
        credit_code=UNIT,
        name="样例厂",
        township=Region.objects.filter(parent_id=employees[:6]).order_by("code")[0],
        registered_on=datetime.date(2024, 1, 2),
        actor=officers[employees],
    )
    officer, now = officers[POLICY], clock.now()
    PolicyProposal.objects.create(
        county=campaigns[POLICY].county,
        year=2026,
        name="2026年度开征",
        text=campaigns[POLICY].policy_version.text,
        created_by=officer,
        created_at=now,
        changed_by=officer,
        changed_at=now,
    )


def _try_mutations(result: dict[str, Any], number: int, folder: Path) -> None:
    count = MUTATIONS // WORKERS + (number < MUTATIONS % WORKERS)
    maker = multiprocessing.get_context("spawn").Pool(1)  # apart, for making a file takes more memory than reading it
    for turn in range(count):
        kind = _spoilt.KINDS[turn % len(_spoilt.KINDS)]
        dice = random.Random((SEED + number) * 1_000_003 + turn)  # noqa: S311 the same files each time
        name, content = maker.apply(_spoilt.make, (kind, dice))
        path = folder / f"{number}-{name}"
        path.write_bytes(content)
        _try(result, kind, name, path, f"{number}/{turn}")
        path.unlink()
        result["done"] += 1
    maker.terminate()


def _try_folder(result: dict[str, Any], number: int) -> None:
    """Try this process's share of the files of a folder, each through every kind; those in the journal are done."""
    journal = Path(f"{JOURNAL}.{number}") if JOURNAL else None
    done = {line.split("\t")[0] for line in journal.read_text().splitlines()} if journal and journal.exists() else set()
    ends = time.monotonic() + SECONDS
    for path in sorted(path for path in Path(FOLDER).rglob("*") if path.is_file())[number::WORKERS]:
        if str(path) in done:
            continue
        if time.monotonic() > ends:
            break
        before, failed = Counter(result["outcomes"]), len(result["failures"])
        result["slowest_of_file"] = (0.0, "")
        with _read_once() as reading:
            reading.read_whole(path)
            for kind in _spoilt.KINDS:
                for titles in ([], _spoilt.TITLES[kind]):
                    reading.titles = titles
                    _try(result, kind, path.name, path, str(path))
        result["done"] += 1
        if journal:
            outcomes = dict(result["outcomes"] - before)
            told = str(path), json.dumps(outcomes), *result["slowest_of_file"], *result["failures"][failed:]
            with journal.open("a") as log:
                log.write("\t".join(str(one).replace("\n", " ") for one in told) + "\n")


def _remember() -> None:
    """Keep what no file changes: what words mean as headings and names, and what the county has. Nineteen kinds ask
    the same of each cell, and all files the same of the county.
    """
    from core.regions import names, selectors
    from core.tables import headings
    from employees import rules
    from subsidies.campaigns import selectors as campaigns
    from subsidies.openings import selectors as openings

    for function in (
        headings.plain, headings._rank, names.official_kind, names.short_region_name, selectors.asked_region,
        selectors.region_names, campaigns.asked_campaign, openings.standing_villages, rules.policy_for,
    ):  # fmt: skip
        kept = functools.lru_cache(maxsize=50_000, typed=True)(function)
        for module in list(sys.modules.values()):
            if vars(module).get(function.__name__) is function:
                setattr(module, function.__name__, kept)
    gc.freeze()


class _read_once:  # noqa: N801 used as a context
    """Within it a file is read once for each set of limits, and what came is handed to whoever asks again."""

    def __enter__(self) -> "_read_once":
        from core.tables import reader

        self.stream, self.read, self.kept, self.titles = reader.stream, reader.read, {}, []
        self.whole: Any = None
        reader.stream, reader.read = self._stream, self._read
        return self

    def read_whole(self, path: Path) -> None:
        """Read it within the narrowest limits; keep what came if every other reading must give the same."""
        from core.tables import reader

        try:
            book = self.read(path)
        except reader.SheetError as refused:
            self.whole = (None, refused) if refused.code != reader.TOO_LARGE else None
            return
        least = min(reader.COUNTY_REGISTER.columns, reader.VILLAGE_LEDGER.columns)
        rows = [row for sheet in book.sheets for row in sheet.rows]
        if all(number <= ROWS_BEFORE_BLOCKS and len(cells) <= least for number, cells in rows):
            self.whole = book, None

    def _below_headings(self, piece: Any, begun: list[Any]) -> Any:
        """The piece, and where it is the first of its sheet with rows, the headings of the kind above it."""
        if not self.titles or not piece.rows or any(piece.merged is merged for merged in begun):
            return replace(piece)
        begun.append(piece.merged)
        return replace(piece, rows=[(0, list(self.titles)), *piece.rows])

    def __exit__(self, *_: object) -> None:
        from core.tables import reader

        reader.stream, reader.read = self.stream, self.read

    def _stream(self, path: object, **options: Any) -> Iterator[Any]:
        from core.tables import reader

        key, begun = ("stream", *sorted(options.items())), []
        if self.whole:
            book, error = self.whole
            pieces = [piece for sheet in book.sheets for piece in _in_pieces(sheet)] if book else []
        elif key in self.kept:
            pieces, error = self.kept[key]
        else:
            pieces, error, rows = [], None, 0
            try:
                for piece in self.stream(path, **options):
                    rows += len(piece.rows) + (len(piece.block) if piece.block else 0)
                    if rows <= MOST_ROWS_KEPT:
                        pieces.append(replace(piece))
                    yield self._below_headings(piece, begun)
            except reader.SheetError as refused:
                error = refused
            if rows <= MOST_ROWS_KEPT:
                self.kept[key] = pieces, error
            if error:
                raise error
            return
        yield from (self._below_headings(piece, begun) for piece in pieces)
        if error:
            raise error

    def _read(self, path: object, **options: Any) -> Any:
        from core.tables import reader

        key = ("read", *sorted(options.items()))
        if self.whole:
            self.kept[key] = self.whole
        if key not in self.kept:
            try:
                self.kept[key] = self.read(path, **options), None
            except reader.SheetError as refused:
                self.kept[key] = None, refused
        book, error = self.kept[key]
        if error:
            raise error
        return replace(book, sheets=[self._below_headings(sheet, []) for sheet in book.sheets])


def _in_pieces(sheet: Any) -> Iterator[Any]:
    """A sheet as `stream` gives it."""
    yield replace(sheet, rows=[])
    if sheet.rows:
        yield sheet


def _try(result: dict[str, Any], kind: str, name: str, path: Path, turn: str) -> None:
    from config import clock
    from core.tables.dry_run import Question
    from core.uploads.checks import all_checks

    policy, category = OF_OTHERS.get(kind, POLICY), CATEGORY if kind == "roster" else ""
    village = VILLAGE if kind in ("ledger", "books") else ""
    day, full = clock.today(), turn.endswith("7")
    question = Question(path, day, policy[:6], village, policy, category, full, UNIT)
    started = _processor_seconds()
    signal.alarm(STUCK_SECONDS)
    try:
        answer = all_checks()[kind](question).as_dict()
        json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
        outcome = "refused" if answer["file_error"] else "read"
    except Exception:
        outcome = "failed"
        result["failures"].append(f"{turn} {kind} {name}\n{traceback.format_exc()[-1500:]}")
    finally:
        signal.alarm(0)
    seconds = _processor_seconds() - started
    if seconds > MOST_SECONDS:
        result["failures"].append(f"{turn} {kind} {name}: {seconds:.1f} s")
    result["outcomes"][outcome] += 1
    result["slowest_of_file"] = max(result.get("slowest_of_file", (0.0, "")), (seconds, kind))
    result["slowest"] = max(result["slowest"], (seconds, f"{turn} {kind} {name}"))


def _processor_seconds() -> float:
    """What this process and those it has waited for have used: a busy machine makes no file slow."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used) + forked_reader.spent["seconds"]


def _stuck(*_: object) -> None:
    raise TimeoutError(f"nothing came for {STUCK_SECONDS} s")


if __name__ == "__main__":
    folder, number = Path(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as own, own_database(f"bench_hostile_{number}", own) as url:
        Path(own, "clock").write_text("2024-10-25T11:00:00+08:00")
        if KEPT and KEPT.exists():
            shutil.copy(KEPT, url.removeprefix("sqlite:///"))
        os.environ |= {"DATA_DIR": own, "DATABASE_URL": url, "BUSINESS_CLOCK": f"{own}/clock"}
        from bench import _django

        _django.setup()
        measure(number, folder)
