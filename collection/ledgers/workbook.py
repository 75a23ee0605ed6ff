"""The workbooks that villages get: the pre-filled ledger and the list of who has not paid.

No database here: what stands in them is handed in. Identity numbers, receipts and telephones are written as text.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from collection.ledgers.columns import OUR_SHEETS

#: Empty rows for people whom the register does not know.
SPARE_ROWS = 10
#: Lines of people on a printed page (A4 across, rows of 22 points); the sum of the page stands below them.
LINES_A_PAGE = 18
#: Printed at PRINT_SCALE percent, rows are 22 points high and letters of 11 points more than 10.
PRINT_SCALE, ROW_HEIGHT = 92, 24


@dataclass(frozen=True)
class UnpaidPerson:
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
    ("序号", 4.5),
    ("户编号", 6.5),
    ("户主", 7.5),
    ("姓名", 8.5),
    ("身份证号码", 18.5),
    ("人员类别", 11.5),
    ("应缴金额", 8),
    ("实缴金额", 8),
    ("缴费日期", 10.5),
    ("收据号", 10.5),
    ("联系电话", 11.5),
    ("签字", 8),
    ("应缴说明", 46),  # beyond the printed area
)
_SIGN, _WHY = 11, 12
_AS_TEXT = ("身份证号码", "收据号", "联系电话")
_HOW = (
    "一、收到钱的人，在他那一行填三格：实缴金额、缴费日期、收据号。没有收到钱的人不用填，留着就行。",
    "二、实缴金额点开下拉框选择应缴金额；与应缴金额不同的，先核实原因再填。",
    "三、缴费日期写全年月日，例如 2024-10-08。一张收据只能开给一户，同一户的几个人可以写同一个收据号。",
    "四、表里没有的人，填在最下面的空行里，姓名和身份证号码照身份证填写。",
    "五、不要改表头和“台账版本”那一行。可以随时上传，已经记过账的行不会重复记账。",
    "六、自己在手机或银行缴费的人不要填在这里，由税务部门的名单入账。",
)


def prefilled(
    titles: Titles,
    people: Sequence[UnpaidPerson],
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
        "head": book.add_format(
            {"valign": "vcenter", "bold": True, "bg_color": "#DDEBF7", "border": 1, "align": "center"}
        ),
        "fixed": book.add_format({"valign": "vcenter", "border": 1, "num_format": "@", "shrink": True}),
        "plain": book.add_format({"num_format": "@"}),
        "why": book.add_format({"border": 1, "font_color": "#595959", "font_size": 9}),
        "due": book.add_format({"valign": "vcenter", "border": 1, "num_format": "0.00"}),
        "amount": book.add_format({"valign": "vcenter", "border": 1, "num_format": "0.00", "bg_color": "#FFF9E5"}),
        "day": book.add_format({"valign": "vcenter", "border": 1, "num_format": "yyyy-mm-dd", "bg_color": "#FFF9E5"}),
        "text": book.add_format({"valign": "vcenter", "border": 1, "num_format": "@", "bg_color": "#FFF9E5"}),
        "sum": book.add_format({"valign": "vcenter", "border": 1, "bold": True, "num_format": "0.00"}),
    }
    sheet = book.add_worksheet("缴费清册")
    sheet.set_default_row(ROW_HEIGHT)
    sheet.merge_range(0, 0, 0, _SIGN, f"{titles.campaign}居民医保缴费清册", look["title"])
    sheet.write(1, 0, f"{titles.village}　　下载日期：{titles.made_on}　　{titles.stamp}", look["note"])
    for column, (title, width) in enumerate(_PREFILLED):
        sheet.write(2, column, title, look["head"])
        sheet.set_column(column, column, width, look["plain"] if title in _AS_TEXT else None)
    first, breaks = 3, []
    at = first
    for page in _pages([*people, *[None] * SPARE_ROWS]):
        begin = at
        for number, one in page:
            _write_line(sheet, at, number, one, look)
            at += 1
        _write_page_sum(sheet, begin, at, sum(float(one.due) for _, one in page if one and one.due), look)
        at += 1
        breaks.append(at)
    _checks(sheet, first, at - 1, categories, period)
    sheet.freeze_panes(3, 4)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.25, right=0.25, top=0.4, bottom=0.6)
    sheet.set_print_scale(PRINT_SCALE)
    sheet.print_area(0, 0, at - 1, _SIGN)
    sheet.repeat_rows(0, 2)
    sheet.set_h_pagebreaks(breaks[:-1])
    sheet.set_footer("&C第 &P 页，共 &N 页")
    _add_texts(book, OUR_SHEETS[0], "填表说明", _HOW, look)
    names = [f"{name}　{category}" for name, category in free] or ["没有"]
    _add_texts(book, OUR_SHEETS[1], "全额资助、不用缴费的人，不能收钱", names, look)
    book.close()
    return out.getvalue()


def _pages(lines: Sequence[UnpaidPerson | None]) -> Iterator[list[tuple[int, UnpaidPerson | None]]]:
    """The numbered lines of each printed page; None is an empty line."""
    for start in range(0, len(lines), LINES_A_PAGE):
        yield list(enumerate(lines[start : start + LINES_A_PAGE], start + 1))


def _write_line(sheet: Worksheet, at: int, number: int, one: UnpaidPerson | None, look: dict[str, Format]) -> None:
    for column, name in ((7, "amount"), (8, "day"), (9, "text"), (_SIGN, "text")):
        sheet.write_blank(at, column, None, look[name])
    if one is None:
        for column in (*range(7), 10):
            sheet.write_blank(at, column, None, look["text"])
        return
    sheet.write_number(at, 0, number, look["fixed"])
    for column, text in enumerate((one.household, one.head_name, one.name, one.id_number, one.category), 1):
        sheet.write_string(at, column, text, look["fixed"])
    if one.due is None:
        sheet.write_blank(at, 6, None, look["due"])
    else:
        sheet.write_number(at, 6, float(one.due), look["due"])
    sheet.write_string(at, 10, one.phone, look["text"])
    sheet.write_string(at, _WHY, one.why, look["why"])


def _write_page_sum(sheet: Worksheet, begin: int, at: int, due: float, look: dict[str, Format]) -> None:
    """The page's sums of what is owed and, once filled in, of what was taken; a total to the reader of ledgers."""
    sheet.merge_range(at, 0, at, 1, "本页合计", look["sum"])
    for column in (*range(2, 6), *range(8, _SIGN + 1)):
        sheet.write_blank(at, column, None, look["sum"])
    for column, letter, amount in ((6, "G", due or ""), (7, "H", "")):  # nothing where nobody owes or has paid
        lines = f"{letter}{begin + 1}:{letter}{at}"
        sheet.write_formula(at, column, f'=IF(SUM({lines})=0,"",SUM({lines}))', look["sum"], amount)


def _checks(sheet: Worksheet, first: int, end: int, categories: Sequence[str], period: tuple[date, date]) -> None:
    """What the cells themselves refuse or ask about; LibreOffice, WPS and Excel all keep to it."""
    rules: dict[int, dict[str, object]] = {
        7: {
            "validate": "list",
            "source": f"=$G{first + 1}",
            "error_type": "warning",
            "error_title": "与应缴金额不同",
            "error_message": "实缴金额与应缴金额不同，请先核对。确实如此再继续。",
        },
        8: {
            "validate": "date",
            "criteria": "between",
            "minimum": period[0],
            "maximum": period[1],
            "error_title": "日期不对",
            "error_message": f"请填写 {period[0]} 至 {period[1]} 之间的日期，例如 {period[0]}。",
        },
        9: {
            "validate": "length",
            "criteria": "between",
            "minimum": 1,
            "maximum": 30,
            "error_title": "收据号太长",
            "error_message": "请只填收据上印的号码。",
        },
        4: {
            "validate": "length",
            "criteria": "==",
            "value": 18,
            "error_type": "warning",
            "error_title": "位数不对",
            "error_message": "身份证号码是 18 位，请照身份证核对。",
        },
    }
    if sum(len(c) + 1 for c in categories) < 250:  # Excel keeps 255 characters of a list
        rules[5] = {
            "validate": "list",
            "source": list(categories),
            "error_type": "warning",
            "error_title": "没有这一类",
            "error_message": "请从下拉框里选择人员类别。",
        }
    for column, rule in rules.items():
        sheet.data_validation(first, column, end, column, {"ignore_blank": True, **rule})


def _add_texts(book: xlsxwriter.Workbook, name: str, title: str, lines: Iterable[str], look: dict[str, Format]) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 90)
    sheet.write(0, 0, title, look["title"])
    for at, line in enumerate(lines, 2):
        sheet.write_string(at, 0, line)


# --- the unpaid list ------------------------------------------------------------------------------------------------


_UNPAID = (
    ("户编号", 12),
    ("户主", 10),
    ("姓名", 12),
    ("证件号码", 22),
    ("人员类别", 11.5),
    ("应缴金额", 10),
    ("联系电话", 16),
    ("联系情况", 24),
)


def unpaid_list(titles: Titles, people: Sequence[UnpaidPerson]) -> bytes:
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
