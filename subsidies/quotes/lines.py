"""The contract of `manage.py quote`: one JSON question a line in, one JSON answer a line out.

Strict: an unknown key, a missing one, a date that cannot be, a number where a name belongs are refused by name.
"""

import datetime
import json
import re
from typing import Any

from subsidies.policy import policies
from subsidies.quotes.quote import Quote, QuoteError, Recognition, quote

KEYS = (
    "policy",
    "birth_date",
    "paid_on",
    "identities",
    "insured_years",
    "repaid_years",
    "parent_insured",
    "newborn",
)
NEWBORN_KEYS = ("parent_insured",)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def answer(line: str) -> dict[str, Any]:
    """The answer to one question, ready for JSON: the quote, or {"error": code, "message": what to do}."""
    try:
        try:
            ask = json.loads(line)
        except (ValueError, RecursionError):
            raise QuoteError("bad_input", "这一行不是正确的 JSON") from None
        return as_json(_ask(ask))
    except QuoteError as error:
        return {"error": error.code, "message": error.message}


def as_json(result: Quote) -> dict[str, Any]:
    """A quote with amounts as strings and dates in ISO."""
    return {
        "standard": str(result.standard),
        "subsidy": str(result.subsidy),
        "due": str(result.due),
        "category": result.category,
        "funds": [{"source": source, "amount": str(amount)} for source, amount in result.funds],
        "benefit_from": result.benefit_from and result.benefit_from.isoformat(),
        "benefit_to": result.benefit_to and result.benefit_to.isoformat(),
        "waiting_months": result.waiting_months,
        "reasons": [{"says": reason.says, "source": str(reason.source)} for reason in result.reasons],
    }


def _ask(ask: Any) -> Quote:
    _object(ask, KEYS, "问题")
    policy_id = _text(ask, "policy")
    facts = {
        "birth_date": _date(ask, "birth_date"),
        "paid_on": _date(ask, "paid_on"),
        "identities": [_identity(item) for item in _list(ask, "identities") or ()],
        "insured_years": _list(ask, "insured_years"),
        "repaid_years": ask.get("repaid_years", 0),
        "parent_insured": _parent_insured(ask),
    }
    numbers = [("repaid_years", facts["repaid_years"])] + [("insured_years", y) for y in facts["insured_years"] or ()]
    for key, number in numbers:
        if type(number) is not int:
            raise QuoteError("bad_input", f"{key} 应是整数，现在是 {number!r}")
    try:
        rules = policies.load(policy_id)
    except policies.NoSuchPolicy:
        known = "、".join(policies.available())
        raise QuoteError("no_policy", f"没有 {policy_id!r} 这个政策；现有的是：{known}") from None
    except policies.PolicyError as error:
        raise QuoteError("no_policy", f"政策文件有误，先改正再用：{error}") from None
    return quote(rules, **facts)


def _parent_insured(ask: dict[str, Any]) -> bool | None:
    """Read "parent_insured", which may also stand inside "newborn"; a plain true or false there says nothing new."""
    newborn = ask.get("newborn")
    if newborn is not None and type(newborn) is not bool:
        _object(newborn, NEWBORN_KEYS, "newborn ")
    places = [("", ask), ("newborn.", newborn if isinstance(newborn, dict) else {})]
    answers: dict[bool, str] = {}
    for prefix, item in places:
        value = item.get("parent_insured")
        if value is not None and type(value) is not bool:
            raise QuoteError("bad_input", f"{prefix}parent_insured 应是 true 或 false，现在是 {value!r}")
        if value is not None:
            answers[value] = prefix
    if len(answers) > 1:
        raise QuoteError("bad_input", "parent_insured 写了两处，一处是 true，一处是 false")
    return next(iter(answers), None)


def _identity(item: Any) -> Recognition:
    _object(item, ("category", "recognised_on", "ended_on"), "identities 的一项")
    ended_on = _date(item, "ended_on") if item.get("ended_on") is not None else None
    recognised_on = _date(item, "recognised_on")
    if ended_on is not None and ended_on < recognised_on:
        raise QuoteError("bad_input", f"终止日期 {ended_on} 早于认定日期 {recognised_on}")
    return Recognition(_text(item, "category"), recognised_on, ended_on)


def _object(item: object, keys: tuple[str, ...], what: str) -> None:
    if not isinstance(item, dict):
        raise QuoteError("bad_input", f"{what}应是 JSON 对象")
    if unknown := [key for key in item if key not in keys]:
        raise QuoteError("bad_input", f"{what}里不认识 {'、'.join(unknown)}；可用的是：{'、'.join(keys)}")


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    if not isinstance(value, str) or not value.strip():
        raise QuoteError("bad_input", f"缺少 {key}，或者它不是文字")
    return value.strip()


def _list(item: dict[str, Any], key: str) -> list[Any] | None:
    value = item.get(key)
    if value is not None and not isinstance(value, list):
        raise QuoteError("bad_input", f"{key} 应是列表")
    return value


def _date(item: dict[str, Any], key: str) -> datetime.date:
    text = _text(item, key)
    try:
        if _DATE.fullmatch(text):
            return datetime.date.fromisoformat(text)
    except ValueError:
        raise QuoteError("bad_input", f"{key} 的日期 {text} 不存在") from None
    raise QuoteError("bad_input", f"{key} 应写成 2024-10-01 这样的日期，现在是 {text!r}")
