"""Code points that look like a Chinese character and are another one. Pure.

Texts copied out of a PDF, and names out of older systems, hold radicals, strokes and compatibility ideographs for the
characters they look like: ⻢ (U+2EE2) for 马, ⾦ (U+2FA6) for 金, U+F9B4 for 領. What each stands for is Unicode's own
data: compatibility decompositions, as `unicodedata` has them, and for what has none the file
EquivalentUnifiedIdeograph.txt (Unicode 14.0, Unicode License v3), below. Eighty characters of GBK had no code of their
own before GB 18030 gave them one; older systems kept them in private use: U+E863 is 䶮.
"""

import unicodedata

_EQUIVALENT = """
2E81:5382 2E82:4E5B 2E83:4E5A 2E84:4E59 2E85:4EBB 2E86:5182 2E87:20628 2E88:5200 2E89:5202 2E8A:535C 2E8B:353E
2E8C:5C0F 2E8D:5C0F 2E8E:5140 2E8F:5C23 2E90:5C22 2E91:21BC2 2E92:5DF3 2E93:5E7A 2E94:5F51 2E95:5F50 2E96:5FC4
2E97:5FC3 2E98:624C 2E99:6535 2E9B:65E1 2E9C:65E5 2E9D:6708 2E9E:6B7A 2EA0:6C11 2EA1:6C35 2EA2:6C3A 2EA3:706C
2EA4:722B 2EA5:722B 2EA6:4E2C 2EA7:725B 2EA8:72AD 2EA9:738B 2EAA:24D14 2EAB:76EE 2EAC:793A 2EAD:793B
2EAE:25AD7 2EAF:7CF9 2EB0:7E9F 2EB1:7F53 2EB2:7F52 2EB3:34C1 2EB4:5197 2EB5:2626B 2EB6:7F8A 2EB7:2634C
2EB8:2634B 2EB9:8002 2EBA:8080 2EBB:807F 2EBC:8089 2EBD:26951 2EBE:8279 2EBF:8279 2EC0:8279 2EC1:864E
2EC2:8864 2EC3:8980 2EC4:897F 2EC5:89C1 2EC6:89D2 2EC7:278B2 2EC8:8BA0 2EC9:8D1D 2ECA:27FB7 2ECB:8F66
2ECC:8FB6 2ECD:8FB6 2ECE:8FB6 2ECF:9091 2ED0:9485 2ED1:9577 2ED2:9578 2ED3:957F 2ED4:95E8 2ED5:28E0F 2ED6:961D
2ED7:96E8 2ED8:9752 2ED9:97E6 2EDA:9875 2EDB:98CE 2EDC:98DE 2EDD:98DF 2EDE:2967F 2EDF:98E0 2EE0:9963
2EE1:29810 2EE2:9A6C 2EE3:9AA8 2EE4:9B3C 2EE5:9C7C 2EE6:9E1F 2EE7:5364 2EE8:9EA6 2EE9:9EC4 2EEA:9EFE 2EEB:6589
2EEC:9F50 2EED:6B6F 2EEE:9F7F 2EEF:7ADC 2EF0:9F99 2EF1:9F9C 2EF2:4E80 31C6:200CC 31CF:4E40 31D0:4E00 31D1:4E28
31D2:4E3F 31D3:4E3F 31D4:4E36 31D5:200CD 31D6:4E5B 31D7:200CA 31D8:200CE 31D9:2010C 31DA:4E85 31DB:21FE8
31DC:200CB 31DD:4E40 31DE:200D1 31DF:4E5A 31E0:4E59 31E1:2010E
"""

#: CJK radicals (2E80–2FDF), strokes (31C0–31EF) and compatibility ideographs (F900–FAFF, 2F800–2FA1F).
RANGES = ((0x2E80, 0x2FDF), (0x31C0, 0x31EF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
#: What nobody sees: variation selectors, which choose a drawing of the character before them, fillers of Korean and
#: Khmer, which are letters to Unicode and yet empty, joiners, and the empty pattern of braille (Unicode 14.0,
#: Default_Ignorable_Code_Point, but for what is of category Cf).
INVISIBLE = (
    0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2065, 0x2800, 0x3164, 0xFFA0,
    *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000),
)  # fmt: skip


#: Where older Windows keeps the 80 last characters of GBK (bytes FE50–FEA0 without FE7F): in private use.
_GBK_PRIVATE = range(0xE815, 0xE865)
#: Those to which the codec of GB 18030-2000 still gives private use, as GB 18030-2022 has them.
_SINCE_2005 = """
E816:20087 E817:20089 E818:200CC E81E:9FB4 E826:9FB5 E82B:9FB6 E82C:9FB7 E831:215D7 E832:9FB8 E83B:2298F E843:9FB9
E854:9FBA E855:241FE E864:9FBB
"""


def _table() -> dict[int, str | None]:
    by_code: dict[int, str | None] = dict.fromkeys(INVISIBLE)
    for first, last in RANGES:
        for code in range(first, last + 1):
            folded = unicodedata.normalize("NFKC", chr(code))
            if folded != chr(code):
                by_code[code] = folded
    trails = [byte for byte in range(0x50, 0xA1) if byte != 0x7F]
    for code, trail in zip(_GBK_PRIVATE, trails, strict=True):
        character = bytes((0xFE, trail)).decode("gb18030")
        if ord(character) not in _GBK_PRIVATE:
            by_code[code] = by_code.get(ord(character)) or character
    for pair in (_EQUIVALENT + _SINCE_2005).split():
        looks, _, stands_for = pair.partition(":")
        by_code.setdefault(int(looks, 16), chr(int(stands_for, 16)))
    return by_code


#: For `str.translate`.
FOLDED = _table()


def fold(text: str) -> str:
    """The text with every lookalike as the character it looks like."""
    return text if text.isascii() else text.translate(FOLDED)


def is_unfolded(character: str) -> bool:
    """Whether this is a radical, a stroke or the like that stands for no character."""
    code = ord(character)
    if unicodedata.category(character) == "Lo" and code in _UNIFIED_AMONG_COMPATIBILITY:
        return False
    return code not in FOLDED and any(first <= code <= last for first, last in RANGES)


#: Twelve of F900–FAFF are ordinary characters: they have no decomposition, and no other code.
_UNIFIED_AMONG_COMPATIBILITY = frozenset(
    code for code in range(0xF900, 0xFB00) if unicodedata.category(chr(code)) == "Lo" and code not in FOLDED
)
