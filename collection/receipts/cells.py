"""What people write in a ledger's cell for a receipt → its number. Pure."""

import re
import unicodedata
from datetime import date, datetime

from core.tables.cells import QUOTES, formula_error, half_width, shown
from core.tables.reader import Cell

#: Longer ones are no number with a word before it; what follows costs more than its length.
LONGEST_WRITTEN = 100
_NO_RECEIPT = frozenset({"", "无", "没有", "未开", "未开具", "暂无", "/", "\\", "-", "—", "——", "0", "待开", "待补"})
_RECEIPT_WORDS = re.compile(r"^(第|(专用)?(收据|票据|票)(号码|编号|号)?[:.]*)(?=[A-Z]{0,12}\d)|(?<=\d)号?[,;.、。]*$")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d{1,3}")
_SEVERAL = re.compile(r".*\d[、,;~至到].*\d.*")
_REMARK = re.compile(r".*\d.*\([^()]*[一-鿿][^()]*\)")
_RANGE = re.compile(r"\D*(\d{5,})[-—–_/]+\D*(\d{5,})")


def read_receipt(cell: Cell) -> tuple[str, bool, str]:
    """A receipt number in capitals without spaces; '' with the reason where there is none."""
    cell, problem = _as_written(cell)
    if problem:
        return "", False, problem
    number = half_width("" if cell is None else cell).strip(QUOTES).upper()
    if number in _NO_RECEIPT:
        return "", False, "没有填写收据号。收了钱必须开专用收据，请照收据存根补填。"
    if len(number) <= LONGEST_WRITTEN:
        number = _RECEIPT_WORDS.sub("", number)
    if len(number) > 30:
        return "", False, f"收据号“{shown(cell)}”太长，请只填收据上印的号码。"
    if not re.search(r"[0-9]", number):
        return "", False, f"收据号“{shown(cell)}”不是号码，请照收据存根填写印的号码。"
    if _SCIENTIFIC.fullmatch(number):
        return "", False, f"收据号“{shown(cell)}”被当作数字存放，已经失真。请改为文本格式后照收据重填。"
    if _REMARK.fullmatch(number):
        return "", False, f"收据号“{shown(cell)}”里还有别的文字，请只填收据上印的号码；作废的收据不能填。"
    if _SEVERAL.fullmatch(number) or _is_range(number) or _is_list(str(cell)):
        return "", False, f"收据号“{shown(cell)}”不止一张。每人一行，请只填开给他（或他家）的那一张的号码。"
    return number, number != str(cell), ""


def _as_written(cell: Cell) -> tuple[Cell, str]:
    """What was typed, or '' with the reason where the spreadsheet has made something else of it."""
    if isinstance(cell, date | datetime):
        return "", f"收据号这一格是日期（{cell:%Y-%m-%d}），请改为文本格式后照收据重填。"
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if not float(cell).is_integer() or abs(cell) >= 1e15:
            return "", f"收据号“{cell:g}”被当作数字存放，已经失真。请改为文本格式后照收据重填。"
        cell = f"{cell:.0f}"
    return cell, formula_error(cell, title="收据号")


def _is_range(number: str) -> bool:
    """00012348-00012350: as many digits on both sides, and not far apart; 2024-00012348 is one number."""
    if not (match := _RANGE.fullmatch(number)) or len(match[1]) != len(match[2]):
        return False
    return 0 < int(match[2]) - int(match[1]) < 1000


def _is_list(text: str) -> bool:
    """Numbers of one shape side by side or on two lines: NX0026 NX0027; 2489 6580 is one number, written in groups."""
    words = unicodedata.normalize("NFKC", text).strip(QUOTES).split()
    shapes = {re.sub(r"\d", "0", word.upper()) for word in words}
    return len(words) > 1 and len(shapes) == 1 and bool(re.search(r"\d{5}|[A-Z].*\d{3}", words[0].upper()))
