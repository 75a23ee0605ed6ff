"""What would become of a list of villages, and of who goes to a new one: `check_sheet villages` and `split`."""

from core.regions.models import Region
from core.regions.selectors import asked_region
from core.tables.dry_run import Answer, Question, QuestionError, try_list
from core.tables.reader import VILLAGE_LEDGER
from subsidies.campaigns.models import PolicyProposal
from subsidies.openings.split_list import NO_HEADING as NO_PEOPLE
from subsidies.openings.split_list import read_split_people, split_table
from subsidies.openings.village_list import NO_HEADING, read_villages, village_table
from subsidies.openings.villages import compare_with_last_year, find_split_people


def check_villages(question: Question) -> Answer:
    """Compare the list with the villages that stand, as its preview would; a county that is not there has none yet.

    Outcomes: the kinds of changes (added, renamed, split; merged, of the village that takes the other in), same.
    """
    if len(question.county) != 6 or not question.county.isdecimal():
        raise QuestionError("请给出6位县代码：--county CODE。")
    table = village_table()
    answer, rows = try_list(
        question, table, lambda pieces: read_villages(pieces, table), limits=VILLAGE_LEDGER, no_list=NO_HEADING
    )
    if answer.file_error:
        return answer
    found = compare_with_last_year(rows, Region(code=question.county))
    changed = {change.code: change for change in found.changes}
    for row in rows:
        for problem in row.problems:
            answer.reject(row.number, None, "bad_row", problem)
        if not row.problems:
            outcome = changed[row.code].kind if row.code in changed else "same"
            answer.accept(row.number, code=row.code, name=row.village, outcome=outcome)
    for problem in found.problems:
        answer.warn(None, "village_missing", problem)
    return answer


def check_split(question: Question) -> Answer:
    """Find who goes to the new villages of the county's draft, as its preview would. Outcome: moves."""
    county, table = asked_region(question.county, "county"), split_table()
    drafts = PolicyProposal.objects.filter(county=county, state=PolicyProposal.State.DRAFT).order_by("-pk")
    if (proposal := drafts.first()) is None:
        raise QuestionError(f"{county.name}没有正在准备的征缴年度；先在“征缴年度”里拟定拆分的村。")
    answer, rows = try_list(
        question, table, lambda pieces: read_split_people(pieces, table), limits=VILLAGE_LEDGER, no_list=NO_PEOPLE
    )
    find_split_people(proposal, rows)
    for row in rows:
        if row.problem:
            answer.reject(row.number, None, "bad_row", row.problem)
        else:
            answer.accept(row.number, name=row.name, id_number=row.id_number, village=row.code, outcome="moves")
    return answer
