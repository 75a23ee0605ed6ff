"""Three heading rows, merged cells and years in the second row are read in every kind of list, by the one reader."""

import pytest

from collection.accident import sheet as accident
from collection.ledgers import columns as ledgers
from core.tables.lists import ListReader
from core.tables.reader import Sheet
from core.uploads.kinds import all_kinds
from subsidies.openings import split_list, village_list

KINDS = {
    **{kind.key: (tuple(kind.columns), tuple(kind.needed)) for kind in all_kinds()},
    "ledger": (ledgers.COLUMNS, ("name", "id_number", "amount")),
    "accident": (accident.COLUMNS, accident.NEEDED),
    "villages": (village_list.COLUMNS, village_list.NEEDED),
    "split": (split_list.COLUMNS, ("name", "id_number", "village")),
}


def titles_of(kind):
    """The column's own title for each; a list may leave out what is not needed, but none may be taken for another."""
    return [column.title for column in KINDS[kind][0]]


def plain(titles, row):
    return Sheet("表", rows=[(1, ["某县2025年度名单"]), (2, titles), (3, row)])


def merged_downwards(titles, row):
    """The title over all; every heading merged over three rows, but the last two, which stand under two groups."""
    groups = [*titles[:-2], "2025年度情况", None]
    second = [*[None] * len(titles[:-2]), "2025年", None]
    third = [*[None] * len(titles[:-2]), *titles[-2:]]
    merged = [(2, at, 4, at) for at in range(len(titles) - 2)]
    last = len(titles) - 2, len(titles) - 1
    merged += [(1, 0, 1, last[1]), (2, last[0], 2, last[1]), (3, last[0], 3, last[1])]
    rows = [(1, ["某县2025年度名单"]), (2, groups), (3, second), (4, third), (5, row)]
    return Sheet("表", merged=merged, rows=rows)


def years_in_the_second_row(titles, row):
    """Two rows: the first merged downwards, and below a group the headings with the year written before them."""
    first, second = [*titles[:-1], "参保缴费情况"], [*[None] * len(titles[:-1]), f"2025年{titles[-1]}（元）"]
    merged = [(1, at, 2, at) for at in range(len(titles) - 1)]
    return Sheet("表", merged=merged, rows=[(1, first), (2, second), (3, row)])


def groups_above_everything(titles, row):
    """Merged sideways in pairs, with notes in brackets that are longer than a heading may be."""
    groups = [f"第{at // 2 + 1}部分" if at % 2 == 0 else None for at in range(len(titles))]
    merged = [(1, at, 1, at + 1) for at in range(0, len(titles) - 1, 2)]
    noted = [f"{title}*（请照身份证件填写，没有的可以不填，不要改动本行）" for title in titles]
    return Sheet("表", merged=merged, rows=[(1, groups), (2, noted), (3, row)])


@pytest.mark.parametrize("layout", [merged_downwards, years_in_the_second_row, groups_above_everything])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_reads_it_like_a_plain_heading(kind, layout):
    columns, needed = KINDS[kind]
    titles = titles_of(kind)
    row = [f"格{at}" for at in range(len(titles))]
    (usual,) = ListReader(columns, needed).rows([plain(titles, row)])
    assert set(usual.cells) == {column.key for column in columns}
    (read,) = ListReader(columns, needed).rows([layout(titles, row)])
    assert read.cells == usual.cells
