"""Production refuses to start unsafe, and says each thing that is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAFE = {
    "PRODUCTION": "1",
    "SECRET_KEY": "k" * 60,
    "DATABASE_URL": "postgres://u:p@127.0.0.1/nowhere",
    "REDIS_URL": "redis://127.0.0.1/9",
    "ALLOWED_HOSTS": "yb.example.cn",
}


def start(environment, tmp_path, code="import config.settings"):
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**inherited, "DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
    )


def test_a_safe_production_starts(tmp_path):
    assert start(SAFE, tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", "k" * 49, "SECRET_KEY"),
        ("SECRET_KEY", "", "SECRET_KEY"),
        ("DATABASE_URL", "", "DATABASE_URL"),
        ("DATABASE_URL", "sqlite:///x.sqlite3", "DATABASE_URL"),
        ("REDIS_URL", "", "REDIS_URL"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS"),
        ("HTTPS", "0", "HTTPS"),
        ("BUSINESS_CLOCK", "/some/file", "BUSINESS_CLOCK"),
        ("DEVELOPMENT", "1", "DEVELOPMENT"),
        ("METRICS_TOKEN", "short", "METRICS_TOKEN"),
    ],
)
def test_an_unsafe_production_is_refused(tmp_path, name, value, says):
    refused = start({**SAFE, name: value}, tmp_path)
    assert refused.returncode != 0 and says in refused.stderr and "refuses to start" in refused.stderr


def test_an_installation_without_a_key_makes_its_own_and_keeps_it(tmp_path):
    assert start({}, tmp_path).returncode == 0
    key = (tmp_path / "secret_key").read_text()
    assert len(key) >= 50 and (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert start({}, tmp_path).returncode == 0 and (tmp_path / "secret_key").read_text() == key


def test_the_health_check_answers_under_production_whatever_host_it_is_asked_for(tmp_path, settings, client, db):
    settings.ALLOWED_HOSTS = ["yb.example.gov.cn"]
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz", headers={"host": "127.0.0.1:8000"}).content == b"ok\n"
    assert client.get("/login/", headers={"host": "127.0.0.1:8000"}).status_code == 400


def test_a_development_switch_shows_errors_and_production_refuses_it(tmp_path):
    code = "from config import settings; print(settings.DEBUG)"
    for environment, expected in (({"DEVELOPMENT": "1"}, "True"), ({}, "False"), (SAFE, "False")):
        assert start(environment, tmp_path, code).stdout.strip() == expected


def test_importing_the_settings_makes_no_folder(tmp_path):
    folder = tmp_path / "not yet"
    assert start({**SAFE, "DATA_DIR": str(folder)}, tmp_path).returncode == 0
    assert not folder.exists()
    begun = start({"DATA_DIR": str(folder)}, tmp_path, "import config.celery, django; django.setup()")
    assert begun.returncode == 0, begun.stderr
    assert {path.name for path in folder.iterdir()} >= {"static", "incoming", "queue"}
