"""Which tests are slow: measured by `make slow`, kept in tests/slow.txt, left out by `make test FAST=1`.

The slowest tests are taken until what is left fits into a minute of two cores; a test with parameters counts as one.
"""

from collections import Counter
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("slow.txt")
#: Seconds that the tests of a fast run may take together: a minute on two cores, less what starting takes.
BUDGET = 80.0
#: What is quicker than this is not worth leaving out.
QUICK = 0.1
HEAD = "# Written by `make slow`: the slowest tests, the slowest first. `make test FAST=1` leaves them out.\n"


def function_of(nodeid: str) -> str:
    """A test's id without its parameters."""
    return nodeid.partition("[")[0]


def listed() -> list[str]:
    """The tests that were slow when last measured, the slowest first."""
    lines = LIST.read_text().splitlines() if LIST.exists() else []
    return [line for line in lines if line and not line.startswith("#")]


def too_slow(seconds: Counter[str], budget: float = BUDGET) -> list[str]:
    """The slowest tests, as many as must go so that the others fit into the budget."""
    left, gone = sum(seconds.values()), []
    for name, taken in seconds.most_common():
        if left <= budget or taken < QUICK:
            break
        left -= taken
        gone.append(name)
    return gone


class Stopwatch:
    """Adds up what each test took, setup and teardown included; in a parallel run the first process hears of all."""

    def __init__(self):
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report):
        self.seconds[function_of(report.nodeid)] += report.duration

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session):
        if not hasattr(session.config, "workerinput"):
            LIST.write_text(HEAD + "".join(f"{name}\n" for name in too_slow(self.seconds)))


def pytest_addoption(parser):
    parser.addoption("--write-slow", action="store_true", help="measure, and write tests/slow.txt")


def pytest_configure(config):
    if config.getoption("write_slow"):
        config.pluginmanager.register(Stopwatch())
