"""People's names as they are written in lists. Pure.

Safe repairs (spaces, full-width letters, the many middle dots of minority names) are made; anything that would change
a character of the name is left to a person.
"""

import unicodedata

#: How columns with names are compared and sorted: by their characters, the same on both engines, so that one ordinary
#: index finds a name, finds what begins so, and puts it in order. SQLite knows it; PostgreSQL is taught it
#: (core/migrations/0001_initial.py). Columns that are compared with each other must all have it.
COLLATION = "BINARY"

#: Full-width letters, wide spaces, and the radicals that texts copied out of a PDF hold for characters (⾦, 金).
_SAME = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
    0x3000: " ",
    0xA0: " ",
}
_DOTS = dict.fromkeys(map(ord, "•・．‧∙⋅･●・∘᛫⸱"), "·")
#: Quotes around a name, the space that a quote leaves behind, and a dot with nothing beyond it are no part of it.
_EDGES = "'`‘’′\" ·"
#: What a program writes where it could not show a character.
_LOST = frozenset("?？□■�〓¿▯")
#: Written where there should be a name.
_NO_NAMES = frozenset(
    {
        "姓名",
        "某某",
        "新生儿",
        "查无此人",
        "同上",
        "待查",
        "待定",
        "待补",
        "不详",
        "未知",
        "未填",
        "空白",
        "暂无",
        "没有",
        "无名",
    }
)


def normalise(text: object) -> str:
    """张　三 → 张三, 买买提．吐尔逊 → 买买提·吐尔逊; a name in Latin letters keeps single spaces."""
    text = "" if text is None else str(text)
    if text.isalpha() and not text.isascii() and not any(0xFF01 <= ord(c) < 0xFF5F for c in text):
        return text
    text = text.translate(_SAME).translate(_DOTS)
    text = "".join(c if unicodedata.category(c) not in ("Cc", "Cf") else " " if c.isspace() else "" for c in text)
    words = text.split()
    if any(_is_han(c) for c in text):
        return "".join(words).replace(".", "·").strip(_EDGES)
    return " ".join(words).strip(_EDGES)


def is_plausible(name: str) -> bool:
    """Whether this can be a name: two to sixty letters, dots and hyphens, nothing lost, no remark added."""
    if not 2 <= len(name) <= 60 or name in _NO_NAMES or name.endswith("某某"):
        return False
    if name.isalpha():  # nearly every name; what is lost is no letter
        return True
    if any(c in _LOST for c in name):
        return False
    return all(c.isalpha() or _is_private(c) or c in "·-.' " for c in name) and any(
        c.isalpha() or _is_private(c) for c in name
    )


def rare_characters(name: str) -> str:
    """The characters that the tax bureau's older systems (GBK) cannot show, in order; '' for nearly everybody."""
    try:
        name.encode("gbk")
    except UnicodeEncodeError:
        return "".join(c for c in name if not _in_gbk(c))
    return "".join(c for c in name if _is_private(c))


def _in_gbk(character):
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return not _is_private(character)


def _is_private(character):
    return "\ue000" <= character <= "\uf8ff" or character >= "\U000f0000"


def _is_han(character):
    ranges = (("㐀", "鿿"), ("豈", "\ufaff"), ("\U00020000", "\U000323af"))
    return any(first <= character <= last for first, last in ranges) or _is_private(character)
