"""The tax bureau's feedback files: who was taken in and who was not. Cells → lines; nothing is looked up here. Pure.

The bureau's exports have changed their headings with every release, so columns are found by many usual words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from collection.declarations.verdicts import is_doubtful, plain_word, read_verdict, title_verdict
from collection.ledgers import columns
from core.tables.cells import formula_error
from core.tables.footings import is_nobody
from core.tables.headings import Column, Header
from core.tables.lists import ListReader
from core.tables.reader import Cell, Sheet
from residents.people import id_numbers, names

_OURS = {column.key: column for column in columns.COLUMNS}
NAME, ID_NUMBER, AMOUNT, PAID_ON = (_OURS[key] for key in ("name", "id_number", "amount", "paid_on"))
RESULT = Column(
    "result",
    "导入结果",
    (
        "导入结果",
        "导入状态",
        "处理结果",
        "处理状态",
        "反馈结果",
        "申报结果",
        "校验结果",
        "是否成功",
        "是否导入成功",
        "执行结果",
        "结果",
        "状态",
        "成功标志",
        "导入标志",
    ),
    ("导入结果", "导入状态", "处理结果", "处理状态", "是否成功"),
    ("原因", "时间"),
)
REASON = Column(
    "reason",
    "失败原因",
    (
        "失败原因",
        "错误原因",
        "导入失败原因",
        "失败信息",
        "错误信息",
        "错误提示",
        "提示信息",
        "异常原因",
        "不成功原因",
        "反馈信息",
        "处理信息",
        "原因",
        "说明",
        "失败说明",
        "错误描述",
        "描述",
        "备注",
    ),
    ("失败原因", "错误", "异常信息", "原因"),
)


@dataclass(frozen=True, slots=True)
class FeedbackLine:
    """One line of a feedback file. `ok` is None where somebody has to say it; `problem` tells why or what is wrong.

    `unknown`: the verdict that nobody has explained yet, as it is remembered.
    """

    sheet: str
    row: int
    name: str
    id_number: str
    ok: bool | None
    reason: str
    problem: str = ""
    unknown: str = ""


COLUMNS = (NAME, ID_NUMBER, RESULT, REASON)
NEEDED = ("id_number", "name")


def feedback_table() -> ListReader:
    """The reader of one feedback file."""
    return ListReader(COLUMNS, NEEDED)


def read_feedback(
    pieces: Iterable[Sheet], *, words: Mapping[str, bool] | None = None, table: ListReader | None = None
) -> list[FeedbackLine] | None:
    """Return the lines of all visible sheets that hold a list, None if no sheet does.

    `words`: verdicts that the county has explained before (verdicts.py). `table` tells afterwards what is to be said
    of the file.
    """
    table, lines = table or feedback_table(), []
    for header, rows in table.blocks(pieces):
        of_all = title_verdict(table.sheet_name)
        for number, cells in rows:
            if line := _feedback_line(table.sheet_name, number, RowCells(header, cells), of_all, words):
                lines.append(line)
    return lines if table.found_heading else None


def _feedback_line(
    sheet: str, number: int, cells: "RowCells", of_all: bool | None, words: Mapping[str, bool] | None
) -> FeedbackLine | None:
    name, id_number, problem = cells.person()
    if is_nobody(cells.cell("name"), cells.cell("id_number")):
        return None
    reason, written = cells.text("reason"), cells.text("result")
    ok = read_verdict(written, words=words, heading=cells.heading("result"))
    unknown = plain_word(written) if written and ok is None else ""
    if not written and "result" not in cells.header.columns:
        ok = of_all if of_all is not None else (False if reason else None)
    if not problem and ok is None:
        problem = f"“{written[:20]}”看不出是成功还是失败，请写明。" if written else "没有写明是成功还是失败。"
    elif not problem and ok and is_doubtful(ok=ok, reason=reason):
        problem, ok = f"写的是“{written or '成功'}”，又写了“{reason[:60]}”，请核实后逐人确定。", None
    return FeedbackLine(sheet, number, name, id_number, ok, "" if ok else reason[:120], problem, unknown)


class RowCells:
    """A row's cells by the key of their column."""

    def __init__(self, header: Header, cells: list[Cell]) -> None:
        self.header, self.cells = header, cells

    def cell(self, key: str) -> Cell:
        position = self.header.columns.get(key)
        return self.cells[position] if position is not None and position < len(self.cells) else None

    def text(self, key: str) -> str:
        cell = self.cell(key)
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return "" if cell is None else str(cell).strip()

    def heading(self, key: str) -> str:
        position = self.header.columns.get(key)
        return "" if position is None else self.header.titles.get(position, "")

    def person(self) -> tuple[str, str, str]:
        """(name, identity number, problem). A number with asterisks is kept: the reader may match it by name."""
        name = names.normalise(self.cell("name"))[:60]
        number, problem = id_numbers.read_cell(self.cell("id_number"))
        for key, title in (("name", "姓名"), ("id_number", "证件号码")):
            if error := formula_error(self.cell(key), title=title):
                return name, number[:30], error
        if "*" in number:
            return name, number[:30], ""
        return name, number[:30], id_numbers.MESSAGES[problem] if problem else ""
