"""What would become of a tax bureau's paid list: `check_sheet paid`."""

from collection.self_payments.paid_sheet import PaidLine, PaidListReader
from collection.self_payments.preview import preview_lines
from collection.self_payments.services import NO_LIST, payment_year
from core.tables.dry_run import Answer, Question, try_list
from subsidies.campaigns.selectors import asked_campaign


def check(question: Question) -> Answer:
    """Judge every line as the job would. Outcomes: book, known, duplicate, ask; what is no payment is refused."""
    campaign = asked_campaign(question.policy)
    paid = PaidListReader(payment_year(campaign), question.as_of)
    answer, lines = try_list(question, paid.table, paid.lines, no_list=NO_LIST)
    for line in lines:
        if line.problem:
            answer.reject(line.row, None, "bad_row", line.problem)
    for line, outcome, why in preview_lines(campaign=campaign, lines=lines):
        if outcome == "undone":
            answer.reject(line.row, "缴费状态", "not_paid", f"“{line.why}”：没有缴费或已经撤销，不记账。")
        else:
            _accept(answer, line, outcome, why)
    return answer


def _accept(answer: Answer, line: PaidLine, outcome: str, why: str) -> None:
    answer.accept(
        line.row,
        name=line.name,
        id_number=line.id_number,
        amount=str(line.amount),
        paid_on=line.paid_on.isoformat() if line.paid_on else None,
        outcome=outcome,
    )
    if why:
        answer.warn(line.row, outcome, why)
