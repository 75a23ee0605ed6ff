"""Why the tax bureau's system refuses a row: a dictionary of the usual reasons, and what to do about each. Pure.

What the bureau wrote is always kept word for word; a text that the dictionary does not know is filed under `other`.
"""

from dataclasses import dataclass
from enum import StrEnum


class FailureWay(StrEnum):
    """How a refused row goes on."""

    FIX = "fix"  # correct it by the identity card and declare again
    REFUND = "refund"  # the person must not pay here: the money goes back
    ASK = "ask"  # somebody else has to act first, then declare again


@dataclass(frozen=True)
class FailureReason:
    code: str
    name: str
    advice: str
    way: FailureWay
    signs: tuple[str, ...] = ()


#: Looked through in this order: the first with one of its signs in the text is meant.
REASONS = (
    FailureReason(
        "dead",
        "已死亡或户口注销",
        "向家属和派出所核实；属实的办理退费（附死亡或户口注销证明），不再申报。",
        FailureWay.REFUND,
        ("死亡", "注销户口", "户口注销", "户籍注销", "已去世"),
    ),
    FailureReason(
        "already_paid",
        "已经缴过费",
        "核对本人是否已在手机、银行或外地缴费；属实的按重复缴费办理退费，不再申报。",
        FailureWay.REFUND,
        ("重复缴费", "重复申报", "已缴费", "已经缴费", "已缴纳", "存在缴费记录", "重复导入", "重复数据", "已申报"),
    ),
    FailureReason(
        "employee",
        "已参加职工医保",
        "核对本人参保证明；属实的按参加职工医保办理退费，不再申报。",
        FailureWay.REFUND,
        ("职工医保", "职工医疗", "在职参保", "单位参保", "城镇职工"),
    ),
    FailureReason(
        "elsewhere",
        "已在外地参保",
        "核对本人外地参保证明；属实的按异地参保办理退费；要在本地参保的，先请外地停保再重新申报。",
        FailureWay.REFUND,
        ("异地参保", "外地参保", "其他统筹", "外统筹", "他地参保", "其他地区参保"),
    ),
    FailureReason(
        "name_differs",
        "姓名与证件号码不符",
        "照身份证逐字核对姓名和号码，改正后重新申报。",
        FailureWay.FIX,
        ("姓名不", "姓名与", "姓名有误", "姓名错误", "名字不", "姓名和", "姓名信息", "姓名校验"),
    ),
    FailureReason(
        "id_wrong",
        "证件号码错误",
        "照身份证逐位核对号码，改正后重新申报。",
        FailureWay.FIX,
        (
            "身份证号码错",
            "身份证号错",
            "身份证错",
            "证件号码错",
            "证件号错",
            "号码有误",
            "号码不正确",
            "号码不存在",
            "校验位",
            "校验码",
            "证件号码不",
            "身份证号码不",
            "身份证号不",
            "身份证不",
            "身份证件",
            "位数不",
            "证件类型",
            "身份证有误",
            "身份证号有误",
            "号码格式",
            "号码查不到",
            "号码在系统中查不到",
        ),
    ),
    FailureReason(
        "not_registered",
        "没有参保登记",
        "请本人到乡镇便民服务中心医保窗口办理参保登记，办好后重新申报。",
        FailureWay.ASK,
        (
            "未登记",
            "未参保登记",
            "没有登记",
            "无登记",
            "无参保登记",
            "未办理参保",
            "无参保信息",
            "登记信息不存在",
            "查无此人",
            "参保关系不存在",
            "未查询到",
            "查询不到",
            "查不到",
            "人员不存在",
            "未找到",
            "不存在参保",
        ),
    ),
    FailureReason(
        "other_place",
        "参保地不是本地",
        "请本人到医保窗口把参保地变更到本地（或本乡镇），办好后重新申报。",
        FailureWay.ASK,
        ("参保地", "跨县", "跨乡镇", "征收机关不", "主管税务机关不", "区划不"),
    ),
    FailureReason(
        "category",
        "人员类别不符",
        "请医保局核对资助标识；标识改好后重新申报。",
        FailureWay.ASK,
        ("人员类别", "身份类别", "标识", "困难", "资助", "特殊人员", "缴费档次", "人员类型"),
    ),
    FailureReason(
        "amount",
        "金额不符",
        "核对资助标识和应缴金额；收错钱的先冲销重收，标识有误的请医保局改好，再重新申报。",
        FailureWay.ASK,
        ("金额", "应缴费额", "缴费标准", "费额"),
    ),
    FailureReason(
        "status",
        "参保状态不正常",
        "请医保局核对参保状态（暂停、终止等），恢复后重新申报。",
        FailureWay.ASK,
        ("状态异常", "参保状态", "暂停", "终止", "停保", "冻结"),
    ),
)
OTHER = FailureReason(
    "other", "其他原因", "税务反馈原因见原文；核实后改正，或请税务局说明，再重新申报。", FailureWay.FIX
)
BY_CODE = {reason.code: reason for reason in (*REASONS, OTHER)}


def reason_of(text: str) -> FailureReason:
    """What a reason as the tax bureau writes it means; OTHER for one the dictionary does not know."""
    plain = "".join(text.split())
    return next((reason for reason in REASONS if any(sign in plain for sign in reason.signs)), OTHER)


def known(code: str) -> FailureReason:
    """The reason filed under this code."""
    return BY_CODE.get(code, OTHER)
