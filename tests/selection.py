"""Which tests of the suite a run takes, and what it says of those that it left out (pytest loads this by -p).

Every test runs somewhere; left out is only what another pass of the same `make test` shows, and the last lines of a run
say how many that were. It is not a skip: NO_SKIP counts what a test itself refuses to do.
"""

from collections import Counter
from importlib.util import find_spec

import pytest

from tests.slow import function_of, listed

#: Fixtures of pytest-django that open the database; without one of them or the mark `django_db` it refuses any query.
OPENS_DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "django_db_setup", "live_server"}
#: What `--fast` (make test FAST=1) leaves out.
LEFT_OUT_WHEN_FAST = ("browser", "slow")
NO_DATABASE = "touch no database, so that no engine can change what they show: they ran in the pass before this one"
#: How many of the slowest tests begin a run; the others come in a random order.
FIRST = 20
LEFT_OUT = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser):
    parser.addoption("--fast", action="store_true", help="leave out what is marked browser or slow, and say how much")
    parser.addoption(
        "--second-engine",
        action="store_true",
        help="leave out what touches no database, and say how much: another pass of the suite has run it",
    )


def uses_database(item: pytest.Item) -> bool:
    """Whether the test can reach the database of the run, by what it declares."""
    return item.get_closest_marker("django_db") is not None or not OPENS_DATABASE.isdisjoint(item.fixturenames)


def pytest_collection_modifyitems(config, items):
    """Tests of one engine's own behaviour run where that engine is; the other run does not count them as skipped."""
    from django.db import connection

    elsewhere = {"sqlite": "postgres", "postgresql": "sqlite"}[connection.vendor]
    _leave_out(config, items, f"are marked {elsewhere}", lambda item: item.get_closest_marker(elsewhere))
    if find_spec("rapidocr_onnxruntime") is None:
        _leave_out(config, items, "need requirements-ocr.txt", lambda item: item.get_closest_marker("ocr"))
    if config.getoption("second_engine"):
        _leave_out(config, items, NO_DATABASE, lambda item: not uses_database(item))
    if config.getoption("fast"):
        slow = set(listed())
        for item in items:
            if function_of(item.nodeid) in slow:
                item.add_marker("slow")
        for marker in LEFT_OUT_WHEN_FAST:
            _leave_out(config, items, f"are marked {marker}", lambda item, it=marker: item.get_closest_marker(it))
    # The slowest begin: what is slow and comes last keeps one core busy while the other has nothing left to do.
    order = {name: place for place, name in enumerate(listed()[:FIRST])}
    items.sort(key=lambda item: order.get(function_of(item.nodeid), FIRST))


def _leave_out(config, items, why: str, is_left_out) -> None:
    """Take these tests out of the run, and count them under why."""
    gone = [item for item in items if is_left_out(item)]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if not is_left_out(item)]
        config.stash.setdefault(LEFT_OUT, Counter())[why] += len(gone)


def pytest_sessionfinish(session):
    """Every process of a parallel run selects the same tests; each tells the first process what it left out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(session.config.stash.get(LEFT_OUT, Counter()))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """The first process hears what the others left out (the hook is xdist's own)."""
    node.config.stash[LEFT_OUT] = Counter(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter, config):
    """What was left out and why; a fast run says that it was one: it is no reason to release."""
    for why, count in config.stash.get(LEFT_OUT, Counter()).items():
        terminalreporter.write_line(f"left out: {count} tests that {why}")
    if config.getoption("fast"):
        terminalreporter.write_line(
            "FAST: left out what drives a browser, what tests/slow.txt names, and all of PostgreSQL and Redis. "
            "`make test` runs them."
        )
