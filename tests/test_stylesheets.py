"""Stylesheets work in Chromium 69 (360, QQ, WeChat): no rule falls away as a whole, none loses its effect unseen."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[1] / "static"
SHEETS = sorted(STATIC.glob("*.css"))
#: One of these in a selector list makes Chromium 69 drop the whole rule.
SELECTORS = re.compile(r":has\(|:is\(|:where\(|:focus-visible.*,|,.*:focus-visible|:not\([^()]*[,\s>+~][^()]*\)")
#: Properties that Chromium 69 does not know and that change where things stand.
PROPERTIES = re.compile(r"(?:^|;)\s*(inset|inset-inline|place-content|aspect-ratio|margin-inline|padding-inline)\s*:")
FUNCTIONS = re.compile(r"(?<![\w-])(min|max|clamp)\(")
#: The class or element that a rule with a flex gap is about stands in the block for old kernels too.
OLD_KERNELS = "@supports not (aspect-ratio: 1 / 1)"


def rules(text: str) -> list[tuple[str, str]]:
    """(selector, declarations) of every innermost rule."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return [(selector.strip(), body.strip()) for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text)]


def declarations(body: str) -> list[tuple[str, str]]:
    return [tuple(part.strip() for part in one.split(":", 1)) for one in body.split(";") if ":" in one]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_no_selector_makes_an_old_kernel_drop_the_rule(sheet):
    wrong = [selector for selector, _ in rules(sheet.read_text()) if SELECTORS.search(selector)]
    assert wrong == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_no_property_is_used_that_an_old_kernel_does_not_know(sheet):
    wrong = [(selector, body) for selector, body in rules(sheet.read_text()) if PROPERTIES.search(body)]
    assert wrong == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_function_that_an_old_kernel_does_not_know_has_a_plain_value_before_it(sheet):
    wrong = []
    for selector, body in rules(sheet.read_text()):
        plain = set()
        for name, value in declarations(body):
            if not FUNCTIONS.search(value):
                plain.add(name)
            elif name not in plain:
                wrong.append((selector, name, value))
    assert wrong == []


def test_every_flex_gap_has_a_margin_for_old_kernels():
    fallback = (STATIC / "frame.css").read_text().partition(OLD_KERNELS)[2]
    wrong = []
    for sheet in SHEETS:
        for selector, body in rules(sheet.read_text()):
            values = dict(declarations(body))
            if "gap" in values and values.get("display") in ("flex", "inline-flex"):
                wrong += [
                    f"{sheet.name}: {one.strip()}"
                    for one in selector.split(",")
                    if not any(name in fallback for name in (one.strip(), one.strip().split()[-1] + " >"))
                ]
    assert wrong == []


@pytest.mark.parametrize(
    ("selector", "dropped"),
    [
        ("input:not([type=checkbox], [type=radio])", True),
        ("input:not([type=checkbox]):not([type=radio])", False),
        (".a:has(> b)", True),
        ("details:not([open]) > .b", False),
    ],
)
def test_what_counts_as_a_trap(selector, dropped):
    assert bool(SELECTORS.search(selector)) is dropped


def test_rare_characters_of_names_have_fonts_to_be_drawn_with_on_screen_and_in_print():
    """Old Windows draws CJK extension B from SimSun-ExtB only, and a browser asks it only where it is named."""
    stacks = re.findall(r"--sans:([^;]*);", (STATIC / "frame.css").read_text())
    assert stacks and all("SimSun-ExtB" in stack and stack.strip().endswith("sans-serif") for stack in stacks)
