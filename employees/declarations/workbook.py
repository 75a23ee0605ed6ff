"""The table that goes out to units: the month's form filled in from the month before."""

from datetime import date
from typing import BinaryIO

from django.core.files.base import ContentFile

from core.tables.writer import write_xlsx
from employees.declarations.check import LastMonth
from employees.months import in_words

COLUMNS = [("姓名", 12), ("证件号码", 22), ("月工资", 12), ("上月工资", 12), ("说明", 40)]


def form_workbook(*, unit: str, month: date, last_month: dict[str, LastMonth]) -> BinaryIO:
    """The month's form: last month's people with their wages; whoever left is to be deleted, whoever joined added."""
    rows = ((last.name, number, last.wage, last.wage, "") for number, last in sorted(last_month.items(), key=_by_name))
    note = "请核对月工资：有变动的改“月工资”一栏；离职的删去整行；新进的加在最后。“上月工资”和“说明”不用填。"
    return write_xlsx(columns=COLUMNS, rows=rows, title=f"{unit} {in_words(month)}职工医保申报表", note=note)


def _by_name(item: tuple[str, LastMonth]) -> tuple[str, str]:
    return item[1].name, item[0]


def pasted_table(text: str) -> "ContentFile[bytes]":
    """The pasted rows as a workbook, under the form's own headings unless their first line has headings: from there on
    they are read as any other file."""
    lines = [line.split("\t") if "\t" in line else line.split() for line in text.splitlines() if line.strip()]
    rows = [[cell.strip() for cell in line] for line in lines]
    headings = [title for title, _ in COLUMNS[:3]]
    if rows and any(cell in ("姓名", "职工姓名") for cell in rows[0]):
        headings, rows = rows[0], rows[1:]
    with write_xlsx(columns=[(heading, 20) for heading in headings], rows=rows) as file:
        return ContentFile(file.read(), "粘贴的人员.xlsx")
