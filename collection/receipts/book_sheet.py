"""A table of receipt books to be handed out: one row a book, with the unit, its first and its last number. Pure."""

import re
import unicodedata

from core.tables.headings import Column, find
from core.tables.reader import Cell, SheetError, Workbook

COLUMNS = (
    Column(
        "holder",
        "单位",
        ("领用单位", "单位", "单位名称", "区划代码", "代码", "行政村", "村", "村名", "村社区", "乡镇", "乡镇街道"),
        ("单位", "村", "乡镇"),
        ("上级", "发放"),
    ),
    Column("first", "起号", ("起号", "起始号码", "起始号", "开始号码", "首号"), ("起",), ("张", "数")),
    Column("last", "止号", ("止号", "终止号码", "截止号码", "终号", "末号"), ("止", "终"), ("张", "数")),
)
NEEDED = ("holder", "first", "last")


def read_rows(book: Workbook) -> list[tuple[int, list[str]]]:
    """[(row, [unit, first number, last number])] of the visible sheets with a heading, empty rows left out.

    Raises SheetError if no sheet has the heading, or none has a row.
    """
    headings = [(sheet, find(sheet, COLUMNS, NEEDED)) for sheet in book.sheets if sheet.visible]
    found = [(sheet, header) for sheet, header in headings if header and set(NEEDED) <= header.columns.keys()]
    if not found:
        raise SheetError("missing_columns", "没有找到表头。请保留“单位、起号、止号”这一行标题后重新上传。")
    rows = [
        (number, [_text(cells[at]) if at < len(cells) else "" for at in (header.columns[key] for key in NEEDED)])
        for sheet, header in found
        for number, cells in sheet.rows
        if number > header.row
    ]
    if not (rows := [row for row in rows if any(row[1])]):
        raise SheetError("no_rows", "表头下面没有内容。请填好单位、起号、止号后重新上传。")
    return rows


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", "" if cell is None else str(cell)))
