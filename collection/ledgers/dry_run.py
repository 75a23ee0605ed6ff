"""What would become of a village's ledger: the answer of `check_ledger` and of `check_sheet ledger`."""

import hashlib

from collection.ledgers.check import check_ledger
from collection.ledgers.columns import TITLES
from collection.ledgers.facts import gather, same_file_note, stamp_facts
from collection.ledgers.reading import FileNote, LedgerReading, read_ledger
from collection.ledgers.stamp import other_ledger, stale_note
from collection.ledgers.verdicts import CheckedLedger, RowRemark
from core.regions.selectors import asked_region
from core.tables import reader
from core.tables.dry_run import Answer, Question, QuestionError, require_file
from subsidies.campaigns.selectors import asked_campaign


def check(question: Question) -> Answer:
    """Read and check a ledger as an upload would; write nothing."""
    village, campaign = asked_region(question.village, "village"), asked_campaign(question.policy)
    if not village.code.startswith(campaign.county_id):
        raise QuestionError(f"{village.code} 不在政策 {question.policy} 的区划内。")
    try:
        require_file(question)
        reading = read_ledger(reader.read(question.file))
        if refused := other_ledger(reading, village=village.code, year=campaign.year):
            raise refused
    except reader.SheetError as error:
        return Answer().refuse_file(error)
    checked = check_ledger(reading, gather(campaign=campaign, village=village, reading=reading, as_of=question.as_of))
    digest = hashlib.sha256(question.file.read_bytes()).hexdigest()
    same = same_file_note(campaign=campaign, village=village, sha256=digest)
    stale = stale_note(reading, stamp_facts(campaign=campaign, village=village, reading=reading))
    return _answer(reading, checked, [*stale, *same, *checked.notes])


def _answer(reading: LedgerReading, checked: CheckedLedger, notes: list[FileNote]) -> Answer:
    answer = Answer(reading.sheet, reading.header.row)
    for row in checked.accepted:
        answer.accept(
            row.number,
            name=row.name,
            id_number=row.id_number,
            amount=str(row.amount),
            paid_on=row.paid_on.isoformat() if row.paid_on else None,
            receipt_no=row.receipt_no,
            category=row.category,
        )
    for row in checked.rows:
        for problem in row.problems:
            answer.rejected.append(_remark(row.number, problem))
    for row in checked.rows:
        if row.recorded and row.warnings:
            answer.rejected.append(_remark(row.number, row.warnings[-1], "already_paid"))
    for note in notes:
        answer.warn(None, note.code, note.message)
    for row in checked.rows:
        answer.warnings += [_remark(row.number, warning) for warning in row.warnings]
    return answer


def _remark(row: int, remark: RowRemark, code: str = "") -> dict[str, object]:
    return {
        "row": row,
        "column": TITLES.get(remark.column),
        "code": code or remark.code,
        "message": remark.message,
    }
