"""What would become of the bank's answers: `check_sheet refunds`."""

from collection.refunds.transfer_sheet import NO_LIST, answer_table, read_answers
from core.tables.dry_run import Answer, Question, try_list
from core.tables.reader import VILLAGE_LEDGER

OUTCOMES = {True: "paid", False: "returned"}


def check(question: Question) -> Answer:
    """Read what each line says; no transfer is looked up. Outcomes: paid, returned."""
    table = answer_table()
    answer, lines = try_list(
        question, table, lambda pieces: read_answers(pieces, table), limits=VILLAGE_LEDGER, no_list=NO_LIST
    )
    for line in lines:
        if line.problem or line.paid is None:
            answer.reject(line.row, None, "bad_row", line.problem)
            continue
        amount = None if line.amount is None else str(line.amount)
        answer.accept(line.row, number=line.number, amount=amount, reason=line.reason, outcome=OUTCOMES[line.paid])
    return answer
