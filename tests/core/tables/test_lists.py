"""Every list is read by one reader: headings, hidden rows and sheets, and what is to be said about the file."""

import pytest

from core.tables.blocks import Block
from core.tables.headings import Column
from core.tables.lists import ListReader
from core.tables.reader import RowRanges, Sheet, SheetError

COLUMNS = (Column("name", "姓名", ("姓名",)), Column("number", "号码", ("号码",)), Column("note", "备注", ("备注",)))
NEEDED = ("name", "number")
HEADING = (1, ["姓名", "号码", "备注"])


def read(*sheets, **options):
    table = ListReader(COLUMNS, NEEDED, **options)
    return table, list(table.rows(sheets))


def people(first, count):
    return [(number, [f"甲{number}", str(number)]) for number in range(first, first + count)]


def test_rows_come_by_the_keys_of_their_columns():
    table, rows = read(
        Sheet("表", rows=[(1, ["标题"]), (2, ["号码", "", "姓名"]), (4, ["12", None, " 王 "]), (5, ["  "])])
    )
    assert [(row.number, row.cells) for row in rows] == [
        (4, {"name": " 王 ", "number": "12"}),
        (5, {"name": None, "number": None}),
    ]
    assert (table.sheet_name, table.last_row, table.notes()) == ("表", 2, [])


def test_a_stream_is_read_like_a_whole_sheet():
    sheet = Sheet("表", hidden_rows=RowRanges([(3, 3)]))
    pieces = [sheet, *(Sheet("表", True, sheet.merged, sheet.hidden_rows, rows) for rows in ([HEADING], people(2, 3)))]
    table = ListReader(COLUMNS, NEEDED)
    assert [(row.number, row.hidden) for row in table.rows(pieces)] == [(2, False), (3, True), (4, False)]
    assert [note.code for note in table.notes()] == ["hidden_rows"]


def test_hidden_rows_are_counted_and_it_is_said_what_was_done():
    sheet = Sheet("表", rows=[HEADING, *people(2, 20)], hidden_rows=RowRanges([(1, 1), (3, 3), (5, 16), (500, 900)]))
    table, rows = read(sheet, hidden_rows_are="没有采用。")
    assert sum(row.hidden for row in rows) == 13
    assert [note.message for note in table.notes()] == [
        "第 3、5、6、7、8、9、10、11、12、13 行等 13 行在表里是隐藏的或被筛选掉了（共 13 行），没有采用。"
    ]


def test_two_lists_in_two_orders_and_what_is_no_list():
    table, rows = read(
        Sheet("一组", rows=[HEADING, (2, ["甲", "1"])]),
        Sheet("二组", rows=[(1, ["号码", "姓名"]), (2, ["2", "乙"])]),
        Sheet("说明", rows=[(1, ["请核对"])]),
        Sheet("旧表", visible=False, rows=[HEADING, (2, ["丙", "3"])]),
    )
    assert [(row.sheet, row.cells["name"]) for row in rows] == [("一组", "甲"), ("二组", "乙")]
    assert [note.code for note in table.notes()] == ["ignored_sheet", "hidden_sheet"]


def test_one_sheet_is_enough_where_a_list_has_one():
    table, rows = read(
        Sheet("一", rows=[HEADING, *people(2, 1)]), Sheet("二", rows=[HEADING, *people(2, 1)]), one_sheet=True
    )
    assert [row.sheet for row in rows] == ["一"]
    assert [note.message for note in table.notes()] == [
        "工作表“二”也是名单，这里一次只读一份，没有读取。请另存为一个文件后上传。"
    ]


def test_without_a_heading_it_is_known_what_is_missing():
    table, rows = read(Sheet("表", rows=[(1, ["姓名", "备注"]), (2, ["甲", ""])]))
    assert (rows, table.found_heading, table.missing()) == ([], False, ["号码"])


def test_odd_cells_are_told_by_row():
    sheet = Sheet("表", rows=[HEADING, *people(2, 3)], dropped=[2, 4], cut=[3])
    table, _ = read(sheet)
    assert [note.message.split("有")[0] for note in table.notes()] == ["第 2、4 行", "第 3 行"]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "Err:502", "NaN", "Infinity"])
def test_an_error_value_is_named_as_such(error):
    _, [row] = read(Sheet("表", rows=[HEADING, (2, ["甲", error])]))
    column, message = row.error(COLUMNS)
    assert column == "号码" and error in message and message.startswith("号码这一格")


@pytest.mark.parametrize("text", ["#1", "Error", "E12", "#N/A 号", None, 12.0])
def test_what_is_no_error_value_passes(text):
    _, [row] = read(Sheet("表", rows=[HEADING, (2, ["甲", text])]))
    assert row.error(COLUMNS) == ("", "")


def test_a_heading_that_stands_again_on_each_page_is_no_row():
    rows = [(1, ["名册"]), (2, ["姓名", "号码", None, "情况"]), (3, [None, None, "备注", "备注"]), (4, ["甲", "1"])]
    again = [(5, ["姓名", "号码", None, "情况"]), (6, [None, None, "备注", "备注"]), (7, ["乙", "2"])]
    merged = [(2, 0, 3, 0), (2, 1, 3, 1)]
    _, read_rows = read(Sheet("表", merged=merged, rows=rows + again))
    assert [(row.number, row.cells["name"]) for row in read_rows] == [(4, "甲"), (7, "乙")]


def test_a_heading_again_among_rows_that_come_in_columns():
    sheet = Sheet("表", rows=[HEADING])
    block = Block.of_rows([*people(2, 2), (4, HEADING[1]), *people(5, 1)])
    pieces = [sheet, Sheet("表", merged=sheet.merged, block=block)]
    assert [row.number for row in ListReader(COLUMNS, NEEDED).rows(pieces)] == [2, 3, 5]


#: A row below 姓名, 号码, 号码, 备注, 备注 → what is read of it; None where the file is refused.
TWICE = {
    "the first alone": (["甲", "1"], {"name": "甲", "number": "1", "note": None}),
    "the second alone": (["甲", None, "1", None, "外出"], {"name": "甲", "number": "1", "note": "外出"}),
    "both alike": (["甲", "１", " 1"], {"name": "甲", "number": "１", "note": None}),
    "neither": (["甲"], {"name": "甲", "number": None, "note": None}),
    "two remarks": (["甲", "1", None, "外出", "务工"], {"name": "甲", "number": "1", "note": "外出"}),
    "two numbers": (["甲", "1", "2"], None),
}


@pytest.mark.parametrize("case", TWICE)
@pytest.mark.parametrize("in_columns", [False, True])
def test_two_columns_for_one_thing(case, in_columns):
    row, cells = TWICE[case]
    sheet = Sheet("表", rows=[(1, ["姓名", "号码", "号码", "备注", "备注"])])
    below = {"block": Block.of_rows([(2, row)])} if in_columns else {"rows": [(2, list(row))]}
    pieces = [sheet, Sheet("表", merged=sheet.merged, **below)]
    if cells is None:
        with pytest.raises(SheetError, match="“号码”有 2 列（B 列“号码”、C 列“号码”），第 2 行写的不一样"):
            list(ListReader(COLUMNS, NEEDED).rows(pieces))
        return
    assert [one.cells for one in ListReader(COLUMNS, NEEDED).rows(pieces)] == [cells]


def test_two_columns_of_remarks_cost_no_reading_row_by_row():
    sheet = Sheet("表", rows=[(1, ["姓名", "号码", "备注", "备注"])])
    pieces = [sheet, Sheet("表", merged=sheet.merged, block=Block.of_rows([(2, ["甲", "1", "外出", "务工"])]))]
    assert [type(part) for _, part in ListReader(COLUMNS, NEEDED).parts(pieces)] == [Block]


def test_a_list_that_only_a_hidden_sheet_holds():
    hidden = Sheet("旧表", visible=False, rows=[HEADING, *people(2, 1)])
    with pytest.raises(SheetError, match="工作表“旧表”是隐藏的"):
        read(hidden, Sheet("说明", rows=[(1, ["请核对"])]))
    assert read(hidden, Sheet("表", rows=[HEADING]))[1] == []
