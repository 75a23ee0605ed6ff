"""No pattern of the product costs more than the square of a cell's length, whatever stands in the cell."""

import importlib
import pkgutil
import re

import pytest

from core.tables.formats.output import LONGEST_CELL

APPS = ("core", "residents", "subsidies", "collection", "employees", "reporting")
#: What patterns repeat: digits, separators, brackets, words of sums and numbers, and an end that none of them takes.
BITS = """
1 1- 1、 1, ( （ [【 第 收据号 合计 2024年 2024- 村 a A1 - — 0. E1 未退费 已缴 以下 = ' · <b { %s 零一
13800138000 411325199001010023
"""
NASTY = [(bit * LONGEST_CELL)[:LONGEST_CELL] + end for bit in (*BITS.split(), " ", "\n") for end in ("", "!", "\x00")]


def patterns(app):
    """Every pattern that a module of the app keeps by name."""
    package = importlib.import_module(app)
    for info in pkgutil.walk_packages(package.__path__, f"{app}."):
        if ".migrations." in info.name or info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield f"{info.name}.{name}", value


@pytest.mark.parametrize("app", APPS)
def test_every_pattern_ends_on_the_longest_cell(app):
    """Were one to try every way of cutting its text, this would not end."""
    tried = 0
    for _, pattern in patterns(app):
        for text in NASTY:
            pattern.fullmatch(text)
            pattern.search(text)
        tried += 1
    assert tried > 0
