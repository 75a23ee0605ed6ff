"""Rows of a list that tell of nobody: empty ones, sums, and what is signed or remarked below a list. Pure.

One place for every list, so that 合计：, 夏馆镇小计 or 审核人：李四 is a person without a number in none of them, and
nobody who has a number is ever passed over.
"""

import re

from core.tables.cells import half_width
from core.tables.reader import Cell

_SUM_WORD = "(?:合计|总计|小计|共计|累计|总合计)"
#: What a sum may be of: 本页, 全村, 第3页, 夏馆镇, 一组, 三年级2班. A person's name ends in none of these.
_PLACE = r".{1,12}(?:[村镇乡县区市组户班校]|街道|社区|单位)"
_OF = rf"(?:本(?:页|村|组|户|次|表|单位|班)|全(?:村|县|区|市|组|乡|镇|校|部)|第.{{1,3}}页|{_PLACE})"
_SUM = re.compile(
    rf"{_OF}?{_SUM_WORD}(?:人数|户数|金额)?(?:\(?共?[\d.]+[人名户村元]?\)?|\((?:元|万元|人|人次|户)\))?|共\d+[人名户村]|全[县区市]"
)
#: Words that stand under a list before the name of whoever signs, or before a remark.
_FOOT = re.compile(
    r"(?:填表|填报|制表|制单|打印|审核|复核|审批|负责|经办|联系|录入|统计|单位|班主任|备注|说明|注意|注|附)"
    r"(?:人|员|者|单位|部门|领导|电话|日期|时间|事项|签字|签名|盖章|\(?(?:签字|签名|签章|盖章|公章)\)?){0,3}"
    r"\d{0,2}(?:[:].*)?"
)
#: Drawn or written where a list ends, so that nobody adds a line.
_EDGE = r"[-—–_=~…*.\[\]()<>。]*"
_END = re.compile(
    rf"{_EDGE}(?:(?:此行)?以下|此下|下方)(?:均|全|皆)?为?(?:空白|空行|空格|无正文|无内容|无数据|无人员|无){_EDGE}"
)
#: Fewer digits than this are no number that tells a person: 52 beside 合计 counts people.
_DIGITS_OF_A_NUMBER = 6


def is_sum(text: str) -> bool:
    """Whether what stands in the place of a name says that the row is a sum: 合计, 合 计, 夏馆镇小计：, 合计：3人."""
    return bool(_SUM.fullmatch(half_width(text).replace(":", "")))


def is_footing(text: str) -> bool:
    """Whether it is a sum, or what stands below a list: 审核人：李四, 填表日期, 备注, ——以下空白——."""
    written = half_width(text)
    return is_sum(text) or bool(_FOOT.fullmatch(written) or _END.fullmatch(written))


def is_nobody(name: Cell, number: Cell) -> bool:
    """Whether a row tells of nobody, by what stands for the name and for the number that would tell who it is."""
    written = "" if number is None else half_width(number)
    if len(written) >= _DIGITS_OF_A_NUMBER and written[:_DIGITS_OF_A_NUMBER].isdecimal():  # as nearly all begin
        return False
    if sum(c.isdecimal() for c in written) >= _DIGITS_OF_A_NUMBER or "*" in written:
        return False
    named = "" if name is None else half_width(name)
    if not named and not written:
        return True
    return is_footing(named or written)
