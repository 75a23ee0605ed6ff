"""What would become of a list of claims: `check_sheet claims`."""

from core.regions.selectors import asked_region
from core.tables.dry_run import Answer, Question, try_list
from subsidies.claims.services import match_lines
from subsidies.claims.sheet import COLUMNS, NO_LIST, claim_table, read_claims

_TITLES = {column.key: column.title for column in COLUMNS}


def check(question: Question) -> Answer:
    """Match every row as the worker would. Outcomes: matched; not_ours for who is none of the county's people."""
    county, table = asked_region(question.county, "county"), claim_table()
    answer, lines = try_list(question, table, lambda pieces: read_claims(pieces, table), no_list=NO_LIST)
    matched = match_lines(lines, county=county.code)
    for line in matched.bad:
        answer.reject(line.row, _TITLES.get(line.column), "bad_row", line.problem)
    for line in matched.sound:
        answer.accept(
            line.row,
            name=line.name,
            id_number=line.id_number,
            paid=str(line.paid),
            used=str(line.used),
            outcome="not_ours" if line in matched.strangers else "matched",
        )
    return answer
