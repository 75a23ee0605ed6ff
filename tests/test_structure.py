"""The house: each app imports only rightwards, and pure rules import no Django."""

import ast
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.environment import DATA_DIR

ROOT = Path(__file__).resolve().parent.parent
ORDER = ["reporting", "collection", "subsidies", "residents"]
#: Rules that decide money or dates.
PURE = [
    "residents/identity.py", "residents/sheets.py", "subsidies/policy.py", "subsidies/quote.py",
    "subsidies/benefits.py", "collection/duties.py", "collection/duty_warnings.py", "collection/duty_words.py",
    "collection/feedback_reasons.py", "collection/tax_sheets.py", "residents/working_days.py", "reporting/rank.py",
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


@pytest.mark.parametrize("path", sorted((ROOT / "residents/sheet_formats").glob("*.py")), ids=lambda path: path.name)
def test_the_reader_of_untrusted_files_knows_nothing_of_the_product(path):
    """It runs in a process of its own: what it imported, every file would pay for and a hostile one could reach."""
    ours = {name for name in imports(path) if name.split(".")[0] in {*ORDER, "config", "django"}}
    assert all(name.startswith("residents.sheet_formats") for name in ours)


def test_every_app_has_the_same_file_names():
    for app in ORDER:
        present = {path.name for path in (ROOT / app).iterdir()}
        assert {"models", "services", "views", "urls.py", "menu.py", "apps.py", "migrations"} <= present


def test_the_tests_run_on_the_engine_that_was_asked_for():
    asked = "postgresql" if os.environ.get("TEST_DATABASE_URL") else "sqlite"
    assert connection.vendor == asked
    assert Path(DATA_DIR).resolve() == settings.DATA_DIR
