"""Names as they are typed on a phone: how each character of a name is read. Pure.

Loading the dictionary takes some 60 MB and a sixth of a second, so it is loaded where the first name is asked for.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

#: How characters are read as a surname where that is not their usual reading.
_SURNAMES = (
    "曾zeng 单shan 仇qiu 解xie 查zha 任ren 华hua 区ou 朴piao 盖ge 折she 缪miao 翟zhai 员yun 种chong 繁po 冼xian "
    "秘bi 纪ji 覃qin 燕yan 万wan 乐yue 宁ning 哈ha 晁chao 召shao"
)
SURNAMES = {pair[0]: pair[1:] for pair in re.findall(r"\S+", _SURNAMES)}


#: Longer parts of names are kept, and looked for, by their beginning.
LONGEST_PART = 60


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


@lru_cache(maxsize=50_000)
def parts(name: str) -> frozenset[str]:
    """What a name is found by, without capitals: each of its ends in characters (王小明, 小明, 明), in pinyin
    (wangxiaoming, xiaoming, ming) and in initials (wxm, xm), and the surname before the initials of the rest (wangxm).

    Whoever types the beginning of one of them types a part of the name.
    """
    letters = [character for character in name.lower() if character.isalnum()]
    first = SURNAMES.get(name[:1], "")
    syllables = [reading(letter) or letter for letter in letters]
    if first and syllables:
        syllables[0] = first
    initials = "".join(syllable[0] for syllable in syllables)
    ends = range(len(letters))
    found = {"".join(letters[at:]) for at in ends} | {"".join(syllables[at:]) for at in ends}
    found |= {initials[at:] for at in range(len(initials) - 1)}
    if syllables:
        found.add(syllables[0] + initials[1:])
    return frozenset(part[:LONGEST_PART] for part in found)


def typed_part(text: str) -> str:
    """What was typed, as `parts` writes it: 王 小明 → 王小明, Wang Xiaoming → wangxiaoming, lü → lv."""
    return "".join(letter for letter in text.lower().replace("ü", "v") if letter.isalnum())[:LONGEST_PART]
