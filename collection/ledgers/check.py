"""Judges every row of a ledger: what can be booked, what is wrong and what to do about it. Pure.

Rows and facts in, verdicts out; it asks neither a database nor a clock. Every problem of a row is told at once. Safe
repairs are made and shown as warnings; what would be a guess is refused.
"""

import re
from collections import defaultdict
from datetime import date

from collection.ledgers.columns import Line, Note, Reading, Total
from collection.ledgers.verdicts import Checked, Facts, Row
from collection.receipts.cells import read_receipt
from core.amounts import ZERO
from core.tables.cells import half_width, read_amount, read_date, read_phone, shown
from core.tables.reader import Cell
from residents.people import id_numbers, names
from residents.people.id_numbers import ID_BIRTH_DATE, ID_CHECKSUM, ID_LENGTH
from subsidies.quotes.quote import Identity, Quote, QuoteError, quote

#: As many digits as a receipt's number may have.
LONGEST_SERIAL = 18


def numbers_of(reading: Reading) -> tuple[list[str], list[str], list[str]]:
    """The identity numbers, receipt numbers and names that stand in a ledger: what facts to look up."""
    ids, receipts, people = {}, {}, {}
    for line in reading.lines:
        number, problem = id_numbers.read_cell(line.cells.get("id_number"))
        if number and problem is None and len(number) <= 30:
            ids[number] = None
        receipt, _, _ = read_receipt(line.cells.get("receipt_no"))
        if receipt:
            receipts[receipt] = None
        if name := names.normalise(line.cells.get("name")):
            people[name[:60]] = None
    return list(ids), list(receipts), list(people)


def check_ledger(reading: Reading, facts: Facts) -> Checked:
    """Every row of a ledger with all its problems and warnings."""
    rows = [_read(line, facts) for line in reading.lines]
    _check_same_person(rows)
    _check_households(rows, facts)
    for row in rows:
        _check_person(row, facts)
        _check_paid(row, facts)
        if not row.recorded:
            _check_receipt(row, facts)
            _check_money(row, facts)
    _check_shared_receipts(rows, facts)
    return Checked(rows, [*reading.notes, *_check_totals(rows, reading.totals), *_whole(facts)])


# --- reading one row ------------------------------------------------------------------------------------------------


def _read(line: Line, facts: Facts) -> Row:
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
    row.phone = read_phone(line.cells.get("phone"))
    if line.text("phone") and not row.phone:
        row.warn("phone", "phone_invalid", f"联系电话“{shown(line.cells['phone'])}”不像电话号码，没有采用。")
    if line.pays_itself:
        says = f"缴费方式写的是“{line.text('channel')[:20]}”。自行缴费由税务名单入账，不是村里收的现金，"
        row.refuse("channel", "self_paid", f"{says}请从台账里删去这一行。")
    return row


def _read_name(row: Row) -> None:
    raw = row.line.cells.get("name")
    row.name = names.normalise(raw)[:60]
    if not row.name:
        row.refuse("name", "name_missing", "没有填写姓名，请照身份证填写。")
        return
    if not names.is_plausible(row.name):
        row.refuse("name", "name_invalid", _about_name(row.name))
    elif rare := names.rare_characters(row.name):
        says = f"姓名里的“{rare}”是生僻字，有的系统显示不出来，请与身份证核对。"
        row.warn("name", "rare_character", says)
    if row.name != str(raw):
        row.warn("name", "name_normalised", f"姓名中的空格或符号已整理，按“{row.name}”读取。")


def _about_name(name: str) -> str:
    if len(name) == 1:
        return f"姓名“{name}”只有一个字，请照身份证填写全名。"
    if name.isalpha():
        return f"“{name[:20]}”不是姓名，请照身份证填写。"
    return f"姓名“{name[:20]}”里有数字、问号、方框或说明文字，请只填身份证上的姓名；打不出的字请报乡镇专班。"


def _read_id(row: Row, facts: Facts) -> None:
    raw = row.line.cells.get("id_number")
    row.id_number, problem = id_numbers.read_cell(raw)
    registered = row.id_number in facts.people
    problem = problem or (None if registered else id_numbers.check(row.id_number, as_of=facts.as_of))
    if problem:
        row.refuse("id_number", problem, _about_number(row.id_number, problem))
        row.id_number = row.id_number[:30]
        return
    row.id_is_sound = True
    row.birth_date = facts.people[row.id_number].birth_date if registered else id_numbers.birth_date(row.id_number)
    if type(raw) is str and row.id_number != raw:
        row.warn("id_number", "id_normalised", "身份证号码已去掉空格、引号，全角改为半角，小写 x 改为大写 X。")


def _about_number(number: str, problem: str) -> str:
    if problem == ID_LENGTH and number.isascii() and number.isdigit():
        if len(number) == 15:
            return "这是15位的旧身份证号码，请照新身份证填写18位号码。"
        return f"身份证号码有 {len(number)} 位，应为18位，请照身份证逐位核对后重填。"
    if problem == ID_LENGTH and re.search(r"(?<!\d)\d{17}[\dX](?![\dX])", number):
        return "身份证号码这一格里还有别的文字或符号，请只留18位号码。"
    if problem == ID_LENGTH:
        return "这不是18位身份证号码。还没有号码的新生儿请先在乡镇窗口凭出生医学证明登记。"
    if problem == ID_BIRTH_DATE:
        return f"身份证号码第7至14位“{number[6:14]}”不是真实的出生日期，请照身份证核对后重填。"
    if problem == ID_CHECKSUM and not number[:17].isdigit():
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
    elif changed:
        row.warn("amount", "amount_normalised", f"实缴金额“{shown(raw)}”按 {row.amount} 元读取。")


def _read_paid_on(row: Row, facts: Facts) -> None:
    raw = row.line.cells.get("paid_on")
    day, changed, problem = read_date(raw)
    period = facts.policy.period
    if problem:
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


def _is_newborn(row: Row, day: date, facts: Facts) -> bool:
    """A child may be paid for after the period, within the year (内乡 四（二）3)."""
    if row.birth_date is None or not facts.policy.period.end < day <= facts.policy.year_end:
        return False
    return 0 <= (day - row.birth_date).days <= facts.policy.newborn.window_days


# --- one person, one file -------------------------------------------------------------------------------------------


def _check_same_person(rows: list[Row]) -> None:
    """The same number twice: under one name the first counts; under two names nobody can say whose it is."""
    by_number = defaultdict(list)
    for row in rows:
        if row.id_is_sound:
            by_number[row.id_number].append(row)
    for same in by_number.values():
        if len(same) == 1:
            continue
        same.sort(key=lambda row: not row.name)  # one without a name says nothing against the others
        others = {row.number: "、".join(str(o.number) for o in same if o is not row) for row in same}
        if len({row.name for row in same if row.name}) > 1:
            for row in same:
                says = f"同一个身份证号码在第 {others[row.number]} 行写的是另一个姓名。"
                row.refuse("name", "name_conflict", f"{says}请照身份证查清是谁的号码，改正后重传。")
            continue
        for row in same[1:]:
            says = f"与第 {same[0].number} 行是同一个人（同名同号），只记第 {same[0].number} 行。请删去这一行。"
            row.refuse("id_number", "duplicate_in_file", says)


def _check_person(row: Row, facts: Facts) -> None:
    if not row.id_is_sound:
        return
    person = facts.people.get(row.id_number)
    if person is None:
        says = "居民名册里没有这个人，确认后按新参保登记在本村。"
        if namesakes := facts.namesakes.get(row.name):
            says += f"本村有同名居民（{'、'.join(namesakes[:3])}），请核对是不是号码写错了。"
        row.warn("id_number", "new_resident", says)
        return
    row.resident_id = person.resident_id
    if row.name and names.normalise(person.name) != row.name:
        registered = f"登记的姓名是“{person.name}”，" if person.village == facts.village else "登记的姓名"
        says = f"{registered}与这里的“{row.name}”不一致。请照身份证核对；登记有误的请先在乡镇窗口变更。"
        row.refuse("name", "name_conflict", says)
    if person.village != facts.village:
        says = f"此人登记在{person.village_name}，不在{facts.village_name}。请交由该村收缴，或先在乡镇窗口办理迁移。"
        row.refuse("id_number", "other_village", says)
    if person.not_eligible:
        says = f"{person.not_eligible}，不能在这里参保缴费。登记有误的请先在乡镇窗口更正。"
        row.refuse("id_number", "resident_not_eligible", says)


# --- receipts -------------------------------------------------------------------------------------------------------


def _check_households(rows: list[Row], facts: Facts) -> None:
    """The household of each row: as written, else as registered, else that of the 户主 above."""
    above = ""
    for row in rows:
        line, person = row.line, facts.people.get(row.id_number)
        row.household = (
            line.household
            or _household_number(line.cells.get("household"))
            or (person.household if person else "")
            or (above if line.goes_on else "")
            or line.text("head_name")
            or (_named_after(row) if line.is_head else "")
        )[:30]
        above = row.household


def _named_after(row: Row) -> str:
    """What to call a household that has no number: the same in the next file, and not that of a namesake."""
    return f"{row.name[:20]}{row.id_number[-4:]}"


def _household_number(cell: Cell) -> str:
    return half_width("" if cell is None else int(cell) if isinstance(cell, float) and cell.is_integer() else cell)[:30]


def _check_receipt(row: Row, facts: Facts) -> None:
    number = row.receipt_no
    if not number:
        return
    use = facts.receipts.get(number)
    if use is not None:
        if use.unusable:
            says = f"收据 {number} {use.unusable}，不能再用。请照实际开出的收据填写。"
            row.refuse("receipt_no", "receipt_reused", says)
        elif use.village_name:
            says = f"收据 {number} 已由{use.village_name}使用，请照收据存根核对号码。"
            row.refuse("receipt_no", "receipt_reused", says)
        elif not (use.household and use.household == row.household) and row.id_number not in facts.paid:
            says = f"收据 {number} 以前已经开给别的户，一张收据只能开给一户。请照收据存根核对号码。"
            row.refuse("receipt_no", "receipt_reused", says)
    if facts.is_issued is not None and not facts.is_issued(number):
        says = f"收据 {number} 不在本村领用的收据本里，请照收据存根核对号码；刚领的收据本请乡镇先登记。"
        if whole := _with_its_zeros(number, facts):
            says = f"收据 {number} 像是被表格去掉了前面的 0：如果收据上印的是 {whole}，请把这一列设为文本格式后补全。"
        row.refuse("receipt_no", "receipt_not_issued", says)


def _with_its_zeros(number: str, facts: Facts) -> str:
    """The village's own number that a spreadsheet would show as this one; "" if there is none."""
    longer = (number.zfill(width) for width in range(len(number) + 1, LONGEST_SERIAL + 1))
    return next(filter(facts.is_issued, longer), "") if number.isdecimal() else ""


def _check_shared_receipts(rows: list[Row], facts: Facts) -> None:
    """One receipt for one household is normal; the rows of a second household are refused.

    Where no household is written, the receipt is taken to say that it is one.
    """
    first = {}
    for row in rows:
        if not row.receipt_no:
            continue
        owner = first.setdefault(row.receipt_no, row)
        if owner is row:
            continue
        if row.household and owner.household:
            if row.household.upper() != owner.household.upper():
                says = f"收据 {row.receipt_no} 在第 {owner.number} 行已开给另一户，一张收据只能开给一户。"
                row.refuse("receipt_no", "receipt_reused", f"{says}请照收据存根核对号码。")
            else:
                row.household = owner.household  # h1 and H1
        else:
            says = f"收据 {row.receipt_no} 与第 {owner.number} 行相同，又没有写户编号，请核对是不是同一户。"
            row.warn("receipt_no", "receipt_shared", says)
            row.household = owner.household = row.household or owner.household or _named_after(owner)


# --- money ----------------------------------------------------------------------------------------------------------


def _check_money(row: Row, facts: Facts) -> None:
    if not row.id_is_sound or row.birth_date is None:
        return
    person = facts.people.get(row.id_number)
    day = row.paid_on or min(max(facts.as_of, facts.policy.period.start), facts.policy.period.end)
    held = person.identities_on(day) if person else ()
    not_on_roster = _category_not_on_roster(row, held, facts)
    if row.birth_date > day:
        if row.paid_on:
            says = f"出生日期 {row.birth_date} 晚于缴费日期 {row.paid_on}，请核对身份证号码和缴费日期。"
            row.refuse("paid_on", "date_invalid", says)
        return
    try:
        asked = quote(
            facts.policy,
            birth_date=row.birth_date,
            paid_on=day,
            identities=held,
            insured_years=person.insured_years if person else None,
            taking_payment=row.paid_on is not None,
        )
    except QuoteError as error:
        column = "paid_on" if error.code == "payment_day_closed" else "category"
        row.refuse(column, error.code, f"{error}。" if not str(error).endswith("。") else str(error))
        return
    row.quote = asked
    if row.amount is None:
        return
    if asked.due == ZERO and not any(p.code == "fully_subsidised" for p in row.problems):
        back = f"不能收款。请把收的 {row.amount} 元退还本人，并删去这一行。" if row.amount else "请删去这一行。"
        says = f"{asked.category}由财政全额资助，不用缴费，{back}"
        row.refuse("amount", "fully_subsidised", says)
    elif asked.due and row.amount != asked.due:
        row.refuse("amount", "amount_mismatch", _about_difference(row, asked, not_on_roster))


def _category_not_on_roster(row: Row, held: tuple[Identity, ...], facts: Facts) -> str:
    """The category written in the ledger, if it is one that a department recognises and has not."""
    written = row.line.text("category")
    category = facts.policy.category(written) if written else None
    if category is None and (not written or not facts.policy.not_precise(written)):
        return ""
    if category is not None:
        if category.ordinary or category.by_age:
            return ""
        known = {found.name for i in held if (found := facts.policy.category(i.category))}
        if category.name in known:
            return ""
    elif held:
        return ""
    says = f"这里写的是“{written}”，但部门名单里没有此人，按名单计算应缴金额。确属此类的请认定部门补报名单。"
    row.warn("category", "category_not_on_roster", says)
    return written


def _about_difference(row: Row, asked: Quote, not_on_roster: str) -> str:
    gap = abs(row.amount - asked.due)
    says = f"实缴 {row.amount} 元，按{asked.category}应缴 {asked.due} 元，"
    if row.amount > asked.due:
        if asked.subsidy:
            return f"{says}多收了 {gap} 元（名单已资助 {asked.subsidy} 元）。请退还 {gap} 元，改填 {asked.due}。"
        return f"{says}多出 {gap} 元。一人一行，请核对后改填 {asked.due}。"
    if not_on_roster:
        return f"{says}差 {gap} 元；“{not_on_roster}”不在部门名单里。请补收 {gap} 元，或请认定部门补报名单后再传。"
    return f"{says}差 {gap} 元。请补收后改填 {asked.due}，或核对是否抄错。"


def _check_paid(row: Row, facts: Facts) -> None:
    paid = facts.paid.get(row.id_number) if row.id_is_sound else None
    if paid is None:
        return
    same = (paid.amount, paid.paid_on, paid.receipt_no) == (row.amount, row.paid_on, row.receipt_no)
    if same and paid.receipt_no and not row.problems:
        row.recorded = True
        row.warn("", "already_recorded", f"{paid.where}已经记过这一笔，不再重复记账。")
        return
    if paid.amount == ZERO:
        says = f"此人已全额资助参保（{paid.where}），不用缴费，不能收款。请把钱退还本人，并删去这一行。"
        row.refuse("amount", "fully_subsidised", says)
        return
    says = f"此人本年度已缴费：{paid.where}，{paid.paid_on} 缴 {paid.amount} 元。"
    row.refuse("id_number", "already_paid", f"{says}不能重复收费，多收的请退还本人，并删去这一行。")


# --- the whole file -------------------------------------------------------------------------------------------------


def _check_totals(rows: list[Row], totals: list[Total]) -> list[Note]:
    """Written totals are compared with the sum of the rows above them, never counted."""
    sums = [ZERO]
    for row in rows:
        sums.append(sums[-1] + (row.amount or ZERO))
    notes = []
    for total in totals:
        # One written over the people, right under the heading, speaks of all of them.
        above = total.lines_above or len(rows)
        whole, section = sums[above], sums[above] - sums[total.section_from]
        written, _, problem = read_amount(total.amount) if total.amount is not None else (None, False, "")
        if written is not None and written not in (whole, section):
            near = whole if total.whole else min(whole, section, key=lambda found: abs(found - written))
            gap = abs(written - near)
            says = f"第 {total.number} 行“{total.label}”写的是 {written} 元，各行相加是 {near} 元，相差 {gap} 元。"
            notes.append(Note("total_mismatch", f"{says}请核对是漏行还是抄错。"))
        elif problem:
            notes.append(Note("total_mismatch", f"第 {total.number} 行“{total.label}”的金额无法识别，没有核对。"))
        counts = (above, above - total.section_from)
        if total.people is not None and total.people not in counts:
            says = f"第 {total.number} 行“{total.label}”写的是 {total.people} 人，表里实有 {counts[0]} 人。"
            notes.append(Note("total_mismatch", f"{says}请核对是否漏行。"))
    return notes


def _whole(facts: Facts) -> list[Note]:
    if facts.is_issued is None:
        says = "本村还没有登记领用的收据本，收据号没有核对。请乡镇专班先登记收据本。"
        return [Note("no_receipt_book", says)]
    return []
