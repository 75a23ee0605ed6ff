"""The house: the contracts of pyproject.toml hold, function-level imports included, rules never ask the clock, and
nothing of the product is longer than can be read at once."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.environment import DATA_DIR
from tests.slow import listed

ROOT = Path(__file__).resolve().parents[1]
APPS = ["core", "residents", "subsidies", "collection", "employees", "reporting", "demo"]
IMPORTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = IMPORTS["contracts"]
#: Rules that decide money or dates.
PURE = next(c["source_modules"] for c in CONTRACTS if c["name"].startswith("Rules that decide money or dates"))
#: Lines; migrations, tests and benches may be longer. What branches too much is refused by ruff (C901).
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60
#: Names of classes that stand in two modules, and why (docs/decisions/layout.md, "One name, one thing").
_ANSWER = "what a rule of the topic answers; read only beside that rule"
NAMED_ALIKE = {
    "Command": "Django finds a management command by this name",
    "Outcome": _ANSWER,
    "Problem": _ANSWER,
    "Reason": _ANSWER,
    "Refusal": _ANSWER,
    "Verdict": _ANSWER,
}


def test_every_import_follows_the_contracts():
    """In a process of its own: the command silences every logger that there is."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", PURE)
def test_rules_never_ask_the_clock(name):
    source = Path(ROOT, *name.split(".")).with_suffix(".py").read_text()
    assert "date.today(" not in source and "datetime.now(" not in source


@pytest.mark.parametrize("package", IMPORTS["root_packages"])
def test_modules_and_functions_are_short(package):
    too_long = []
    for path in (ROOT / package).rglob("*.py"):
        if "migrations" in path.parts:
            continue
        source, name = path.read_text(), path.relative_to(ROOT)
        if (lines := len(source.splitlines())) > LONGEST_MODULE:
            too_long.append(f"{name}: {lines} lines")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    too_long.append(f"{name}:{node.lineno} {node.name}: {lines} lines")
    assert not too_long, "\n".join(too_long)


def _classes() -> dict[str, list[Path]]:
    """Every class of the product at the root of its module, by name; migrations have theirs from Django."""
    found: dict[str, list[Path]] = {}
    for path in (path for package in IMPORTS["root_packages"] for path in (ROOT / package).rglob("*.py")):
        if "migrations" not in path.parts:
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found.setdefault(node.name, []).append(path.relative_to(ROOT))
    return found


def test_one_class_name_is_one_thing():
    """Forms are named by what they ask: a topic's own, once in a topic."""
    alike = {name: places for name, places in _classes().items() if len(places) > 1}
    forms = {name: places for name, places in alike.items() if name.endswith("Form")}
    assert {n: p for n, p in alike.items() if n not in NAMED_ALIKE and n not in forms} == {}, "docs/decisions/layout.md"
    assert [name for name in NAMED_ALIKE if name not in alike] == [], "no longer in two modules"
    assert {name: places for name, places in forms.items() if len({p.parent for p in places}) < len(places)} == {}


def test_every_app_has_the_same_file_names():
    for app in APPS[:-1]:
        present = {path.name for path in (ROOT / app).iterdir()}
        assert {"models.py", "urls.py", "menu.py", "tasks.py", "apps.py", "migrations"} <= present, app


@pytest.mark.django_db
def test_the_tests_run_on_the_engine_that_was_asked_for():
    asked = "postgresql" if os.environ.get("TEST_DATABASE_URL") else "sqlite"
    assert connection.vendor == asked
    assert Path(DATA_DIR).resolve() == settings.DATA_DIR


def test_every_slow_test_that_is_listed_exists():
    """One that was renamed runs with the quick ones, and begins last (`make slow` writes the list anew)."""
    gone = []
    for name in listed():
        path, _, function = name.partition("::")
        file = ROOT / path
        if not file.exists() or f"def {function.rpartition('::')[2]}(" not in file.read_text():
            gone.append(name)
    assert gone == []
