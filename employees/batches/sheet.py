"""A table with the month of many units → the rows of each by its credit code. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from core.tables.footings import is_nobody
from core.tables.headings import Column
from core.tables.lists import ListReader
from core.tables.reader import Cell, Sheet, SheetError
from employees.declarations import sheet
from employees.declarations.sheet import PersonRow, mark_duplicates, read_person
from employees.units import credit_code as codes

COLUMNS = (
    Column("credit_code", "统一社会信用代码", ("统一社会信用代码", "社会信用代码", "信用代码"), parts=("信用代码",)),
    *sheet.COLUMNS,
)
NEEDED = ("credit_code", *sheet.NEEDED)
MOST_ROWS = 100_000
NO_HEADING = "没有找到表头。要有“统一社会信用代码、姓名、证件号码、月工资”几栏。"


@dataclass
class MonthTable:
    """The rows of each unit by its credit code, those without a readable code, and notes about the file."""

    units: dict[str, list[PersonRow]] = field(default_factory=dict)
    lost: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def month_table() -> ListReader:
    """The reader of one file with the month of many units."""
    return ListReader(COLUMNS, NEEDED, hidden_rows_are=sheet.HIDDEN_ROWS_ARE)


def read_month_table(
    sheets: Iterable[Sheet], reader: ListReader | None = None, *, month: date | None = None, file_name: str = ""
) -> MonthTable:
    """Read every visible sheet with a heading. Raises SheetError where the file gives no table."""
    reader, table, count = reader or month_table(), MonthTable(), 0
    sound_codes: dict[Cell, str] = {}
    for line in reader.rows(sheets):
        name, written = line.cells["name"], line.cells["id_number"]
        if is_nobody(name, written):
            continue
        count += 1
        if count > MOST_ROWS:
            raise SheetError("too_large", f"表里超过 {MOST_ROWS} 人的上限，请分成几个文件。")
        written_code = line.cells["credit_code"]
        if written_code not in sound_codes:  # one code stands on the rows of all its people
            code = codes.normalize(written_code)
            sound_codes[written_code] = "" if codes.problem_of(code) else code
        if not (code := sound_codes[written_code]):
            table.lost.append((line.number, "统一社会信用代码没有填写或不对，请核对。"))
            continue
        table.units.setdefault(code, []).append(read_person(line.number, name, written, line.cells["wage"]))
    if not reader.found_heading:
        raise SheetError("missing_columns", NO_HEADING)
    if not count:
        raise SheetError("no_rows", "表头下面没有人员，请检查文件。")
    for rows in table.units.values():
        mark_duplicates(rows)
    said = sheet.said_of_month([*reader.above, file_name], month)
    table.notes = [*said, *(note.message for note in reader.notes())]
    return table
