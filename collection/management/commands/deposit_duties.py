"""双限 by hand: JSON Lines in, JSON Lines out, no database (design, section 7).

In:  {"limit": {"days": 5, "amount": "10000.00"}, "as_of": "2024-10-06",
      "receipts": [["2024-10-01", "400.00"], …], "deposits": [["2024-10-06", "400.00"], …]}
Out: {"status", "in_hand", "surplus", "oldest", "due", "duties": [{"opened", "due", "reason", "amount", "outstanding",
      "settled", "days_late"}]} or {"error": "bad_input", "message"}; one answer a line, in the order of the lines.
"""

import json
import re
import sys
from datetime import date
from decimal import Decimal
from io import TextIOWrapper
from typing import Any, cast

from django.core.management.base import BaseCommand

from collection.duties import rules as duties
from core.amounts import ZERO

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YUAN = re.compile(r"\d{1,13}(\.\d{1,2})?", re.ASCII)
LONGEST_LIMIT_DAYS = 3660
Dated = list[tuple[date, Decimal]]


class BadInput(ValueError):
    """A line that cannot be answered; the message says which part of it is wrong and what is wanted."""


class Command(BaseCommand):
    help = "按“双限”推算报解义务：标准输入逐行 JSON，标准输出逐行 JSON，不使用数据库。"
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        cast(TextIOWrapper, sys.stdout).reconfigure(encoding="utf-8", errors="replace")
        for line in sys.stdin.buffer:
            if line.strip():
                self.stdout.write(json.dumps(answer(line), ensure_ascii=False))


def answer(line: bytes | str) -> dict[str, object]:
    try:
        return reply(*question(line))
    except BadInput as error:
        return {"error": "bad_input", "message": str(error)}


def question(line: bytes | str) -> tuple[duties.Limit, Dated, Dated, date]:
    """(limit, receipts, deposits, as_of) of one input line; raises BadInput."""
    try:
        facts = json.loads(line, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        raise BadInput("这一行不是有效的 JSON") from None
    if not isinstance(facts, dict):
        raise BadInput("每行应是一个 JSON 对象，包含 limit、as_of、receipts、deposits")
    limit = facts.get("limit")
    if not isinstance(limit, dict):
        raise BadInput('limit 应写成 {"days": 天数, "amount": "金额"}')
    days = limit.get("days")
    if type(days) is not int or not 0 <= days <= LONGEST_LIMIT_DAYS:
        raise BadInput(f"limit.days 应是 0 到 {LONGEST_LIMIT_DAYS} 的整数，收到 {shown(days)}")
    amount = yuan(limit.get("amount"), "limit.amount")
    as_of = day(facts.get("as_of"), "as_of")
    receipts, deposits = pairs(facts, "receipts"), pairs(facts, "deposits")
    return duties.Limit(days, amount), receipts, deposits, as_of


def pairs(facts: dict[str, object], key: str) -> Dated:
    rows = facts.get(key)
    if not isinstance(rows, list):
        raise BadInput(f'{key} 应是一个列表，每项写成 ["日期", "金额"]')
    found = []
    for number, row in enumerate(rows, start=1):
        where = f"{key} 第 {number} 项"
        if not isinstance(row, list) or len(row) != 2:
            raise BadInput(f'{where}应写成 ["日期", "金额"]，收到 {shown(row)}')
        found.append((day(row[0], where), yuan(row[1], where)))
    return found


def day(value: object, where: str) -> date:
    if isinstance(value, str) and ISO_DAY.fullmatch(value):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            raise BadInput(f"{where}：没有 {value} 这一天") from None
        if found.year < 9000:
            return found
    raise BadInput(f"{where}：日期应写成 2024-10-01 的样子，收到 {shown(value)}")


def yuan(value: object, where: str) -> Decimal:
    text = str(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""
    if not YUAN.fullmatch(text):
        raise BadInput(f"{where}：金额应是不小于 0、最多两位小数的数，收到 {shown(value)}")
    return Decimal(text).quantize(ZERO)


def shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:60]


def reply(limit: duties.Limit, receipts: Dated, deposits: Dated, as_of: date) -> dict[str, object]:
    found = duties.examine(limit, receipts, deposits, as_of)
    return {
        "status": found.status.value,
        "in_hand": str(found.in_hand),
        "surplus": str(found.surplus),
        "oldest": iso(found.oldest),
        "due": iso(found.due),
        "duties": [
            {
                "opened": iso(duty.opened),
                "due": iso(duty.due),
                "reason": duty.reason.value,
                "amount": str(duty.amount),
                "outstanding": str(duty.outstanding),
                "settled": iso(duty.settled),
                "days_late": duty.days_late(as_of),
            }
            for duty in found.duties
        ],
    }


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
