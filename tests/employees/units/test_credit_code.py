"""统一社会信用代码 by GB 32100-2015."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from employees.units.credit_code import ALPHABET, check_character, normalize, problem_of

GOOD = "91350100M000100Y43"  # the example that the standard itself prints


def test_the_example_of_the_standard_is_sound():
    assert problem_of(GOOD) == ""


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (GOOD[:-1], "18 位"),
        (GOOD + "0", "18 位"),
        ("", "18 位"),
        (GOOD[:-1] + "4", "校验码"),
        ("91350100M000100YI3", "不会有“I”"),
        ("91350100M000100YO3", "不会有“O”"),
        ("９1350100M000100Y43", "不会有“９”"),
    ],
)
def test_what_is_wrong_is_said(code, says):
    assert says in problem_of(code)


@pytest.mark.parametrize(
    "written",
    ["91350100m000100y43", " 9135 0100 M000 100Y 43", "９１３５０１００Ｍ０００１００Ｙ４３", "91350100-M000100Y-43"],
)
def test_ways_of_writing_it(written):
    assert normalize(written) == GOOD


@given(
    body=st.text(alphabet=ALPHABET, min_size=17, max_size=17), place=st.integers(0, 16), other=st.sampled_from(ALPHABET)
)
def test_one_wrong_character_never_passes(body, place, other):
    code = body + check_character(body)
    assert problem_of(code) == ""
    if other != body[place]:
        assert problem_of(code[:place] + other + code[place + 1 :])
