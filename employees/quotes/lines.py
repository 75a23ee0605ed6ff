"""The contract of `manage.py quote_employee`: one JSON question a line in, one JSON answer a line out."""

import json
import re
from decimal import Decimal

from employees.quotes.quote import EmployeeQuote, EmployeeQuoteError, quote_employee
from subsidies.policy import policies

KEYS = ("policy", "kind", "wage_base", "months")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")


def answer(line: str) -> dict[str, object]:
    """Return the answer to one question, ready for JSON: the quote, or {"error": code, "message": what to do}."""
    try:
        try:
            ask = json.loads(line)
        except (ValueError, RecursionError):
            raise EmployeeQuoteError("bad_input", "这一行不是正确的 JSON") from None
        return as_json(_ask(ask))
    except EmployeeQuoteError as error:
        return {"error": error.code, "message": error.message}


def as_json(result: EmployeeQuote) -> dict[str, object]:
    """A quote with amounts as strings of two decimals."""
    return {
        "base": str(result.base),
        "unit": str(result.unit),
        "person": str(result.person),
        "total": str(result.total),
        "reasons": [{"says": reason.says, "source": str(reason.source)} for reason in result.reasons],
    }


def _ask(ask: object) -> EmployeeQuote:
    if not isinstance(ask, dict):
        raise EmployeeQuoteError("bad_input", "问题应是 JSON 对象")
    if unknown := [key for key in ask if key not in KEYS]:
        raise EmployeeQuoteError("bad_input", f"不认识 {'、'.join(unknown)}；可用的是：{'、'.join(KEYS)}")
    policy_id, kind = (_text(ask, key) for key in ("policy", "kind"))
    months = ask.get("months", 1)
    if type(months) is not int:
        raise EmployeeQuoteError("bad_input", f"months 应是整数，现在是 {months!r}")
    try:
        rules = policies.load(policy_id)
    except policies.NoSuchPolicy:
        names = "、".join(policies.available())
        raise EmployeeQuoteError("no_policy", f"没有 {policy_id!r} 这个政策；现有的是：{names}") from None
    except policies.PolicyError as error:
        raise EmployeeQuoteError("no_policy", f"政策文件有误，先改正再用：{error}") from None
    return quote_employee(rules, kind=kind, wage_base=_amount(ask.get("wage_base")), months=months)


def _text(ask: dict[str, object], key: str) -> str:
    value = ask.get(key)
    if not isinstance(value, str) or not value.strip():
        raise EmployeeQuoteError("bad_input", f"缺少 {key}，或者它不是文字")
    return value.strip()


def _amount(value: object) -> Decimal | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise EmployeeQuoteError("bad_input", f'wage_base 应写成 "3831.00" 这样的文字，现在是 {value!r}')
    return Decimal(value)
