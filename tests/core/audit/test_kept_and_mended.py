"""What is kept and mended: never while somebody of this database may hold a smaller number, whatever others do."""

from contextlib import contextmanager

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection

from core.audit.changes import kept_and_mended
from core.audit.models import Event
from core.audit.services import record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
HERE, ELSEWHERE = "here", "postgres"
READ_NO_EVENT = "SELECT pg_current_xact_id()"
WROTE_AN_EVENT = f"{READ_NO_EVENT}; LOCK TABLE {Event._meta.db_table} IN ROW EXCLUSIVE MODE"


@contextmanager
def transaction_of(database: str, does: str):
    """Another transaction, with a number of its own, that is under way; an INSERT takes the same lock."""
    to = connection.settings_dict
    known = {"host": to["HOST"], "port": to["PORT"], "user": to["USER"], "password": to["PASSWORD"]}
    given = {key: value for key, value in known.items() if value}
    with psycopg.connect(dbname=to["NAME"] if database == HERE else database, **given) as other:
        other.execute(does)
        yield


@pytest.fixture
def times_made():
    """How often the value is made when it is asked for twice, after an event of somebody who has ended."""
    cache.clear()
    record("test.change", actor=None, summary="改动")

    def ask() -> int:
        made: list[int] = []
        for _ in range(2):
            assert kept_and_mended("test", lambda: made.append(1) or "found", lambda kept, changes: kept) == "found"
        return len(made)

    return ask


@pytest.mark.parametrize(
    ("database", "does", "times"),
    [(ELSEWHERE, READ_NO_EVENT, 1), (HERE, READ_NO_EVENT, 1), (HERE, WROTE_AN_EVENT, 2)],
)
def test_nothing_is_kept_while_somebody_here_holds_a_number(times_made, database, does, times):
    with transaction_of(database, does):
        assert times_made() == times
    assert times_made() == times - 1, "kept once they have ended"


def test_one_here_among_others(times_made):
    with (
        transaction_of(ELSEWHERE, READ_NO_EVENT),
        transaction_of(HERE, WROTE_AN_EVENT),
        transaction_of(HERE, "SELECT 1"),
    ):
        assert times_made() == 2
