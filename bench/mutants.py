"""python -m bench.mutants [MODULE ...]: rules that decide money, changed in one place at a time; would a test notice?

For each place in a module (a comparison, a bound, an operator, a constant, a text, a condition, a call, a return) the
tests that reach it run with that place changed. One should fail. The score is the share that did. What no test
can notice stands in EQUAL, with the reason, and is not counted.

A change inside a function replaces the code of that function in a fork of a process that has everything loaded; for a
change elsewhere the fork loads the module again, and what then passes is tried in a new process. `--list` shows the
places, `-v` every verdict.
"""

import argparse
import ast
import functools
import gc
import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
import types
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import coverage
import django
from django.db import connections

from bench.mutations import ROOT, Instead, Mutant, mutants, reload, replace_code

#: What is tried, by the name it is called by: the modules and the tests that are to notice.
SUBJECTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "quote": (("subsidies/quotes/quote.py",), ("tests/subsidies/quotes", "tests/test_rules.py")),
    "benefits": (("subsidies/quotes/benefits.py",), ("tests/subsidies/quotes", "tests/test_rules.py")),
    "duties": (("collection/duties/rules.py",), ("tests/collection/duties",)),
    "rank": (("reporting/rankings/rank.py",), ("tests/reporting/rankings/test_rank.py",)),
    "id_numbers": (("residents/people/id_numbers.py",), ("tests/residents/people/test_id_numbers.py",)),
    "money": (
        ("collection/money/rules.py", "collection/money/services.py"),
        ("tests/collection/money", "tests/collection/cash/test_deposits.py", "tests/collection/contributions"),
    ),
    "three_way_check": (("collection/declarations/three_way_check.py",), ("tests/collection/declarations",)),
}
#: Changes that alter nothing anybody can see: (module, function, what it was, what it became) → why.
EQUAL: dict[tuple[str, str, str, str], str] = {
    (
        "subsidies/quotes/quote.py",
        "quote()",
        "no_fee or category.subsidy is None",
        "no_fee and category.subsidy is None",
    ): "no county with a free year of birth subsidises ordinary people; a chosen category has an amount",
    (
        "subsidies/quotes/quote.py",
        "_choose_category()",
        "0",
        "1",
    ): "subsidies are nothing or at least ten yuan: one yuan more for nothing changes no order",
    (
        "collection/duties/rules.py",
        "pass_days()",
        "until <= position.reached",
        "until < position.reached",
    ): "what falls due up to the day that was reached has fallen due: passing no day makes an equal position",
}

PYTEST = ["-x", "-q", "-s", "--no-header", "--no-summary", "--tb=no", "--reuse-db"]
PYTEST += [f"-pno:{plugin}" for plugin in ("randomly", "cacheprovider", "xdist", "terminalreporter")]
APPS = ("config", "core", "residents", "subsidies", "collection", "employees", "reporting", "demo")
#: The status of a fork that cannot try a mutant: a new process must.
ELSEWHERE = 99


def run_tests(tests: tuple[str, ...], plugin: object = None) -> int:
    import pytest

    return int(pytest.main([*PYTEST, *tests], plugins=[plugin] if plugin else []))


def _forget() -> None:
    """Empty what functions of the product keep of their answers, so that each test asks them itself."""
    for kept in gc.get_objects():
        if type(kept) is functools._lru_cache_wrapper and kept.__module__.partition(".")[0] in APPS:
            kept.cache_clear()


class Workshop:
    """A pytest that has collected the tests and run them once, and forks of it that each try one mutant.

    The first run tells which test reaches which line and how long it takes. A mutant is shown to the tests that reach
    it, the quickest first, until one fails; what none of them reaches, none can notice.
    """

    def __init__(self, subject: str, verbose: bool):
        self.subject, (self.paths, self.tests) = subject, SUBJECTS[subject]
        self.verbose, self.noticed, self.tried = verbose, 0, 0
        self.database = Path(os.environ["DATA_DIR"]) / "test.sqlite3"
        self.pristine = self.database.with_suffix(".pristine")
        self.seconds: Counter[str] = Counter()
        self.failed: list[str] = []
        self.reloads: dict[str, bool] = {}

    def pytest_runtest_logreport(self, report) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_runtestloop(self, session) -> bool:
        gc.unfreeze()  # what the tests set aside holds the answers to be emptied
        self.items = {item.nodeid: item for item in session.items}
        #: Stands for the next test while only what the whole session needs is to stay.
        self.between = types.SimpleNamespace(listchain=lambda: [session])
        self.reached = self._run_once()
        if self.failed:
            sys.exit(f"{self.subject}: the tests fail on the code as it is: {self.failed}")
        connections.close_all()
        if self.database.exists():
            shutil.copy(self.database, self.pristine)
        for path in self.paths:
            for number, mutant in enumerate(mutants(path)):
                if (mutant.path, mutant.function, mutant.before, mutant.after) not in EQUAL:
                    self._judge(mutant, number)
        return True

    def _run_once(self) -> dict[str, dict[int, list[str]]]:
        """Run every test; of each module, which tests reach each line."""
        tracer = coverage.Coverage(data_file=None, config_file=False, include=[str(ROOT / path) for path in self.paths])
        tracer.start()
        for nodeid, item in self.items.items():
            _forget()
            tracer.switch_context(nodeid)
            self._run(item)
        tracer.stop()
        data = tracer.get_data()
        return {path: data.contexts_by_lineno(str(ROOT / path)) for path in self.paths}

    def _run(self, item) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=self.between)

    def _judge(self, mutant: Mutant, number: int) -> None:
        survived = self._survives(mutant, number)
        self.tried, self.noticed = self.tried + 1, self.noticed + (not survived)
        if survived or self.verbose:
            print(f"{'survived' if survived else 'noticed '}  {mutant}", flush=True)

    def _survives(self, mutant: Mutant, number: int) -> bool:
        lines = self.reached[mutant.path]
        nodeids = {nodeid for line in mutant.lines for nodeid in lines.get(line, ()) if nodeid}
        status = ELSEWHERE
        if mutant.function:
            status = self._in_a_fork(lambda: replace_code(mutant), nodeids)
        if status == ELSEWHERE and self._can_reload(mutant.path):
            status = (
                self._in_a_fork(lambda: reload(mutant), set(self.items)) or ELSEWHERE
            )  # a new process has the last word
        if status == ELSEWHERE:
            command = [sys.executable, "-m", "bench.mutants", "--one", f"{self.subject}:{mutant.path}:{number}"]
            patience = 60 + 4 * self.seconds.total()
            try:
                done = subprocess.run(
                    command,
                    cwd=ROOT,
                    timeout=patience,
                    check=False,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                status = done.returncode
            except subprocess.TimeoutExpired:
                status = 1
        return status == 0

    def _can_reload(self, path: str) -> bool:
        """Whether the tests pass after the module is loaded once more as it is."""
        if path not in self.reloads:
            same = Mutant(path, 0, "", "", "", range(0), ast.parse((ROOT / path).read_text()))
            self.reloads[path] = self._in_a_fork(lambda: reload(same), set(self.items)) == 0
        return self.reloads[path]

    def _in_a_fork(self, put_in_place: Callable[[], bool], nodeids: set[str]) -> int:
        """0 where these tests pass what was put in place, 1 where one fails or hangs; ELSEWHERE if impossible."""
        tests = sorted(nodeids, key=self.seconds.__getitem__)
        if self.pristine.exists():
            for leftover in self.database.parent.glob(f"{self.database.name}*"):
                leftover.unlink()
            shutil.copy(self.pristine, self.database)
        child = os.fork()
        if child == 0:
            os.setsid()
            status = 1
            try:
                status = self._try(put_in_place, tests)
            finally:
                os._exit(status)
        end = time.monotonic() + 30 + 4 * sum(self.seconds[nodeid] for nodeid in tests)
        while time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return 1

    def _try(self, put_in_place: Callable[[], bool], tests: list[str]) -> int:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        if not put_in_place():
            return ELSEWHERE
        _forget()
        for nodeid in tests:
            self._run(self.items[nodeid])
            if self.failed:
                return 1
        return 0


def measure(subject: str, verbose: bool) -> tuple[int, int]:
    """(noticed, tried) of one subject; prints the survivors."""
    workshop = Workshop(subject, verbose)
    run_tests(SUBJECTS[subject][1], workshop)
    return workshop.noticed, workshop.tried


def try_one(which: str) -> int:
    """A new process for one mutant, loaded in place of the module."""
    subject, path, number = which.split(":")
    sys.meta_path.insert(0, Instead(mutants(path)[int(number)]))
    return run_tests(SUBJECTS[subject][1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], metavar="MODULE", help=", ".join(SUBJECTS))
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        sys.exit(try_one(asked.one))
    subjects = asked.subjects or list(SUBJECTS)
    if asked.list:
        for subject in subjects:
            for path in SUBJECTS[subject][0]:
                print(*mutants(path), sep="\n")
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("HYPOTHESIS_PROFILE", "mutants")
    importlib.import_module("tests.environment")  # says where everything is, before the settings are read
    django.setup()
    for name in ("pytest", "pytest_django.plugin", "hypothesis", "freezegun", "openpyxl", "xlsxwriter", "docx"):
        importlib.import_module(name)  # once, for all forks
    scores = {subject: measure(subject, asked.verbose) for subject in subjects}
    print()
    for subject, (noticed, tried) in scores.items():
        print(f"{subject:16} {noticed:4} of {tried:4}  {100 * noticed / tried:5.1f} %")


if __name__ == "__main__":
    main()
