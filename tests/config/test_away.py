"""The queue or the database is away for a moment: a page says so instead of hanging, and no job is lost by it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Far more than it takes; without limits of its own the process would never come back.
PATIENCE_SECONDS = 60
SETUP = "import django; django.setup(); import config.celery; "
WAKE = SETUP + "from core.jobs import services as jobs; jobs.wake('00000000-0000-0000-0000-000000000000')"
GET = SETUP + (
    "from django.test import Client; client = Client(raise_request_exception=False);"
    "client.cookies['sessionid'] = 'x' * 32; answer = client.get('/');"
    "print(answer.status_code, answer.content.decode())"
)


@pytest.fixture
def silent_server():
    """Takes connections and never says a word, as a server that is frozen."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(50)
        yield f"127.0.0.1:{server.getsockname()[1]}"


def run(code, tmp_path, **environment):
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATA_DIR": str(tmp_path), **environment}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


@pytest.mark.parametrize("how", ["frozen", "down"])
def test_a_queue_that_does_not_answer_holds_nobody_up(silent_server, tmp_path, how):
    done = run(WAKE, tmp_path, REDIS_URL=f"redis://{silent_server if how == 'frozen' else '127.0.0.1:1'}/0")
    assert done.returncode == 0, done.stderr
    assert "waits for beat" in done.stderr


@pytest.mark.parametrize("how", ["frozen", "down"])
def test_a_database_that_does_not_answer_is_said(silent_server, tmp_path, how):
    server = silent_server if how == "frozen" else "127.0.0.1:1"
    done = run(GET, tmp_path, DATABASE_URL=f"postgres://postgres@{server}/nowhere", REDIS_URL="redis://127.0.0.1:1/0")
    assert done.stdout.startswith("500 ") and "请稍后再试" in done.stdout, done.stderr
