"""What goes out of the reading process, and the one way to refuse a file."""

import json
import sys
from datetime import date, datetime

ROWS_A_LINE = 500
MOST_SHEETS = 1000  # a sheet for every village of a county is far less

DAMAGED = "文件已损坏或没有传完整，打不开。请在 WPS 或 Excel 里打开原文件，另存为 xlsx 后重新上传。"
WORD = "这是 Word 文档，不是表格。请把里面的表格复制到 WPS 表格里，保存为 xlsx 后再上传。"
NOT_A_SHEET = "无法识别这个文件，或者它的文字编码。请用 WPS 或 Excel 打开，另存为 xlsx 后再上传。"
ENCRYPTED = "文件设有密码保护。请在 WPS 或 Excel 里打开，取消打开密码和工作簿保护，另存为 xlsx 后再上传。"


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message


class Output:
    """Counts what goes out, so that a sheet of any size ends in a message rather than in a full memory."""

    def __init__(self, limits):
        self.max_rows, self.max_columns = limits["rows"], limits["columns"]
        self.cells_left = limits["cells"]
        self.write = sys.stdout.buffer.write
        self.pending = []

    def line(self, value):
        self.write(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=encode).encode() + b"\n")

    def sheet(self, name, *, visible=True, merged=(), hidden=()):
        self.flush()
        self.line({"sheet": name, "visible": visible, "merged": list(merged), "hidden": sorted(hidden)})
        self.rows = 0

    def row(self, number, cells):
        """`cells` may hold '' or None for nothing; columns past the limit are dropped."""
        cells = [None if c == "" else c for c in cells[: self.max_columns]]
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            return
        self.rows += 1
        self.cells_left -= len(cells)
        if self.rows > self.max_rows or self.cells_left < 0:
            raise Refused("too_large", f"表格超过 {self.max_rows} 行，一次读不下。请分成几个文件上传。")
        self.pending.append([number, cells])
        if len(self.pending) == ROWS_A_LINE:
            self.flush()

    def flush(self):
        if self.pending:
            self.line(self.pending)
            self.pending = []


def encode(value):
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return str(value)
