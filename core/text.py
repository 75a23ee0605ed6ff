"""Text that people type is kept whole or refused, never cut: the rest of a reason would be lost unseen."""

import datetime

from core.refusals import Refused

#: Marks that turn what follows them round on the screen, and spaces of no width: nobody types them to be read.
_UNSEEN = dict.fromkeys((0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF))


def clean_text(text: str | None, what: str, at_most: int) -> str:
    """Return the text without blanks around it and without marks that nobody sees.

    Raise Refused if more than `at_most` characters are left.
    """
    text = (text or "").translate(_UNSEEN).strip()
    if len(text) > at_most:
        raise Refused(f"{what}太长：最多 {at_most} 个字，现在是 {len(text)} 个，请写短一些。")
    return text


def required_text(text: str | None, what: str, at_most: int = 200) -> str:
    """As `clean_text`; raise Refused if nothing is left."""
    text = clean_text(text, what, at_most)
    if not text:
        raise Refused(f"请填写{what}。")
    return text


def whole_number(text: str | None, *, at_most: int = 999_999_999) -> int | None:
    """The number from 0 to `at_most` that ASCII digits write; None for anything else.

    "²" passes str.isdigit, and int() refuses it; a database refuses thirty digits.
    """
    text = text or ""
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(at_most)):
        return None
    return number if (number := int(text)) <= at_most else None


def long_date(day: datetime.date) -> str:
    """2026年3月10日: a day as sentences, printed sheets and documents write it; columns keep 2026-03-10."""
    return f"{day.year}年{day.month}月{day.day}日"
