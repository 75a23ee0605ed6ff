"""What would become of a tax bureau's feedback file: `check_sheet feedback`."""

from collection.declarations.feedback import LIMITS, NO_LIST, verdict_words
from collection.declarations.tax_sheets import read_feedback
from core.tables import reader
from core.tables.dry_run import Answer, Question, require_file

OUTCOMES = {True: "success", False: "failure", None: "ask"}


def check(question: Question) -> Answer:
    """Read what each line says; no declaration is looked up. Outcomes: success, failure, ask."""
    answer = Answer()
    try:
        require_file(question)
        book = reader.read(question.file, limits=LIMITS)
        sheets = (sheet for sheet in book.sheets if sheet.visible)
        lines = read_feedback(sheets, words=verdict_words(question.county))
        if not lines:
            raise reader.SheetError("missing_columns" if lines is None else "no_rows", NO_LIST)
    except reader.SheetError as error:
        return answer.refuse_file(error)
    answer.sheet = lines[0].sheet
    for line in lines:
        if line.problem and line.ok is not None:
            answer.reject(line.row, "证件号码", "bad_row", line.problem)
            continue
        answer.accept(line.row, name=line.name, id_number=line.id_number, outcome=OUTCOMES[line.ok], reason=line.reason)
        if line.problem:
            answer.warn(line.row, "ask", line.problem)
    return answer
