"""What would become of a tax bureau's feedback file: `check_sheet feedback`."""

from collection.declarations.feedback import LIMITS, NO_LIST, verdict_words
from collection.declarations.tax_sheets import feedback_table, read_feedback
from core.tables.dry_run import Answer, Question, try_list
from core.tables.reader import SheetError

OUTCOMES = {True: "success", False: "failure", None: "ask"}


def check(question: Question) -> Answer:
    """Read what each line says; no declaration is looked up. Outcomes: success, failure, ask."""
    table, words = feedback_table(), verdict_words(question.county)
    answer, lines = try_list(
        question,
        table,
        lambda pieces: read_feedback(pieces, words=words, table=table) or [],
        limits=LIMITS,
        no_list=NO_LIST,
    )
    if not lines and not answer.file_error:
        return answer.refuse_file(SheetError("no_rows", NO_LIST))
    for line in lines:
        if line.problem and line.ok is not None:
            answer.reject(line.row, "证件号码", "bad_row", line.problem)
            continue
        answer.accept(line.row, name=line.name, id_number=line.id_number, outcome=OUTCOMES[line.ok], reason=line.reason)
        if line.problem:
            answer.warn(line.row, "ask", line.problem)
    return answer
