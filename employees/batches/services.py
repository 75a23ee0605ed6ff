"""One table with the month of many units: taken in, read, and what may be booked of it booked at once.

Each unit's rows are a declaration like any other (employees/declarations): those with wrong rows, and those in which
much changed for whoever uploaded them, are left to their own page.
"""

from datetime import date
from pathlib import Path

from django.core.files.base import File
from django.db import transaction

from config import clock
from core.accounts.models import User
from core.amounts import yuan
from core.audit import services as audit
from core.files import services as files
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions.models import Region
from core.tables import reader
from employees.batches.models import MonthFile
from employees.batches.sheet import read_month_table
from employees.batches.staging import stage
from employees.declarations.models import MonthlyDeclaration
from employees.files import take_in
from employees.members.moves import follow_declarations
from employees.months import in_words, month_of
from employees.quotes.quote import EmployeeQuoteError
from employees.strangers import Sent, note_strangers, note_too_many
from employees.units.models import Unit

State, Declared = MonthFile.State, MonthlyDeclaration.State
#: Rows without a unit that are kept for the page.
MOST_LOST = 500


def job_key(file: MonthFile) -> str:
    return f"employee_month:{file.pk}"


@transaction.atomic
def upload_month(*, county: Region, month: date, file: "File[bytes]", name: str, actor: User) -> tuple[MonthFile, bool]:
    """Take in the table of a month; return it and whether it is new. The same file again is the same table."""
    month = month_of(month)
    if month > month_of(clock.today()):
        raise Refused(f"{in_words(month)}还没有到，不能申报。", "month")
    sha256 = files.sha256_of(file)
    Region.objects.select_for_update().get(pk=county.pk)
    found, is_new = take_in(
        MonthFile, county=county, sha256=sha256, file=file, name=name, kind="employee_month", actor=actor, month=month
    )
    if not is_new:
        return found, False
    audit.record("employee_declaration.upload", actor=actor, obj=found, summary=f"上传{found} {name}"[:300])
    jobs.enqueue("employee_month.read", actor=actor, key=job_key(found), region=county.pk, file=found.pk)
    return found, True


@jobs.handler("employee_month.read")
def read_job(run: jobs.Run) -> str:
    """Read the table and stage a declaration a unit; a repeated run begins anew."""
    file = MonthFile.objects.select_related("attachment", "uploaded_by").get(pk=run.args["file"])
    if file.state != State.READING:
        return ""
    sent = Sent(f"多单位职工医保申报表 {file.attachment.name}", file.county_id, job_key(file), file.uploaded_by)
    run.progress(0, 0, "正在打开文件")
    try:
        pieces = jobs.report_rows(
            reader.stream(Path(file.attachment.file.path), limits=reader.COUNTY_LIST), run.progress
        )
        table = read_month_table(pieces, month=file.month, file_name=file.attachment.name)
        run.progress(1, 2, f"正在核对 {len(table.units)} 个单位")
        with transaction.atomic():
            run.assert_owner()
            lost = stage(file, table)
            MonthFile.objects.filter(pk=file.pk, state=State.READING).update(
                state=State.CHECKED, problem="", notes=table.notes, lost=lost[:MOST_LOST]
            )
            people = [(row.id_number, row.name) for rows in table.units.values() for row in rows]
            note_strangers(sent, people)
    except (reader.SheetError, EmployeeQuoteError) as error:
        MonthFile.objects.filter(pk=file.pk, state=State.READING).update(state=State.REFUSED, problem=str(error)[:300])
        note_too_many(sent, error)
        return str(error)
    return f"{len(table.units)} 个单位已核对"


@transaction.atomic
def ask_to_book(*, file: MonthFile, actor: User) -> MonthFile:
    """Have a worker book what may be booked. Raises Refused."""
    file = MonthFile.objects.select_for_update().get(pk=file.pk)
    if file.state in (State.BOOKING, State.BOOKED):
        return file
    if file.state != State.CHECKED:
        raise Refused("这份表现在不能记账，请刷新后查看。")
    file.state, file.booked_by, file.booked_at = State.BOOKING, actor, clock.now()
    file.save(update_fields=["state", "booked_by", "booked_at"])
    jobs.enqueue("employee_month.book", actor=actor, key=f"{job_key(file)}.book", region=file.county_id, file=file.pk)
    return file


@jobs.handler("employee_month.book")
def book_job(run: jobs.Run) -> str:
    """Book the sound declarations in one transaction; run again it finds them booked."""
    file = MonthFile.objects.select_related("booked_by").get(pk=run.args["file"])
    if file.state != State.BOOKING or file.booked_by is None:
        return ""
    with transaction.atomic():
        run.assert_owner()
        count = _book(file, file.booked_by)
        MonthFile.objects.filter(pk=file.pk).update(state=State.BOOKED)
    return f"{count} 个单位已记账"


def _book(file: MonthFile, actor: User) -> int:
    filed = MonthlyDeclaration.objects.filter(filed__file=file, state=Declared.CHECKED, bad=0)
    units = sorted(filed.values_list("unit_id", flat=True))
    list(Unit.objects.select_for_update().filter(pk__in=units).order_by("pk").values_list("pk", flat=True))
    taken = MonthlyDeclaration.objects.filter(unit__in=units, month=file.month, state=Declared.BOOKED)
    sound = filed.exclude(unit__in=taken.values("unit"))
    if file.uploaded_by_id == actor.pk:
        sound = sound.filter(unusual=0)
    declarations = list(sound.select_related("unit").order_by("unit_id"))
    MonthlyDeclaration.objects.filter(pk__in=[d.pk for d in declarations]).update(
        state=Declared.BOOKED, booked_by=actor, booked_at=clock.now()
    )
    _move_people(file, declarations, actor)
    audit.record_all(
        audit.event(
            "employee_declaration.book",
            actor=actor,
            obj=declaration,
            batch=f"month-{file.pk}",
            summary=f"{declaration}记账 {declaration.people} 人，应缴 {yuan(declaration.amount)}",
            after={"people": declaration.people, "amount": str(declaration.amount)},
        )
        for declaration in declarations
    )
    return len(declarations)


def _move_people(file: MonthFile, declarations: list[MonthlyDeclaration], actor: User) -> None:
    """Who joins and leaves by those declarations that are the newest of their units."""
    later = MonthlyDeclaration.objects.filter(unit__county=file.county_id, state=Declared.BOOKED, month__gt=file.month)
    newer = set(later.values_list("unit_id", flat=True))
    follow_declarations(
        county=file.county_id,
        declarations=[d.pk for d in declarations if d.unit_id not in newer],
        month=file.month,
        actor=actor,
        source=f"{file}",
    )
