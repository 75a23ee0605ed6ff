"""Whether a word of the tax bureau's result column means taken in or refused. Pure.

A whole text is understood or it is not: it is cut at its commas, every part must match a pattern as a whole, and all
parts must agree. Nothing is searched for inside a longer word, so that 不予通过 is no 通过 and 无异常 no 异常.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from core.tables.cells import half_width

_CUTS = re.compile(r"[,;:!。、/|()\[\]【】《》\-—_]+")
_DO = (
    r"(?:身份证|身份|证件|数据|信息|人员|申报|导入|上传|校验|审核|核验|验证|比对|核对|复核|审批"
    r"|查验|检查|处理|缴费|登记|提交|保存|执行|入库|受理|操作|系统|结果|状态)*"
)
_GOOD = r"(?:成功|通过|正常|完成|无误|一致|合格|有效|完毕|正确)"
_BAD = r"(?:失败|错误|异常|有误|出错|报错|驳回|退回|拒绝|不符|无效|终止|中断|作废|问题|差错|有问题)"
_SUCCESS = re.compile(
    rf"(?:已|全部|均|已经)?{_DO}(?:已|已经|全部|均)?{_GOOD}(?:了)?"
    r"|(?:已|已经|全部|均)*成功(?:导入|受理|入库|接收|登记|申报|处理|校验|上传)(?:了)?"
    rf"|(?:已|已经)?通过{_DO}"
    r"|(?:已|已经)(?:导入|受理|入库|接收|登记|申报|通过|完成|处理)(?:了)?"
    rf"|{_DO}(?:无|没有|未发现|不存在|未见|未检出|没|零|0个?|0条?)(?:任何)?(?:{_DO})?{_BAD}(?:情况|信息|数据|项)?"
)
_FAILURE = re.compile(
    rf"{_DO}(?:不予|未予|不|未|没有|没能|没|未能|无法|不能|不可|不允许|非|未被|拒绝|尚未|暂未|暂不|并未)(?:被)?{_DO}(?:{_GOOD}|导入|受理|入库|登记|申报|接收)"
    rf"|(?:已|已经|被|已被)?{_DO}(?:已|被|已被|存在|有|出现|发生)?{_BAD}(?:了)?"
    rf"|(?:未|没有|没|不|不予|未能)(?:导入|受理|入库|登记|申报|接收|通过)(?:成功)?{_DO}"
    rf"|(?:未|没有|没能|没|未能|不能|无法|尚未)成功{_DO}"
)
_YES = frozenset({"是", "Y", "YES", "TRUE", "√", "OK", "SUCCESS", "PASS", "PASSED"})
_NO = frozenset({"否", "N", "NO", "FALSE", "×", "X", "FAIL", "FAILED", "FAILURE", "ERROR"})
#: Figures are flags only below a heading that asks a question; elsewhere 0 may be the code of no error.
_FLAGS = {"1": True, "0": False}
_FLAG_HEADING = re.compile(r"是否|标志|标识")
#: What the title of a sheet may add to its verdict.
_TITLE_ENDING = re.compile(r"(?:的)?(?:名单|明细|数据|人员|记录|清单|列表|结果|表|信息|反馈|\d)+$")
#: Reasons that say nothing against a success.
_NO_REASON = frozenset({"", "无", "—", "-", "/", "空", "NULL", "NONE", "0", "0000", "OK"})


def plain_word(text: str) -> str:
    """Return the word as it is compared and remembered: half-width, upper case, without blanks."""
    return half_width(text).upper()[:60]


def read_verdict(text: str, *, words: Mapping[str, bool] | None = None, heading: str = "") -> bool | None:
    """Return True for taken in, False for refused, None where the text is not understood or says both.

    `words` holds what the county's tax bureau has explained before, by `plain_word`.
    """
    plain = plain_word(text)
    if not plain:
        return None
    if words and plain in words:
        return words[plain]
    if plain in _YES | _NO:
        return plain in _YES
    if plain in _FLAGS and _FLAG_HEADING.search(heading):
        return _FLAGS[plain]
    answers = {_verdict_of_part(part) for part in _CUTS.split(plain) if part}
    return answers.pop() if len(answers) == 1 else None


def title_verdict(title: str) -> bool | None:
    """Return what a sheet's title says of all its lines: 导入成功名单, 失败人员."""
    return read_verdict(_TITLE_ENDING.sub("", half_width(title)))


def is_doubtful(*, ok: bool, reason: str) -> bool:
    """Return whether a success carries a reason that may speak against it: somebody has to ask."""
    plain = plain_word(reason)
    return ok and plain not in _NO_REASON and read_verdict(reason) is not True


@lru_cache(maxsize=1024)
def _verdict_of_part(part: str) -> bool | None:
    if _SUCCESS.fullmatch(part):
        return True
    return False if _FAILURE.fullmatch(part) else None
