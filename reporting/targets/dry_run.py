"""What would become of a table of tasks: `check_sheet tasks`."""

from core.regions.selectors import asked_region
from core.tables.dry_run import Answer, Question, require_file
from core.tables.reader import SheetError, read
from residents.register.selectors import village_names
from subsidies.campaigns.target_sheet import read_targets


def check(question: Question) -> Answer:
    """Read the table as its preview would; set no task. A row without a number leaves its task: outcome unchanged."""
    county, answer = asked_region(question.county, "county"), Answer()
    try:
        require_file(question)
        lines = read_targets(read(question.file), village_names(county.code))
    except SheetError as error:
        return answer.refuse_file(error)
    for line in lines:
        for problem in line.problems:
            answer.reject(line.number, None, "bad_row", problem)
        if not line.problems:
            outcome = "unchanged" if line.people is None else "set"
            answer.accept(line.number, village=line.code, people=line.people, outcome=outcome)
    return answer
