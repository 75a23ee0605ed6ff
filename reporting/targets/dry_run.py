"""What would become of a table of tasks: `check_sheet tasks`."""

from core.regions.selectors import asked_region, region_names
from core.tables.dry_run import Answer, Question, require_file
from core.tables.reader import VILLAGE_LEDGER, SheetError, stream
from subsidies.campaigns.target_sheet import read_targets, task_table


def check(question: Question) -> Answer:
    """Read the table as its preview would; set no task. A row without a number leaves its task: outcome unchanged."""
    county, answer, table = asked_region(question.county, "county"), Answer(), task_table()
    try:
        require_file(question)
        lines = read_targets(stream(question.file, limits=VILLAGE_LEDGER), region_names(county.code), table)
    except SheetError as error:
        return answer.refuse_file(error)
    answer.sheet, answer.header_row = table.sheet_name, table.last_row
    answer.note(table.notes())
    for line in lines:
        for problem in line.problems:
            answer.reject(line.number, None, "bad_row", problem)
        if not line.problems:
            outcome = "unchanged" if line.people is None else "set"
            answer.accept(line.number, village=line.code, people=line.people, outcome=outcome)
    return answer
