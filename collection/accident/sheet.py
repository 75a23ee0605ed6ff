"""A list of people who chose the supplementary accident cover: cells → lines. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.tables.cells import cell_text, read_amount
from core.tables.dates import read_date
from core.tables.footings import is_nobody
from core.tables.headings import Column
from core.tables.lists import ListReader, ListRow
from core.tables.payment_states import Kind, read_states, state_columns
from core.tables.reader import Sheet
from residents.people import id_numbers, names

COLUMNS = (
    Column("name", "姓名", ("姓名", "被保险人", "被保险人姓名", "人员姓名"), ("姓名",), ("户主", "投保人", "受益人")),
    Column(
        "id_number",
        "身份证号码",
        ("身份证号码", "身份证号", "证件号码", "被保险人身份证号"),
        ("身份证", "证件号"),
        ("投保人", "类型"),
    ),
    Column("premium", "保费", ("保费", "保险费", "交费金额", "金额", "实缴金额"), ("保费", "金额")),
    Column("paid_on", "交费日期", ("交费日期", "缴费日期", "投保日期", "日期"), ("日期",)),
    Column("receipt_no", "收据号", ("收据号", "收据号码", "保险收据号", "保单号", "凭证号"), ("收据", "保单号")),
)
NEEDED = ("name", "id_number", "premium", "paid_on", "receipt_no")
NO_LIST = "表里没有找到“姓名、身份证号码、保费、交费日期、收据号”五列。请照模板填写后上传。"


@dataclass(frozen=True, slots=True)
class CoverLine:
    """One person of a list; `problem` says why the line cannot be taken."""

    row: int
    name: str
    id_number: str
    premium: Decimal | None
    paid_on: date | None
    receipt_no: str
    problem: str = ""


def cover_table() -> ListReader:
    """The reader of one file of covers."""
    return ListReader(COLUMNS, NEEDED, hidden_rows_are="没有登记。该登记的请取消隐藏后重新上传。")


def read_covers(pieces: Iterable[Sheet], table: ListReader, *, today: date) -> Iterator[CoverLine]:
    """Yield the people of a list in order."""
    for row in table.rows(pieces):
        get = row.cells.get
        name = names.normalise(get("name"))[:60]
        number, wrong_number = id_numbers.read_cell(get("id_number"))
        if is_nobody(get("name"), get("id_number")):
            continue
        premium, _, wrong_amount = read_amount(get("premium"), title="保费")
        paid_on, _, wrong_day = read_date(get("paid_on"), title="交费日期")
        receipt = cell_text(get("receipt_no")).upper()[:30]
        if paid_on and paid_on > today:
            wrong_day = f"交费日期 {paid_on} 在今天以后，请核对。"
        wrong_number = wrong_number or id_numbers.check(number, as_of=today)
        problem = (
            row.error(COLUMNS)[1]
            or ("这一行在表中是隐藏或筛掉的，没有登记。该登记的请取消隐藏后重新上传。" if row.hidden else "")
            or ("没有填写姓名。" if not name else names.problem_of(name))
            or (id_numbers.MESSAGES[wrong_number] if wrong_number else "")
            or wrong_amount
            or wrong_day
            or _not_paid(row, table)
            or ("" if receipt else "没有填写保险公司的收据号。")
        )
        yield CoverLine(row.number, name, number[:30], premium, paid_on, receipt, problem)


def _not_paid(row: ListRow, table: ListReader) -> str:
    """What a column of states says against the payment: 已作废, 已退费, or a word that nobody understands."""
    kind, why = read_states(row.whole, state_columns(table.header.titles) if table.header else {})
    return why if kind == Kind.ASK else f"这笔保费是“{why}”，没有登记。" if kind == Kind.UNDONE else ""
