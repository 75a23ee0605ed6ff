"""No county's papers and places stand as another's example: forms, templates and messages serve every county."""

import ast
import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.regions.services import BUILT_IN
from subsidies.policy.policies import available, load

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "core", "residents", "subsidies", "collection", "employees", "reporting")
#: Every other county has a township of this name.
ANYWHERE = {"城关镇"}


def own_words() -> set[str]:
    """The counties' names, their townships' and villages', and the numbers and titles of their own papers."""
    with BUILT_IN.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    words = {row[key] for row in rows for key in ("county", "township", "village")}
    papers = [paper for policy_id in available() for paper in load(policy_id).documents]
    counties = {row["county"] for row in rows}
    words |= {paper.title for paper in papers if any(county in paper.title for county in counties)}
    words |= {paper.number for paper in papers if paper.number[1:].startswith("政办")}
    return {word for word in words if len(word) > 2} - ANYWHERE


def texts_of_code() -> Iterator[tuple[str, str]]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
            constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in prose]
            yield str(path.relative_to(ROOT)), "\n".join(n.value for n in constants if isinstance(n.value, str))


def texts_of_templates() -> Iterator[tuple[str, str]]:
    for path in (ROOT / "templates").rglob("*.*"):
        if path.suffix in (".html", ".txt"):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


@pytest.mark.parametrize("policy_id", available())
def test_no_policy_names_another_county_of_its_own_kind(policy_id):
    """No county's document stands as another's: neither its number nor its title, its places nor its name."""
    mine = load(policy_id)
    papers = {one: {(paper.number, paper.title) for paper in load(one).documents} for one in available()}
    text = mine.text
    for other in available():
        if other == policy_id:
            continue
        assert load(other).county_name not in text
        for paper in papers[other] - papers[policy_id]:
            assert not any(word and word in text for word in paper), (other, paper)


@pytest.mark.parametrize("texts", [texts_of_code, texts_of_templates])
def test_no_text_of_the_product_names_a_county_of_its_own(texts):
    words = own_words()
    assert {"内政办〔2024〕号", "沁政办发〔2025〕25号", "夏馆镇", "屯留区"} <= words
    found = {(where, word) for where, text in texts() if not text.isascii() for word in words if word in text}
    assert found == set()
