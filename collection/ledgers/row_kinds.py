"""What a row of a ledger is: a person's, a written total, a signature, a part of the form. Pure."""

import re
from dataclasses import dataclass

from collection.ledgers.columns import COLUMNS
from core.tables.headings import plain
from core.tables.reader import Cell
from residents.people import names

_TOTAL = re.compile(r"^(本页|本村|本组|全村|全组|本户|本次|第.{1,3}页|.{1,6}组)?(合计|总计|小计|共计|累计|总合计)")
_WHOLE_TOTAL = re.compile(r"总计|累计|全村|本村")
_SIGNATURE = re.compile(
    r"^(填表|填报|制表|制单|审核|复核|负责|经办|收款|缴款|交款|录入|统计|村干部|村主任|村支书|协办|医保|包村|驻村|联系|会计|出纳"
    r"|单位|乡镇|村|签字|签名|盖章|公章|电话|日期|时间|年度|备注|注意|注|说明|附)[^:：]{0,12}[:：]"
)
_SIGNATURE_ALONE = re.compile(r"^(\(?(签字|签名|盖章|公章|签章)\)?|年\s*月\s*日|以下(空白|无正文)|本页.{0,4}空白)$")
_SIGNED_BY = re.compile(r"^.{0,12}[(（]?(签字|签名|签章|盖章|公章)[)）]?$")
#: For a person who has not paid or need not, where the sum would stand.
_NOT_PAID = frozenset(
    {
        "未缴",
        "未交",
        "未缴费",
        "未交费",
        "没缴",
        "没交",
        "未收",
        "欠费",
        "欠",
        "无",
        "-",
        "—",
        "/",
        "0",
        "0.00",
        "免",
        "全免",
        "免缴",
        "免交",
        "免费",
        "全额资助",
        "全额补贴",
    }
)
#: What is written in a total's row. Counted repetitions only: a cell may hold ten thousand digits.
_LONGEST_TOTAL = 1_000
_PEOPLE = re.compile(r"(?<!\d)(\d{1,9})\s{0,4}[人名]")
_YUAN = re.compile(r"(?<![\d,，.])(\d[\d,，]{0,20}(?:\.\d{1,6})?)\s{0,4}元")
_YUAN_IN_WORDS = re.compile(r"[零壹贰叁肆伍陆柒捌玖拾佰仟万]{2,30}(?=[元圆])")
#: A row that only explains the form: 甲 乙 1 2 3 under the headings, 必填, an example to follow.
_COLUMN_NUMBER = re.compile(r"[(（]?(\d{1,2})[)）]?|[甲乙丙丁戊己庚辛]|栏次")
_HOW_TO_FILL = re.compile(r"^(必填|选填|非必填|下拉)")
_EXAMPLES = frozenset({"例", "例如", "示例", "样例", "范例", "举例", "填写示例", "填表示例"})


@dataclass
class WrittenTotal:
    """A written total: its row, the words, the amount cell, and how many lines and which section stand above it."""

    number: int
    label: str
    amount: Cell
    people: int | None
    lines_above: int
    section_from: int
    whole: bool


def kind_of_row(cells: list[Cell], values: dict[str, Cell]) -> str:
    """ "person", "unpaid", the label of a total, or "" for a row that tells of nobody."""
    name, number = values.get("name"), values.get("id_number")
    paid = [values.get(key) for key in ("amount", "paid_on", "receipt_no")]
    digits = number is not None and sum(c.isdecimal() for c in str(number)) >= 6
    texts = [str(c).strip() for c in cells if type(c) is str and c.strip()]
    if texts and plain(texts[0]) in _EXAMPLES:
        return ""
    if not digits and (kind := _kind_of_nobodys_row(cells, values, texts)) is not None:
        return kind
    if paid[1] is None and paid[2] is None and str(paid[0]).strip() in _NOT_PAID:
        return "unpaid"
    if any(p is not None and p != 0 for p in paid):
        return "person"
    return "unpaid" if digits or names.is_plausible(names.normalise(name)) else ""


def _kind_of_nobodys_row(cells: list[Cell], values: dict[str, Cell], texts: list[str]) -> str | None:
    """The label of a total or "", for a row without a number to tell a person by; None where it may be a person's."""
    name = values.get("name")
    nobody = name is None and values.get("id_number") is None
    amount, paid_on, receipt = (values.get(key) for key in ("amount", "paid_on", "receipt_no"))
    if _explains_the_form(cells):
        return ""
    label = next((t for t in texts[:4] if _TOTAL.match(plain(t))), None)
    if label:
        return label
    money = any(p is not None and any(c.isdecimal() for c in str(p)) for p in (amount, receipt))
    if not money and _is_signature(texts, name, paid_on):
        return ""
    if name is not None and plain(name) in COLUMNS[0].words:
        return ""
    if nobody and amount is None and receipt is None:
        return ""  # a day alone is that of signing
    if nobody and paid_on is None and receipt is None:
        # With a number of its own it is a line of the form that nobody has been written into.
        written = values.get("serial") is None and any(c in "123456789" for c in str(amount))
        return "（没有写明的合计）" if written else ""
    return None


def _explains_the_form(cells: list[Cell]) -> bool:
    shown = [f"{c:g}" if isinstance(c, float) else str(c).strip() for c in cells if c is not None]
    marks = [mark for text in shown if (mark := _COLUMN_NUMBER.fullmatch(text))]
    if len(marks) > 3 and len(marks) == len(shown):
        numbers = [int(mark[1]) for mark in marks if mark[1]]
        return len(numbers) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return sum(bool(_HOW_TO_FILL.match(text)) for text in shown) > 1


def _is_signature(texts: list[str], name: Cell, paid_on: Cell) -> bool:
    """Whether a row without money is one for signing: 审核人：李四, 村干部签字 王五 2024-10-20, （盖章）."""
    if paid_on is not None and any(c.isdecimal() for c in str(paid_on)) and name is not None:
        # With a name and a day it may be a person: the words for signing must stand first.
        texts = texts[:1]
    return any(_SIGNATURE.match(t) or _SIGNATURE_ALONE.match(t) or _SIGNED_BY.match(t) for t in texts)


def written_total(
    number: int, label: str, cells: list[Cell], values: dict[str, Cell], lines_above: int, section_from: int
) -> WrittenTotal:
    """Read a total: its amount from its cell, or else from the words around it."""
    text = "".join(c for c in cells if type(c) is str)[:_LONGEST_TOTAL]
    people = _PEOPLE.search(text)
    amount = values.get("amount")
    if amount is None and (written := _YUAN.search(text)):
        amount = written[1]
    if amount is None and (written := _YUAN_IN_WORDS.search(text)):
        amount = written[0]
    whole = bool(_WHOLE_TOTAL.search(label))
    return WrittenTotal(number, label, amount, int(people[1]) if people else None, lines_above, section_from, whole)
