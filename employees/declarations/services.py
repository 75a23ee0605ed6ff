"""Monthly declarations: taken in, read, looked at by a second person where much changed, booked, withdrawn."""

from collections.abc import Iterable
from datetime import date

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Max

from config import clock
from core.accounts.models import User
from core.amounts import yuan
from core.audit import services as audit
from core.database.bulk import chunks, insert_values
from core.files import services as files
from core.jobs import services as jobs
from core.refusals import Refused
from core.tables import reader
from core.text import required_text
from employees.declarations import check
from employees.declarations.models import DeclaredLine, MonthlyDeclaration
from employees.declarations.sheet import PersonRow, mark_duplicates, read_declaration, read_person
from employees.members.models import Employment
from employees.members.moves import follow_declarations
from employees.months import in_words, month_of
from employees.quotes.quote import EmployeeQuoteError, rates_missing
from employees.rules import policy_for
from employees.strangers import Sent, note_strangers, note_too_many
from employees.units.models import Unit

State, Change = MonthlyDeclaration.State, DeclaredLine.Change


def job_key(declaration: MonthlyDeclaration) -> str:
    return f"employee_declaration:{declaration.pk}"


@transaction.atomic
def upload_declaration(
    *, unit: Unit, month: date, file: "File[bytes]", name: str, actor: User
) -> tuple[MonthlyDeclaration, bool]:
    """Take in a unit's table for a month; return the declaration and whether it is new.

    The same file again is the same declaration. Raise Refused for a month that is booked, or not come yet.
    """
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    month = month_of(month)
    if month > month_of(clock.today()):
        raise Refused(f"{in_words(month)}还没有到，不能申报。", "month")
    if unit.ended_on and month > month_of(unit.ended_on):
        raise Refused(f"{unit}已于 {unit.ended_on} 注销，不能申报以后的月份。", "month")
    sha256 = files.sha256_of(file)
    same = MonthlyDeclaration.objects.filter(unit=unit, month=month, sha256=sha256)
    if found := same.exclude(state__in=[State.WITHDRAWN, State.REFUSED]).first():
        return found, False
    if MonthlyDeclaration.objects.filter(unit=unit, month=month, state=State.BOOKED).exists():
        raise Refused(f"{in_words(month)}已申报记账。要更正的，请先写明原因撤回，再上传改好的表。", "month")
    kept = files.store(file=file, name=name, kind="employee_declaration", region=unit.township_id, actor=actor)
    declaration = MonthlyDeclaration.objects.create(
        unit=unit, month=month, attachment=kept, sha256=sha256, uploaded_by=actor, uploaded_at=clock.now()
    )
    audit.record(
        "employee_declaration.upload",
        actor=actor,
        obj=declaration,
        summary=f"上传{declaration}职工医保申报表 {name}"[:300],
    )
    jobs.enqueue(
        "employee_declaration.read",
        actor=actor,
        key=job_key(declaration),
        region=unit.township_id,
        declaration=declaration.pk,
    )
    return declaration, True


@jobs.handler("employee_declaration.read")
def read_job(run: jobs.Run) -> str:
    """Read the table and stage its lines; a file that gives none is refused with the reason."""
    declaration = MonthlyDeclaration.objects.select_related("unit", "attachment", "uploaded_by").get(
        pk=run.args["declaration"]
    )
    what, county = f"职工医保申报表 {declaration.attachment.name}", declaration.unit.county_id
    sent = Sent(what, county, job_key(declaration), declaration.uploaded_by)
    run.progress(0, 0, "正在打开文件")
    try:
        pieces = jobs.report_rows(
            reader.stream(declaration.attachment.file.path, limits=reader.VILLAGE_LEDGER), run.progress
        )
        rows, notes = read_declaration(pieces, month=declaration.month, file_name=declaration.attachment.name)
        run.progress(1, 2, f"正在核对 {len(rows)} 人")
        verdicts = check.judge(rows, facts_of(declaration, {row.id_number for row in rows}))
    except (reader.SheetError, EmployeeQuoteError) as error:
        unread = MonthlyDeclaration.objects.filter(pk=declaration.pk, state=State.READING)
        unread.update(state=State.REFUSED, problem=str(error)[:300])
        note_too_many(sent, error)
        return str(error)
    with transaction.atomic():
        run.assert_owner()
        _stage(declaration, verdicts, notes)
        note_strangers(sent, [(row.id_number, row.name) for row in rows])
    return f"{len(rows)} 人已核对"


def facts_of(declaration: MonthlyDeclaration, numbers: set[str]) -> check.Facts:
    """What the check needs to know beside the table, in a constant number of statements for each 2,000 people."""
    unit = declaration.unit
    policy = policy_for(county=unit.county_id, month=declaration.month)
    if policy is None:
        raise rates_missing(unit.county_id)
    elsewhere: dict[str, str] = {}
    flexible: set[str] = set()
    for chunk in chunks(sorted(numbers)):
        others = DeclaredLine.objects.filter(
            id_number__in=chunk,
            wage__isnull=False,
            declaration__month=declaration.month,
            declaration__state=State.BOOKED,
            declaration__unit__county=unit.county_id,
        ).exclude(declaration__unit=unit)
        elsewhere |= dict(others.values_list("id_number", "declaration__unit__name"))
        live = Employment.objects.filter(
            unit__isnull=True, left__isnull=True, member__county=unit.county_id, member__id_number__in=chunk
        )
        flexible |= set(live.values_list("member__id_number", flat=True))
    return check.Facts(policy, unit.kind, last_month_of(declaration), elsewhere, frozenset(flexible))


def last_month_of(declaration: MonthlyDeclaration) -> dict[str, check.LastMonth]:
    """The people of the unit's newest booked declaration before this month, by number."""
    before = MonthlyDeclaration.objects.filter(
        unit=declaration.unit_id, state=State.BOOKED, month__lt=declaration.month
    ).order_by("-month")[:1]
    lines = DeclaredLine.objects.filter(declaration__in=before.values("pk"), wage__isnull=False).exclude(
        change__in=[Change.BAD, Change.LEFT]
    )
    told = lines.values_list("id_number", "name", "wage")
    return {number: check.LastMonth(name, wage) for number, name, wage in told if wage is not None}


def _stage(declaration: MonthlyDeclaration, verdicts: list[check.Verdict], notes: list[str]) -> None:
    """Keep the lines and the figures of the whole; a repeated run begins anew."""
    DeclaredLine.objects.filter(declaration=declaration).delete()
    keep_lines((declaration.pk, verdict) for verdict in verdicts)
    MonthlyDeclaration.objects.filter(pk=declaration.pk, state=State.READING).update(
        state=State.CHECKED, problem="", notes=notes, **check.figures(verdicts)
    )


def keep_lines(judged: Iterable[tuple[int, check.Verdict]]) -> None:
    """Keep verdicts, each with the id of its declaration."""
    columns = ("row", "name", "id_number", "wage", "base", "unit_amount", "person_amount", "change", "message")
    insert_values(
        DeclaredLine,
        ["declaration", *columns],
        [
            (
                declaration,
                verdict.row,
                verdict.name,
                verdict.id_number,
                verdict.wage if verdict.wage is None or verdict.wage < 10**8 else None,
                verdict.base,
                verdict.unit_amount,
                verdict.person_amount,
                verdict.change,
                verdict.message[:300],
            )
            for declaration, verdict in judged
        ],
    )


@transaction.atomic
def mend_line(*, line: DeclaredLine, name: str, id_number: str, wage: str, actor: User) -> MonthlyDeclaration:
    """Put a wrong row right on the page and judge the month again; the file that came in stays as it was.

    Without `id_number` the row keeps the one it has. Raise Refused with what is still wrong with the row, or where the
    month waits for nobody any more.
    """
    declaration, line = _wrong_line(line)
    mended = read_person(line.row or 0, name, id_number or line.id_number, wage)
    if mended.problems:
        raise Refused("；".join(mended.problems))
    _judge_again(
        declaration,
        [mended if row.pk == line.pk else _as_read(row) for row in declaration.lines.filter(row__isnull=False)],
    )
    audit.record(
        "employee_declaration.mend",
        actor=actor,
        obj=declaration,
        summary=f"改正{declaration}第 {line.row} 行 {mended.name}",
        before={"name": line.name, "id_number": line.id_number, "wage": str(line.wage)},
        after={"name": mended.name, "id_number": mended.id_number, "wage": str(mended.wage)},
    )
    return declaration


@transaction.atomic
def drop_line(*, line: DeclaredLine, actor: User) -> MonthlyDeclaration:
    """Take a wrong row out of the month: it names somebody twice, or somebody who has left. The file stays as it was.

    Raise Refused where nobody would be left, or the month waits for nobody any more.
    """
    declaration, line = _wrong_line(line)
    rest = declaration.lines.filter(row__isnull=False).exclude(pk=line.pk)
    if not rest:
        raise Refused("表里只有这一行，不能删去。本月确实没有人员的，请办理单位注销。")
    _judge_again(declaration, [_as_read(row) for row in rest])
    audit.record(
        "employee_declaration.mend",
        actor=actor,
        obj=declaration,
        summary=f"删去{declaration}第 {line.row} 行 {line.name}",
        before={"name": line.name, "id_number": line.id_number, "wage": str(line.wage)},
    )
    return declaration


def _wrong_line(line: DeclaredLine) -> tuple[MonthlyDeclaration, DeclaredLine]:
    """The month, locked, and the row of it as it stands now. Raise Refused where the row is not to be mended."""
    declaration = MonthlyDeclaration.objects.select_for_update().select_related("unit").get(pk=line.declaration_id)
    found = DeclaredLine.objects.filter(pk=line.pk, change=Change.BAD, row__isnull=False).first()
    if declaration.state != State.CHECKED or found is None:
        raise Refused("这一行现在不能修改，请刷新后查看。")
    return declaration, found


def _judge_again(declaration: MonthlyDeclaration, rows: list[PersonRow]) -> None:
    mark_duplicates(rows)
    verdicts = check.judge(rows, facts_of(declaration, {row.id_number for row in rows}))
    MonthlyDeclaration.objects.filter(pk=declaration.pk).update(state=State.READING)
    _stage(declaration, verdicts, declaration.notes)
    declaration.refresh_from_db()


def _as_read(line: DeclaredLine) -> PersonRow:
    """A staged line as the row it was read from; what could not be read keeps its message."""
    if line.wage is None:
        return PersonRow(line.row or 0, line.name, line.id_number, None, [line.message])
    return read_person(line.row or 0, line.name, line.id_number, str(line.wage))


@transaction.atomic
def book_declaration(*, declaration: MonthlyDeclaration, actor: User) -> MonthlyDeclaration:
    """Book what the unit owes for the month, and let people join and leave. Safe to repeat.

    Raise Refused while a row is wrong, and where much changed and the same person uploaded it.
    """
    Unit.objects.select_for_update().get(pk=declaration.unit_id)
    declaration = MonthlyDeclaration.objects.select_for_update().select_related("unit").get(pk=declaration.pk)
    if declaration.state == State.BOOKED:
        return declaration
    if declaration.state != State.CHECKED:
        raise Refused("这份申报现在不能记账，请刷新后查看。")
    if declaration.bad:
        raise Refused(f"还有 {declaration.bad} 行有误。请在原表里改好后重新上传，整月一次记账。")
    if declaration.unusual and declaration.uploaded_by_id == actor.pk:
        raise Refused("本月人员或工资变动较大，须由另一位经办人员核对后确认。")
    later = MonthlyDeclaration.objects.filter(unit=declaration.unit, state=State.BOOKED)
    newest = later.aggregate(newest=Max("month"))["newest"]
    declaration.state, declaration.booked_by, declaration.booked_at = State.BOOKED, actor, clock.now()
    try:
        with transaction.atomic():
            declaration.save(update_fields=["state", "booked_by", "booked_at"])
    except IntegrityError:
        raise Refused(f"{in_words(declaration.month)}已由另一份申报记账，请刷新后查看。") from None
    if newest is None or newest < declaration.month:
        follow_declarations(
            county=declaration.unit.county_id,
            declarations=[declaration.pk],
            month=declaration.month,
            actor=actor,
            source=f"{declaration}职工医保申报",
        )
    audit.record(
        "employee_declaration.book",
        actor=actor,
        obj=declaration,
        summary=f"{declaration}记账 {declaration.people} 人，应缴 {yuan(declaration.amount)}",
        after={"people": declaration.people, "amount": str(declaration.amount)},
    )
    return declaration


@transaction.atomic
def withdraw_declaration(*, declaration: MonthlyDeclaration, reason: str, actor: User) -> MonthlyDeclaration:
    """Take a declaration back with a reason, so that the month can be declared anew; its lines stay as they were.

    Who joined or left by it stays so until the new declaration of the month says otherwise. Only the newest month.
    """
    Unit.objects.select_for_update().get(pk=declaration.unit_id)
    declaration = MonthlyDeclaration.objects.select_for_update().select_related("unit").get(pk=declaration.pk)
    reason = required_text(reason, "撤回的原因", 200)
    if declaration.state == State.WITHDRAWN:
        return declaration
    if declaration.state not in (State.BOOKED, State.CHECKED):
        raise Refused("这份申报现在不能撤回，请刷新后查看。")
    later = MonthlyDeclaration.objects.filter(unit=declaration.unit, state=State.BOOKED, month__gt=declaration.month)
    if declaration.state == State.BOOKED and later.exists():
        raise Refused("后面的月份已经记账，请从最近的月份起依次撤回。")
    declaration.state, declaration.withdrawn_reason = State.WITHDRAWN, reason
    declaration.save(update_fields=["state", "withdrawn_reason"])
    audit.record(
        "employee_declaration.withdraw", actor=actor, obj=declaration, summary=f"撤回{declaration}的申报：{reason}"
    )
    return declaration
