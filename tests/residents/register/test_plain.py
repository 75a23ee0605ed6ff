"""What is decided column by column is what the row reader decides row by row."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.regions.names import NamedRegion, RegionNames
from core.tables.blocks import Block
from residents.register.plain import find_plain
from residents.register.rows import RowReader
from residents.register.staging import staged_values
from tests.factories import invented_number

TODAY = datetime.date(2024, 10, 25)
BORN = datetime.date(1975, 6, 7)
KEYS = (
    "name",
    "id_number",
    "sex",
    "birth_date",
    "township",
    "village",
    "household",
    "relation",
    "phone",
    "address",
    "years",
)
COLUMNS = {key: at for at, key in enumerate(KEYS)}
MAN, PERMIT = invented_number(BORN, "M", 1), invented_number(BORN, "M", 1, area="810000")
GOOD = ["王小明", MAN, "男", "1975-06-07", "城关镇", "县衙社区", "1", "户主", "13800000001", "县衙1号", "2023"]
#: Ways of writing each cell that people and programs have.
WAYS = {
    "name": [
        "王小明",
        "王 小明",
        "⻢金玉",
        "买买提·吐尔逊",
        "",
        None,
        "李某某",
        "查无此人",
        "王?",
        "𬱖永",
        "Li Ming",
        12.0,
        "#N/A",
    ],
    "id_number": [
        MAN,
        PERMIT,
        invented_number(BORN, "F", 1),
        invented_number(datetime.date(2024, 10, 26), "M", 1),
        invented_number(TODAY, "M", 1),
        MAN[:17] + "X" if MAN[17] != "X" else MAN[:17] + "1",
        MAN.lower(),
        " " + MAN,
        MAN[:17],
        float(MAN[:17] + "0"),
        "W123456789",
        None,
        "",
    ],
    "sex": ["男", "女", "", None, "男 ", "M", 1.0],
    "birth_date": [
        "1975-06-07",
        "19750607",
        "1975/06/07",
        "1975.6.7",
        "1975-06-08",
        "75.6.7",
        "75.6.8",
        "2075-06-07",
        "1875-06-07",
        BORN,
        datetime.datetime(1975, 6, 7, 8),
        27552.0,
        None,
        "",
        "不详",
    ],
    "township": ["城关镇", "城关", "夏馆镇", "哪儿", None, ""],
    "village": ["县衙社区", "县衙", "师家湾村委会", "411325100001", "没有", None, 411325100001.0],
    "household": [
        "1",
        "3-1",
        None,
        "",
        7.0,
        7.5,
        datetime.date(2024, 3, 1),
        "号" * 31,
        "-1",
        " 2 ",
        True,
        "1-Mar",
        "Mar-01",
        "2024/3/1",
        "3月1日",
        "2024-03-01",
        "２组３",
        "二组12户",
        "⻢1",
        "#N/A",
        "3 - 1",
    ],
    "relation": ["户主", "本人", "户 主", "子", None, 1.0],
    "phone": [
        "13800000001",
        13800000001.0,
        "+86 13800000001",
        "0377-65332211",
        "无",
        None,
        123.0,
        "１３８00000001",
        True,
    ],
    "address": ["县衙1号", "县衙 1 号", None, "长" * 120, "长" * 121, "#REF!", "-", 3.0, datetime.date(2024, 1, 1)],
    "years": ["2023", "2022、2023", "2019-2023", "1970", "近五年", None, "", 2023.0, "2026"],
}
REGIONS = RegionNames(
    [
        NamedRegion("411325100", "城关镇"),
        NamedRegion("411325101", "夏馆镇"),
        NamedRegion("411325100001", "县衙社区居民委员会", "411325100"),
        NamedRegion("411325101200", "师家湾村民委员会", "411325101"),
    ],
    "内乡县",
)


def compare(lines):
    """Plain rows are what the row reader makes of them; return how many were plain."""
    rows = [(number, list(cells)) for number, cells in enumerate(lines, 3)]
    plain = find_plain(Block.of_rows(rows), COLUMNS, REGIONS, TODAY)
    for place, *values in plain.iter_rows():
        number, cells = rows[place]
        person = RowReader(COLUMNS, REGIONS, TODAY).read(number, cells)
        assert not isinstance(person, list), (cells, person)
        assert tuple(values) == staged_values(person)
    return len(plain)


def test_an_ordinary_row_is_plain():
    assert compare([GOOD]) == 1


@pytest.mark.parametrize("key", KEYS)
def test_every_way_of_writing_a_cell(key):
    """Some are plain and some are not; all that are plain are read alike."""
    lines = [[*GOOD[: COLUMNS[key]], way, *GOOD[COLUMNS[key] + 1 :]] for way in WAYS[key]]
    assert 0 < compare(lines) < len(lines)


@given(
    st.lists(st.tuples(*(st.sampled_from([GOOD[COLUMNS[key]], *WAYS[key]]) for key in KEYS)), min_size=1, max_size=40)
)
def test_rows_of_any_cells(lines):
    compare(lines)


CELL = st.one_of(st.none(), st.text(min_size=1, max_size=20), st.floats(), st.booleans(), st.dates())


@given(st.lists(st.lists(CELL, max_size=13), max_size=9))
def test_a_block_gives_back_the_rows_it_was_made_of(lines):
    def trimmed(rows):
        return [(n, cells) for n, cells in ((n, _without_end(cells)) for n, cells in rows) if cells]

    rows = list(enumerate(lines, 1))
    assert repr(trimmed(Block.of_rows(rows).rows())) == repr(trimmed(rows))


def _without_end(cells):
    cells = list(cells)
    while cells and cells[-1] is None:
        cells.pop()
    return cells
