"""People's names as they are written in lists: read, compared and judged here, for every kind of list. Pure.

Safe repairs are made: spaces, full-width letters, the many middle dots of minority names, and code points that look
like the character they stand for (core/tables/lookalikes.py). Anything that would change a character of the name is
left to a person.
"""

import re
import unicodedata

from core.tables import lookalikes

#: How columns with names are compared and sorted: by their characters, the same on both engines, so that one ordinary
#: index finds a name, finds what begins so, and puts it in order. SQLite knows it; PostgreSQL is taught it
#: (core/migrations/0001_initial.py). Columns that are compared with each other must all have it.
COLLATION = "BINARY"

#: Lookalikes, full-width letters and wide spaces.
_SAME = {
    **lookalikes.FOLDED,
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    0x3000: " ",
    0xA0: " ",
}
#: Letters that `_SAME` replaces or takes out; all else that it replaces is no letter.
_LETTERS_TO_REPLACE = re.compile("[\u115f\u1160\u3164\uf900-\ufaff\uff01-\uff5e\uffa0\U0002f800-\U0002fa1f]")
_DOTS = dict.fromkeys(map(ord, "•・．‧∙⋅･●・∘᛫⸱"), "·")
#: Quotes around a name, the space that a quote leaves behind, and a dot with nothing beyond it are no part of it.
_EDGES = "'`‘’′\" ·"
#: What a program writes where it could not show a character.
_LOST = frozenset("?？□■�〓¿▯")
#: Written where there should be a name.
NO_NAMES = frozenset(
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
    """张　三 → 张三, ⻢金玉 → 马金玉, 买买提．吐尔逊 → 买买提·吐尔逊; Latin letters keep single spaces."""
    text = "" if text is None else str(text)
    if text.isalpha() and not text.isascii() and not _LETTERS_TO_REPLACE.search(text):
        return text
    text = text.translate(_SAME).translate(_DOTS)
    text = "".join(c if unicodedata.category(c) not in ("Cc", "Cf") else " " if c.isspace() else "" for c in text)
    words = text.split()
    if any(_is_han(c) for c in text):
        return "".join(words).replace(".", "·").strip(_EDGES)
    return " ".join(words).strip(_EDGES)


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are the same as written: lookalikes, spaces, dots and the case of letters do not count.

    Every list matches names by this; a file that writes a known name so must leave the registered one as it is.
    """
    return one == other or match_key(one) == match_key(other)


def match_key(name: str) -> str:
    """What names are grouped or looked up by in memory: equal for names that `is_same_name` takes for the same."""
    return normalise(name).casefold()


def is_plausible(name: str) -> bool:
    """Whether this can be a name: two to sixty letters, dots and hyphens, nothing lost, no remark added."""
    if not 2 <= len(name) <= 60 or name in NO_NAMES or name.endswith("某某"):
        return False
    if name.isalpha():  # nearly every name; what is lost is no letter
        return True
    if any(c in _LOST for c in name):
        return False
    return all(_is_letter(c) or c in "·-.' " for c in name) and any(map(_is_letter, name))


def _is_letter(character: str) -> bool:
    """Letters, private use, and characters of the supplementary planes that are younger than Python's own data."""
    return character.isalpha() or _is_private(character) or "\U00020000" <= character <= "\U000323af"


def rare_characters(name: str) -> str:
    """The characters that the tax bureau's older systems (GBK) cannot show, in order; '' for nearly everybody."""
    try:
        name.encode("gbk")
    except UnicodeEncodeError:
        return "".join(c for c in name if not _in_gbk(c))
    return "".join(c for c in name if _is_private(c))


def describe(characters: str) -> str:
    """𬱖（U+2CC56）、自造字（U+E000）: characters that a reader may not see, with their code points."""
    return "、".join(
        f"自造字（U+{ord(c):04X}）" if _is_private(c) else f"{c}（U+{ord(c):04X}）" for c in dict.fromkeys(characters)
    )


def rare_notice(name: str) -> str:
    """What to tell of a name's rare characters; '' for nearly everybody."""
    rare = rare_characters(name)
    if not rare:
        return ""
    if any(map(_is_private, rare)):
        return f"姓名里的{describe(rare)}别的电脑显示不出来，请照身份证改用标准字，打不出的请报乡镇窗口。"
    return f"姓名里的“{rare}”是生僻字（{describe(rare)}），有的系统显示不出来，请与身份证核对。"


def problem_of(name: str) -> str:
    """Why a normalised name is not taken, and what to do; '' for a plausible one."""
    if is_plausible(name):
        return ""
    if not name:
        return "没有填写姓名，请照身份证填写。"
    if unfolded := "".join(filter(lookalikes.is_unfolded, name)):
        return f"姓名里的{describe(unfolded)}是部首或笔画，不是汉字，请照身份证重新输入这个字。"
    if any(c in _LOST for c in name):
        return "姓名里有问号、方框等没有显示出来的字，请照身份证补上；打不出的字请报乡镇窗口。"
    if len(name) == 1:
        return f"姓名“{name}”只有一个字，请照身份证填写全名。"
    if len(name) > 60:
        return "姓名超过60个字，请照身份证填写。"
    if name.isalpha():
        return f"“{name[:20]}”不是姓名，请照身份证填写。"
    return f"姓名“{name[:20]}”里有数字、符号等不是姓名的内容，请照身份证改正。"


def _in_gbk(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return not _is_private(character)


def _is_private(character: str) -> bool:
    return "\ue000" <= character <= "\uf8ff" or character >= "\U000f0000"


def _is_han(character: str) -> bool:
    ranges = (("㐀", "鿿"), ("豈", "\ufaff"), ("\U00020000", "\U000323af"))
    return any(first <= character <= last for first, last in ranges) or _is_private(character)
