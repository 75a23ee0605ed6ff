"""Judges every row of a ledger: what can be booked, what is wrong and what to do about it. Pure.

Rows and facts in, verdicts out; it asks neither a database nor a clock. Every problem of a row is told at once. Safe
repairs are made and shown as warnings; what would be a guess is refused.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from collection.ledgers.reading import FileNote, LedgerReading, WrittenTotal
from collection.ledgers.row_reading import read_row
from collection.ledgers.verdicts import CheckedLedger, LedgerFacts, RegisteredPerson, Row
from collection.receipts.cells import read_receipt
from core.access.masks import WITHHELD, WITHHELD_CODE
from core.amounts import ZERO
from core.tables.cells import half_width, read_amount
from core.tables.reader import Cell
from residents.people import id_numbers, names
from subsidies.quotes.quote import Quote, QuoteError, Recognition, quote

#: A new person who may be one of the register under another number; what a person decides about it.
SAME_PERSON = "same_person_ask"
TWO_PEOPLE = "two_people"
#: A township has looked into what was held, and the payment counts.
ACCEPTED = "accepted"
#: As many digits as a receipt's number may have.
LONGEST_SERIAL = 18


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row says about whose number it is: the person to look up."""

    id_number: str
    name: str
    household: str


def claims_of(reading: LedgerReading) -> list[Claim]:
    """Return whom the rows of a ledger mean, one claim a row with a readable number."""
    claims = []
    for line in reading.lines:
        number, problem = id_numbers.read_cell(line.cells.get("id_number"))
        if number and problem is None and len(number) <= 30:
            name = names.normalise(line.cells.get("name"))[:60]
            claims.append(Claim(number, name, household_number(line.cells.get("household"))))
    return claims


def receipts_of(reading: LedgerReading) -> list[str]:
    """Return the receipt numbers that stand in a ledger, each once."""
    numbers = (read_receipt(line.cells.get("receipt_no"))[0] for line in reading.lines)
    return list(dict.fromkeys(number for number in numbers if number))


def check_ledger(reading: LedgerReading, facts: LedgerFacts) -> CheckedLedger:
    """Every row of a ledger with all its problems and warnings."""
    rows = [read_row(line, facts) for line in reading.lines]
    for row in rows:
        if row.line.held and not row.has_decision(ACCEPTED):
            row.refuse(*row.line.held)
        _find_person(row, facts)
    _check_same_person(rows)
    _check_households(rows, facts)
    _ask_about_namesakes(rows, facts)
    for row in rows:
        if row.is_withheld:
            _check_receipt(row, facts)
            continue
        _check_person(row, facts)
        _check_paid(row, facts)
        if not row.recorded:
            _check_receipt(row, facts)
            _check_money(row, facts)
    _check_shared_receipts(rows, facts)
    return CheckedLedger(rows, [*reading.notes, *_check_totals(rows, reading.totals), *_whole(facts)])


# --- one person, one file -------------------------------------------------------------------------------------------


def _check_same_person(rows: list[Row]) -> None:
    """The same person twice: under one name the first counts; under two names nobody can say whose number it is."""
    by_number = defaultdict(list)
    for row in rows:
        if row.id_is_sound:
            by_number[row.resident_id or row.id_number].append(row)
    for same in by_number.values():
        if len(same) == 1:
            continue
        same.sort(key=lambda row: not row.name)  # one without a name says nothing against the others
        others = {row.number: "、".join(str(o.number) for o in same if o is not row) for row in same}
        if len({names.match_key(row.name) for row in same if row.name}) > 1:
            for row in same:
                says = f"同一个身份证号码在第 {others[row.number]} 行写的是另一个姓名。"
                row.refuse("name", "name_conflict", f"{says}请照身份证查清是谁的号码，改正后重传。")
            continue
        for row in same[1:]:
            says = f"与第 {same[0].number} 行是同一个人（同名同号），只记第 {same[0].number} 行。请删去这一行。"
            row.refuse("id_number", "duplicate_in_file", says)


def _find_person(row: Row, facts: LedgerFacts) -> None:
    """Whose number it is, if the sender may know; else the one answer that tells nothing, and nothing more is asked."""
    if not row.id_is_sound:
        return
    if row.id_number in facts.withheld:
        row.is_withheld = True
        row.refuse("id_number", WITHHELD_CODE, WITHHELD)
    elif person := facts.people.get(row.id_number):
        row.resident_id = person.resident_id
        if person.id_number and person.id_number != row.id_number:
            says = "这是此人以前登记过的证件号码，按同一个人记账。请照现在的身份证改正清册里的号码。"
            row.warn("id_number", "former_number", says)


def _ask_about_namesakes(rows: list[Row], facts: LedgerFacts) -> None:
    """Ask about somebody new of the name, birthday and household of another: a mistyped number, or two people?

    Twins have names of their own. Within the file the first row stands, with a warning. Whoever decides that they are
    two people says so at the row, and it is not asked again.
    """
    by_person: dict[tuple[str, date | None], list[Row]] = defaultdict(list)
    for row in rows:
        if not row.id_is_sound or row.is_withheld or row.resident_id or not row.name:
            continue
        namesakes = by_person[names.match_key(row.name), row.birth_date]
        alike = [other for other in namesakes if other.id_number != row.id_number and _may_share(other, row)]
        namesakes.append(row)
        if row.has_decision(TWO_PEOPLE):
            continue
        for other in alike:
            says = f"与第 {row.number} 行同名、同出生日期、同一户，号码不同，请核对是不是同一个人。"
            other.warn("id_number", SAME_PERSON, says)
        where = [f"第 {other.number} 行" for other in alike]
        where += [f"名册里的 {number}" for number in facts.same_person.get(row.id_number, ())]
        if where:
            says = f"与{'、'.join(where[:3])}同名、同出生日期、同一户，只有号码不同，可能是同一个人。请照身份证核对："
            says += "号码写错的改正后重传；确实是两个人的，请乡镇专班在这一行点“确是两个人”。"
            row.refuse("id_number", SAME_PERSON, says)


def _may_share(one: Row, other: Row) -> bool:
    """Whether two rows may be of one household: one says none, or both say the same."""
    first, second = (household_number(row.line.cells.get("household")).upper() for row in (one, other))
    return not first or not second or first == second


def _check_person(row: Row, facts: LedgerFacts) -> None:
    if not row.id_is_sound:
        return
    person = facts.people.get(row.id_number)
    if person is None:
        says = "居民名册里没有这个人，确认后按新参保登记在本村。"
        if namesakes := facts.namesakes.get(row.name):
            says += f"本村有同名居民（{'、'.join(namesakes[:3])}），请核对是不是号码写错了。"
        row.warn("id_number", "new_resident", says)
        return
    if row.name and not names.is_same_name(person.name, row.name):
        registered = f"登记的姓名是“{person.name}”，" if person.village == facts.village else "登记的姓名"
        says = f"{registered}与这里的“{row.name}”不一致。请照身份证核对；登记有误的请先在乡镇窗口变更。"
        row.refuse("name", "name_conflict", says)
    if person.village != facts.village:
        says = f"此人登记在{person.village_name}，不在{facts.village_name}。请交由该村收缴，或先在乡镇窗口办理迁移。"
        row.refuse("id_number", "other_village", says)
    if person.not_eligible and _paid_before(row, person):
        says = f"{person.not_eligible}，缴费在这之前，可以记账；按规定应退的，记账后按退费办理。"
        row.warn("paid_on", "paid_before_status", says)
    elif person.not_eligible:
        says = f"{person.not_eligible}，不能在这里参保缴费。登记有误的请先在乡镇窗口更正。"
        row.refuse("id_number", "resident_not_eligible", says)


def _paid_before(row: Row, person: RegisteredPerson) -> bool:
    """Whether the cash was taken while the person could still be insured here."""
    since = person.not_eligible_since
    return row.paid_on is not None and since is not None and row.paid_on < since


# --- receipts -------------------------------------------------------------------------------------------------------


def _check_households(rows: list[Row], facts: LedgerFacts) -> None:
    """The household of each row: as written, else as registered, else that of the 户主 above."""
    above = ""
    for row in rows:
        line, person = row.line, facts.people.get(row.id_number)
        row.household = (
            line.household
            or household_number(line.cells.get("household"))
            or (person.household if person else "")
            or (above if line.goes_on else "")
            or line.text("head_name")
            or (_named_after(row) if line.is_head else "")
        )[:30]
        above = row.household


def _named_after(row: Row) -> str:
    """What to call a household that has no number: the same in the next file, and not that of a namesake."""
    return f"{row.name[:20]}{row.id_number[-4:]}"


def household_number(cell: Cell) -> str:
    """The number of a household as written; "" where a spreadsheet made a day of it, which the row is refused for."""
    if isinstance(cell, date):
        return ""
    return half_width("" if cell is None else int(cell) if isinstance(cell, float) and cell.is_integer() else cell)[:30]


def _check_receipt(row: Row, facts: LedgerFacts) -> None:
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


def _with_its_zeros(number: str, facts: LedgerFacts) -> str:
    """The village's own number that a spreadsheet would show as this one; "" if there is none."""
    longer = (number.zfill(width) for width in range(len(number) + 1, LONGEST_SERIAL + 1))
    return next(filter(facts.is_issued, longer), "") if number.isdecimal() else ""


def _check_shared_receipts(rows: list[Row], facts: LedgerFacts) -> None:
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


def _check_money(row: Row, facts: LedgerFacts) -> None:
    if not row.id_is_sound or row.birth_date is None:
        return
    person = facts.people.get(row.id_number)
    day = row.paid_on or min(max(facts.as_of, facts.policy.period.start), facts.policy.period.end)
    held = person.identities_on(facts.policy, day) if person else ()
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
            repaid_years=person.repaid_years if person else 0,
            taking_payment=row.paid_on is not None,
        )
    except QuoteError as error:
        column = "paid_on" if error.code == "payment_day_closed" else "category"
        row.refuse(column, error.code, f"{error}。" if not str(error).endswith("。") else str(error))
        return
    row.quote = asked
    row.from_gift = min(person.kept_by_gift, asked.due) if person else ZERO
    if row.amount is None:
        return
    if asked.due == ZERO and not any(p.code == "fully_subsidised" for p in row.problems):
        back = f"不能收款。请把收的 {row.amount} 元退还本人，并删去这一行。" if row.amount else "请删去这一行。"
        says = f"{asked.category}由财政全额资助，不用缴费，{back}"
        row.refuse("amount", "fully_subsidised", says)
    elif row.from_gift:
        _check_rest(row, asked)
    elif asked.due and row.amount != asked.due:
        row.refuse("amount", "amount_mismatch", _about_difference(row, asked, not_on_roster))


def _check_rest(row: Row, asked: Quote) -> None:
    """A gift has paid a part of the fee: the rest is collected, to the cent."""
    rest = asked.due - row.from_gift
    if not rest:
        says = f"集体资助已经替此人缴 {row.from_gift} 元，不用再收。请退还本人，并删去这一行。"
        row.refuse("amount", "paid_by_gift", says)
    elif row.amount != rest:
        says = f"应缴 {asked.due} 元，集体资助 {row.from_gift} 元已到账，本人缴 {rest} 元；实缴写的是 {row.amount} 元。"
        row.refuse("amount", "amount_mismatch", f"{says}请多退少补后改填 {rest}。")


def _category_not_on_roster(row: Row, held: tuple[Recognition, ...], facts: LedgerFacts) -> str:
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


def _check_paid(row: Row, facts: LedgerFacts) -> None:
    paid = facts.paid.get(row.id_number) if row.id_is_sound else None
    if paid is None:
        person = facts.people.get(row.id_number) if row.id_is_sound else None
        if person and person.at_school:
            says = f"{person.at_school}已为此人代收，村里不能再收。请把钱退还本人，并删去这一行；"
            row.refuse("id_number", "collected_at_school", f"{says}确要在村里缴的，请家长先到学校改为随家庭缴费。")
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


def _check_totals(rows: list[Row], totals: list[WrittenTotal]) -> list[FileNote]:
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
            notes.append(FileNote("total_mismatch", f"{says}请核对是漏行还是抄错。"))
        elif problem:
            notes.append(FileNote("total_mismatch", f"第 {total.number} 行“{total.label}”的金额无法识别，没有核对。"))
        counts = (above, above - total.section_from)
        if total.people is not None and total.people not in counts:
            says = f"第 {total.number} 行“{total.label}”写的是 {total.people} 人，表里实有 {counts[0]} 人。"
            notes.append(FileNote("total_mismatch", f"{says}请核对是否漏行。"))
    return notes


def _whole(facts: LedgerFacts) -> list[FileNote]:
    if facts.is_issued is None:
        says = "本村还没有登记领用的收据本，收据号没有核对。请乡镇专班先登记收据本。"
        return [FileNote("no_receipt_book", says)]
    return []
