"""A list of villages beside last year's: each kind of change, and each question it must not answer by itself."""

import pytest

from core.regions.names import NamedRegion, RegionNames
from subsidies.openings.apportion import apportion
from subsidies.openings.village_list import VillageLastYear, VillageRow, compare

TOWNSHIPS = {"411325100": "城关镇", "411325101": "夏馆镇"}
A, B, C = "411325100201", "411325100202", "411325101201"
STANDING = {
    A: VillageLastYear(A, "东关村委会", "411325100", 30),
    B: VillageLastYear(B, "西关村委会", "411325100", 20),
    C: VillageLastYear(C, "师家湾村委会", "411325101"),
}
NEW = "411325100299"


def run(*rows, known=()):
    places = [NamedRegion(code, name) for code, name in TOWNSHIPS.items()]
    places += [NamedRegion(one.code, one.name, one.township) for one in STANDING.values()]
    listed = [VillageRow(number, *row) for number, row in enumerate(rows, start=2)]
    return compare(
        listed, county="411325", standing=STANDING, townships=TOWNSHIPS, names=RegionNames(places), known_codes=known
    )


def row(code, name, *sources, township=""):
    return code, township, name, list(sources)


SAME = [row(A, "东关村"), row(B, "西关村"), row("", "师家湾", township="夏馆镇")]


def told(found):
    return [(one.kind, one.code, one.name, one.old_code, one.people) for one in found.changes]


def test_the_same_villages_change_nothing_however_they_are_written():
    found = run(*SAME)
    assert found.usable and found.same == 3 and not found.changes


@pytest.mark.parametrize(
    ("rows", "changes"),
    [
        ([*SAME, row(NEW, "新城村")], [("added", NEW, "新城村", "", 0)]),
        ([row(A, "朝阳村"), *SAME[1:]], [("renamed", A, "朝阳村", A, 0)]),
        ([row(A, "东关村", B), SAME[2]], [("merged", A, "东关村", B, 20)]),
        (
            [row(NEW, "两关村", A, B), SAME[2]],
            [("added", NEW, "两关村", "", 0), ("merged", NEW, "两关村", A, 30), ("merged", NEW, "两关村", B, 20)],
        ),
        ([*SAME, row(NEW, "新城村", A)], [("split", NEW, "新城村", A, 30)]),
        (
            [*SAME, row("411325199201", "新镇村", township="新镇")],
            [("township", "411325199", "新镇", "", 0), ("added", "411325199201", "新镇村", "", 0)],
        ),
    ],
)
def test_each_kind_of_change(rows, changes):
    found = run(*rows)
    assert found.usable and told(found) == changes


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (SAME[1:], f"没有了东关村委会（{A}，还有在册居民 30 人）"),
        (SAME[:2], f"没有了师家湾村委会（{C}）"),
        ([row(NEW, "甲村", A), row("411325100298", "乙村", A), *SAME[1:]], "写成了 2 个村的来源"),
        ([*SAME, row("", "没听过的村")], "新设的村请写12位区划代码"),
        ([*SAME, row(A, "东关村")], "与第2行代码相同"),
        ([*SAME, row("411326100201", "邻县村")], "不是本县的"),
        ([*SAME, row(NEW, "新城村", "411325100277")], "去年没有代码为 411325100277 的村"),
        ([*SAME, row("411325199201", "新镇村")], "请写乡镇名称"),
        ([*SAME, row(NEW, "新城村", A, B)], "只能从一个村拆分"),
        ([row(A, "东关村", township="夏馆镇"), *SAME[1:]], "却在城关镇"),
        ([row(A, "东关村", township="没听过的镇"), *SAME[1:]], "却在城关镇"),
        ([*SAME, row("411325199201", "新镇村", township="夏馆镇")], "却在别的乡镇"),
    ],
)
def test_what_it_asks_instead_of_guessing(rows, says):
    found = run(*rows)
    problems = [*found.problems, *(problem for bad in found.bad for problem in bad.problems)]
    assert not found.usable and any(says in problem for problem in problems), problems


@pytest.mark.parametrize("township", ["城关镇", "城关", "城关乡", "城关街道"])
def test_a_township_of_another_kind_is_the_same_place(township):
    assert run(row(A, "东关村", township=township), *SAME[1:]).usable


def test_a_code_that_was_used_before_does_not_come_back():
    assert "以前用过" in run(*SAME, row(NEW, "新城村"), known=[NEW, A]).bad[0].problems[0]


@pytest.mark.parametrize(
    ("weights", "total", "shares"),
    [
        ({"a": 100, "b": 100, "c": 100}, 100, {"a": 34, "b": 33, "c": 33}),
        ({"a": 1, "b": 2}, 10, {"a": 3, "b": 7}),
        ({"a": 0, "b": 5}, 7, {"a": 0, "b": 7}),
        ({"a": 0, "b": 0}, 7, {"a": 0, "b": 0}),
        ({}, 7, {}),
    ],
)
def test_a_county_task_is_shared_out_whole(weights, total, shares):
    assert apportion(weights, total) == shares
