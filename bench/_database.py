"""A database of its own for a bench: made, handed out by its address, dropped."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit


def measure_apart(name: str, *, clock: str, **variables: str) -> None:
    """Runs `bench.<name>.measure()` in a process of its own, for Django settles on one database when it starts.

    The database is new and migrated; `clock` is the ISO instant of the business clock, `variables` go into the
    environment.
    """
    with tempfile.TemporaryDirectory() as folder, own_database(f"bench_{name}", folder) as url:
        Path(folder, "clock").write_text(clock)
        environment = {
            **os.environ,
            **variables,
            "DATA_DIR": folder,
            "DATABASE_URL": url,
            "BUSINESS_CLOCK": f"{folder}/clock",
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, check=True)
        command = f"from bench import _django, {name}; _django.setup(); {name}.measure()"
        subprocess.run([sys.executable, "-c", command], env=environment, check=True)


@contextmanager
def own_database(name: str, folder: str) -> Iterator[str]:
    """The address of a new, empty database: on the server of BENCH_DATABASE_URL if set, else an SQLite file."""
    if not (url := os.environ.get("BENCH_DATABASE_URL")):
        yield f"sqlite:///{folder}/{name}.sqlite3"
        return
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    _on_server(url, drop, f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        _on_server(url, drop)


def _on_server(url: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
