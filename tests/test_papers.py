"""What the papers say of the code is so: the picture is drawn from today's imports, and links lead somewhere."""

import re
from pathlib import Path

import pytest

from docs import picture

ROOT = Path(__file__).resolve().parents[1]
PAPERS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "deploy/*.md", "*/README.md")
    for path in ROOT.glob(pattern)
    if ".venv" not in path.parts and "var" not in path.parts
)
#: Files that exist only on an installation or after a command.
ELSEWHERE = re.compile(r"^(var/|/|~)|[<>{}*…$]")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_picture_is_drawn_from_the_imports_of_today():
    assert picture.PICTURE.read_text() == picture.draw(), "make picture"


@pytest.mark.parametrize("paper", PAPERS, ids=name)
def test_links_lead_somewhere(paper):
    for target in re.findall(r"\]\(([^)#\s]+)\)", paper.read_text()):
        if "://" not in target:
            assert (paper.parent / target).exists(), target


@pytest.mark.parametrize("paper", PAPERS, ids=name)
def test_named_files_exist(paper):
    """`collection/money/services.py` in a paper is a file, from the root, the paper's own folder or an app."""
    for words in re.findall(r"`([\w./-]+/[\w.-]+\.(?:py|md|toml|csv|html|txt|svg|yml))`", paper.read_text()):
        if not ELSEWHERE.search(words):
            assert any((place / words).exists() for place in (ROOT, paper.parent, *ROOT.glob("*/"))), words


def test_every_decision_is_listed():
    listed = (ROOT / "docs/decisions/README.md").read_text()
    assert [path.name for path in ROOT.glob("docs/decisions/*.md") if path.name not in listed + "README.md"] == []
