"""The pension office's roll of a month → one row a person. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.tables.cells import cell_text, read_amount
from core.tables.headings import Column, Header, find
from core.tables.reader import Cell, Sheet, SheetError, Workbook
from employees.units import credit_code as codes
from residents.people import id_numbers, names

COLUMNS = (
    Column("name", "姓名", ("姓名", "职工姓名"), parts=("姓名",)),
    Column("id_number", "证件号码", ("证件号码", "身份证号码", "身份证号", "身份证"), parts=("身份证", "证件号")),
    Column("credit_code", "统一社会信用代码", ("统一社会信用代码", "社会信用代码", "信用代码"), parts=("信用代码",)),
    Column("unit", "单位名称", ("单位名称", "参保单位", "单位"), parts=("单位",), never=("代码", "编号")),
    Column("base", "缴费基数", ("缴费基数", "养老缴费基数", "月缴费基数", "基数"), parts=("基数",)),
)
NEEDED = ("name", "id_number", "base")


@dataclass(frozen=True, slots=True)
class RollRow:
    """A person on the roll; `problem` in words where the row cannot be compared."""

    row: int
    name: str
    id_number: str
    credit_code: str
    unit: str
    base: Decimal | None
    problem: str = ""


def read_roll(book: Workbook) -> list[RollRow]:
    """The rows of every visible sheet with a heading. Raise SheetError where the file gives none."""
    found = [(sheet, find(sheet, COLUMNS, NEEDED)) for sheet in book.sheets if sheet.visible]
    whole = [(s, h) for s, h in found if h and set(NEEDED) <= h.columns.keys()]
    if not whole:
        raise SheetError("missing_columns", "没有找到表头。要有“姓名、证件号码、缴费基数”几栏，请补上后重新上传。")
    rows = [row for sheet, header in whole for row in _rows(sheet, header)]
    if not rows:
        raise SheetError("no_rows", "表头下面没有人员，请检查文件。")
    return rows


def _rows(sheet: Sheet, header: Header) -> Iterator[RollRow]:
    for number, cells in sheet.rows:
        if number <= header.row:
            continue

        def get(key: str, cells: list[Cell] = cells) -> Cell:
            place = header.columns.get(key)
            return cells[place] if place is not None and place < len(cells) else None

        name = names.normalise(get("name"))[:60]
        if (not name and get("id_number") in (None, "")) or name in ("合计", "总计", "小计"):
            continue
        id_number, problem = id_numbers.read_cell(get("id_number"))
        problem = problem or id_numbers.check(id_number)
        says = id_numbers.MESSAGES[problem] if problem else ""
        base, _, wrong = read_amount(get("base"))
        if wrong and not says:
            says = wrong.replace("实缴金额", "缴费基数").replace("收到的钱数", "缴费基数").replace("钱数", "缴费基数")
        yield RollRow(
            number,
            name,
            id_number[:30],
            codes.normalize(get("credit_code"))[:18],
            cell_text(get("unit"))[:100],
            base,
            says[:200],
        )
