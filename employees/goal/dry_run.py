"""What would become of the pension office's roll: `check_sheet pensions`."""

from core.regions.selectors import asked_region
from core.tables.dry_run import Answer, Question, try_list
from employees.goal.models import PensionRoll
from employees.goal.services import Kind, differences_of
from employees.goal.sheet import NO_HEADING, read_roll, roll_table
from employees.months import month_of


def check(question: Question) -> Answer:
    """Compare the roll with the month of the day asked for. Outcomes: agrees, not_insured, base_differs, not_on_roll.

    Who is insured and not on the roll has no row of their own: their row is null.
    """
    county, table, month = asked_region(question.county, "county"), roll_table(), month_of(question.as_of)
    answer, rows = try_list(
        question, table, lambda pieces: read_roll(pieces, table, month=month)[0], no_list=NO_HEADING
    )
    if answer.file_error:
        return answer
    differences = differences_of(PensionRoll(county=county, month=month), rows)
    by_number = {one.id_number: one.kind for one in differences if one.kind in (Kind.NOT_INSURED, Kind.BASE_DIFFERS)}
    for row in rows:
        if row.problem:
            answer.reject(row.row, None, "bad_row", row.problem)
            continue
        base = None if row.base is None else str(row.base)
        outcome = str(by_number.get(row.id_number, "agrees"))
        answer.accept(row.row, name=row.name, id_number=row.id_number, base=base, outcome=outcome)
    for one in differences:
        if one.kind == Kind.NOT_ON_ROLL:
            answer.accept(None, name=one.name, id_number=one.id_number, base=str(one.base), outcome="not_on_roll")
    return answer
