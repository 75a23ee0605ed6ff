"""What a list of payments says of each: paid, undone, or to be asked. One reader for every list of payments. Pure.

A list has one column for it or several (缴费状态 beside 作废标志, 退费日期), and the one that speaks against the
payment decides. Words are understood whole or not at all: cut at commas and brackets, every part must match as a whole,
so that 未退费 is no 退费 and 退费失败 nothing of both.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from core.tables.cells import cell_text, half_width, shown
from core.tables.headings import Column
from core.tables.reader import Cell


class Kind(StrEnum):
    PAID = "paid"
    UNDONE = "undone"
    ASK = "ask"


Answer = tuple[Kind, str]
_PAID: Answer = (Kind.PAID, "")
_DO = r"(?:缴费|缴款|缴纳|支付|扣款|扣费|付款|缴|交费|入库|到账|入账|完税|开票|划转|征收|对账|记账|上解|交易)"
_BACK = r"(?:作废|废止|退费|退款|冲正|冲销|红冲|冲红|撤销|撤回|取消|退库|退票|退税|退回|抹账|注销|退)"
_NOT = r"(?:未|没有|没|尚未|暂未|未被|并未|从未)"
_DONE = re.compile(
    rf"(?:已|已经)?{_DO}(?:清)?(?:成功|完成|完毕|正常)?|(?:{_DO})?(?:已)?(?:成功|正常|有效|完成)|(?:足额|已足额)缴费"
    rf"|(?:{_NOT}|无|非|不存在){_BACK}(?:记录|情况)?"
)
_UNDONE = re.compile(rf"(?:已|已经|全额|部分|申请|正在|已被|待)?{_BACK}(?:成功|完成|中)?|红字(?:发票)?")
_FAILED = re.compile(
    rf"(?:{_DO})?(?:失败|未成功|不成功|没有成功|没成功|超时|关闭|无效|失效|异常|不正常|非正常|未完成)"
    rf"|(?:已)?(?:失效|关闭)|(?:{_NOT}|待|等待|未能|不能|无法|拒绝){_DO}(?:清)?(?:成功|完成)?"
    rf"|(?:{_NOT}|待|等待)(?:成功|完成)"
)
_CUTS = re.compile(r"[,;:!。、/|()\[\]【】]+")
_NOTHING = frozenset({"", "-", "--", "—", "/", "无", "空", "NULL", "NONE", "N/A"})
_YES = frozenset({"是", "Y", "YES", "1", "TRUE", "T", "√", "有"})
_NO = frozenset({"否", "N", "NO", "0", "0.00", "FALSE", "F", "×", "X"})

#: Headings that ask whether, or say when or how much, a payment went back.
_BACK_HEADING = re.compile(rf"(?:是否)?(?:已)?{_BACK}(?:标志|标识|标记|状态|情况|与否|否)?|是否(?:已)?{_BACK}.{{0,4}}")
_BACK_FACT = re.compile(rf"(?:实际)?{_BACK}(?:的)?(?:日期|时间|金额|流水号|单号|凭证号|原因|人|经办人)")
#: Headings that ask whether it was paid.
_PAID_HEADING = re.compile(rf"是否(?:已)?(?:{_DO}|成功|有效)+|(?:{_DO}|成功|有效)+(?:标志|标识|标记)")
_STATE_HEADING = re.compile(r".{0,8}状态|(?:缴费|缴款|支付|扣款|交易|处理|征收)结果")
#: Columns that mostly say something else; only what speaks against the payment counts.
_ASIDE_HEADING = re.compile(r"备注|说明|摘要|附注|(?:缴费|业务|征收|单据|交易|税票|记录|票证)类(?:型|别)")
#: The column that a template offers; files tell the state in many more.
STATE = Column("state", "缴费状态", ("缴费状态",))
_NOT_A_STATE = re.compile(r"参保|人员|户|婚姻|就业|健康|身份|监测")


def read_state(text: str, heading: str = "缴费状态") -> Answer:
    """Return what a cell below a heading says of its payment, with the words for whoever has to ask or sees a case."""
    reading = _reader_of(heading) or _by_state
    return reading(half_width(text), heading)


def state_columns(titles: Mapping[int, str]) -> dict[int, str]:
    """Return the columns (position → heading) of a list that say something of the state of its payments."""
    return {position: title for position, title in titles.items() if _reader_of(title)}


def read_states(cells: Sequence[Cell], columns: Mapping[int, str]) -> Answer:
    """Return what a row says by all its columns: what undoes it, else what is to be asked, else that it was paid."""
    asked = _PAID
    for position, heading in columns.items():
        cell = cells[position] if position < len(cells) else None
        kind, why = read_state(f"{cell:%Y-%m-%d}" if isinstance(cell, date) else cell_text(cell), heading)
        if kind == Kind.UNDONE:
            return kind, why
        if kind == Kind.ASK and asked is _PAID:
            asked = kind, why
    return asked


def _reader_of(heading: str) -> Callable[[str, str], Answer] | None:
    if _BACK_FACT.fullmatch(heading):
        return _by_fact
    if _BACK_HEADING.fullmatch(heading):
        return _by_flag_of_return
    if _PAID_HEADING.fullmatch(heading):
        return _by_flag_of_payment
    if _STATE_HEADING.fullmatch(heading) and not _NOT_A_STATE.search(heading):
        return _by_state
    return _by_aside if _ASIDE_HEADING.fullmatch(heading) else None


def _by_state(plain: str, heading: str) -> Answer:
    """缴费状态 and the like: an empty one is asked about, for it does not say that the money came."""
    if plain.upper() in _NOTHING:
        return Kind.ASK, f"没有填写{heading}，看不出是不是已经缴费，请核实。"
    return _by_words(plain, heading)


def _by_words(plain: str, heading: str) -> Answer:
    kinds = {_kind_of_part(part) for part in _CUTS.split(plain) if part}
    if kinds == {Kind.PAID}:
        return _PAID
    if Kind.UNDONE in kinds and Kind.ASK not in kinds:
        return Kind.UNDONE, plain[:20]
    return Kind.ASK, f"{heading}“{shown(plain)}”看不出是不是已经缴费，请核实。"


def _kind_of_part(part: str) -> Kind:
    if _DONE.fullmatch(part):
        return Kind.PAID
    return Kind.UNDONE if _UNDONE.fullmatch(part) or _FAILED.fullmatch(part) else Kind.ASK


def _by_flag_of_return(plain: str, heading: str) -> Answer:
    """作废标志, 是否退费, 退费状态: empty and no leave the payment as it is."""
    upper = plain.upper()
    if upper in _NOTHING or upper in _NO:
        return _PAID
    if upper in _YES:
        return Kind.UNDONE, re.sub(r"^是否|标志$|标识$|标记$|状态$|情况$|与否$", "", heading)[:20]
    return _by_words(plain, heading)


def _by_flag_of_payment(plain: str, heading: str) -> Answer:
    """是否缴费, 有效标志: no and nothing are no payment."""
    upper = plain.upper()
    if upper in _YES:
        return _PAID
    if upper in _NO:
        return Kind.UNDONE, f"{heading}：{plain}"
    return _by_state(plain, heading)


def _by_fact(plain: str, heading: str) -> Answer:
    """退费日期, 退费金额, 作废原因: whatever stands there but nothing and zero tells that it went back."""
    if plain.upper() in _NOTHING | _NO or re.fullmatch(r"[¥￥]?0*(?:\.0*)?元?", plain):
        return _PAID
    if _kind_of_part(plain) == Kind.PAID:  # 未退费
        return _PAID
    return Kind.UNDONE, f"{heading}：{plain}"[:20]


def _by_aside(plain: str, heading: str) -> Answer:
    answer = _by_words(plain, heading) if plain else _PAID
    return answer if answer[0] == Kind.UNDONE else _PAID
