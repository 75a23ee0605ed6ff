"""What is typed is kept whole or refused."""

from pathlib import Path

import pytest

from core.refusals import Refused
from core.text import clean_text, required_text, whole_number


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  四个字呢 ", "四个字呢"),
        ("", ""),
        (None, ""),
        ("五个字多了", None),
        ("\u202e四个\u2069字\u200b呢\ufeff", "四个字呢"),
        ("\u200f \u2066", ""),
    ],
)
def test_whole_or_refused(text, kept):
    if kept is None:
        with pytest.raises(Refused, match="原因太长：最多 4 个字，现在是 5 个"):
            clean_text(text, "原因", 4)
    else:
        assert clean_text(text, "原因", 4) == kept


@pytest.mark.parametrize("text", ["", "  ", "\u202e\u200b", None])
def test_nothing_is_refused_where_something_is_required(text):
    with pytest.raises(Refused, match="请填写原因。"):
        required_text(text, "原因")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("12", 12),
        ("999999999", 999_999_999),
        ("9999999999", None),
        ("9" * 30, None),
        ("²", None),
        ("１２", None),
        ("٣", None),
        ("-1", None),
        ("1.0", None),
        ("", None),
        (None, None),
    ],
)
def test_a_whole_number_is_written_in_digits_alone(text, number):
    assert whole_number(text) == number


def test_nothing_asks_isdigit_which_takes_a_superscript_for_a_digit():
    root = Path(__file__).resolve().parents[2]
    apps = ("config", "core", "residents", "subsidies", "collection", "reporting", "employees", "demo")
    asking = [path for app in apps for path in (root / app).rglob("*.py") if ".isdigit(" in path.read_text()]
    # They ask for both, to name or to keep what is no digit.
    allowed = [root / "residents/people/insured_years.py", root / "core/tables/cells.py"]
    assert [path for path in asking if path not in allowed] == []
