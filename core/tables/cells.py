"""What people write in a table's cells → texts, amounts, telephone numbers. Dates: `core.tables.dates`. Pure.

Each reader takes the column's title for its messages and returns (value, changed, problem): the value or None, whether
the writing had to be repaired, and in Chinese what is wrong and what to do. Repairs are made only where the writing has
one meaning. Cells come bounded in length (core/tables/formats/output.py).
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from core.tables.lookalikes import fold
from core.tables.reader import Cell

QUOTES = "'`‘’′\""
LONGEST_SHOWN = 20
MOST = Decimal(1_000_000)
_SPACES = re.compile(r"\s+")
_AMOUNT_WORDS = re.compile(r"^(人民币|RMB|CNY|[￥¥])*|(元|圆|块|块钱|RMB|CNY)?(整|正)?$")
_PLAIN_AMOUNT = re.compile(r"\d+(\.\d*)?|\d{1,3}(,\d{3})+(\.\d*)?")
#: Two numbers in one cell, or one with a gap: 400 400 is no 400,400.
_APART = re.compile(r"\d\s+\d")
_NEGATIVE = re.compile(r"[-−(]\d+(\.\d+)?\)?")
#: As spreadsheets write days into a csv: 2024/3/1, 2024-03-01, 3月1日, 1-Mar, Mar-01, with or without midnight.
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY_OF_A_SPREADSHEET = re.compile(
    rf"(?:(?:(?:19|20)\d\d(?:/\d{{1,2}}/\d{{1,2}}|-\d\d-\d\d|年\d{{1,2}}月(?:\d{{1,2}}日)?)|\d{{1,2}}月\d{{1,2}}日)"
    rf"(?: 0?0:00(?::00)?)?|\d{{1,2}}-{_MONTH}(?:-\d\d)?|{_MONTH}-\d\d)",
    re.IGNORECASE,
)
#: What a spreadsheet shows for a formula that has no result.
_FORMULA_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|ERROR!)|Err:\d{3}")
#: What stands for a number that is none or too large to be one.
_NO_NUMBER = frozenset({"NaN", "Infinity", "-Infinity"})

_VALUES = (0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9)
CHINESE_DIGITS = dict(zip("零〇○一壹二贰两三叁四肆五伍六陆七柒八捌九玖", _VALUES, strict=True))
_CHINESE_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}


def half_width(text: object) -> str:
    """Text as the half-width keyboard gives it, without spaces, lookalikes and invisible characters."""
    text = str(text)
    if text.isascii() and text.isprintable():  # as nearly all numbers are written
        return text.replace(" ", "")
    text = unify(text)
    return _SPACES.sub("", "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf") or c in "\t\n"))


def unify(text: str) -> str:
    """Full-width and compatible forms, and lookalikes, as the ordinary character; ² and ① are no digits and stay.

    ⼾ (U+2F3E) is 戶 to Unicode; where 户 was copied out of a PDF it is 户.
    """
    text = text.replace("\u2f3e", "户")
    if any(c.isdigit() and not c.isdecimal() for c in text):
        return fold("".join(c if c.isdigit() and not c.isdecimal() else unicodedata.normalize("NFKC", c) for c in text))
    return fold(unicodedata.normalize("NFKC", text))


def cell_text(cell: Cell) -> str:
    """A cell as one word, without spaces; whole numbers without the point."""
    if cell is None:
        return ""
    if type(cell) is str:
        return "".join(cell.split())
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


def shown(cell: object) -> str:
    """What stands in a cell, short enough for a message."""
    text = f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def formula_error(cell: Cell, *, title: str) -> str:
    """The message about a cell that holds a formula's error (#N/A, #REF! …) or no number; "" for any other."""
    if type(cell) is not str or cell[:1] not in "#NIE-":
        return ""
    if cell in _NO_NUMBER:
        return f"{title}这一格不是有效的数字（{cell}），请核对后重填。"
    if _FORMULA_ERROR.fullmatch(cell.strip()):
        return f"{title}这一格是公式错误（{cell.strip()}），请改成填写的内容，不要用公式，再上传。"
    return ""


def read_text(cell: Cell, *, title: str) -> tuple[str, str]:
    """Return (text without spaces, problem). A formula's error is named."""
    if cell is None or (type(cell) is str and cell[:1] not in "#NIE-"):
        return "".join(cell.split()) if cell else "", ""
    return cell_text(cell), formula_error(cell, title=title)


def read_household(cell: Cell) -> tuple[str, str]:
    """Return (number of a household, problem). Spreadsheets turn 3-1 into 1 March, which a csv then keeps as text."""
    turned = f"{cell:%Y-%m-%d}" if isinstance(cell, date) else ""
    if type(cell) is str and _DAY_OF_A_SPREADSHEET.fullmatch(cell.strip()):
        turned = cell.strip()
    if turned:
        return "", f"户编号被表格软件改成了日期（{turned}），请把这一列设为“文本”格式后重填，例如 3-1。"
    text, problem = read_text(cell, title="户编号")
    return ("", problem) if problem else (half_width(text), "")


@lru_cache(maxsize=1024, typed=True)  # 400, 400.0 and "400" are three writings; a list repeats a few of them
def read_amount(cell: Cell, *, title: str = "实缴金额") -> tuple[Decimal | None, bool, str]:
    """Return a sum in yuan with two decimals; more than zero is not asked for here."""
    if cell is None:
        return None, False, f"没有填写{title}（公式没有算出结果的也算没有填写），请填写收到的钱数。"
    if isinstance(cell, date | datetime):
        return None, False, f"{title}这一格是日期（{cell:%Y-%m-%d}），请把单元格格式改为“常规”后重填钱数。"
    if isinstance(cell, bool):
        return None, False, f"{title}不是数字，请只填钱数，例如 400。"
    if isinstance(cell, int | float):
        return _bounded(Decimal(repr(cell)), shown(cell), title)
    if problem := formula_error(cell, title=title):
        return None, False, problem
    if _APART.search(cell):
        return None, False, f"{title}“{shown(cell)}”中间有空格，分不清是一个数还是两个，请只填一个钱数，例如 400。"
    written = half_width(cell)
    text = _AMOUNT_WORDS.sub("", written.strip(QUOTES))
    if _PLAIN_AMOUNT.fullmatch(text):
        value, _, problem = _bounded(Decimal(text.replace(",", "")), written, title)
        return value, value is not None and str(cell) != text, problem
    if (value := chinese_amount(text)) is not None:
        return value, True, ""
    if _NEGATIVE.fullmatch(text):
        says = f"{title}“{shown(cell)}”是负数。收回的钱不在这里写，"
        return None, False, f"{says}请撤回原来的台账或办理退费。"
    return None, False, f"{title}“{shown(cell)}”不是数字，请只填钱数，例如 400。"


def _bounded(value: Decimal, written: str, title: str) -> tuple[Decimal | None, bool, str]:
    if not value.is_finite() or value < 0:
        return None, False, f"{title}“{shown(written)}”是负数或无法识别，请只填收到的钱数，例如 400。"
    if value > MOST:
        return None, False, f"{title}“{shown(written)}”太大，像是填错了列，请核对后重填。"
    cents = value.quantize(Decimal("0.01"))
    if abs(cents - value) > Decimal("0.000001"):
        return None, False, f"{title}“{shown(written)}”有不到一分钱的零头，请核对后重填。"
    return cents, False, ""


def chinese_amount(text: str) -> Decimal | None:
    """四百, 肆佰, 三百二十, 壹万贰仟: the written form of receipts and totals; whole yuan under a hundred million.

    None for what has two meanings: 一万二 means 12,000 to some and 10,002 to others, 三百二 320 or 302.
    """
    if text.count("万") == 1:
        above, below = (chinese_amount(part) for part in text.split("万"))
        if text.endswith("万") and above:
            return above * 10_000
        spoken = below is not None and below < 1000 and text[text.index("万") + 1] not in "零〇"
        return above * 10_000 + below if above and below and not spoken else None
    if not text or any(c not in CHINESE_DIGITS and c not in _CHINESE_UNITS for c in text):
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
            digit = CHINESE_DIGITS[character]
    if digit and last_unit not in (10, 10_000) and "零" not in text and "〇" not in text:
        return None
    return Decimal(total + (digit or 0)).quantize(Decimal("0.01"))


_PHONE_NOISE = re.compile(r"[^0-9]")
_DECIMALS = re.compile(r"\.0+$")


def read_phone(cell: Cell) -> str:
    """Return the digits of a telephone number, "" where it cannot be one. Never a reason to refuse a row.

    13800138000.0, +86 138…, 0086…, (0377)65332211 and an apostrophe in front are the same number.
    """
    if type(cell) is str and len(cell) == 11 and cell.isascii() and cell.isdecimal():  # as nearly all are written
        return cell
    if isinstance(cell, bool) or cell is None or isinstance(cell, date):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = _DECIMALS.sub("", half_width(cell))
    digits = _PHONE_NOISE.sub("", text)
    for prefix in ("0086", "86"):
        if len(digits) == len(prefix) + 11 and digits.startswith(prefix + "1"):
            digits = digits[len(prefix) :]
    longest = 11 if digits.startswith("1") else 12  # a mobile number has eleven, a line with its area's code twelve
    return digits if 7 <= len(digits) <= longest else ""
