"""What a district's pages call its offices; a county's stay as they are."""

import pytest

from core.pages.office_words import in_words_of, kind_of_county


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("140405", "区"),
        ("140420", "区"),
        ("140421", "县"),
        ("411325", "县"),
        ("411380", "县"),
        ("411381", "市"),
        ("", "县"),
    ],
)
def test_districts_counties_and_cities(code, kind):
    assert kind_of_county(code) == kind


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ("<p>请县医保局处理，报县税务局、县财政局。</p>", "<p>请区医保局处理，报区税务局、区财政局。</p>"),
        ("<td>全县</td><p>本县政策，县领导</p>", "<td>全区</td><p>本区政策，区领导</p>"),
        ("<p>转襄垣县医保局；由县医保局复核</p>", "<p>转襄垣县医保局；由区医保局复核</p>"),
        ("<p>县衙社区、内乡县、外县</p>", "<p>县衙社区、内乡县、外县</p>"),
        ('<textarea name="a">请县医保局核对\n全县</textarea>', '<textarea name="a">请县医保局核对\n全县</textarea>'),
        ('<input value="县医保局"><b>县医保局</b>', '<input value="县医保局"><b>区医保局</b>'),
    ],
)
def test_only_the_words_of_offices_and_never_what_was_typed(page, read):
    assert in_words_of("区", page) == read
