"""What would become of a register of residents: `check_sheet register`."""

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.files.models import Attachment
from core.refusals import Refused
from core.regions.selectors import asked_region
from core.tables.dry_run import Answer, Question, SilentRun, require_file, rolled_back
from core.tables.reader import UNREADABLE, SheetError
from residents.register.models import RegisterBatch
from residents.register.reading import register_table, stage_file


def check(question: Question) -> Answer:
    """Stage the file as the job would, look at its rows, and undo it. Outcomes: new, changed.

    Rows that change nothing are counted in one warning, as on the page.
    """
    county, answer, table = asked_region(question.county, "county"), Answer(), register_table()
    try:
        require_file(question)
        with rolled_back():
            sender = User.objects.create(username="check_sheet", name="试读", role=Role.COUNTY, region=county)
            kept = Attachment.objects.create(
                name=question.file.name[:200], kind="dry_run", size=0, sha256="", region_code=county.code
            )
            batch = RegisterBatch.objects.create(
                county=county, attachment=kept, uploaded_by=sender, uploaded_at=clock.now()
            )
            counts, notes = stage_file(SilentRun(), batch, question.file, table)
            answer.sheet, answer.header_row = table.sheet_name, table.last_row
            answer.note(notes)
            _tell(batch, counts, answer)
    except SheetError as error:
        return Answer().refuse_file(error)
    except Refused as refused:
        return Answer().refuse_file(SheetError(UNREADABLE, str(refused)))
    return answer


def _tell(batch: RegisterBatch, counts: dict[str, int], answer: Answer) -> None:
    for row in batch.staged.order_by("number"):
        answer.accept(
            row.number,
            name=row.name,
            id_number=row.id_number,
            birth_date=row.birth_date.isoformat(),
            village=row.village_code,
            years=row.years,
            phone=row.phone,
            outcome="new" if row.is_new else "changed",
        )
    for problem in batch.problems.order_by("number", "pk"):
        answer.reject(problem.number, problem.column, problem.code, problem.message)
    if unchanged := counts["unchanged"]:
        answer.warn(None, "unchanged", f"有 {unchanged} 行与登记册一致，没有变化。")
