"""What a text message says: placeholders filled in, its length in parts, and what those cost. Pure.

A text of up to 70 characters is one part; a longer one is cut by the network into parts of 67, each charged.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from core.refusals import Refused

ONE_PART, EACH_OF_SEVERAL = 70, 67
#: What an office may write; the longest texts with every placeholder filled fit into OutboxMessage.text.
LONGEST_TEMPLATE = 200
#: No filled placeholder is longer.
LONGEST_VALUE = 40
_PLACEHOLDER = re.compile(r"\{([^{}]{1,20})\}")
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)


def placeholders(text: str) -> list[str]:
    """The names in braces, in the order of the text."""
    return _PLACEHOLDER.findall(text)


def check_template(text: str, allowed: Iterable[str]) -> str:
    """Return the text on one line. Raise Refused for a placeholder that the kind does not have, or a lone brace."""
    text, known = " ".join(text.split()), list(allowed)
    if not text:
        raise Refused("请填写短信内容。", "text")
    if len(text) > LONGEST_TEMPLATE:
        raise Refused(f"短信模板最多 {LONGEST_TEMPLATE} 个字，现在是 {len(text)} 个，请写短一些。", "text")
    names = placeholders(text)
    choice = "、".join(f"{{{name}}}" for name in known)
    if unknown := [name for name in names if name not in known]:
        raise Refused(f"没有“{{{unknown[0]}}}”这一项。这类短信可以用：{choice}。", "text")
    if len(names) != len(set(names)):
        raise Refused("同一项在一条短信里只能用一次。", "text")
    if "{" in (rest := _PLACEHOLDER.sub("", text)) or "}" in rest:
        raise Refused(f"大括号要成对写，里面写项目名称。这类短信可以用：{choice}。", "text")
    return text


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder replaced once: braces inside a value stay as they are."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]][:LONGEST_VALUE], text)


def parts(text: str) -> int:
    """Into how many parts the network cuts the text."""
    return 1 if len(text) <= ONE_PART else -(-len(text) // EACH_OF_SEVERAL)


def cost(number_of_parts: int, price: Decimal | None) -> Decimal | None:
    """Yuan for so many parts, to a tenth of a cent as prices are; None while no price is set."""
    if price is None:
        return None
    return (price * number_of_parts).quantize(Decimal("0.001"))


def is_mobile(phone: str) -> bool:
    """Whether a text message can be sent to the number."""
    return bool(_MOBILE.fullmatch(phone))
