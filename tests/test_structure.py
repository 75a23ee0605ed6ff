"""The house: each app imports only rightwards, and pure rules import no Django."""

import ast
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.environment import DATA_DIR

ROOT = Path(__file__).resolve().parents[1]
ORDER = ["demo", "reporting", "collection", "subsidies", "residents", "core"]
#: Rules that decide money or dates.
PURE = [
    "residents/people/id_numbers.py",
    "core/tables/reader.py",
    "subsidies/policy/policies.py",
    "subsidies/quotes/quote.py",
    "subsidies/quotes/benefits.py",
    "collection/duties/rules.py",
    "collection/duties/warnings.py",
    "collection/duties/wording.py",
    "collection/declarations/reasons.py",
    "collection/declarations/tax_sheets.py",
    "core/calendar/working_days.py",
    "reporting/rankings/rank.py",
]


def imports(path: Path) -> set[str]:
    """Every module a file imports, wherever in the file it does so."""
    package = path.relative_to(ROOT).with_suffix("").parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package[: -node.level]) if node.level else ""
            found.add(".".join(part for part in (start, node.module) if part))
    return found


@pytest.mark.parametrize("app", ORDER)
def test_an_app_imports_only_rightwards(app):
    allowed = {*ORDER[ORDER.index(app) :], "config"}
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / app).rglob("*.py")
        for name in imports(path)
        if name.split(".")[0] in {*ORDER, "config", "tests", "bench"} and name.split(".")[0] not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("app", ORDER)
def test_an_app_knows_nothing_of_config_but_the_clock(app):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / app).rglob("*.py")
        for name in imports(path)
        if name.startswith("config.") and name != "config.clock"
    ]
    assert wrong == []


@pytest.mark.parametrize("name", PURE)
def test_pure_rules_import_no_django_and_never_ask_the_clock(name):
    source = (ROOT / name).read_text()
    wrong = {module for module in imports(ROOT / name) if module.split(".")[0] in {"django", "config"}}
    assert not wrong
    assert "date.today(" not in source and "datetime.now(" not in source


@pytest.mark.parametrize("path", sorted((ROOT / "core/tables/formats").glob("*.py")), ids=lambda path: path.name)
def test_the_reader_of_untrusted_files_knows_nothing_of_the_product(path):
    """It runs in a process of its own: what it imported, every file would pay for and a hostile one could reach."""
    ours = {name for name in imports(path) if name.split(".")[0] in {*ORDER, "config", "django"}}
    assert all(name.startswith("core.tables.formats") for name in ours)


def test_every_app_has_the_same_file_names():
    for app in ORDER[1:]:
        present = {path.name for path in (ROOT / app).iterdir()}
        assert {"models.py", "urls.py", "menu.py", "tasks.py", "apps.py", "migrations"} <= present, app


def test_the_tests_run_on_the_engine_that_was_asked_for():
    asked = "postgresql" if os.environ.get("TEST_DATABASE_URL") else "sqlite"
    assert connection.vendor == asked
    assert Path(DATA_DIR).resolve() == settings.DATA_DIR
