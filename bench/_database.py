"""A database of its own for a bench: made, handed out by its address, dropped."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit


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
