"""What would become of a list of receipt books: `check_sheet books`."""

from collection.receipts.book_sheet import NO_HEADING, book_table, read_rows
from collection.receipts.books import ReceiptRefused, examine_lines, find_holders
from core.regions.models import Region
from core.regions.selectors import asked_region
from core.tables.dry_run import Answer, Question, try_list
from core.tables.lists import HIDDEN_ROWS
from core.tables.reader import UNREADABLE, VILLAGE_LEDGER, SheetError
from subsidies.campaigns.selectors import asked_campaign


def check(question: Question) -> Answer:
    """Examine every line as its preview would. Outcomes: issue, known.

    The county hands out to its townships; with `--village`, that village's township to its villages.
    """
    campaign, table = asked_campaign(question.policy), book_table()
    issuer = asked_region(question.village, "village").parent_id if question.village else campaign.county_id
    answer, rows = try_list(
        question, table, lambda pieces: read_rows(pieces, table), limits=VILLAGE_LEDGER, no_list=NO_HEADING
    )
    if hidden := [note.message for note in table.notes() if note.code == HIDDEN_ROWS]:
        return answer.refuse_file(SheetError(HIDDEN_ROWS, hidden[0]))
    found, wrong = find_holders(rows, Region.objects.filter(parent_id=issuer, replaced_by=None).order_by("code"))
    for number, why in wrong:
        answer.reject(number, None, "bad_row", why)
    try:
        verdicts = examine_lines(campaign=campaign, lines=[line for _, line in found])
    except ReceiptRefused as refused:
        return answer.refuse_file(SheetError(UNREADABLE, str(refused)))
    for (number, line), verdict in zip(found, verdicts, strict=True):
        if verdict.why:
            answer.reject(number, None, "bad_row", verdict.why)
            continue
        answer.accept(
            number,
            holder=line.holder.pk,
            first=line.first,
            last=line.last,
            count=verdict.count,
            outcome="known" if verdict.known else "issue",
        )
    return answer
