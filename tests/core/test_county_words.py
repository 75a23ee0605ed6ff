"""县, 区 or 市: by the county's code, and never fixed in a sentence of the product."""

import ast
import re
from pathlib import Path

import pytest

from core.access.roles import Role, role_name
from core.county_words import county_word

ROOT = Path(__file__).resolve().parents[2]
APPS = ("collection", "config", "core", "demo", "employees", "reporting", "residents", "subsidies")
#: What a county says of itself and its offices. 外县 and 跨县 are other counties, a heading 县 is the level.
FIXED = re.compile(r"[本全]县|县(?=医保局|税务局|财政局|统计局|领导|级单位|直|里|委)|副县长")


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("140405", "区"),
        ("140420", "区"),
        ("140421", "县"),
        ("411325", "县"),
        ("411380", "县"),
        ("411381", "市"),
        ("140405103201", "区"),
        ("", "县"),
        (None, "县"),
    ],
)
def test_districts_counties_and_cities(code, word):
    assert county_word(code) == word


@pytest.mark.parametrize(
    ("role", "code", "name"),
    [
        (Role.COUNTY, "140405", "区医保局"),
        (Role.TAX, "411325", "县税务局"),
        (Role.FINANCE, "411381", "市财政局"),
        (Role.VILLAGE, "140405103201", "村协办员"),
    ],
)
def test_an_office_is_named_with_its_countys_word(role, code, name):
    assert role_name(role, code) == name


def test_no_sentence_fixes_the_word():
    """Pages, messages and workbooks take it from `county_word`."""
    fixed = [
        f"{path.relative_to(ROOT)}: {text.strip()[:60]}"
        for path, texts in _sentences()
        for text in texts
        if FIXED.search(text)
    ]
    assert fixed == []


def _sentences():
    for path in sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "static").rglob("*.js")):
        yield path, path.read_text().splitlines()
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, _texts(ast.parse(path.read_text()))


def _texts(tree: ast.Module) -> list[str]:
    """The strings of a module that are no docstrings."""
    said = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said
    ]
