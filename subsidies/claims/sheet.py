"""A list of whom the fund paid for in a year: cells → lines. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.tables.cells import read_amount, shown
from core.tables.footings import is_nobody
from core.tables.headings import Column
from core.tables.lists import ListReader
from core.tables.reader import Cell, Sheet
from residents.people import id_numbers, names

COLUMNS = (
    Column("name", "姓名", ("姓名", "人员姓名", "参保人姓名"), ("姓名",), ("户主",)),
    Column(
        "id_number",
        "身份证号码",
        ("身份证号码", "身份证号", "证件号码", "公民身份号码"),
        ("身份证", "证件号"),
        ("类型",),
    ),
    Column(
        "paid",
        "基金支付金额",
        ("基金支付金额", "基金支付总额", "统筹基金支付", "基金支付", "报销金额"),
        ("基金支付", "报销"),
    ),
    Column("used", "使用奖励额度", ("使用奖励额度", "奖励额度使用金额", "使用激励额度"), ("奖励额度", "激励额度")),
)
NEEDED = ("name", "id_number", "paid")
NO_LIST = "表里没有找到“姓名、身份证号码、基金支付金额”三列。请照模板填写后上传。"
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One row: whose, what the fund paid, how much of the raised cap was used; `problem` and the column it is in."""

    row: int
    sheet: str
    name: str
    id_number: str
    paid: Decimal
    used: Decimal
    problem: str = ""
    column: str = ""


def claim_table() -> ListReader:
    """The reader of one file of claims."""
    return ListReader(COLUMNS, NEEDED, hidden_rows_are="没有登记。该计入的请取消隐藏后重新上传。")


def read_claims(pieces: Iterable[Sheet], table: ListReader) -> Iterator[ClaimLine]:
    """Yield the rows of a list in order; sums and empty rows are passed over."""
    for row in table.rows(pieces):
        get = row.cells.get
        name = names.normalise(get("name"))[:60]
        number, wrong_number = id_numbers.read_cell(get("id_number"))
        if is_nobody(get("name"), get("id_number")):
            continue
        wrong_number = wrong_number or id_numbers.check(number)
        paid, wrong_paid = _yuan(get("paid"), "基金支付金额", empty="没有填写基金支付金额，没有报销的请填 0。")
        used, wrong_used = _yuan(get("used"), "使用奖励额度")
        title, formula = row.error(COLUMNS)
        problems = (
            (formula, next((column.key for column in COLUMNS if column.title == title), "")),
            ("没有填写姓名。" if not name else names.problem_of(name), "name"),
            (id_numbers.MESSAGES[wrong_number] if wrong_number else "", "id_number"),
            (wrong_paid, "paid"),
            (wrong_used, "used"),
            ("没有基金支付，却使用了奖励额度，请核对。" if used and not paid and not wrong_paid else "", "used"),
            ("这一行在表中是隐藏或筛掉的，没有登记。该计入的请取消隐藏后重新上传。" if row.hidden else "", ""),
        )
        problem, column = next(((text, key) for text, key in problems if text), ("", ""))
        yield ClaimLine(row.number, row.sheet, name, number[:30], paid, used, problem, column)


def _yuan(cell: Cell, title: str, *, empty: str = "") -> tuple[Decimal, str]:
    """An amount of nothing or more, or what is wrong with the cell."""
    if cell is None:
        return ZERO, empty
    amount, _, problem = read_amount(cell, title=title)
    if problem or amount is None or amount < 0:
        return ZERO, f"{title}“{shown(cell)}”不是钱数，请填数字，没有的填 0。"
    return amount, ""
