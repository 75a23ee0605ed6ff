"""What a password must be, and how it is kept (GB/T 22239 8.1.4.1 a: 复杂度)."""

import re
from datetime import datetime, timedelta

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError

from core.accounts.models import User

#: How long a first password opens the door.
FIRST_PASSWORD_DAYS = 14
#: Words of this trade, of these counties and of keyboards, by which one would try first.
TRADE_WORDS = (
    "yibao", "shebao", "canbao", "zhengjiao", "jiaofei", "shuiwu", "minzheng", "caizheng", "xiangzhen",
    "neixiang", "xixia", "qinshui", "tunliu", "gaoyang", "henan", "shanxi", "hebei",
    "admin", "mima", "password", "qwerty", "asdf", "woaini",
    "医保", "社保", "参保", "征缴", "缴费", "税务", "内乡", "西峡", "沁水", "屯留", "高阳", "密码",
)  # fmt: skip
_KINDS = (re.compile(r"[a-zA-Z]"), re.compile(r"\d"), re.compile(r"[^a-zA-Z\d\s]"))


class BoundedArgon2Hasher(Argon2PasswordHasher):
    """Argon2id at OWASP's first recommended setting (19 MiB, two rounds, one thread): some 25 ms on one core, so that
    thirty people who log in at once on two cores wait a second and not a minute (docs/decisions/accounts.md)."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


class TwoKindsValidator:
    """Letters, digits, signs: at least two of the three."""

    def validate(self, password: str, user: User | None = None) -> None:
        if sum(bool(kind.search(password)) for kind in _KINDS) < 2:
            raise ValidationError("密码要有字母、数字、符号中的至少两种。", code="one_kind")

    def get_help_text(self) -> str:
        return "要有字母、数字、符号中的至少两种。"


class TradeWordsValidator:
    """Neither a word of this trade nor what stands on the account itself."""

    def validate(self, password: str, user: User | None = None) -> None:
        lower = password.lower()
        own = (user.username, user.phone, user.region_id or "") if user else ()
        for word in (*TRADE_WORDS, *(text.lower() for text in own if len(text) >= 4)):
            if word in lower:
                raise ValidationError("密码里不能有“%(word)s”，别人容易猜到，请换一个。", "trade_word", {"word": word})

    def get_help_text(self) -> str:
        return "不要用业务词语、地名拼音、账号、电话或区划代码。"


def first_password_ends(user: User) -> datetime | None:
    """When the account's first password runs out; None for a password of one's own."""
    if not user.must_change_password or user.password_issued_at is None:
        return None
    return user.password_issued_at + timedelta(days=FIRST_PASSWORD_DAYS)
