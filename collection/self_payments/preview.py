"""A dry run of a paid list: what would be booked, what is known, what would go back, what is to be asked."""

from collections.abc import Iterable

from collection.self_payments.assessment import assess, residents_by_number
from collection.self_payments.matching import Payments
from collection.self_payments.models import PaidList, SelfPayment
from collection.self_payments.paid_sheet import PaidLine
from collection.self_payments.services import known_payments, sort_lines
from core.tables.payment_states import Kind
from subsidies.campaigns.models import Campaign

Outcome = SelfPayment.Outcome
_OUTCOMES = {Outcome.MATCHED: "book", Outcome.DUPLICATE: "duplicate", Outcome.FREE: "duplicate"}


def preview_lines(*, campaign: Campaign, lines: Iterable[PaidLine]) -> list[tuple[PaidLine, str, str]]:
    """Return (line, outcome, words) of every line that can be taken, in the order of the list. Write nothing.

    The outcomes are book, known, duplicate and ask; `undone` is a line that is no payment and contradicts none.
    """
    lines = [line for line in lines if not line.problem]
    people = residents_by_number(campaign, (line.id_number for line in lines))
    payments: Payments = known_payments(campaign, {line.id_number for line in lines}, set(), people)
    fresh, against = sort_lines(payments, lines)
    answers: dict[int, tuple[str, str]] = {}
    judged = []
    for known, outcome, why in fresh:
        line, person = known.line, people.get(known.id_number)
        assert line is not None  # noqa: S101 - made from one of the lines
        if outcome == Outcome.UNDONE:
            answers[id(line)] = ("undone", why)
        elif outcome == Outcome.UNCLEAR:
            answers[id(line)] = ("ask", why)
        elif person is None:
            answers[id(line)] = ("ask", "居民库里没有这个证件号码。")
        else:
            judged.append((_unsaved(campaign, line, person.village_id), person, line))
    assess(campaign=campaign, payments=[(payment, person) for payment, person, _ in judged])
    for payment, _, line in judged:
        answers[id(line)] = (_OUTCOMES.get(Outcome(payment.outcome), "ask"), payment.message)
    answers |= {id(line): ("ask", "以前的清单说法相反，请核实。") for _, line in against}
    known_already = {Kind.UNDONE: ("undone", "已撤销的缴费，不记账。")}
    return [(line, *answers.get(id(line), known_already.get(line.kind, ("known", "")))) for line in lines]


def _unsaved(campaign: Campaign, line: PaidLine, village: str) -> SelfPayment:
    assert line.amount is not None and line.paid_on is not None  # noqa: S101 - else the line has a problem
    return SelfPayment(
        campaign=campaign,
        paid_list=PaidList(campaign=campaign),
        row=line.row,
        name=line.name,
        id_number=line.id_number,
        amount=line.amount,
        paid_on=line.paid_on,
        region_code=village,
        outcome=Outcome.UNKNOWN,
    )
