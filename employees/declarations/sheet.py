"""A unit's monthly table → one row a person, with every problem of the row at once. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from core.access import masks
from core.tables.cells import read_amount
from core.tables.headings import Column, Header, find
from core.tables.reader import Cell, Sheet, SheetError, Workbook
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
#: Columns of the template that are only to be read.
HINTS = ("上月工资", "说明")
MOST_ROWS = 20_000


@dataclass(slots=True)
class PersonRow:
    """A row of the table: `row` as the sheet numbers it; `problems` in words for whoever filled it in."""

    row: int
    name: str
    id_number: str
    wage: Decimal | None
    problems: list[str] = field(default_factory=list)


def read_declaration(book: Workbook) -> tuple[Sheet, Header, list[PersonRow]]:
    """The sheet that was read, its heading, and its rows. Raise SheetError where the file gives no table."""
    found = [(sheet, find(sheet, COLUMNS, NEEDED)) for sheet in book.sheets if sheet.visible]
    whole = [(s, h) for s, h in found if h and set(NEEDED) <= h.columns.keys()]
    if not whole:
        raise SheetError("missing_columns", "没有找到表头。请保留“姓名、证件号码、月工资”这一行标题后重新上传。")
    sheet, header = whole[0]
    rows = list(_rows(sheet, header))
    if not rows:
        raise SheetError("no_rows", "表头下面没有人员。本月确实没有人员的，请办理单位注销或逐人减少。")
    if len(rows) > MOST_ROWS:
        raise SheetError("too_large", f"表里有 {len(rows)} 人，超过 {MOST_ROWS} 人的上限，请核对。")
    seen: dict[str, int] = {}
    for row in rows:
        if row.id_number in seen:
            row.problems.append(f"与第 {seen[row.id_number]} 行是同一个人，请删去一行。")
        elif row.id_number:
            seen[row.id_number] = row.row
    return sheet, header, rows


def _rows(sheet: Sheet, header: Header) -> Iterator[PersonRow]:
    for number, cells in sheet.rows:
        if number <= header.row:
            continue

        def get(key: str, cells: list[Cell] = cells) -> Cell:
            place = header.columns[key]
            return cells[place] if place < len(cells) else None

        name, written = names.normalise(get("name")), get("id_number")
        if not name and written in (None, "") or name in ("合计", "总计", "小计"):
            continue
        id_number, problem = id_numbers.read_cell(written)
        row = PersonRow(number, name[:60], id_number[:30], None)
        if not names.is_plausible(name):
            row.problems.append("姓名没有填写，或不是姓名，请照身份证填写。")
        problem = problem or id_numbers.check(id_number)
        if problem:
            row.problems.append(
                f"{masks.mask(id_number)}：{id_numbers.MESSAGES[problem]}"
                if id_number
                else id_numbers.MESSAGES[problem]
            )
        wage, _, wrong = read_amount(get("wage"))
        if wrong:
            row.problems.append(
                wrong.replace("实缴金额", "月工资").replace("收到的钱数", "月工资").replace("钱数", "月工资")
            )
        elif wage == 0:
            row.problems.append("月工资是 0。本月离职的请删去这一行，仍在职的请填写应发工资。")
        row.wage = wage
        yield row
