"""deploy/backup and deploy/restore: encrypted, whole while the site is written to, and no password in any argument."""

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SECRET = "s3cret-in-the-url"


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "key").write_text("a long passphrase\n")
    (tmp_path / "data" / "uploads" / "2024").mkdir(parents=True)
    (tmp_path / "data" / "uploads" / "2024" / "slip.jpg").write_text("回单照片")
    return {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path / "data"),
        "BACKUP_KEY_FILE": str(tmp_path / "key"),
    }


def run(script, argument, environment):
    done = subprocess.run([str(DEPLOY / script), str(argument)], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_the_embedded_database_comes_back_whole(tmp_path, environment):
    live = sqlite3.connect(tmp_path / "data" / "db.sqlite3")
    live.execute("PRAGMA journal_mode=WAL")
    live.execute("CREATE TABLE people (name text)")
    live.executemany("INSERT INTO people VALUES (?)", [(f"王小明{n}",) for n in range(500)])
    live.commit()  # in the write-ahead log, which a copy of the file alone would miss
    folder = Path(run("backup", tmp_path / "backups", environment))
    assert {path.name for path in folder.iterdir()} == {"db.sqlite3.enc", "uploads.tar.gz.enc", "SHA256SUMS"}
    assert all("王小明" not in path.read_bytes().decode("utf-8", "replace") for path in folder.iterdir())
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    restored = {**environment, "DATA_DIR": str(tmp_path / "new")}
    run("restore", folder, restored)
    assert sqlite3.connect(tmp_path / "new" / "db.sqlite3").execute("SELECT count(*) FROM people").fetchone() == (500,)
    assert (tmp_path / "new" / "uploads" / "2024" / "slip.jpg").read_text() == "回单照片"
    again = subprocess.run([str(DEPLOY / "restore"), str(folder)], env=restored, capture_output=True, text=True)
    assert again.returncode != 0 and "move it aside" in again.stderr


def test_another_key_opens_nothing(tmp_path, environment):
    sqlite3.connect(tmp_path / "data" / "db.sqlite3").execute("CREATE TABLE a (b)")
    folder = run("backup", tmp_path / "backups", environment)
    (tmp_path / "key").write_text("another\n")
    done = subprocess.run(
        [str(DEPLOY / "restore"), folder], env={**environment, "DATA_DIR": str(tmp_path / "new")}, capture_output=True
    )
    assert done.returncode != 0


def test_without_a_key_nothing_is_written(tmp_path, environment):
    environment.pop("BACKUP_KEY_FILE")
    done = subprocess.run([str(DEPLOY / "backup"), str(tmp_path / "b")], env=environment, capture_output=True)
    assert done.returncode != 0 and not (tmp_path / "b").exists()


def test_no_program_is_called_with_the_password(tmp_path, environment):
    """A pg_dump of ours notes how it is called: the password is in a file that only this user reads."""
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "pg_dump"
    fake.write_text(
        f'#!/bin/sh\necho "$0 $*" >{tmp_path}/args; env | grep ^PG >{tmp_path}/env\n'
        f'cp "$PGPASSFILE" {tmp_path}/pass; stat -c %a "$PGPASSFILE" >{tmp_path}/mode; echo dump\n'
    )
    fake.chmod(0o755)
    url = f"postgres://zhengjiao:{SECRET}%3A@db.example:5433/county"
    path = f"{tmp_path}/bin:{environment['PATH']}"
    folder = Path(run("backup", tmp_path / "backups", {**environment, "PATH": path, "DATABASE_URL": url}))
    assert (folder / "database.dump.enc").exists()
    assert SECRET not in (tmp_path / "args").read_text() + (tmp_path / "env").read_text()
    assert "PGHOST=db.example" in (tmp_path / "env").read_text() and "PGPORT=5433" in (tmp_path / "env").read_text()
    assert (tmp_path / "pass").read_text() == f"*:*:*:*:{SECRET}\\:\n" and (tmp_path / "mode").read_text() == "600\n"


def test_the_newest_thirty_stay(tmp_path, environment):
    sqlite3.connect(tmp_path / "data" / "db.sqlite3").execute("CREATE TABLE a (b)")
    for day in range(1, 36):
        (tmp_path / "backups" / f"202401{day:02d}-020000").mkdir(parents=True)
    run("backup", tmp_path / "backups", environment)
    left = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert len(left) == 30 and left[0] == "20240107-020000"
