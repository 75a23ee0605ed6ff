"""What people write in a table's cells → amounts, dates, telephone numbers. Pure.

Each reader returns (value, changed, problem): the value or None, whether the writing had to be repaired, and in Chinese
what is wrong. Repairs are made only where the writing has one meaning.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.tables.reader import Cell

QUOTES = "'`‘’′\""
_SPACES = re.compile(r"\s+")
_AMOUNT_WORDS = re.compile(r"^(人民币|RMB|CNY|[￥¥])*|(元|圆|块|块钱|RMB|CNY)?(整|正)?$")
_PLAIN_AMOUNT = re.compile(r"\d+(\.\d*)?|\d{1,3}(,\d{3})+(\.\d*)?")
_YEAR_FIRST = re.compile(r"(20\d\d)[-/.年、_—–,·](\d{1,2})[-/.月、_—–,·](\d{1,2})[日号.]?")
_IN_WORDS = re.compile(r"(二[零〇○]..)年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]?")
_COMPACT = re.compile(r"(20\d\d)(\d\d)(\d\d)")
_TIME_OF_DAY = re.compile(r"[T ]?\d{1,2}[:时]\d{1,2}([:分]\d{1,2}(\.\d+)?秒?|分)?$")
_WEEKDAY = re.compile(r"[(]?(星期|周)[一二三四五六日天][)]?$")
_WITHOUT_YEAR = re.compile(r"\d{1,2}[-/.月]\d{1,2}[日号]?")
_TWO_DIGIT_YEAR = re.compile(r"\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}[日号]?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](20\d\d)")
# Excel counts days from here; 36526 is 2000-01-01 and 73050 the last day of 2099.
_EXCEL_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 36526, 73050

_VALUES = (0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9)
_CHINESE_DIGITS = dict(zip("零〇○一壹二贰两三叁四肆五伍六陆七柒八捌九玖", _VALUES, strict=True))
_CHINESE_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}

MOST = Decimal(1_000_000)


def half_width(text: object) -> str:
    """Text as the half-width keyboard gives it, without spaces and invisible characters."""
    text = unicodedata.normalize("NFKC", str(text))
    return _SPACES.sub("", "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf") or c in "\t\n"))


def read_amount(cell: Cell) -> tuple[Decimal | None, bool, str]:
    """A sum in yuan with two decimals; more than zero is not asked for here."""
    if cell is None:
        return None, False, "没有填写实缴金额（公式没有算出结果的也算没有填写），请填写收到的钱数。"
    if isinstance(cell, date | datetime):
        return None, False, f"实缴金额这一格是日期（{cell:%Y-%m-%d}），请把单元格格式改为“常规”后重填钱数。"
    if isinstance(cell, bool):
        return None, False, "实缴金额不是数字，请只填钱数，例如 400。"
    if isinstance(cell, int | float):
        return _bounded(Decimal(repr(cell)), shown(cell))
    written = half_width(cell)
    text = _AMOUNT_WORDS.sub("", written.strip(QUOTES))
    if _PLAIN_AMOUNT.fullmatch(text):
        value, _, problem = _bounded(Decimal(text.replace(",", "")), written)
        return value, value is not None and str(cell) != text, problem
    if (value := _chinese_amount(text)) is not None:
        return value, True, ""
    if re.fullmatch(r"[-−(]\d+(\.\d+)?\)?", text):
        return None, False, f"实缴金额“{shown(cell)}”是负数。收回的钱不在台账里写，请撤回原来的台账或办理退费。"
    return None, False, f"实缴金额“{shown(cell)}”不是数字，请只填钱数，例如 400。"


def _bounded(value: Decimal, written: str):
    if not value.is_finite() or value < 0:
        return None, False, f"实缴金额“{shown(written)}”是负数或无法识别，请只填收到的钱数，例如 400。"
    if value > MOST:
        return None, False, f"实缴金额“{shown(written)}”太大，像是填错了列，请核对后重填。"
    cents = value.quantize(Decimal("0.01"))
    if abs(cents - value) > Decimal("0.000001"):
        return None, False, f"实缴金额“{shown(written)}”有不到一分钱的零头，请核对后重填。"
    return cents, False, ""


def _chinese_amount(text: str) -> Decimal | None:
    """四百, 肆佰, 三百二十, 壹万贰仟: the written form of receipts and totals; whole yuan under a hundred million."""
    if text.count("万") == 1:
        above, below = (_chinese_amount(part) for part in text.split("万"))
        if text.endswith("万") and above:
            return above * 10_000
        # 一万二 means 12,000 to some and 10,002 to others
        spoken = below is not None and below < 1000 and text[text.index("万") + 1] not in "零〇"
        return above * 10_000 + below if above and below and not spoken else None
    if not text or any(c not in _CHINESE_DIGITS and c not in _CHINESE_UNITS for c in text):
        return None
    total, digit, last_unit = 0, None, 10_000
    for character in text:
        if character in _CHINESE_UNITS:
            unit = _CHINESE_UNITS[character]
            if unit >= last_unit or (digit is None and unit != 10):
                return None
            total, digit, last_unit = total + (1 if digit is None else digit) * unit, None, unit
        elif digit:
            return None
        else:
            digit = _CHINESE_DIGITS[character]
    if digit and last_unit not in (10, 10_000) and "零" not in text and "〇" not in text:
        return None  # 三百二 means 320 to some and 302 to others
    return Decimal(total + (digit or 0)).quantize(Decimal("0.01"))


def read_date(cell: Cell) -> tuple[date | None, bool, str]:
    """A day of this century."""
    if cell is None:
        return None, False, "没有填写缴费日期，请填写收钱那天的日期，例如 2024-10-08。"
    if isinstance(cell, datetime):
        return cell.date(), False, ""
    if isinstance(cell, date):
        return cell, False, ""
    if isinstance(cell, bool):
        return None, False, "缴费日期不是日期，请写成 2024-10-08 这样。"
    if isinstance(cell, int | float):
        return _date_of_number(cell)
    kept = unicodedata.normalize("NFKC", str(cell)).strip().strip(QUOTES).replace("。", ".")
    text = _WEEKDAY.sub("", half_width(_TIME_OF_DAY.sub("", kept) if kept[:2] == "20" else kept))
    text = re.sub(r"^(\d{5}|\d{8})\.0+$", r"\1", text)
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text) or _YEAR_FIRST.fullmatch(_spaced(kept)):
        found = _day(*map(int, match.groups()))
        if found is None:
            return None, False, f"缴费日期“{shown(cell)}”不存在，请核对月份和日子后重填。"
        return found, str(cell) != found.isoformat(), ""
    if text.isascii() and text.isdigit() and len(text) == 5:
        return _date_of_number(int(text))
    if found := _in_words(text) or _year_last(text):
        return found, True, ""
    return None, False, _what_is_wrong_with(text, cell)


def _in_words(text: str) -> date | None:
    """二〇二四年十月五日, as some date formats show it."""
    if not (match := _IN_WORDS.fullmatch(text)) or any(c not in _CHINESE_DIGITS for c in match[1]):
        return None
    month, day = _chinese_amount(match[2]), _chinese_amount(match[3])
    year = "".join(str(_CHINESE_DIGITS[c]) for c in match[1])
    return _day(int(year), int(month), int(day)) if month and day else None


def _year_last(text: str) -> date | None:
    """10/25/2024, where only one of the two orders is a day; 8/10/2024 would be a guess."""
    if not (match := _YEAR_LAST.fullmatch(text)):
        return None
    first, second, year = map(int, match.groups())
    found = {_day(year, first, second), _day(year, second, first)} - {None}
    return found.pop() if len(found) == 1 else None


def _spaced(text: str) -> str:
    return re.sub(r"\s+", "-", text)


def _what_is_wrong_with(text: str, cell: Cell) -> str:
    if _WITHOUT_YEAR.fullmatch(text):
        return f"缴费日期“{shown(cell)}”没有写年份，请写成 2024-10-08 这样。"
    if _TWO_DIGIT_YEAR.fullmatch(text):
        return f"缴费日期“{shown(cell)}”的年份只有两位，请写全四位年份，例如 2024-10-08。"
    if _YEAR_LAST.fullmatch(text):
        return f"缴费日期“{shown(cell)}”分不清哪个是月、哪个是日，请写成 2024-10-08 这样。"
    return f"缴费日期“{shown(cell)}”不是日期，请写成 2024-10-08 这样。"


def _date_of_number(number: int | float) -> tuple[date | None, bool, str]:
    """20241009 or Excel's own count of days."""
    if float(number).is_integer() and (match := _COMPACT.fullmatch(f"{number:.0f}")):
        found = _day(*map(int, match.groups()))
        if found:
            return found, True, ""
    if _FIRST_SERIAL <= number <= _LAST_SERIAL:
        return _EXCEL_EPOCH + timedelta(days=int(number)), True, ""
    return None, False, f"缴费日期“{number:g}”不是日期，请写成 2024-10-08 这样。"


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_phone(cell: Cell) -> str:
    """Digits of a telephone number, '' where it cannot be one. Never a reason to refuse a row."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    digits = "".join(c for c in half_width("" if cell is None else cell) if c.isascii() and c.isdigit())
    if len(digits) == 13 and digits.startswith("861"):
        digits = digits[2:]
    return digits if 7 <= len(digits) <= 12 else ""


def shown(cell: object) -> str:
    """What stands in a cell, short enough for a message."""
    text = f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    return text if len(text) <= 20 else text[:20] + "…"


_DIGITS = re.compile(r"\d+")


def cell_text(cell) -> str:
    """A cell as one word, without spaces; whole numbers without the point."""
    if cell is None:
        return ""
    if type(cell) is str:
        return "".join(cell.split())
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell)


def cell_date(cell) -> date | None:
    """A date cell, 2024-05-01, 2024/5/1, 2024年5月1日 or 20240501; anything else tells nothing."""
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = cell_text(cell)
    try:
        return date.fromisoformat(text)
    except ValueError:
        digits = _DIGITS.findall(text)
    try:
        return date(*map(int, digits)) if len(digits) == 3 else None
    except ValueError:
        return None
