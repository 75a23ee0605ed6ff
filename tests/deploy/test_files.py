"""What the files of deploy/ promise: limits, roles, passwords. (nginx.conf itself was tried with nginx 1.22.)"""

import re
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


@pytest.mark.parametrize("unit", ["web", "worker", "beat"])
def test_every_unit_is_bounded(unit):
    text = (DEPLOY / f"zhengjiao-{unit}.service").read_text()
    assert re.search(r"^MemoryMax=\d+[GM]$", text, re.M) and "NoNewPrivileges=true" in text and "User=zhengjiao" in text


def test_nginx_bounds_logins_and_what_is_sent_before_them():
    text = (DEPLOY / "nginx.conf").read_text()
    assert "limit_req zone=logins" in text and "limit_req zone=pages" in text and "limit_conn connections" in text
    login = text[text.index("location = /login/") :].split("}")[0]
    anonymous = text[text.index("location /-anonymous/") :].split("}")[0]
    assert "client_max_body_size 64k" in login and "client_max_body_size 64k" in anonymous
    assert "$request_uri" not in text[text.index("log_format") :].split(";")[0], "no log keeps what was searched for"


def test_compose_runs_nothing_as_the_superuser_and_redis_asks_for_a_password():
    text = (DEPLOY / "compose.yml").read_text()
    services = text[: text.index("  postgres:")]
    assert "POSTGRES_PASSWORD" not in services.split("services:")[0].split("x-app")[1]
    assert "postgres://postgres" not in text and "zhengjiao_owner" in text and "roles.sql" in text
    assert "requirepass" in text and re.search(r"REDIS_URL: redis://:\$\{REDIS_PASSWORD", text)
    roles = (DEPLOY / "postgres-roles.sh").read_text()
    assert roles.count("NOSUPERUSER NOCREATEDB NOCREATEROLE") == 2
