"""The bank's answers to a file of refunds: cells → lines (paid, returned, or to be asked about). Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.tables.cells import cell_text, half_width, read_amount
from core.tables.headings import Column, find
from core.tables.reader import Sheet

NUMBER = Column("number", "退费单号", ("退费单号", "业务流水号", "业务编号", "摘要", "附言", "备注"), ("退费单",))
AMOUNT = Column("amount", "金额", ("金额", "付款金额", "转账金额", "交易金额", "退费金额"), ("金额",))
RESULT = Column(
    "result", "付款结果", ("付款结果", "处理结果", "交易状态", "付款状态", "状态", "结果"), ("结果", "状态")
)
REASON = Column("reason", "退回原因", ("退回原因", "失败原因", "退汇原因", "原因", "错误信息"), ("原因",))
COLUMNS = (NUMBER, AMOUNT, RESULT, REASON)
_NUMBER = re.compile(r"(?:TF)?(\d{1,12})(?:\.0+)?", re.IGNORECASE)
_PAID = re.compile(r"(?:已)?(?:付款|支付|转账|交易|入账|处理|到账)?(?:成功|完成)|已(?:付款|支付|入账|到账)")
_RETURNED = re.compile(
    r"(?:已)?(?:付款|支付|转账|交易|入账|处理|到账)?(?:失败|不成功|未成功|退回|退汇|退票|拒绝)"
    r"|未(?:付款|支付|入账|到账)"
)


@dataclass(frozen=True, slots=True)
class BankLine:
    """One answer: the refund's number and yuan, whether it was paid, why not; `problem` where it says neither."""

    row: int
    number: int | None
    amount: Decimal | None
    paid: bool | None
    reason: str
    problem: str = ""


def read_answers(sheets: Iterable[Sheet]) -> list[BankLine] | None:
    """Return the bank's lines, None if no sheet has the columns."""
    for sheet in sheets:
        header = find(sheet, COLUMNS, ("number", "amount", "result"))
        if header is None or not {"number", "amount", "result"} <= header.columns.keys():
            continue
        found = []
        for row, cells in sheet.rows:
            if row <= header.row:
                continue
            values = {key: cells[at] if at < len(cells) else None for key, at in header.columns.items()}
            if (
                values["number"] is None
                and values["amount"] is None
                or "合计" in cell_text(cells[0] if cells else None)
            ):
                continue
            found.append(_line(row, values))
        return found
    return None


def _line(row: int, values: dict[str, Any]) -> BankLine:
    written = _NUMBER.fullmatch(half_width(cell_text(values["number"])))
    amount, _, wrong = read_amount(values["amount"])
    result = half_width(cell_text(values["result"]))
    paid = True if _PAID.fullmatch(result) else False if _RETURNED.fullmatch(result) else None
    problem = wrong
    if written is None:
        problem = "没有退费单号，无法对应。"
    elif paid is None:
        problem = f"付款结果“{result[:20]}”看不出是成功还是退回，请核实。"
    reason = cell_text(values.get("reason"))[:120]
    return BankLine(row, int(written[1]) if written else None, amount, paid, reason, problem)
