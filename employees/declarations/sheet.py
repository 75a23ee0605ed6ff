"""A unit's monthly table → one row a person, with every problem of the row at once. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.access import masks
from core.tables.cells import read_amount
from core.tables.footings import is_nobody
from core.tables.headings import Column
from core.tables.lists import ListReader, ListRow
from core.tables.reader import Cell, Sheet, SheetError
from employees.months import in_words, other_month
from residents.people import id_numbers, names

COLUMNS = (
    Column("name", "姓名", ("姓名", "职工姓名", "参保人姓名"), parts=("姓名",), never=("经办",)),
    Column(
        "id_number",
        "证件号码",
        ("证件号码", "身份证号码", "身份证号", "公民身份号码", "身份证"),
        parts=("身份证", "证件号"),
    ),
    Column(
        "wage",
        "月工资",
        ("月工资", "缴费工资", "申报工资", "月缴费工资", "工资总额", "月平均工资", "缴费基数", "工资"),
        parts=("工资", "基数"),
        never=("上月", "实发"),
    ),
)
NEEDED = ("name", "id_number", "wage")
MOST_ROWS = 20_000
HIDDEN_ROWS_ARE = "也按在册人员读取。不该申报的请删除后重新上传。"
NO_HEADING = "没有找到表头。请保留“姓名、证件号码、月工资”这一行标题后重新上传。"


@dataclass(slots=True)
class PersonRow:
    """A row of the table: `row` as the sheet numbers it; `problems` in words for whoever filled it in."""

    row: int
    name: str
    id_number: str
    wage: Decimal | None
    problems: list[str] = field(default_factory=list)


def declaration_table() -> ListReader:
    """The reader of one unit's month."""
    return ListReader(COLUMNS, NEEDED, one_sheet=True, hidden_rows_are=HIDDEN_ROWS_ARE)


def read_declaration(
    sheets: Iterable[Sheet], table: ListReader | None = None, *, month: date | None = None, file_name: str = ""
) -> tuple[list[PersonRow], list[str]]:
    """The rows of the first sheet with a heading, and what is to be said about the file: hidden rows, other sheets, a
    title that names another month than the one it is sent for.

    Raises SheetError where the file gives no table.
    """
    table = table or declaration_table()
    rows = [row for line in table.rows(sheets) if (row := _row(line)) is not None]
    if not table.found_heading:
        raise SheetError("missing_columns", NO_HEADING)
    if not rows:
        raise SheetError("no_rows", "表头下面没有人员。本月确实没有人员的，请办理单位注销或逐人减少。")
    if len(rows) > MOST_ROWS:
        raise SheetError("too_large", f"表里有 {len(rows)} 人，超过 {MOST_ROWS} 人的上限，请核对。")
    mark_duplicates(rows)
    return rows, [*said_of_month([*table.above, file_name], month), *(note.message for note in table.notes())]


def said_of_month(texts: Iterable[str], month: date | None) -> list[str]:
    """A note where titles or the file's name tell another month: last month's form is often filled in again."""
    if month is None or not (other := other_month(texts, month)):
        return []
    return [f"表上写的是{other}，申报的是{in_words(month)}。请核对是不是选错了文件或月份。"]


def _row(line: ListRow) -> PersonRow | None:
    """A person of the table; None for a sum or an empty row."""
    name, written = line.cells["name"], line.cells["id_number"]
    if is_nobody(name, written):
        return None
    return read_person(line.number, name, written, line.cells["wage"])


def read_person(number: int, name_cell: Cell, id_cell: Cell, wage_cell: Cell) -> PersonRow:
    """A person with every problem of the row, from a table's cells or from what was typed on the page."""
    name = names.normalise(name_cell)
    id_number, problem = id_numbers.read_cell(id_cell)
    row = PersonRow(number, name[:60], id_number[:30], None)
    if not names.is_plausible(name):
        row.problems.append("姓名没有填写，或不是姓名，请照身份证填写。")
    if problem := problem or id_numbers.check(id_number):
        shown = f"{masks.mask(id_number)}：" if id_number else ""
        row.problems.append(shown + id_numbers.MESSAGES[problem])
    row.wage, _, wrong = read_amount(wage_cell, title="月工资")
    if wrong:
        row.problems.append(wrong)
    elif row.wage == 0:
        row.problems.append("月工资是 0。本月离职的请删去这一行，仍在职的请填写应发工资。")
    return row


def mark_duplicates(rows: list[PersonRow]) -> None:
    """Say of each row that names somebody for the second time where the first stands."""
    seen: dict[str, int] = {}
    for row in rows:
        if row.id_number in seen:
            row.problems.append(f"与第 {seen[row.id_number]} 行是同一个人，请删去一行。")
        elif row.id_number:
            seen[row.id_number] = row.row
