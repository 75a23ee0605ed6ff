"""What is written in one row of a ledger: each cell read, with what is wrong with it by itself. Pure."""

import re
from datetime import date

from collection.ledgers.reading import LedgerLine
from collection.ledgers.verdicts import LedgerFacts, Row
from collection.receipts.cells import read_receipt
from core.amounts import yuan
from core.tables.cells import formula_error, read_amount, read_household, read_phone, shown
from core.tables.dates import read_date
from residents.people import id_numbers, names
from residents.people.id_numbers import ID_BIRTH_DATE, ID_CHECKSUM, ID_LENGTH


def read_row(line: LedgerLine, facts: LedgerFacts) -> Row:
    row = Row(line.number, line)
    _read_name(row)
    _read_id(row, facts)
    _read_amount(row)
    _read_paid_on(row, facts)
    row.receipt_no, changed, problem = read_receipt(line.cells.get("receipt_no"))
    if problem:
        row.refuse("receipt_no", "receipt_missing", problem)
    elif changed:
        row.warn("receipt_no", "receipt_normalised", f"收据号已整理为 {row.receipt_no}。")
    for key in line.as_above:
        row.warn(key, "same_as_above", f"“同上”按上一行的“{shown(line.cells[key])}”读取。")
    written = line.cells.get("household")
    if problem := read_household(written)[1]:
        is_error = formula_error(written, title="户编号")
        row.refuse("household", "household_invalid" if is_error else "household_is_date", problem)
    row.phone = read_phone(line.cells.get("phone"))
    if line.text("phone") and not row.phone:
        row.warn("phone", "phone_invalid", f"联系电话“{shown(line.cells['phone'])}”不像电话号码，没有采用。")
    if line.pays_itself:
        says = f"缴费方式写的是“{line.text('channel')[:20]}”。自行缴费由税务名单入账，不是村里收的现金，"
        row.refuse("channel", "self_paid", f"{says}请从台账里删去这一行。")
    elif line.paid_by_others:
        says = f"缴费方式写的是“{line.text('channel')[:20]}”。集体、他人资助的钱进乡镇账户或在办税厅缴，不经村里的手，"
        row.refuse("channel", "paid_by_gift", f"{says}由乡镇在“集体资助”里登记。请从台账里删去这一行。")
    return row


def _read_name(row: Row) -> None:
    raw = row.line.cells.get("name")
    row.name = names.normalise(raw)[:60]
    if problem := formula_error(raw, title="姓名"):
        row.refuse("name", "name_invalid", problem)
        return
    if not row.name:
        row.refuse("name", "name_missing", "没有填写姓名，请照身份证填写。")
        return
    if problem := names.problem_of(row.name):
        row.refuse("name", "name_invalid", problem)
    elif notice := names.rare_notice(row.name):
        row.warn("name", "rare_character", notice)
    if row.name != str(raw):
        row.warn("name", "name_normalised", f"姓名中的空格或符号已整理，按“{row.name}”读取。")


def _read_id(row: Row, facts: LedgerFacts) -> None:
    raw = row.line.cells.get("id_number")
    row.id_number, problem = id_numbers.read_cell(raw)
    registered = row.id_number in facts.people
    problem = problem or (None if registered else id_numbers.check(row.id_number, as_of=facts.as_of))
    if problem:
        message = formula_error(raw, title="身份证号码") or _about_number(row.id_number, problem)
        row.refuse("id_number", problem, message)
        row.id_number = row.id_number[:30]
        return
    row.id_is_sound = True
    row.birth_date = facts.people[row.id_number].birth_date if registered else id_numbers.birth_date(row.id_number)
    if type(raw) is str and row.id_number != raw:
        row.warn("id_number", "id_normalised", "身份证号码已去掉空格、引号，全角改为半角，小写 x 改为大写 X。")


def _about_number(number: str, problem: str) -> str:
    if problem == ID_LENGTH and number.isascii() and number.isdecimal():
        if len(number) == 15:
            return "这是15位的旧身份证号码，请照新身份证填写18位号码。"
        return f"身份证号码有 {len(number)} 位，应为18位，请照身份证逐位核对后重填。"
    if problem == ID_LENGTH and re.search(r"(?<!\d)\d{17}[\dX](?![\dX])", number):
        return "身份证号码这一格里还有别的文字或符号，请只留18位号码。"
    if problem == ID_LENGTH:
        return "这不是18位身份证号码。还没有号码的新生儿请先在乡镇窗口凭出生医学证明登记。"
    if problem == ID_BIRTH_DATE:
        return f"身份证号码第7至14位“{number[6:14]}”不是真实的出生日期，请照身份证核对后重填。"
    if problem == ID_CHECKSUM and not number[:17].isdecimal():
        return "身份证号码里有字母或符号（只有最后一位可以是 X），请照身份证核对后重填。"
    if problem == ID_CHECKSUM and number[17] not in "0123456789X":
        return f"身份证号码最后一位“{number[17]}”不是数字，也不是英文字母 X，请照身份证核对后重填。"
    return id_numbers.MESSAGES[problem]


def _read_amount(row: Row) -> None:
    raw = row.line.cells.get("amount")
    if row.line.amount_of_rows:
        first, last = row.line.amount_of_rows
        says = f"第 {first} 至 {last} 行的实缴金额是一个合并单元格，分不清每人多少。请取消合并，每人一格填各自的金额。"
        row.refuse("amount", "amount_invalid", says)
        return
    row.amount, changed, problem = read_amount(raw)
    if problem:
        row.refuse("amount", "amount_invalid", problem)
    elif changed and row.amount is not None:
        row.warn("amount", "amount_normalised", f"实缴金额“{shown(raw)}”按 {yuan(row.amount)}读取。")


def _read_paid_on(row: Row, facts: LedgerFacts) -> None:
    raw = row.line.cells.get("paid_on")
    day, changed, problem = read_date(raw)
    period = facts.policy.period
    if problem or day is None:
        row.refuse("paid_on", "date_invalid", problem)
    elif day > facts.as_of:
        says = f"缴费日期 {day} 还没有到（今天是 {facts.as_of}），请填写实际收钱的日期。"
        row.refuse("paid_on", "date_future", says)
    elif day not in period and not _is_newborn(row, day, facts):
        says = f"缴费日期 {day} 不在征缴期（{period.start} 至 {period.end}）内，请核对年份和月份。"
        row.refuse("paid_on", "date_outside_period", says)
    else:
        row.paid_on = day
        if changed:
            row.warn("paid_on", "date_normalised", f"缴费日期“{shown(raw)}”按 {day} 读取。")


def _is_newborn(row: Row, day: date, facts: LedgerFacts) -> bool:
    """A child may be paid for after the period, within the year (内乡 四（二）3)."""
    if row.birth_date is None or not facts.policy.period.end < day <= facts.policy.year_end:
        return False
    return 0 <= (day - row.birth_date).days <= facts.policy.newborn.window_days
