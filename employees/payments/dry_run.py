"""What would become of a list of employees' insurance payments: `check_sheet payments`."""

from core.regions.selectors import asked_region
from core.tables.dry_run import Answer, Question, try_list
from employees.payments.models import PaidFile
from employees.payments.services import judge_lines
from employees.payments.sheet import NO_HEADING, paid_table, read_paid


def check(question: Question) -> Answer:
    """Judge every line as the worker would. Outcomes: book, known."""
    county, table = asked_region(question.county, "county"), paid_table()
    answer, lines = try_list(question, table, lambda pieces: read_paid(pieces, table)[0], no_list=NO_HEADING)
    for line, payment in judge_lines(PaidFile(county=county), lines):
        if line.problems:
            answer.reject(line.row, None, "bad_row", "；".join(line.problems))
            continue
        answer.accept(
            line.row,
            payer=line.payer,
            credit_code=line.credit_code,
            id_number=line.id_number,
            month=f"{line.month:%Y-%m}",
            amount=str(line.amount),
            paid_on=f"{line.paid_on:%Y-%m-%d}",
            outcome="book" if payment else "known",
        )
    return answer
