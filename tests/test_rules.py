"""The examples in docs/rules.md say what the code does."""

import doctest
from pathlib import Path

RULES = Path(__file__).resolve().parents[1] / "docs" / "rules.md"


def test_the_examples_of_the_rules():
    result = doctest.testfile(str(RULES), module_relative=False)
    assert result.attempted > 20
    assert result.failed == 0
