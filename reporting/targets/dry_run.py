"""What would become of a table of tasks: `check_sheet tasks`."""

from core.regions.selectors import asked_region, region_names
from core.tables.dry_run import Answer, Question, try_list
from core.tables.reader import VILLAGE_LEDGER
from subsidies.campaigns.target_sheet import read_targets, task_table


def check(question: Question) -> Answer:
    """Read the table as its preview would; set no task. A row without a number leaves its task: outcome unchanged."""
    county, table = asked_region(question.county, "county"), task_table()
    names = region_names(county.code)
    answer, lines = try_list(
        question, table, lambda pieces: read_targets(pieces, names, table), limits=VILLAGE_LEDGER, no_list=""
    )
    for line in lines:
        for problem in line.problems:
            answer.reject(line.number, None, "bad_row", problem)
        if not line.problems:
            outcome = "unchanged" if line.people is None else "set"
            answer.accept(line.number, village=line.code, people=line.people, outcome=outcome)
    return answer
