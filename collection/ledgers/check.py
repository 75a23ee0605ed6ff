"""Judges every row of a ledger: what can be booked, what is wrong and what to do about it. Pure.

Rows and facts in, verdicts out; it asks neither a database nor a clock. Every problem of a row is told at once. Safe
repairs are made and shown as warnings; what would be a guess is refused.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from collection.ledgers.check_money import check_money, check_paid
from collection.ledgers.check_receipts import check_households, check_receipt, check_shared_receipts, household_number
from collection.ledgers.reading import FileNote, LedgerReading
from collection.ledgers.row_kinds import WrittenTotal
from collection.ledgers.row_reading import read_row
from collection.ledgers.verdicts import CheckedLedger, LedgerFacts, RegisteredPerson, Row
from collection.receipts.cells import read_receipt
from core.access.masks import WITHHELD, WITHHELD_CODE
from core.amounts import ZERO, yuan
from core.tables.cells import read_amount
from residents.people import id_numbers, names

#: A new person who may be one of the register under another number; what a person decides about it.
SAME_PERSON = "same_person_ask"
TWO_PEOPLE = "two_people"
#: A township has looked into what was held, and the payment counts.
ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class RowClaim:
    """What a row says about whose number it is: the person to look up."""

    id_number: str
    name: str
    household: str


def claims_of(reading: LedgerReading) -> list[RowClaim]:
    """Return whom the rows of a ledger mean, one claim a row with a readable number."""
    claims = []
    for line in reading.lines:
        number, problem = id_numbers.read_cell(line.cells.get("id_number"))
        if number and problem is None and len(number) <= 30:
            name = names.normalise(line.cells.get("name"))[:60]
            claims.append(RowClaim(number, name, household_number(line.cells.get("household"))))
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
    check_households(rows, facts)
    _ask_about_namesakes(rows, facts)
    for row in rows:
        if row.is_withheld:
            check_receipt(row, facts)
            continue
        _check_person(row, facts)
        check_paid(row, facts)
        if not row.recorded:
            check_receipt(row, facts)
            check_money(row, facts)
    check_shared_receipts(rows, facts)
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
                row.refuse("name", "name_conflict", f"{says}请照身份证查清号码属于何人，改正后重传。")
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
            says = f"第 {total.number} 行“{total.label}”写的是 {yuan(written)}，各行相加是 {yuan(near)}，"
            notes.append(FileNote("total_mismatch", f"{says}相差 {yuan(gap)}。请核对是漏行还是抄错。"))
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
