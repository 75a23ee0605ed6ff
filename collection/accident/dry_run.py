"""What would become of a list of accident covers: `check_sheet accident`."""

from collection.accident.services import KNOWN, judge_lines, refuse_forbidden
from collection.accident.sheet import NO_LIST, cover_table, read_covers
from core.refusals import Refused
from core.tables.dry_run import Answer, Question, QuestionError, try_list
from subsidies.campaigns.selectors import asked_campaign


def check(question: Question) -> Answer:
    """Judge every line as the worker would for the county's bureau. Outcomes: new, known."""
    campaign, table = asked_campaign(question.policy), cover_table()
    try:
        refuse_forbidden(campaign)
        judge_lines([], campaign=campaign, region=campaign.county_id)
    except Refused as refused:
        raise QuestionError(str(refused)) from None
    answer, lines = try_list(
        question, table, lambda pieces: read_covers(pieces, table, today=question.as_of), no_list=NO_LIST
    )
    judged, _ = judge_lines(lines, campaign=campaign, region=campaign.county_id)
    for line, _, why in judged:
        if why and why != KNOWN:
            answer.reject(line.row, None, "bad_row", why)
        else:
            answer.accept(
                line.row,
                name=line.name,
                id_number=line.id_number,
                amount=str(line.premium),
                paid_on=line.paid_on.isoformat() if line.paid_on else None,
                receipt_no=line.receipt_no,
                outcome=why or "new",
            )
    return answer
