"""Judges the households and receipts of a ledger's rows: one receipt may serve one household. Pure."""

from collection.ledgers.verdicts import LedgerFacts, Row
from core.tables.cells import read_household
from core.tables.reader import Cell

#: As many digits as a receipt's number may have.
LONGEST_SERIAL = 18


def check_households(rows: list[Row], facts: LedgerFacts) -> None:
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
    """The number of a household as written; "" where it cannot be read, which the row is refused for."""
    return read_household(cell)[0][:30]


def check_receipt(row: Row, facts: LedgerFacts) -> None:
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


def check_shared_receipts(rows: list[Row], facts: LedgerFacts) -> None:
    """One receipt for one household is normal; the rows of a second household are refused.

    Where no household is written, the receipt is taken to say that it is one.
    """
    first: dict[str, Row] = {}
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
