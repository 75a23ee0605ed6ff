"""The tax bureau's list of employees' insurance payments → one line a payment, or what is wrong with it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.tables.cells import cell_text, read_amount
from core.tables.dates import read_date
from core.tables.footings import is_nobody
from core.tables.headings import Column
from core.tables.lists import ListReader, ListRow
from core.tables.payment_states import Kind, read_states, state_columns
from core.tables.reader import Sheet, SheetError
from employees.months import read_month
from employees.units import credit_code as codes
from residents.people import id_numbers

COLUMNS = (
    Column(
        "credit_code",
        "统一社会信用代码",
        ("统一社会信用代码", "社会信用代码", "信用代码", "纳税人识别号"),
        parts=("信用代码",),
    ),
    Column("payer", "缴费人", ("缴费人", "单位名称", "缴费人名称", "姓名"), parts=("名称", "姓名")),
    Column("id_number", "证件号码", ("证件号码", "身份证号码", "身份证号", "身份证"), parts=("身份证", "证件号")),
    Column(
        "month",
        "费款所属期",
        ("费款所属期", "所属期", "费款所属期起", "缴费月份", "月份"),
        parts=("所属期",),
        never=("止",),
    ),
    Column("amount", "金额", ("金额", "实缴金额", "缴费金额", "入库金额"), parts=("金额",)),
    Column("paid_on", "缴费日期", ("缴费日期", "入库日期", "缴款日期", "上解日期"), parts=("日期",)),
    Column("ticket", "税票号", ("税票号", "税票号码", "电子税票号", "凭证号"), parts=("税票", "凭证号")),
    Column("channel", "缴费渠道", ("缴费渠道", "渠道", "缴费方式"), parts=("渠道", "方式")),
)
NEEDED = ("month", "amount", "paid_on")
NO_HEADING = "没有找到表头。要有“费款所属期、金额、缴费日期”，以及单位的“统一社会信用代码”或个人的“证件号码”。"


@dataclass(slots=True)
class PaymentLine:
    """A payment as the list tells: a unit by its code or a person by their number; `problems` in words."""

    row: int
    payer: str
    credit_code: str
    id_number: str
    month: date | None
    amount: Decimal | None
    paid_on: date | None
    ticket: str
    channel: str
    problems: list[str] = field(default_factory=list)
    sheet: str = ""

    @property
    def identity(self) -> str:
        """What one payment is: payer, month, amount and day. A ticket only tells two such payments apart."""
        return f"{self.credit_code or self.id_number}:{self.month}:{self.amount}:{self.paid_on}"


def paid_table() -> ListReader:
    """The reader of one list of payments."""
    return ListReader(COLUMNS, NEEDED)


def read_paid(sheets: Iterable[Sheet], table: ListReader | None = None) -> tuple[list[PaymentLine], list[str]]:
    """The lines of every visible sheet with a heading, and what is to be said about the file.

    Raises SheetError if there is no heading, or no line under it.
    """
    table, lines = table or paid_table(), []
    for row in table.rows(sheets):
        if line := _line(row, state_columns(table.header.titles) if table.header else {}):
            lines.append(line)
    if not table.found_heading:
        raise SheetError("missing_columns", NO_HEADING)
    if not lines:
        raise SheetError("no_rows", "表头下面没有缴费记录，请检查文件。")
    return lines, [note.message for note in table.notes()]


def _line(row: ListRow, states: Mapping[int, str]) -> PaymentLine | None:
    """A payment with every problem of the row; None for a sum or an empty row."""
    get = row.cells.get
    code = codes.normalize(get("credit_code"))
    id_number = id_numbers.read_cell(get("id_number"))[0] if get("id_number") is not None else ""
    payer = cell_text(get("payer"))[:100]
    if not code and is_nobody(get("payer"), get("id_number")):
        return None
    line = PaymentLine(row.number, payer, code[:18], id_number[:30], read_month(get("month")), None, None, "", "")
    line.sheet = row.sheet[:60]
    line.ticket, line.channel = cell_text(get("ticket"))[:60], cell_text(get("channel"))[:40]
    line.amount, _, wrong = read_amount(get("amount"), title="金额")
    if wrong or not line.amount:
        line.problems.append(wrong or "金额是 0，请核对。")
    line.paid_on, _, wrong = read_date(get("paid_on"))
    if wrong:
        line.problems.append(wrong)
    if line.month is None:
        line.problems.append("费款所属期看不懂，请写成 2025-11 或 2025年11月。")
    elif line.paid_on and line.paid_on.year < line.month.year - 1:
        line.problems.append("缴费日期比费款所属期早一年以上，请核对。")
    kind, why = read_states(row.whole, states)
    if kind == Kind.UNDONE:
        line.problems.append(f"缴费状态是“{why}”，不能当作已缴费，请与税务核实。")
    elif kind == Kind.ASK:
        line.problems.append(why)
    return line
