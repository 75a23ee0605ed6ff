"""What would become of a list of helpers: `check_sheet helpers`."""

from core.accounts.helper_list import helper_table, read_helper_list
from core.refusals import Refused
from core.regions.selectors import asked_region
from core.tables.dry_run import Answer, Question, require_file
from core.tables.reader import UNREADABLE, SheetError


def check(question: Question) -> Answer:
    """Read and check the list as its preview would; make no account. Outcomes: new, known."""
    county, answer, table = asked_region(question.county, "county"), Answer(), helper_table()
    try:
        require_file(question)
        rows = read_helper_list(question.file, county.code, table)
    except SheetError as error:
        return answer.refuse_file(error)
    except Refused as error:
        return answer.refuse_file(SheetError(UNREADABLE, str(error)))
    answer.sheet, answer.header_row = table.sheet_name, table.last_row
    answer.note(table.notes())
    for row in rows:
        for problem in row.problems:
            answer.reject(row.number, None, "bad_row", problem)
        if not row.problems:
            region = row.region.code if row.region else ""
            outcome = "known" if row.existing else "new"
            answer.accept(row.number, name=row.name, phone=row.phone, region=region, outcome=outcome)
    return answer
