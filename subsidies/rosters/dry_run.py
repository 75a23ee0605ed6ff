"""What would become of a department's list: `check_sheet roster`."""

from functools import partial

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.database.bulk import insert_rows
from core.tables.dry_run import Answer, Question, QuestionError, rolled_back, try_list
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import asked_campaign
from subsidies.rosters.matching import STAGED_COLUMNS, classify, staged_values
from subsidies.rosters.models import Roster, RosterRow
from subsidies.rosters.sheet import RosterLine, read_roster, roster_table

Outcome = RosterRow.Outcome
OUTCOMES: dict[str, str] = {Outcome.NEW: "new", Outcome.ENDED: "ended", Outcome.UNCHANGED: "unchanged"}


def check(question: Question) -> Answer:
    """Match the list as its preview would, and undo it. Outcomes: new, ended, unchanged, held.

    A full list's endings have no row of their own: their row is null.
    """
    campaign, table = asked_campaign(question.policy), roster_table()
    department, category = _whose(campaign, question.category)
    read = partial(
        read_roster,
        policy=campaign.policy,
        category=category,
        department=department,
        recognised_on=question.as_of,
        today=question.as_of,
        table=table,
    )
    answer, lines = try_list(question, table, read, no_list="")
    if answer.file_error:
        return answer
    with rolled_back():
        _try(campaign, question, department, category, lines, answer)
    return answer


def _whose(campaign: Campaign, asked: str) -> tuple[str, str]:
    """Return (department, category) of the category asked for; without one the list's own column decides."""
    if not asked:
        return campaign.policy.departments[0], ""
    category = campaign.policy.category(asked)
    if category is None or not category.department:
        names = "、".join(c.name for c in campaign.policy.recognised)
        raise QuestionError(f"“{asked}”不是由部门认定的类别；可用的有：{names}。")
    return category.department, category.name


def _try(
    campaign: Campaign, question: Question, department: str, category: str, lines: list[RosterLine], answer: Answer
) -> None:
    sender = User.objects.create(username="check_sheet", name="试读", role=Role.COUNTY, region=campaign.county)
    roster = Roster.objects.create(
        campaign=campaign,
        county=campaign.county,
        department=department,
        category=category,
        kind=Roster.Kind.FULL if question.full else Roster.Kind.SUPPLEMENT,
        recognised_on=question.as_of,
        document="试读",
        uploaded_by=sender,
        uploaded_at=clock.now(),
    )
    insert_rows(RosterRow, STAGED_COLUMNS, [staged_values(roster, line) for line in lines])
    classify(roster)
    for row in roster.rows.order_by("number", "pk"):
        if row.outcome in (Outcome.BAD_ROW, Outcome.DUPLICATE):
            answer.reject(row.number, None, row.outcome, row.message)
            continue
        outcome = OUTCOMES.get(row.outcome, "held")
        answer.accept(
            row.number or None, name=row.name, id_number=row.id_number, category=row.category, outcome=outcome
        )
        if row.message:
            answer.warn(row.number or None, row.outcome, row.message)
