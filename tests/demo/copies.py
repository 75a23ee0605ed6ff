"""The smallest demo county, built once for each state of the product's code and copied by every test that needs it.

Only on SQLite: a copy is a file. It lies in the system's temporary folder, named by what all the code, policies and
villages of the product say; a run that finds it being built waits for it.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from demo.counties import demo_county
from tests.migrated import ROOT, alone, migrated_file, sweep

APPS = ("config", "core", "residents", "subsidies", "collection", "employees", "reporting", "demo")


def put_in_place(county: str = "内乡县") -> None:
    """Let the test's empty database, uploads and business clock be those of this county's demo."""
    demo = _built(county)
    connection.ensure_connection()
    source = sqlite3.connect(demo / "db.sqlite3")
    source.backup(connection.connection)
    source.close()
    shutil.copytree(demo / "uploads", settings.DATA_DIR / "uploads", dirs_exist_ok=True)
    shutil.copyfile(demo / "clock", settings.BUSINESS_CLOCK)


def _built(county: str) -> Path:
    code = demo_county(county).code
    done = Path(tempfile.gettempdir()) / f"county-demo-{code}-{_key()}"
    if done.exists():
        done.touch()
        return done
    with alone("demo"):
        if not done.exists():
            making = done.with_suffix(f".{os.getpid()}")
            making.mkdir()
            shutil.copyfile(migrated_file(), making / "db.sqlite3")
            subprocess.run(
                [sys.executable, "manage.py", "build_demo", "--size", "tiny", "--county", code],
                cwd=ROOT,
                env={
                    **os.environ,
                    "DATABASE_URL": f"sqlite:///{making}/db.sqlite3",
                    "DATA_DIR": str(making),
                    "BUSINESS_CLOCK": str(making / "clock"),
                },
                check=True,
            )
            making.replace(done)
            sweep("county-demo-*")
    return done


@cache
def _key() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for app in APPS for path in (ROOT / app).rglob("*") if path.is_file()):
        if path.suffix != ".pyc":
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
