"""The bank's answers to a file of refunds: cells → lines (paid, returned, or to be asked about). Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from collection.declarations.verdicts import is_doubtful
from core.tables.cells import cell_text, half_width, read_amount
from core.tables.footings import is_footing
from core.tables.headings import Column
from core.tables.lists import ListReader, ListRow
from core.tables.reader import Sheet

NUMBER = Column("number", "退费单号", ("退费单号", "业务流水号", "业务编号", "摘要", "附言", "备注"), ("退费单",))
AMOUNT = Column("amount", "金额", ("金额", "付款金额", "转账金额", "交易金额", "退费金额"), ("金额",))
RESULT = Column(
    "result", "付款结果", ("付款结果", "处理结果", "交易状态", "付款状态", "状态", "结果"), ("结果", "状态")
)
REASON = Column(
    "reason",
    "退回原因",
    ("退回原因", "失败原因", "退汇原因", "原因", "错误信息"),
    ("原因",),
    never=("退费原因", "退款原因"),
)
COLUMNS = (NUMBER, AMOUNT, RESULT, REASON)
NEEDED = ("number", "amount", "result")
NO_LIST = "没有找到表头。银行回执要有“退费单号、金额、付款结果”三列，请补上后重新上传。"
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


def answer_table() -> ListReader:
    """The reader of one file of the bank: money that a row hides is left to a person."""
    return ListReader(COLUMNS, NEEDED, hidden_rows_are="没有处理。要处理的请取消隐藏后重新上传。")


def read_answers(pieces: Iterable[Sheet], table: ListReader) -> list[BankLine]:
    """Return the bank's lines of the visible sheets with a heading; `table` tells afterwards of the file."""
    return [_line(row) for row in table.rows(pieces) if not _is_nobodys(row)]


def _is_nobodys(row: ListRow) -> bool:
    """Whether neither a number nor an amount stands there, or the row is a sum or a signature."""
    number = cell_text(row.cells["number"])
    first = next((text for cell in row.whole if (text := cell_text(cell))), "")
    return (not number and row.cells["amount"] is None) or is_footing(number) or (not number and is_footing(first))


def _line(row: ListRow) -> BankLine:
    cells = row.cells
    written = _NUMBER.fullmatch(half_width(cell_text(cells["number"])))
    amount, _, wrong = read_amount(cells["amount"], title="金额")
    result = half_width(cell_text(cells["result"]))
    paid = True if _PAID.fullmatch(result) else False if _RETURNED.fullmatch(result) else None
    problem = row.error(COLUMNS)[1] or wrong
    if row.hidden:
        problem = "这一行在表中是隐藏或筛掉的，没有处理。要处理的请取消隐藏后重新上传。"
    elif written is None:
        problem = "没有退费单号，无法对应。"
    elif paid is None:
        problem = f"付款结果“{result[:20]}”看不出是成功还是退回，请核实。"
    reason = cell_text(cells.get("reason"))[:120]
    if not problem and paid and not _PAID.fullmatch(half_width(reason)) and is_doubtful(ok=True, reason=reason):
        problem = f"付款结果写的是“{result[:20]}”，又写了“{reason[:60]}”，请与银行核实。"
    return BankLine(row.number, int(written[1]) if written else None, amount, paid, reason, problem)
