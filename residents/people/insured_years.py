"""The years somebody was insured, as people write them in a cell or a form. Pure.

2021、2022、2024 · 2019-2023 · 2020至2024年 · 2018年起 · 2019,2021-2023. What is not understood is asked, never guessed:
a year left out would lengthen a waiting period.
"""

import re

from core.tables.cells import formula_error, half_width, shown

#: 新型农村合作医疗 began in 2003; nobody was insured as a resident before.
FIRST_YEAR = 2003

_NOTHING = frozenset({"", "无", "没有", "从未", "从未参保", "未参保", "无参保记录", "/", "-", "—", "0"})
_SEPARATORS = re.compile("[,、;/和及与|]|(?<=年)(?=20)")
_TO = "(?:-|—|–|―|~|至|到)+"
_RANGE = re.compile(f"(20[0-9]{{2}})年?度?{_TO}(20[0-9]{{2}})年?度?")
_SINCE = re.compile(f"自?从?(20[0-9]{{2}})年?度?(?:{_TO}(?:今|现在)|起|以来|开始|以后)")
_ONE = re.compile("(20[0-9]{2})年?度?")
#: Between words, what stands before or after them and says nothing.
_AROUND = re.compile("^(?:参保|连续参保|历年参保)[:]?|(?:连续)?(?:参保|缴费|均参保|都参保)$|[.]$")
#: What a csv makes of a year that was a number.
_POINT_ZERO = re.compile(r"(?<=^\d{4})\.0+$")
_LONGEST = 200


def read_insured_years(cell: object, *, last: int) -> tuple[list[int], str]:
    """A cell or an entry → (the years in order, ''), or ([], what is wrong). `last`: the latest year that can be.

    An empty cell, and 无, are no years and no mistake. 2018年起 runs to `last`.
    """
    if cell is None:
        return [], ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if error := formula_error(cell, title="参保年度") if type(cell) is str else "":
        return [], error
    written = _POINT_ZERO.sub("", str(cell).strip())
    if any(c.isdigit() and not c.isdecimal() for c in written):  # ², ①
        return [], _not_understood(written)
    if len(written) > _LONGEST:
        return [], f"参保年度这一格太长（{len(written)} 个字），请只写年份，例如 2019-2023。"
    text = half_width(re.sub(r"(?<=[0-9年度])\s+(?=20[0-9]{2})", "、", written.strip("'‘’\"")))
    text = _AROUND.sub("", _AROUND.sub("", text))
    if text in _NOTHING:
        return [], ""
    return _add_up(text, written, last)


def _not_understood(written: str) -> str:
    return f"参保年度“{shown(written)}”看不懂，请逐年写明，例如 2021、2022、2024，或 2019-2023。"


def _add_up(text: str, written: str, last: int) -> tuple[list[int], str]:
    """The years of all parts of the text; `written` is what stood in the cell, for the refusal."""
    years: set[int] = set()
    for part in _SEPARATORS.split(text):
        if not part:
            continue
        first, until = _span(part, last)
        if first is None or until is None:
            return [], _not_understood(written)
        if first > until:
            return [], f"参保年度“{part}”前后颠倒或还没有到，请核对后重填。"
        if first < FIRST_YEAR or until > last:
            return [], f"参保年度“{part}”不在 {FIRST_YEAR} 年至 {last} 年之间，请核对后重填。"
        years.update(range(first, until + 1))
    return sorted(years), ""


def _span(part: str, last: int) -> tuple[int | None, int | None]:
    if match := _ONE.fullmatch(part):
        return int(match[1]), int(match[1])
    if match := _RANGE.fullmatch(part):
        return int(match[1]), int(match[2])
    if match := _SINCE.fullmatch(part):
        return int(match[1]), last
    return None, None
