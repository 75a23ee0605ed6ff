"""What would become of a list of statuses: `check_sheet statuses`."""

from core.regions.selectors import asked_region
from core.tables.dry_run import Answer, Question, QuestionError, require_file
from core.tables.reader import UNREADABLE, SheetError
from residents.people.models import Resident
from residents.statuses.forms import STATUSES
from residents.statuses.lists import StatusListError, read_status_list


def check(question: Question) -> Answer:
    """Read and match the list as its preview would for the county's bureau; set no status.

    `--category` names the status by its word or key (死亡, dead); without it the list is one of deaths.
    """
    county, answer = asked_region(question.county, "county"), Answer()
    try:
        require_file(question)
        listed = read_status_list(question.file, scope=county.code, source="试读", status=_status(question.category))
    except SheetError as error:
        return answer.refuse_file(error)
    except StatusListError as error:
        return answer.refuse_file(SheetError(UNREADABLE, str(error)))
    answer.sheet, answer.header_row = listed.sheet, listed.header_row
    answer.note(listed.notes)
    for row in listed.rows:
        for problem in row.problems:
            answer.reject(row.number, problem.column, problem.code, problem.message)
        if not row.problems and row.since:
            answer.accept(row.number, name=row.name, id_number=row.id_number, since=row.since.isoformat())
    return answer


def _status(category: str) -> str:
    """The status that the operator names by its key or by its word; 死亡 if none is named."""
    by_word = {str(label): str(value) for value, label in STATUSES}
    status = by_word.get(category, category) or Resident.Status.DEAD.value
    if status not in by_word.values():
        raise QuestionError(f"没有状态“{category}”，请给出其中之一：{'、'.join(by_word)}。")
    return status
