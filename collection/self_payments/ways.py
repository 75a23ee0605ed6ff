"""Where a self-payment was made, as far as the tax bureau's list tells. Pure."""

import re
from enum import StrEnum
from functools import lru_cache

from core.tables.cells import half_width
from core.tables.headings import Column

WAY = Column(
    "way",
    "缴费渠道",
    (
        "缴费渠道",
        "缴费方式",
        "缴款渠道",
        "缴款方式",
        "缴纳方式",
        "支付渠道",
        "支付方式",
        "征收渠道",
        "征收方式",
        "申报渠道",
        "业务渠道",
        "缴费途径",
        "渠道",
        "渠道名称",
    ),
    ("渠道", "缴费方式"),
    ("时间", "日期"),
)
PAYER = Column(
    "payer",
    "共济账户人",
    (
        "共济账户人",
        "共济账户所有人",
        "共济人",
        "共济人姓名",
        "账户所有人",
        "个人账户所有人",
        "账户人姓名",
        "职工姓名",
        "授权人",
        "授权人姓名",
        "代缴人",
        "代缴人姓名",
    ),
    ("共济人", "账户所有人", "代缴人"),
    ("证件", "号码", "身份证", "电话"),
)


class PaymentWay(StrEnum):
    """A list that does not tell gives UNTOLD."""

    UNTOLD = ""
    ONLINE = "online"
    BANK = "bank"
    HALL = "hall"
    TERMINAL = "terminal"
    FAMILY = "family"
    COLLECTIVE = "collective"


#: Read in this order: a terminal of a bank is a terminal, and a bank's app is no counter.
_WORDS = (
    (PaymentWay.FAMILY, re.compile("共济|医保钱包|个人账户|个账")),
    (PaymentWay.COLLECTIVE, re.compile("集体|捐资|捐助")),
    (PaymentWay.TERMINAL, re.compile("终端|自助机|自助办税|自助缴费|POS|刷卡机", re.IGNORECASE)),
    (
        PaymentWay.ONLINE,
        re.compile("微信|支付宝|公众号|小程序|手机|APP|网银|网上|线上|电子税务|扫码|二维码|云闪付", re.IGNORECASE),
    ),
    (PaymentWay.HALL, re.compile("办税|大厅|窗口|政务|便民|碰一下|税务局|税务所")),
    (PaymentWay.BANK, re.compile("银行|柜面|柜台|信用社|农商|农信|邮储|工行|农行|建行|中行|交行|网点")),
)


@lru_cache(maxsize=1024)  # a list repeats its ways, and names nobody's account as a rule
def read_way(text: str, payer: str = "") -> PaymentWay:
    """Return where it was paid; an account holder who is named is one of 家庭共济, whatever the list calls it."""
    plain = half_width(text)
    found = next((way for way, words in _WORDS if words.search(plain)), PaymentWay.UNTOLD)
    return PaymentWay.FAMILY if payer and found == PaymentWay.UNTOLD else found
