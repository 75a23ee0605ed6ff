"""Identity numbers: GB 11643-1999 citizen numbers, residence permits and permanent-residence cards.

Pure: no Django, no clock. The problem codes are the ones a ledger or register row is refused with.
An old or abolished address prefix is never a reason to refuse: people keep the number they were given.
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum
from functools import lru_cache
from operator import mul

from core.tables.lookalikes import INVISIBLE

ID_MISSING = "id_missing"
ID_LENGTH = "id_length"
ID_CHECKSUM = "id_checksum"
ID_BIRTH_DATE = "id_birth_date"
ID_NUMBER_TRUNCATED = "id_number_truncated"

MESSAGES = {
    ID_MISSING: "没有填写身份证号码，请照身份证或户口簿补填18位号码。",
    ID_LENGTH: "身份证号码应为18位，请照身份证或户口簿逐位核对后重填。",
    ID_CHECKSUM: "身份证号码与校验码不符，其中有一位填写有误，请对照身份证逐位核对后重填。",
    ID_BIRTH_DATE: "身份证号码第7至14位不是真实的出生日期，请照身份证核对后重填。",
    ID_NUMBER_TRUNCATED: "身份证号码被表格软件当作数字存放，后三位已经丢失。请把该列设为“文本”格式后照身份证重新录入。",
}

# The oldest living citizens on record were born in the 1880s; an earlier year is a slip of the pen.
EARLIEST_BIRTH_YEAR = 1880

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
_DIGIT_VALUES = {ord(str(d)): d for d in range(10)}
_HALF_WIDTH_CAPITALS = {
    **dict.fromkeys(INVISIBLE),
    **{code: chr(code - 0xFEE0).upper() for code in range(0xFF01, 0xFF5F)},
    **{ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"},
}
HMT_PREFIXES = frozenset({"810000", "820000", "830000"})
_BIRTH_CERTIFICATE = re.compile(r"[A-Z]\d{9}")
_SCIENTIFIC = re.compile(r"\d([.]\d+)?E[+]?0?1[5-9]", re.IGNORECASE)
_LEADING_QUOTES = "'`‘’′＇\""
_WRITTEN_FOR_NOTHING = frozenset({"", "无", "暂无", "没有", "未知", "不详", "未提供", "/", "\\", "0"})


class DocumentType(StrEnum):
    """The kinds of paper a person is registered by; the values are those that the register stores."""

    ID_CARD = "id_card"
    PERMIT = "permit"
    PR_CARD = "pr_card"
    BIRTH = "birth"
    OTHER = "other"


def normalise(text: object) -> str:
    """The number as the card prints it: half-width, upper case, without spaces, hyphens or Excel's leading quote.

    Only what cannot change the meaning is touched; letters and digits are never replaced by others.
    """
    text = "" if text is None else str(text)
    text = text.translate(_HALF_WIDTH_CAPITALS)
    if text.isascii() and text.isalnum():
        return text
    kept = [c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf", "Pd")]
    return "".join(kept).strip(_LEADING_QUOTES)


def check(number: str, *, as_of: date | None = None) -> str | None:
    """The problem of a normalised 18-digit number, or None. With `as_of`, a birth date after it is a problem too."""
    if len(number) != 18:
        if number in _WRITTEN_FOR_NOTHING:
            return ID_MISSING
        return ID_NUMBER_TRUNCATED if _SCIENTIFIC.fullmatch(number) else ID_LENGTH
    body = number[:17]
    if not (body.isdecimal() and body.isascii()):
        return ID_CHECKSUM
    born = _date_of(number[6:14])
    if born is None or (as_of is not None and born > as_of):
        return ID_BIRTH_DATE
    if CHECK_DIGITS[sum(map(mul, WEIGHTS, map(_DIGIT_VALUES.__getitem__, body.encode()))) % 11] != number[17]:
        return ID_CHECKSUM
    return None


def read_cell(value: object) -> tuple[str, str | None]:
    """A spreadsheet cell → (normalised number, problem or None); the checksum is left to `check`.

    A number cell keeps 15 digits at most: a long one has lost its last three and is refused, never guessed.
    """
    if isinstance(value, bool):
        return str(value), ID_LENGTH
    if isinstance(value, int | float):
        if abs(value) >= 1e15:
            return f"{value:.0f}", ID_NUMBER_TRUNCATED
        value = f"{value:.0f}" if float(value).is_integer() else str(value)
    number = normalise(value)
    if number in _WRITTEN_FOR_NOTHING:
        return "", ID_MISSING
    if _SCIENTIFIC.fullmatch(number):
        return number, ID_NUMBER_TRUNCATED
    return number, None


def checksum_digit(body: str) -> str:
    """The eighteenth character for seventeen digits."""
    return CHECK_DIGITS[sum(map(mul, WEIGHTS, map(int, body))) % 11]


@lru_cache(maxsize=65536)
def _date_of(digits: str) -> date | None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return born if born.year >= EARLIEST_BIRTH_YEAR else None


def birth_date(number: str) -> date | None:
    """The birth date in an 18-digit number; None where there is none (other documents, impossible dates)."""
    digits = number[6:14]
    return _date_of(digits) if len(number) == 18 and digits.isascii() and digits.isdecimal() else None


def sex(number: str) -> str | None:
    """男 or 女 by the seventeenth digit; None for a document that does not tell."""
    if len(number) != 18 or not number[16:17].isdecimal():
        return None
    return "男" if int(number[16]) % 2 else "女"


def document_of(number: str) -> DocumentType:
    """The kind of document a normalised number belongs to, by its shape; OTHER is not registered by."""
    if len(number) == 18:
        if number[:6] in HMT_PREFIXES:
            return DocumentType.PERMIT
        return DocumentType.PR_CARD if number.startswith("9") else DocumentType.ID_CARD
    return DocumentType.BIRTH if _BIRTH_CERTIFICATE.fullmatch(number) else DocumentType.OTHER
