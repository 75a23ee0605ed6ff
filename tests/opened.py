"""A campaign that was opened once and whose rows are put back for every further test that asks for it.

Opening loads 311 regions and is done by most tests of the suite: the first one of a process does it by the service and
keeps what came into the tables; the others start from these rows.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.apps import apps
from django.db import connection, transaction

from config import clock
from core.regions.models import Region
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import open_campaign

#: By policy and instant: the key of the campaign, and what came into which table.
_opened: dict[tuple[str, datetime], tuple[int, dict]] = {}


def opened_campaign(policy_id: str) -> Campaign:
    """The campaign of a policy, just opened, in a database that knows no region yet; else by the service."""
    opening = policy_id, clock.now()
    if opening not in _opened:
        before = _filled(_tables())
        campaign = open_campaign(policy_id=policy_id)[0]
        if Region._meta.db_table not in before:
            _opened[opening] = campaign.pk, {table: _content(table) for table in _filled(_tables()) - before}
        return campaign
    key, contents = _opened[opening]
    if _filled(contents):
        return open_campaign(policy_id=policy_id)[0]
    with transaction.atomic(), connection.cursor() as cursor, _known_to_refer_rightly(cursor):
        for table, content in contents.items():
            _put_back(cursor, table, content)
    return Campaign.objects.select_related("county", "policy_version").get(pk=key)


def _tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_models() if model._meta.managed]


def _filled(tables: Iterable[str]) -> set[str]:
    """Those of the tables that have a row."""
    asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {table for (table,) in cursor.fetchall()}


def _content(table: str):
    """The rows of a table as its engine keeps them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                return b"".join(bytes(part) for part in copy)
        names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        as_kept = ", ".join(f'ifnull("{name}", NULL)' for name in names)  # not turned into dates by Django's reader
        return cursor.connection.execute(f'SELECT {as_kept} FROM "{table}" ORDER BY rowid').fetchall()


@contextmanager
def _known_to_refer_rightly(cursor) -> Iterator[None]:
    """Let PostgreSQL not ask of each of the rows whether what it refers to is there; that is a superuser's to say."""
    if connection.vendor != "postgresql" or connection.connection.info.parameter_status("is_superuser") != "on":
        yield
        return
    cursor.execute("SET LOCAL session_replication_role = replica")
    yield
    cursor.execute("SET LOCAL session_replication_role = origin")


def _put_back(cursor, table: str, content) -> None:
    if connection.vendor == "postgresql":
        with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
            copy.write(content)
    else:
        values = ", ".join(["?"] * len(content[0]))
        cursor.connection.executemany(f'INSERT INTO "{table}" VALUES ({values})', content)
