"""What would become of a tax bureau's paid list: `check_sheet paid`."""

import hashlib
from itertools import islice

from collection.declarations.tax_sheets import PaidLine, PaidListReader
from collection.self_payments.models import PaidList, SelfPayment
from collection.self_payments.services import CHUNK, NO_LIST, _lines, _numbered, take_lines
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.files.models import Attachment
from core.refusals import Refused
from core.tables import reader
from core.tables.dry_run import Answer, Question, require_file, rolled_back
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import asked_campaign

_O = SelfPayment.Outcome
OUTCOMES = {_O.MATCHED: "book", _O.DUPLICATE: "duplicate", _O.FREE: "duplicate"}


def check(question: Question) -> Answer:
    """Take the list in as the job would, tell what came of it, and undo it. Outcomes: book, known, duplicate, ask."""
    campaign, answer = asked_campaign(question.policy), Answer()
    try:
        require_file(question)
        with rolled_back():
            _try(campaign, question, answer)
    except reader.SheetError as error:
        return Answer().refuse_file(error)
    except Refused as refused:
        return Answer().refuse_file(reader.SheetError("refused", str(refused)))
    return answer


def _try(campaign: Campaign, question: Question, answer: Answer) -> None:
    paid_list, paid = _list_of(campaign, question), PaidListReader(campaign.year)
    numbered = _numbered(_lines(paid, str(question.file)))
    while chunk := list(islice(numbered, CHUNK)):
        for _, line in chunk:
            if line.problem:
                answer.reject(line.row, None, "bad_row", line.problem)
        good = [(number, line) for number, line in chunk if not line.problem]
        take_lines(paid_list=paid_list, lines=good, actor=paid_list.uploaded_by)
        taken = {p.row: p for p in SelfPayment.objects.filter(paid_list=paid_list, row__in=[ln.row for _, ln in good])}
        for _, line in good:
            _tell(answer, line, taken.get(line.row))
    if not paid.found_heading:
        raise reader.SheetError("missing_columns", NO_LIST)


def _tell(answer: Answer, line: PaidLine, payment: SelfPayment | None) -> None:
    outcome = "known" if payment is None else OUTCOMES.get(payment.outcome, "ask")
    answer.accept(
        line.row,
        name=line.name,
        id_number=line.id_number,
        amount=str(line.amount),
        paid_on=line.paid_on.isoformat() if line.paid_on else None,
        outcome=outcome,
    )
    if payment is not None and payment.message:
        answer.warn(line.row, payment.outcome, payment.message)


def _list_of(campaign: Campaign, question: Question) -> PaidList:
    """A list and its sender for the time of the dry run; no file is stored."""
    sender = User.objects.create(username="check_sheet", name="试读", role=Role.TAX, region=campaign.county)
    digest = hashlib.sha256(question.file.read_bytes()).hexdigest()
    kept = Attachment.objects.create(
        name=question.file.name[:200], kind="dry_run", size=0, sha256=digest, region_code=campaign.county_id
    )
    return PaidList.objects.create(
        campaign=campaign, attachment=kept, sha256=f"dry{digest[3:]}", uploaded_by=sender, uploaded_at=clock.now()
    )
