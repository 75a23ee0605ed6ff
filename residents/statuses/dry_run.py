"""What would become of a list of statuses: `check_sheet statuses`."""

from core.regions.selectors import asked_region
from core.tables.dry_run import Answer, Question, require_file
from core.tables.reader import UNREADABLE, SheetError
from residents.people.models import Resident
from residents.statuses.services import StatusListError, read_status_list


def check(question: Question) -> Answer:
    """Read and match the list as its preview would; set no status."""
    county, answer = asked_region(question.county, "county"), Answer()
    try:
        require_file(question)
        residents = Resident.objects.in_region(county.code)
        rows = read_status_list(question.file, residents=residents, source="试读")
    except SheetError as error:
        return answer.refuse_file(error)
    except StatusListError as error:
        return answer.refuse_file(SheetError(UNREADABLE, str(error)))
    for row in rows:
        for problem in row.problems:
            answer.reject(row.number, None, "bad_row", problem)
        if not row.problems:
            since = row.since.isoformat() if row.since else None
            answer.accept(row.number, name=row.name, id_number=row.id_number, since=since)
    return answer
