"""已收未入库 page by page: a page asks only the villages that it shows, and shows them all in their order."""

import pytest

from collection.declarations.stuck import VillageByVillage, VillageStage

ROWS = {"01": ["甲", "乙", "丙"], "02": [], "03": ["丁"], "04": ["戊", "己"]}


class Rows(list):
    def order_by(self, *_):
        return self


@pytest.mark.parametrize(
    ("start", "stop", "shown", "asked"),
    [
        (0, 2, "甲乙", ["01"]),
        (2, 4, "丙丁", ["01", "03"]),
        (3, 4, "丁", ["03"]),
        (4, 9, "戊己", ["04"]),
        (0, 6, "甲乙丙丁戊己", ["01", "03", "04"]),
        (6, 9, "", None),
    ],
)
def test_a_page_asks_only_the_villages_that_it_shows(start, stop, shown, asked):
    seen = []

    def rows_of(villages):
        seen.append(villages)
        return Rows(name for village in villages for name in ROWS[village])

    counted = [
        VillageStage(village, stage, number, 0)
        for village, stage, number in (("04", "a", 2), ("01", "a", 1), ("01", "b", 2), ("03", "a", 1))
    ]
    people = VillageByVillage(counted, rows_of)
    assert len(people) == 6
    assert "".join(people[start:stop]) == shown
    assert seen == ([asked] if asked else [])
