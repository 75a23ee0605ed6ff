"""What the tax bureau hands back: feedback files (who was taken in and who was not) and lists of those who paid
themselves. Cells → lines; nothing is looked up here. Pure.

The bureau's exports have changed their headings with every release, so columns are found by many usual words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from collection.ledgers import columns
from core.tables.cells import half_width, read_amount, read_date
from core.tables.headings import Column, Header, find
from core.tables.reader import Cell, Sheet
from residents.people import id_numbers, names

NO_HEADING = (
    "表里没有找到“{needed}”这几列。请让第一行（或标题下一行）写明列名，一人一行，再上传；"
    "原来的文件不要改动人员顺序和号码。"
)
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
TICKET = Column(
    "number",
    "税票号",
    (
        "电子税票号码",
        "税票号码",
        "税票号",
        "完税证号",
        "完税凭证号",
        "缴款书号码",
        "凭证号码",
        "凭证号",
        "缴费凭证号",
        "票证号码",
        "票证号",
        "应征凭证序号",
        "订单号",
        "交易流水号",
        "流水号",
        "缴费流水号",
        "缴费单号",
    ),
    ("税票", "流水号", "凭证号", "票证号", "订单号"),
    ("日期", "时间", "金额"),
)
YEAR = Column(
    "year",
    "缴费年度",
    (
        "缴费年度",
        "参保年度",
        "所属年度",
        "费款所属期",
        "费款所属期起",
        "所属期起",
        "所属期",
        "年度",
    ),
    ("年度", "所属期"),
    ("止",),
)
_DONE = ("成功", "已导入", "通过", "正常", "完成")
_NOT_DONE = ("不成功", "未成功", "失败", "未通过", "不通过", "错误", "异常", "未导入", "不正常", "未完成", "有误")
_YES, _NO = frozenset({"是", "Y", "YES", "TRUE", "1", "√", "OK"}), frozenset({"否", "N", "NO", "FALSE", "0", "×", "X"})
_SUMS = ("合计", "总计", "小计", "共计", "制表", "填表", "打印")


@dataclass(frozen=True, slots=True)
class FeedbackLine:
    """One line of a feedback file. `ok` is None where the line does not say; `problem` tells what is wrong with it."""

    sheet: str
    row: int
    name: str
    id_number: str
    ok: bool | None
    reason: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One line of a paid list: amount in yuan, `number` the tax ticket's or ''. `problem`: why it cannot be taken."""

    row: int
    name: str
    id_number: str
    amount: Decimal | None
    paid_on: date | None
    number: str
    problem: str = ""


def read_feedback(sheets: Iterable[Sheet]) -> list[FeedbackLine] | None:
    """All lines of all sheets that hold a list; None if no sheet does."""
    found = None
    for sheet in sheets:
        header = find(sheet, (NAME, ID_NUMBER, RESULT, REASON), ("id_number", "name"))
        if header is None or "id_number" not in header.columns:
            continue
        found = found or []
        whole = _said_by_title(sheet.name)
        for number, cells in _below(sheet, header):
            line = _feedback_line(sheet.name, number, _Cells(header, cells), whole)
            if line:
                found.append(line)
    return found


def _feedback_line(sheet: str, number: int, cells: "_Cells", whole: bool | None) -> FeedbackLine | None:
    name, id_number, problem = cells.person()
    if not id_number and (not name or any(word in name for word in _SUMS)):
        return None
    reason = cells.text("reason")
    ok = _verdict(cells.text("result"))
    if ok is None and "result" not in cells.header.columns:
        ok = whole if whole is not None else (False if reason else None)
    if ok is None and not problem:
        problem = "没有写明是成功还是失败。"
    if ok:
        reason = ""
    return FeedbackLine(sheet, number, name, id_number, ok, reason[:120], problem)


def _said_by_title(title: str) -> bool | None:
    """A sheet named 导入成功名单 or 失败 says the same of all its lines."""
    return _verdict(title) if any(word in title for word in ("成功", "失败", "错误", "异常")) else None


def _verdict(text: str) -> bool | None:
    plain = half_width(text).upper()
    if not plain:
        return None
    if plain in _NO or any(word in plain for word in _NOT_DONE):
        return False
    return True if plain in _YES or any(word in plain for word in _DONE) else None


class PaidListReader:
    """Reads a paid list piece by piece, as `sheets.stream` hands it over: the heading stands in the first piece."""

    def __init__(self, year: int):
        self.year = year
        self.found_heading = False
        self._header, self._merged = None, []

    def lines(self, piece: Sheet) -> Iterator[PaidLine]:
        if not piece.rows:
            self._header, self._merged = None, piece.merged
            return
        if self._header is None:
            piece.merged = self._merged
            self._header = find(piece, (NAME, ID_NUMBER, AMOUNT, PAID_ON, TICKET, YEAR), NEEDED_FOR_PAID)
            if self._header is None or not set(NEEDED_FOR_PAID) <= self._header.columns.keys():
                self._header = None
                return
            self.found_heading = True
        for number, cells in piece.rows:
            if number > self._header.row and (line := self._line(number, _Cells(self._header, cells))):
                yield line

    def _line(self, number: int, cells: "_Cells") -> PaidLine | None:
        name, id_number, problem = cells.person()
        if not id_number and (not name or any(word in name for word in _SUMS)):
            return None
        amount, _, wrong_amount = read_amount(cells.cell("amount"))
        paid_on, _, wrong_day = read_date(cells.cell("paid_on"))
        if amount is not None and amount <= 0:
            wrong_amount = "金额不是正数；税务退费、冲销的行请不要放在已缴清单里。"
        year = cells.text("year")
        wrong_year = f"是“{year}”的缴费，不是{self.year}年度。" if year and str(self.year) not in year else ""
        ticket = half_width(cells.text("number"))[:60]
        problem = problem or wrong_amount or wrong_day or wrong_year
        return PaidLine(number, name, id_number, amount, paid_on, ticket, problem)


NEEDED_FOR_PAID = ("name", "id_number", "amount", "paid_on")


class _Cells:
    """A row's cells by the key of their column."""

    def __init__(self, header: Header, cells: list[Cell]):
        self.header, self.cells = header, cells

    def cell(self, key: str) -> Cell:
        position = self.header.columns.get(key)
        return self.cells[position] if position is not None and position < len(self.cells) else None

    def text(self, key: str) -> str:
        cell = self.cell(key)
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return "" if cell is None else str(cell).strip()

    def person(self) -> tuple[str, str, str]:
        """(name, identity number, problem). A number with asterisks is kept: the reader may match it by name."""
        name = names.normalise(self.cell("name"))[:60]
        number, problem = id_numbers.read_cell(self.cell("id_number"))
        if "*" in number:
            return name, number[:30], ""
        return name, number[:30], id_numbers.MESSAGES[problem] if problem else ""


def _below(sheet: Sheet, header: Header):
    return ((number, cells) for number, cells in sheet.rows if number > header.row)
