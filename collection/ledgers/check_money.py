"""Judges what the rows of a ledger say was paid: the amount owed, and whether it is booked already. Pure."""

from decimal import Decimal

from collection.ledgers.verdicts import LedgerFacts, Row
from core.amounts import ZERO, yuan
from subsidies.quotes.quote import Quote, QuoteError, Recognition, quote


def check_money(row: Row, facts: LedgerFacts) -> None:
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
            parent_insured=person.parent_insured if person else None,
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
        back = f"不能收款。请把收的 {yuan(row.amount)}退还本人，并删去这一行。" if row.amount else "请删去这一行。"
        why = f"{asked.category}由财政全额资助，不用缴费" if asked.standard else asked.reasons[0].says
        says = f"{why}，{back}"
        row.refuse("amount", "fully_subsidised", says)
    elif row.from_gift:
        _check_rest(row, asked, row.amount)
    elif asked.due and row.amount != asked.due:
        row.refuse("amount", "amount_mismatch", _about_difference(row.amount, asked, not_on_roster))


def _check_rest(row: Row, asked: Quote, amount: Decimal) -> None:
    """A gift has paid a part of the fee: the rest is collected, to the cent."""
    rest = asked.due - row.from_gift
    if not rest:
        says = f"集体资助已经替此人缴 {yuan(row.from_gift)}，不用再收。请退还本人，并删去这一行。"
        row.refuse("amount", "paid_by_gift", says)
    elif amount != rest:
        says = (
            f"应缴 {yuan(asked.due)}，集体资助 {yuan(row.from_gift)}已到账，"
            f"本人缴 {yuan(rest)}；实缴写的是 {yuan(amount)}。"
        )
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


def _about_difference(amount: Decimal, asked: Quote, not_on_roster: str) -> str:
    gap = abs(amount - asked.due)
    says = f"实缴 {yuan(amount)}，按{asked.category}应缴 {yuan(asked.due)}，"
    if amount > asked.due:
        if asked.subsidy:
            says += f"多收了 {yuan(gap)}（名单已资助 {yuan(asked.subsidy)}）。"
            return f"{says}请退还 {yuan(gap)}，改填 {asked.due}。"
        return f"{says}多出 {yuan(gap)}。一人一行，请核对后改填 {asked.due}。"
    if not_on_roster:
        return (
            f"{says}差 {yuan(gap)}；“{not_on_roster}”不在部门名单里。请补收 {yuan(gap)}，或请认定部门补报名单后再传。"
        )
    return f"{says}差 {yuan(gap)}。请补收后改填 {asked.due}，或核对是否抄错。"


def check_paid(row: Row, facts: LedgerFacts) -> None:
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
    says = f"此人本年度已缴费：{paid.where}，{paid.paid_on} 缴 {yuan(paid.amount)}。"
    row.refuse("id_number", "already_paid", f"{says}不能重复收费，多收的请退还本人，并删去这一行。")
