"""Names as they are typed on a phone: how each character of a name is read. Pure.

Loading the dictionary takes some 60 MB and a sixth of a second, so it is loaded where the first name is asked for.
"""

import re
from collections.abc import Iterable
from functools import cache

#: How characters are read as a surname where that is not their usual reading.
_SURNAMES = (
    "曾zeng 单shan 仇qiu 解xie 查zha 任ren 华hua 区ou 朴piao 盖ge 折she 缪miao 翟zhai 员yun 种chong 繁po 冼xian "
    "秘bi 纪ji 覃qin 燕yan 万wan 乐yue 宁ning 哈ha 晁chao 召shao"
)
SURNAMES = {pair[0]: pair[1:] for pair in re.findall(r"\S+", _SURNAMES)}


@cache
def reading(character: str) -> str:
    """The usual reading of one character, without tone: 李 → li, 吕 → lv; "" for what is no Chinese character."""
    from pypinyin import lazy_pinyin

    found = lazy_pinyin(character)[0] if not character.isascii() else ""
    return found if found.isascii() and found.isalpha() else ""


def readings(names: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """({character: reading}, {surname: reading}) of these names: what a page needs to find them by what is typed."""
    names = set(names)
    usual = {character: reading(character) for character in sorted(set("".join(names)))}
    first = {name[0] for name in names if name}
    return {c: r for c, r in usual.items() if r}, {c: r for c, r in SURNAMES.items() if c in first}
