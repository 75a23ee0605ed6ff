import re
from xml.etree import ElementTree

import pytest

from reporting.progress.charts import Bar, Series, bar_chart, sparkline, trend_chart

SVG = "{http://www.w3.org/2000/svg}"
CHARTS = [
    trend_chart(
        "t", ["10-11", "10-18", "10-25"], [Series("湍东镇", [10, 20.5, 30]), Series("马山口镇", [1, None, 3])], goal=90
    ),
    trend_chart("none", [], []),
    trend_chart("one", ["10-25"], [Series("全县", [50])]),
    bar_chart("b", [Bar("湍东镇", 91.2, "91.20%"), Bar("余关镇", None, "—")], goal=90),
    bar_chart("empty", []),
    sparkline("s", [1, 2, None, 4], told="近四周"),
    sparkline("flat", [5, 5], told="不变"),
    sparkline("nothing", [], told="无数据"),
]


@pytest.mark.parametrize("drawn", CHARTS)
def test_strict_csp_and_a_name_for_those_who_cannot_see(drawn):
    svg = ElementTree.fromstring(drawn)
    assert not re.search(r"<script|style=|<style|\son\w+=|javascript:|href", drawn)
    assert svg.get("role") == "img"
    named = svg.get("aria-labelledby").split()
    ids = {element.get("id") for element in svg.iter()} - {None}
    assert set(named) == ids
    assert svg.find(f"{SVG}title").text


def test_the_description_says_every_figure():
    desc = ElementTree.fromstring(CHARTS[0]).find(f"{SVG}desc").text
    assert desc == "湍东镇：10-11 10%，10-18 20.5%，10-25 30%；马山口镇：10-11 1%，10-18 无数据，10-25 3%；目标 90%"


def test_lines_differ_without_colour():
    svg = ElementTree.fromstring(trend_chart("t", ["a", "b"], [Series(str(n), [n, n + 1]) for n in range(6)]))
    looks = set()
    for group in svg.iter(f"{SVG}g"):
        line = group.find(f"{SVG}polyline")
        marker = group[-1]
        looks.add((line.get("stroke-dasharray"), marker.tag, len(marker.get("points", "").split())))
    assert len(looks) == 6


def test_a_week_without_data_is_a_gap():
    svg = ElementTree.fromstring(trend_chart("t", ["a", "b", "c"], [Series("x", [1, None, 3])]))
    assert [len(line.get("points").split()) for line in svg.iter(f"{SVG}polyline")] == [1, 1]


def test_labels_at_the_ends_do_not_cover_each_other():
    svg = ElementTree.fromstring(trend_chart("t", ["a", "b"], [Series(f"镇{n}", [50, 50]) for n in range(5)]))
    heights = sorted(float(t.get("y")) for t in svg.iter(f"{SVG}text") if (t.text or "").startswith("镇"))
    assert all(low - high >= 14 for high, low in zip(heights, heights[1:], strict=False))


def test_names_are_escaped():
    drawn = bar_chart("b", [Bar('<b>&"镇', 1, "1%")])
    assert "<b>" not in drawn
    assert '<b>&"镇 1%' in ElementTree.fromstring(drawn).find(f"{SVG}desc").text


def test_bars_are_as_long_as_their_figures():
    svg = ElementTree.fromstring(bar_chart("b", [Bar("a", 100, ""), Bar("b", 50, ""), Bar("c", None, "—")]))
    widths = [float(bar.get("width")) for bar in svg.iter(f"{SVG}rect")]
    assert widths == [330, 165, 0]


def test_over_the_task_stays_in_the_picture():
    svg = ElementTree.fromstring(bar_chart("b", [Bar("a", 130, "130%")]))
    (bar,) = svg.iter(f"{SVG}rect")
    assert float(bar.get("x")) + float(bar.get("width")) < float(svg.get("width"))


@pytest.mark.parametrize(
    ("highest", "steps"), [(5, 20), (100, 20), (118, 20), (125, 50), (300, 50), (301, 100), (4815, 1000)]
)
def test_the_grid_has_seven_lines_at_most(highest, steps):
    """A village with a small task can stand at several thousand percent."""
    svg = ElementTree.fromstring(trend_chart("t", ["a", "b"], [Series("实际", [1, highest])]))
    said = [text.text for text in svg.iter() if (text.text or "").endswith("%") and text.tag.endswith("text")]
    assert said[:2] == ["0%", f"{steps}%"] and len(said) <= 7
