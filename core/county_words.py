"""县, 区 or 市: the word by which a county's own sentences call it and its offices (县医保局, 全区, 本市). Pure.

Every sentence that says one of them takes it from here: users, campaigns and regions have `county_word`. What is fixed
before anybody asks (labels, hints, lists of reasons) does without: 医保局.
"""


def county_word(code: str | None) -> str:
    """区 or 市 by the last two digits of a county's code (GB/T 2260: 01–20 districts, 81–99 cities), else 县.

    `code` is that of any region of the county.
    """
    digits = (code or "")[4:6]
    number = int(digits) if digits.isdecimal() else 21
    return "区" if number <= 20 else "市" if number >= 81 else "县"


def whole_county(name: str) -> str:
    """屯留区 → 全区, 邓州市 → 全市, else 全县: what a document calls the county as a whole, by its name."""
    return "全" + (name[-1:] if name.endswith(("区", "市")) else "县")
