"""The pension office's roll of a month → one row a person. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.tables.cells import cell_text, read_amount
from core.tables.footings import is_nobody
from core.tables.headings import Column
from core.tables.lists import ListReader, ListRow
from core.tables.reader import Sheet, SheetError
from employees.months import in_words, other_month
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
NO_HEADING = "没有找到表头。要有“姓名、证件号码、缴费基数”几栏，请补上后重新上传。"


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


def roll_table() -> ListReader:
    """The reader of one roll."""
    return ListReader(COLUMNS, NEEDED)


def read_roll(
    sheets: Iterable[Sheet], table: ListReader | None = None, *, month: date, file_name: str = ""
) -> tuple[list[RollRow], list[str]]:
    """The rows of every visible sheet with a heading, and what is to be said about the file.

    Raises SheetError, for a roll that calls itself another month's too: last year's would name hundreds as missing.
    """
    table = table or roll_table()
    rows = [row for line in table.rows(sheets) if (row := _row(line)) is not None]
    if not table.found_heading:
        raise SheetError("missing_columns", NO_HEADING)
    if not rows:
        raise SheetError("no_rows", "表头下面没有人员，请检查文件。")
    if other := other_month([*table.above, file_name], month):
        says = (
            f"文件上写的是{other}的名册，您选的是{in_words(month)}。请选对月份，或换成{in_words(month)}的名册再上传。"
        )
        raise SheetError("other_month", says)
    return rows, [note.message for note in table.notes()]


def _row(line: ListRow) -> RollRow | None:
    name, written = names.normalise(line.cells["name"])[:60], line.cells["id_number"]
    if is_nobody(line.cells["name"], written):
        return None
    id_number, problem = id_numbers.read_cell(written)
    problem = problem or id_numbers.check(id_number)
    base, _, wrong = read_amount(line.cells["base"], title="缴费基数")
    says = id_numbers.MESSAGES[problem] if problem else wrong
    code = codes.normalize(line.cells.get("credit_code"))[:18]
    unit = cell_text(line.cells.get("unit"))[:100]
    return RollRow(line.number, name, id_number[:30], code, unit, base, says[:200])
