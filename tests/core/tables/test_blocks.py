"""Large sheets read in columns say what they say row by row."""

import datetime

import pytest
import xlsxwriter

from core.tables import reader
from core.tables.formats.output import ROWS_A_LINE

DAY = datetime.date(2024, 10, 5)
#: What stands in row 700, beyond the rows that come one by one.
CELLS = {
    "text": "王小明",
    "text with blanks": " 王 小明 ",
    "a number": 13800000001.0,
    "a day": DAY,
    "a truth": True,
    "nothing": None,
    "a text too long": "长" * 600,
    "an odd character": "王\x01小明",
}


def write(path, cell, *, hidden=(), merged=False, error=False):
    book = xlsxwriter.Workbook(path)
    sheet, day = book.add_worksheet("居民"), book.add_format({"num_format": "yyyy-mm-dd"})
    for row in range(ROWS_A_LINE + 300):
        sheet.write_row(row, 1, [f"第{row}行", float(row), "常"])
    if cell is not None:
        sheet.write_datetime(699, 3, cell, day) if cell is DAY else sheet.write(699, 3, cell)
    for row in hidden:
        sheet.set_row(row, None, None, {"hidden": True})
    if merged:
        sheet.merge_range(0, 1, 0, 3, "题目")
    if error:
        sheet.write_formula(699, 3, "=1/0", None, "#DIV/0!")
    book.close()
    return path


def both(path):
    """The sheet read row by row and in columns: its rows, and the last piece, which tells what was odd."""
    by_row = list(reader.stream(path))
    in_columns = list(reader.stream(path, in_columns=True))
    assert any(piece.block is not None for piece in in_columns) or any(p.cut or p.dropped for p in in_columns)
    rows = [row for piece in by_row for row in piece.rows]
    again = [row for piece in in_columns for row in (piece.block.rows() if piece.block else piece.rows)]
    return rows, again, by_row[-1], in_columns[-1]


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())
def test_every_kind_of_cell(tmp_path, cell):
    rows, again, by_row, in_columns = both(write(tmp_path / "a.xlsx", cell))
    assert rows == again and len(rows) == ROWS_A_LINE + 300
    assert (by_row.cut, by_row.dropped) == (in_columns.cut, in_columns.dropped)


def test_hidden_rows_merged_ranges_and_errors_are_told(tmp_path):
    path = write(tmp_path / "a.xlsx", None, hidden=(3, 700, 701), merged=True, error=True)
    by_row = list(reader.stream(path))
    in_columns = list(reader.stream(path, in_columns=True))
    assert list(in_columns[0].hidden_rows) == list(by_row[0].hidden_rows) == [4, 701, 702]
    assert in_columns[0].merged == by_row[0].merged
    rows = {number: cells for piece in in_columns for number, cells in piece.rows}
    assert rows[700][3] == "#DIV/0!"


def test_a_row_without_content_is_left_out(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    for row in (*range(ROWS_A_LINE + 10), ROWS_A_LINE + 20):
        sheet.write_string(row, 0, "有")
    book.close()
    pieces = list(reader.stream(tmp_path / "a.xlsx", in_columns=True))
    numbers = [number for piece in pieces if piece.block for number, _ in piece.block.rows()]
    assert numbers == [*range(ROWS_A_LINE + 1, ROWS_A_LINE + 11), ROWS_A_LINE + 21]


def test_too_many_rows_are_refused(tmp_path):
    limits = reader.replace(reader.COUNTY_REGISTER, rows=ROWS_A_LINE + 100)
    with pytest.raises(reader.SheetError) as refused:
        list(reader.stream(write(tmp_path / "a.xlsx", None), limits=limits, in_columns=True))
    assert refused.value.code == reader.TOO_LARGE
