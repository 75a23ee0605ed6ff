"""What people write for a day → a date: the one reader of dates for every kind of sheet. Pure.

Bounds are the caller's: a payment lies in this century, a birth not before 1900 and not in the future. Writings with
two meanings (8/10/2024, 24.10.5) are refused, never guessed.
"""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from core.tables.cells import CHINESE_DIGITS, QUOTES, chinese_amount, formula_error, half_width, shown, unify
from core.tables.reader import Cell

#: Days of payments, recognitions and statuses lie between these, unless the caller says otherwise.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
#: Nobody alive was born before this day; an earlier one is a slip of the pen.
FIRST_BIRTH = date(1900, 1, 1)
EXAMPLE = "2024-10-08"

_SEPARATOR = r"[-/.年、_—–,·]"
_YEAR_FIRST = re.compile(rf"((?:19|20)\d\d){_SEPARATOR}(\d{{1,2}})[-/.月、_—–,·](\d{{1,2}})[日号.]?")
_IN_WORDS = re.compile(r"([一二][零〇○九]..)年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_TIME_OF_DAY = re.compile(r"[T ]?\d{1,2}[:时]\d{1,2}([:分]\d{1,2}(\.\d{1,9})?秒?|分)?$")
_WEEKDAY = re.compile(r"[(]?(星期|周)[一二三四五六日天][)]?$")
_WITHOUT_YEAR = re.compile(r"\d{1,2}[-/.月]\d{1,2}[日号]?")
_TWO_DIGIT_YEAR = re.compile(r"(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)\d\d)")
_WHOLE_NUMBER = re.compile(r"^(\d{5}|\d{8})\.0+$")
#: Excel counts days from here. Smaller numbers are years and amounts rather than days: 10000 is 1927-05-18.
_EXCEL_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 73_050


@lru_cache(maxsize=1024, typed=True)  # a list repeats its days
def read_date(
    cell: Cell, *, title: str = "缴费日期", earliest: date = FIRST_DAY, latest: date = LAST_DAY
) -> tuple[date | None, bool, str]:
    """Return (day, whether the writing was repaired, problem); a day outside the bounds is a problem."""
    if type(cell) is str and len(cell) == 10 and cell[4] == cell[7] == "-":  # as nearly all are written
        try:
            return _within(date.fromisoformat(cell), False, cell, title, earliest, latest)
        except ValueError:
            pass
    day, changed, problem = _parse(cell, title)
    if day is None:
        return None, False, problem
    return _within(day, changed, cell, title, earliest, latest)


def read_birth_date(cell: Cell, *, today: date, number_says: date | None = None) -> tuple[date | None, str]:
    """Return (birth date, problem); (None, "") for an empty cell.

    `number_says` is the birth date in the person's document number, where it holds one: it tells the century of a year
    of two digits. A day that is not the number's own is returned for the caller to refuse, however far off.
    """
    if cell is None or cell == "":
        return None, ""
    if number_says is not None and cell == number_says.isoformat():  # as nearly all are written
        return number_says, ""
    if number_says is None:
        born, _, problem = read_date(cell, title="出生日期", earliest=FIRST_BIRTH, latest=today)
        return born, problem
    if type(cell) is str and (match := _TWO_DIGIT_YEAR.fullmatch(half_width(cell))):
        year, month, day = map(int, match.groups())
        return _day(number_says.year - number_says.year % 100 + year, month, day), ""
    born, _, problem = read_date(cell, title="出生日期", earliest=date.min, latest=date.max)
    return born, problem


def _within(
    day: date, changed: bool, cell: Cell, title: str, earliest: date, latest: date
) -> tuple[date | None, bool, str]:
    if earliest <= day <= latest:
        return day, changed, ""
    if isinstance(cell, int | float) and not _COMPACT.fullmatch(f"{cell:.0f}"):
        return None, False, f"{title}“{cell:g}”不是日期，请写成 {EXAMPLE} 这样。"
    if day < earliest:
        return None, False, f"{title} {day} 早于 {earliest}，请核对年份后重填。"
    return None, False, f"{title} {day} 晚于 {latest}，请核对年份后重填。"


def _parse(cell: Cell, title: str) -> tuple[date | None, bool, str]:
    if cell is None:
        return None, False, f"没有填写{title}，请填写当天的日期，例如 {EXAMPLE}。"
    if isinstance(cell, datetime):
        return cell.date(), False, ""
    if isinstance(cell, date):
        return cell, False, ""
    if isinstance(cell, bool):
        return None, False, f"{title}不是日期，请写成 {EXAMPLE} 这样。"
    if isinstance(cell, int | float):
        day = _date_of_number(cell)
        return day, True, "" if day else f"{title}“{cell:g}”不是日期，请写成 {EXAMPLE} 这样。"
    if problem := formula_error(cell, title=title):
        return None, False, problem
    return _parse_text(cell, title)


def _parse_text(cell: str, title: str) -> tuple[date | None, bool, str]:
    spaced = unify(cell).strip().strip(QUOTES).replace("。", ".")
    text = _TIME_OF_DAY.sub("", spaced) if spaced[:2] in ("19", "20") else spaced
    text = _WHOLE_NUMBER.sub(r"\1", _WEEKDAY.sub("", half_width(text)))
    with_hyphens = re.sub(r"\s+", "-", spaced)
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text) or _YEAR_FIRST.fullmatch(with_hyphens):
        day = _day(*map(int, match.groups()))
        if day is None:
            return None, False, f"{title}“{shown(cell)}”不存在，请核对月份和日子后重填。"
        return day, cell != day.isoformat(), ""
    if text.isascii() and text.isdecimal() and len(text) == 5:
        day = _date_of_number(int(text))
        return day, True, "" if day else f"{title}“{text}”不是日期，请写成 {EXAMPLE} 这样。"
    if day := _in_words(text) or _year_last(text):
        return day, True, ""
    return None, False, _what_is_wrong_with(text, cell, title)


def _in_words(text: str) -> date | None:
    """二〇二四年十月五日, as some date formats show it."""
    if not (match := _IN_WORDS.fullmatch(text)) or any(c not in CHINESE_DIGITS for c in match[1]):
        return None
    month, day = chinese_amount(match[2]), chinese_amount(match[3])
    year = "".join(str(CHINESE_DIGITS[c]) for c in match[1])
    return _day(int(year), int(month), int(day)) if month and day else None


def _year_last(text: str) -> date | None:
    """10/25/2024, where only one of the two orders is a day; 8/10/2024 would be a guess."""
    if not (match := _YEAR_LAST.fullmatch(text)):
        return None
    first, second, year = map(int, match.groups())
    days = {_day(year, first, second), _day(year, second, first)} - {None}
    return days.pop() if len(days) == 1 else None


def _what_is_wrong_with(text: str, cell: str, title: str) -> str:
    if _WITHOUT_YEAR.fullmatch(text):
        return f"{title}“{shown(cell)}”没有写年份，请写成 {EXAMPLE} 这样。"
    if _TWO_DIGIT_YEAR.fullmatch(text):
        return f"{title}“{shown(cell)}”的年份只有两位，请写全四位年份，例如 {EXAMPLE}。"
    if _YEAR_LAST.fullmatch(text):
        return f"{title}“{shown(cell)}”分不清哪个是月、哪个是日，请写成 {EXAMPLE} 这样。"
    return f"{title}“{shown(cell)}”不是日期，请写成 {EXAMPLE} 这样。"


def _date_of_number(number: int | float) -> date | None:
    """20241009 or Excel's own count of days."""
    if float(number).is_integer() and (match := _COMPACT.fullmatch(f"{number:.0f}")):
        return _day(*map(int, match.groups()))
    if _FIRST_SERIAL <= number <= _LAST_SERIAL:
        return _EXCEL_EPOCH + timedelta(days=int(number))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
