"""The workbooks that villages get: the pre-filled ledger, their own file with its mistakes marked, the unpaid list.

No database here: what stands in them is handed in. Identity numbers, receipts and telephones are written as text.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill

from collection.ledgers.columns import HINT_TITLE, OUR_SHEETS
from core.tables.headings import plain
from core.tables.reader import Cell, Sheet, Workbook

SPARE_ROWS = 60
_WRONG = PatternFill("solid", fgColor="FFFFC7CE")
_DONE = PatternFill("solid", fgColor="FFE2EFDA")
_NONE = PatternFill(fill_type=None)
_OURS = {_WRONG.fgColor.rgb, _DONE.fgColor.rgb}


@dataclass(frozen=True)
class Owing:
    """Somebody who has not paid. `due` is None where the policy sets no amount; `why` says how it is worked out."""

    household: str
    head_name: str
    name: str
    id_number: str
    category: str
    due: Decimal | None
    phone: str
    why: str


@dataclass(frozen=True)
class Titles:
    """What stands above a village's list. `stamp` is the line by which the file is known again."""

    campaign: str
    village: str
    made_on: date
    stamp: str = ""


# --- the pre-filled ledger ------------------------------------------------------------------------------------------

_PREFILLED = (
    ("序号", 6),
    ("户编号", 12),
    ("户主", 10),
    ("姓名", 12),
    ("身份证号码", 22),
    ("人员类别", 14),
    ("应缴金额", 10),
    ("实缴金额", 10),
    ("缴费日期", 12),
    ("收据号", 16),
    ("联系电话", 14),
    ("应缴说明", 46),
)
_AS_TEXT = ("身份证号码", "收据号", "联系电话")
_HOW = (
    "一、收到钱的人，在他那一行填三格：实缴金额、缴费日期、收据号。没有收到钱的人不用填，留着就行。",
    "二、实缴金额点开下拉框选择应缴金额；与应缴金额不同的，先弄清原因再填。",
    "三、缴费日期写全年月日，例如 2024-10-08。一张收据只能开给一户，同一户的几个人可以写同一个收据号。",
    "四、表里没有的人，填在最下面的空行里，姓名和身份证号码照身份证填写。",
    "五、不要改表头和“台账版本”那一行。可以随时上传，已经记过账的行不会重复记账。",
    "六、自己在手机或银行缴费的人不要填在这里，由税务部门的名单入账。",
)


def prefilled(
    titles: Titles,
    people: Sequence[Owing],
    *,
    free: Iterable[tuple[str, str]],
    categories: Sequence[str],
    period: tuple[date, date],
) -> bytes:
    """A village's ledger with everyone unpaid, by household; `free` are (name, category) of those who owe nothing."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_numbers": False})
    look = {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
        "note": book.add_format({"font_color": "#595959"}),
        "head": book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "align": "center"}),
        "fixed": book.add_format({"border": 1, "num_format": "@"}),
        "plain": book.add_format({"num_format": "@"}),
        "why": book.add_format({"border": 1, "font_color": "#595959", "font_size": 9}),
        "due": book.add_format({"border": 1, "num_format": "0.00"}),
        "amount": book.add_format({"border": 1, "num_format": "0.00", "bg_color": "#FFF9E5"}),
        "day": book.add_format({"border": 1, "num_format": "yyyy-mm-dd", "bg_color": "#FFF9E5"}),
        "text": book.add_format({"border": 1, "num_format": "@", "bg_color": "#FFF9E5"}),
    }
    sheet = book.add_worksheet("缴费清册")
    last_column = len(_PREFILLED) - 1
    sheet.merge_range(0, 0, 0, last_column, f"{titles.campaign}居民医保缴费清册", look["title"])
    sheet.write(1, 0, f"{titles.village}　　下载日期：{titles.made_on}　　{titles.stamp}", look["note"])
    for column, (title, width) in enumerate(_PREFILLED):
        sheet.write(2, column, title, look["head"])
        sheet.set_column(column, column, width, look["plain"] if title in _AS_TEXT else None)
    first = 3
    for at, one in enumerate(people, first):
        sheet.write_number(at, 0, at - first + 1, look["fixed"])
        for column, text in enumerate((one.household, one.head_name, one.name, one.id_number, one.category), 1):
            sheet.write_string(at, column, text, look["fixed"])
        if one.due is None:
            sheet.write_blank(at, 6, None, look["due"])
        else:
            sheet.write_number(at, 6, float(one.due), look["due"])
        sheet.write_string(at, 10, one.phone, look["text"])
        sheet.write_string(at, 11, one.why, look["why"])
    end = first + len(people) + SPARE_ROWS - 1
    for at in range(first, end + 1):
        sheet.write_blank(at, 7, None, look["amount"])
        sheet.write_blank(at, 8, None, look["day"])
        sheet.write_blank(at, 9, None, look["text"])
        if at >= first + len(people):
            for column in (*range(6), 10):
                sheet.write_blank(at, column, None, look["text"])
    _checks(sheet, first, end, categories, period)
    sheet.freeze_panes(3, 4)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    _add_texts(book, OUR_SHEETS[0], "怎么填这份台账", _HOW, look)
    names = [f"{name}　{category}" for name, category in free] or ["没有"]
    _add_texts(book, OUR_SHEETS[1], "全额资助、不用缴费的人，不能收钱", names, look)
    book.close()
    return out.getvalue()


def _checks(sheet, first, end, categories, period):
    """What the cells themselves refuse or ask about; LibreOffice, WPS and Excel all keep to it."""
    row = first + 1
    sheet.data_validation(
        first,
        7,
        end,
        7,
        {
            "validate": "list",
            "source": f"=$G{row}",
            "error_type": "warning",
            "ignore_blank": True,
            "error_title": "与应缴金额不同",
            "error_message": "实缴金额与应缴金额不同，请先核对。确实如此再继续。",
        },
    )
    sheet.data_validation(
        first,
        8,
        end,
        8,
        {
            "validate": "date",
            "criteria": "between",
            "minimum": period[0],
            "maximum": period[1],
            "ignore_blank": True,
            "error_title": "日期不对",
            "error_message": f"请填写 {period[0]} 至 {period[1]} 之间的日期，例如 {period[0]}。",
        },
    )
    sheet.data_validation(
        first,
        9,
        end,
        9,
        {
            "validate": "length",
            "criteria": "between",
            "minimum": 1,
            "maximum": 30,
            "ignore_blank": True,
            "error_title": "收据号太长",
            "error_message": "请只填收据上印的号码。",
        },
    )
    sheet.data_validation(
        first,
        4,
        end,
        4,
        {
            "validate": "length",
            "criteria": "==",
            "value": 18,
            "error_type": "warning",
            "ignore_blank": True,
            "error_title": "位数不对",
            "error_message": "身份证号码是 18 位，请照身份证核对。",
        },
    )
    if sum(len(c) + 1 for c in categories) < 250:  # Excel keeps 255 characters of a list
        sheet.data_validation(
            first,
            5,
            end,
            5,
            {
                "validate": "list",
                "source": list(categories),
                "error_type": "warning",
                "ignore_blank": True,
                "error_title": "没有这一类",
                "error_message": "请从下拉框里选择人员类别。",
            },
        )


def _add_texts(book, name, title, lines, look):
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 90)
    sheet.write(0, 0, title, look["title"])
    for at, line in enumerate(lines, 2):
        sheet.write_string(at, 0, line)


# --- the village's own file, marked ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """What is said about one row: columns (positions from 0) that are wrong, the words, and whether it is booked."""

    wrong: tuple[int, ...]
    says: str
    done: bool = False


def annotated(
    path: Path, book: Workbook, *, sheet_name: str, header_row: int, marks: Mapping[int, Mark], keep_file: bool = True
) -> bytes:
    """The file as it was, with the wrong cells red and a last column that says why. Always xlsx.

    With `keep_file` an xlsx keeps its own looks; other kinds, and files too heavy for that, are written anew from
    their rows, in the same rows and columns.
    """
    read = next(sheet for sheet in book.sheets if sheet.name[:60] == sheet_name)
    if book.kind == "xlsx" and keep_file:
        target = openpyxl.load_workbook(path, keep_links=False)
        sheet = target[read.name]
        _put_values(sheet, read, marks)
    else:
        target, sheet = _written_anew(book, read)
    hint = _hint_column(sheet, read, header_row)
    head = sheet.cell(header_row, hint)
    head.value, head.font = HINT_TITLE, Font(bold=True, color="FF9C0006")
    sheet.column_dimensions[head.column_letter].width = 60
    for number, mark in marks.items():
        for column in range(1, hint):
            _clear(sheet.cell(number, column))
        for position in mark.wrong:
            cell = sheet.cell(number, position + 1)
            if not isinstance(cell, MergedCell):
                cell.fill = _WRONG
        said = sheet.cell(number, hint)
        if not isinstance(said, MergedCell):
            said.value = _clean(mark.says)
            said.fill = _DONE if mark.done else _WRONG if mark.wrong or mark.says else _NONE
            said.alignment = Alignment(wrap_text=True, vertical="top")
    out = io.BytesIO()
    target.save(out)
    return out.getvalue()


def _put_values(sheet, read: Sheet, marks) -> None:
    """Formulas of people's rows as the values they had: a program that does not calculate would lose them."""
    for number, cells in read.rows:
        if number in marks:
            for position, value in enumerate(cells):
                cell = sheet.cell(number, position + 1)
                if cell.data_type == "f":
                    _write(cell, value)


def _written_anew(book: Workbook, read: Sheet):
    target = openpyxl.Workbook()
    target.remove(target.active)
    chosen = None
    for source in book.sheets:
        sheet = target.create_sheet((source.name or "缴费清册")[:31])
        for number, cells in source.rows:
            for position, value in enumerate(cells, 1):
                if value is not None:
                    _write(sheet.cell(number, position), value)
        for top, left, bottom, right in source.merged:
            sheet.merge_cells(start_row=top, start_column=left + 1, end_row=bottom, end_column=right + 1)
        for number in source.hidden_rows:
            sheet.row_dimensions[number].hidden = True
        sheet.sheet_state = "visible" if source.visible else "hidden"
        if source is read:
            chosen = sheet
            for position in range(max((len(cells) for _, cells in source.rows), default=0)):
                sheet.column_dimensions[openpyxl.utils.get_column_letter(position + 1)].width = 14
    target.active = target.index(chosen)
    return target, chosen


def _write(cell: SheetCell, value: Cell) -> None:
    """A value as it is; text that looks like a formula stays text."""
    if isinstance(cell, MergedCell):
        return
    cell.value = _clean(value)
    if isinstance(value, str):
        cell.data_type = "s"
        if value.isdigit() and len(value) > 11:
            cell.number_format = "@"


def _clean(value: Cell) -> Cell:
    return ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value


def _hint_column(sheet, read: Sheet, header_row: int) -> int:
    """The column for the words: the one of last time, or the first free one to the right of everything."""
    heading = dict(read.rows).get(header_row, [])
    for position, title in enumerate(heading, 1):
        if plain(title) == HINT_TITLE:
            return position
    rightmost = max((right for _, _, _, right in read.merged), default=-1) + 1
    return max(rightmost, *(len(cells) for _, cells in read.rows)) + 1


def _clear(cell) -> None:
    """Takes our own colours of last time away."""
    if not isinstance(cell, MergedCell) and cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in _OURS:
        cell.fill = _NONE


# --- the unpaid list ------------------------------------------------------------------------------------------------


_UNPAID = (
    ("户编号", 12),
    ("户主", 10),
    ("姓名", 12),
    ("证件号码", 22),
    ("人员类别", 14),
    ("应缴金额", 10),
    ("联系电话", 16),
    ("联系情况", 24),
)


def unpaid_list(titles: Titles, people: Sequence[Owing]) -> bytes:
    """Who has not paid, by household, with telephones for calling. Identity numbers are handed in as to be shown."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_numbers": False})
    sheet = book.add_worksheet("未缴费名单")
    bold, text = book.add_format({"bold": True, "border": 1}), book.add_format({"border": 1, "num_format": "@"})
    money = book.add_format({"border": 1, "num_format": "0.00"})
    sheet.write(0, 0, f"{titles.campaign}未缴费名单　{titles.village}　{titles.made_on}　共 {len(people)} 人")
    for column, (title, width) in enumerate(_UNPAID):
        sheet.write(1, column, title, bold)
        sheet.set_column(column, column, width)
    for at, one in enumerate(people, 2):
        for column, value in enumerate((one.household, one.head_name, one.name, one.id_number, one.category)):
            sheet.write_string(at, column, value, text)
        if one.due is not None:
            sheet.write_number(at, 5, float(one.due), money)
        sheet.write_string(at, 6, one.phone, text)
        sheet.write_blank(at, 7, None, text)
    sheet.freeze_panes(2, 0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    book.close()
    return out.getvalue()
