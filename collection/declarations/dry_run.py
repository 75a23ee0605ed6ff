"""What would become of a tax bureau's feedback file: `check_sheet feedback`."""

from collection.declarations.feedback import LIMITS, NO_LIST, verdict_words
from collection.declarations.tax_sheets import feedback_table, read_feedback
from core.tables import reader
from core.tables.dry_run import Answer, Question, require_file

OUTCOMES = {True: "success", False: "failure", None: "ask"}


def check(question: Question) -> Answer:
    """Read what each line says; no declaration is looked up. Outcomes: success, failure, ask."""
    answer, table = Answer(), feedback_table()
    try:
        require_file(question)
        pieces = reader.stream(question.file, limits=LIMITS)
        lines = read_feedback(pieces, words=verdict_words(question.county), table=table)
        if not lines:
            raise reader.SheetError("missing_columns" if lines is None else "no_rows", NO_LIST)
    except reader.SheetError as error:
        return answer.refuse_file(error)
    answer.sheet, answer.header_row = table.sheet_name, table.last_row
    answer.note(table.notes())
    for line in lines:
        if line.problem and line.ok is not None:
            answer.reject(line.row, "证件号码", "bad_row", line.problem)
            continue
        answer.accept(line.row, name=line.name, id_number=line.id_number, outcome=OUTCOMES[line.ok], reason=line.reason)
        if line.problem:
            answer.warn(line.row, "ask", line.problem)
    return answer
