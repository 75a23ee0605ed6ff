"""What goes out of the reading process, and the one way to refuse a file."""

import json
import re
import sys
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from math import isfinite

from core.tables.formats.layout import Layout

ROWS_A_LINE = 500
MOST_SHEETS = 1000  # a sheet for every village of a county is far less
#: Longer cells are cut here, so that nothing that reads them costs more than their number.
LONGEST_CELL = 500
CUT_MARK = "…"
#: Rows whose cells were changed are told of up to here.
MOST_REMARKS = 1000
LARGEST_WHOLE = 10**15

DAMAGED = "文件已损坏或没有传完整，打不开。请在 WPS 或 Excel 里打开原文件，另存为 xlsx 后重新上传。"
WORD = "这是 Word 文档，不是表格。请把里面的表格复制到 WPS 表格里，保存为 xlsx 后再上传。"
NOT_A_SHEET = "无法识别这个文件，或者它的文字编码。请用 WPS 或 Excel 打开，另存为 xlsx 后再上传。"
ENCRYPTED = "文件设有密码保护。请在 WPS 或 Excel 里打开，取消打开密码和工作簿保护，另存为 xlsx 后再上传。"
#: Control characters but tab and line ends, half surrogates, and what is no character: no database and no workbook
#: takes them all.
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


#: What a cell may hold when it has been read.
Cell = str | float | int | bool | date | time | timedelta | None
#: What a file may have, by the names of reader.Limits.
Limits = dict[str, int]


class FileRefused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Output:
    """Counts what goes out, so that a sheet of any size ends in a message rather than in a full memory."""

    def __init__(self, limits: Limits) -> None:
        self.max_rows, self.max_columns = limits["rows"], limits["columns"]
        self.cells_left, self.characters_left = limits["cells"], limits["characters"]
        self.in_columns = limits.get("in_columns", False)
        self.codec = ""  #: how the bytes of texts are to be read that come as a character each
        self.write = sys.stdout.buffer.write
        self.pending: list[tuple[int, list[Cell]]] = []
        self.remarks: dict[str, list[int]] = {"dropped": [], "cut": []}

    def line(self, value: object) -> None:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=encode)
        self.characters_left -= len(text)
        if self.characters_left < 0:
            self.characters_left = LONGEST_CELL * 10  # enough to tell why
            raise FileRefused("too_large", "表格里的文字太多，一次读不下。请删去大段说明，或分成几个文件上传。")
        self.write(text.encode("utf-8", "replace") + b"\n")

    def sheet(self, name: str, layout: Layout | None = None, *, visible: bool = True) -> None:
        self.flush()
        layout = layout or Layout()
        self.errors, self.rows = layout.errors, 0
        self.remarks = {"dropped": [], "cut": []}
        name = _ODD.sub("", joined(name, self.codec) if self.codec else name)[:LONGEST_CELL]
        self.line({"sheet": name, "visible": visible, "merged": layout.merged, "hidden": layout.hidden})

    def row(self, number: int, cells: Sequence[Cell]) -> None:
        """`cells` may hold '' or None for nothing; columns past the limit are dropped."""
        if self.codec:
            cells = [joined(c, self.codec) if isinstance(c, str) else c for c in cells]
        cells = [c if c is None or is_plain(c) else self.mend(c, number) for c in cells[: self.max_columns]]
        if self.errors and number in self.errors:
            self.show_errors(self.errors[number], cells)
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            return
        self.count(1, len(cells))
        self.pending.append((number, cells))
        if len(self.pending) == ROWS_A_LINE:
            self.flush()

    def block(self, number: int, rows: Sequence[Sequence[Cell]], left: int) -> None:
        """Rows in sequence, the first of them `number`, as columns where nothing in them must be mended."""
        from core.tables.formats.blocks import block_of, to_bytes

        mended = None
        if not self.codec and not self.errors.keys() & range(number, number + len(rows)):
            mended = block_of([row[: self.max_columns - left] for row in rows], left)
        if mended is None:
            for place, cells in enumerate(rows, number):
                self.row(place, [*[None] * left, *cells])
            return
        self.flush()
        frame, others = mended
        self.count(len(rows), len(rows) * frame.width)
        mends = [[row, column, self.mend(cell, number + row)] for row, column, cell in others]
        stream = to_bytes(frame)
        self.characters_left -= len(stream)
        self.line({"block": len(stream), "first": number, "height": len(rows), "others": mends})
        self.write(stream)

    def count(self, rows: int, cells: int) -> None:
        """Take rows and cells off what a file may have."""
        self.rows += rows
        self.cells_left -= cells
        if self.rows > self.max_rows or self.cells_left < 0:
            raise FileRefused("too_large", f"表格超过 {self.max_rows} 行，一次读不下。请分成几个文件上传。")

    def mend(self, cell: Cell, number: int) -> Cell:
        """Return a cell that any database and workbook can keep: finite, of bounded length, without odd characters."""
        if isinstance(cell, str):
            if not cell:
                return None
            if not cell.isprintable():
                mended = _ODD.sub("", cell)
                if mended != cell:
                    self.remark("dropped", number)
                    cell = mended
            if len(cell) > LONGEST_CELL and len(cell := cell.strip()) > LONGEST_CELL:
                self.remark("cut", number)
                cell = cell[:LONGEST_CELL] + CUT_MARK
            return cell or None
        if isinstance(cell, float):
            return cell if isfinite(cell) else _written(cell)
        if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) >= LARGEST_WHOLE:
            try:
                return float(cell)
            except OverflowError:
                return "Infinity"
        return cell

    def show_errors(self, errors: dict[int, str], cells: list[Cell]) -> None:
        for column, text in errors.items():
            if column < self.max_columns:
                cells.extend([None] * (column + 1 - len(cells)))
                cells[column] = text

    def remark(self, what: str, number: int) -> None:
        rows = self.remarks[what]
        if len(rows) < MOST_REMARKS and (not rows or rows[-1] != number):
            rows.append(number)

    def flush(self) -> None:
        for what, rows in self.remarks.items():
            if rows and self.pending:
                new = [number for number in rows if number >= self.pending[0][0]]
                if new:
                    self.line({what: new})
        if self.pending:
            self.line(self.pending)
            self.pending = []


def joined(text: str, codec: str) -> str:
    """The text whose bytes came as a character each."""
    try:
        return text.encode("latin-1").decode(codec, "replace")
    except UnicodeEncodeError:
        return text


def is_plain(cell: Cell) -> bool:
    """Whether a cell is text that goes out as it is, as nearly all do."""
    return isinstance(cell, str) and 0 < len(cell) <= LONGEST_CELL and cell.isprintable()


def _written(number: float) -> str:
    """A number that is none, as the word that stands for it: the row's reader refuses it by name."""
    return "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"


def encode(value: object) -> object:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return str(value)[:LONGEST_CELL]
