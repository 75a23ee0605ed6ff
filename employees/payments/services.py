"""What units and flexible workers paid: taken from the tax bureau's lists, once each; mistakes are reversed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.core.files.base import File
from django.db import transaction

from config import clock
from core.accounts.models import User
from core.amounts import yuan
from core.audit import services as audit
from core.county_words import county_word
from core.database.bulk import chunks, insert_objects
from core.files import services as files
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions.models import Region
from core.tables import reader
from core.text import required_text
from employees.files import take_in
from employees.members.selectors import flexible_spans, members_by_number
from employees.months import in_words, month_of
from employees.payments.models import EmployeePayment, PaidFile
from employees.payments.sheet import PaymentLine, read_paid
from employees.strangers import Sent, note_strangers
from employees.units.models import Unit
from employees.units.selectors import units_by_code

State = PaidFile.State
#: As many lines as a page can show and an officer can settle by hand.
MOST_BAD = 2000


def job_key(paid_file: PaidFile) -> str:
    return f"employee_paid:{paid_file.pk}"


@transaction.atomic
def upload_paid(*, county: Region, file: "File[bytes]", name: str, actor: User) -> tuple[PaidFile, bool]:
    """Take in a list; return it and whether it is new. The same file again is the same list."""
    sha256 = files.sha256_of(file)
    Region.objects.select_for_update().get(pk=county.pk)
    found, is_new = take_in(
        PaidFile, county=county, sha256=sha256, file=file, name=name, kind="employee_paid", actor=actor
    )
    if not is_new:
        return found, False
    audit.record("employee_paid.upload", actor=actor, obj=found, summary=f"导入职工医保已缴清单 {name}"[:300])
    jobs.enqueue("employee_paid.read", actor=actor, key=job_key(found), region=county.pk, paid_file=found.pk)
    return found, True


@jobs.handler("employee_paid.read")
def read_job(run: jobs.Run) -> str:
    """Read the list and book each payment once, whatever other list has it too; keep what does not fit to be asked."""
    paid_file = PaidFile.objects.select_related("attachment", "uploaded_by").get(pk=run.args["paid_file"])
    run.progress(0, 0, "正在打开文件")
    try:
        pieces = jobs.report_rows(
            reader.stream(Path(paid_file.attachment.file.path), limits=reader.COUNTY_LIST), run.progress
        )
        lines, notes = read_paid(pieces)
    except reader.SheetError as error:
        PaidFile.objects.filter(pk=paid_file.pk).update(state=State.REFUSED, problem=str(error)[:300])
        return str(error)
    run.progress(1, 2, f"正在登记 {len(lines)} 笔")
    with transaction.atomic():
        run.assert_owner()
        booked, known, bad = _book(paid_file, lines)
        PaidFile.objects.filter(pk=paid_file.pk).update(
            state=State.READ, booked=booked, known=known, bad_rows=bad, notes=notes
        )
        what, sender = f"职工医保已缴清单 {paid_file.attachment.name}", paid_file.uploaded_by
        sent = Sent(what, paid_file.county_id, job_key(paid_file), sender)
        note_strangers(sent, [(line.id_number, line.payer) for line in lines])
        audit.record(
            "employee_paid.read",
            actor=paid_file.uploaded_by,
            obj=paid_file,
            summary=f"职工医保已缴清单：新增 {booked} 笔，以前已有 {known} 笔，未匹配 {len(bad)} 行",
        )
    return f"新增 {booked} 笔，以前已有 {known} 笔，未匹配 {len(bad)} 行"


def _book(paid_file: PaidFile, lines: list[PaymentLine]) -> tuple[int, int, list[dict[str, object]]]:
    """(new, known before, lines that do not fit)."""
    fresh, bad = [], []
    known = 0
    for line, payment in judge_lines(paid_file, lines):
        if line.problems:
            says = "；".join(line.problems)
            bad.append({"sheet": line.sheet, "row": line.row, "payer": line.payer[:40], "problems": says})
        elif payment is None:
            known += 1
        else:
            fresh.append(payment)
    insert_objects(fresh)
    return len(fresh), known, bad[:MOST_BAD]


def judge_lines(paid_file: PaidFile, lines: list[PaymentLine]) -> Iterator[tuple[PaymentLine, EmployeePayment | None]]:
    """Yield each line with its payment, unsaved; without one where it does not fit or is known.

    A second payment of the same kind needs a ticket of its own.
    """
    county = paid_file.county_id
    units = units_by_code(county, (line.credit_code for line in lines if line.credit_code))
    members = members_by_number(county, (line.id_number for line in lines if line.id_number))
    insured = flexible_spans(member.pk for member in members.values())
    tickets = _tickets_known(county, [line.identity for line in lines if not line.problems])
    moment = clock.now()
    for line in lines:
        unit, member = units.get(line.credit_code), members.get(line.id_number) if not line.credit_code else None
        if not line.problems and unit is None and member is None:
            who = line.credit_code or "这个号码"
            line.problems.append(f"本{county_word(county)}没有登记{who}，请先登记单位或灵活就业人员，再重新导入。")
        elif (
            not line.problems
            and line.month
            and (why := _why_not(line.month, unit, insured.get(member.pk) if member else None))
        ):
            line.problems.append(why)
        if line.problems or line.month is None or line.amount is None or line.paid_on is None:
            yield line, None
            continue
        seen = tickets.setdefault(line.identity, [])
        if seen and (not line.ticket or line.ticket in seen or "" in seen):
            yield line, None
            continue
        seen.append(line.ticket)
        yield (
            line,
            EmployeePayment(
                county_id=county,
                unit=unit,
                member=member,
                month=line.month,
                amount=line.amount,
                paid_on=line.paid_on,
                channel=line.channel,
                ticket=line.ticket,
                identity=line.identity,
                occurrence=len(seen),
                paid_file=paid_file if paid_file.pk else None,
                recorded_by_id=paid_file.uploaded_by_id,
                recorded_at=moment,
            ),
        )


def _why_not(month: date, unit: Unit | None, spans: list[tuple[date, date | None]] | None) -> str:
    """Why nothing can be owed for this month: the unit has ended, or the person has left or never joined; or ""."""
    if unit is not None:
        if unit.ended_on is None or month <= month_of(unit.ended_on):
            return ""
        return f"{unit}已于 {unit.ended_on} 注销，{in_words(month)}不应再缴，请与税务核实后退还或改正所属期。"
    if any(joined <= month and (left is None or month < left) for joined, left in spans or ()):
        return ""
    stopped = max((left for _, left in spans or () if left), default=None)
    since = f"（{in_words(stopped)}起已停保）" if stopped and stopped <= month else ""
    return f"这个人{in_words(month)}没有按灵活就业参保{since}，请核实：漏登记的先登记参保再导入，多缴的由税务退还。"


def _tickets_known(county: str, identities: list[str]) -> dict[str, list[str]]:
    """What is booked already: a payment's identity → the tickets it came with. What was reversed stays known."""
    found: dict[str, list[str]] = {}
    for chunk in chunks(sorted(set(identities))):
        rows = EmployeePayment.objects.filter(county=county, identity__in=chunk)
        for identity, ticket in rows.values_list("identity", "ticket"):
            found.setdefault(identity, []).append(ticket)
    return found


@transaction.atomic
def reverse_payment(*, payment: EmployeePayment, reason: str, actor: User) -> EmployeePayment:
    """Book the opposite of a payment with the reason; reversing it again gives the same entry."""
    payment = EmployeePayment.objects.select_for_update().get(pk=payment.pk)
    if payment.reverses_id:
        raise Refused("这一笔本身是冲销，不能再冲销。")
    if found := EmployeePayment.objects.filter(reverses=payment).first():
        return found
    entry = EmployeePayment.objects.create(
        county_id=payment.county_id,
        unit_id=payment.unit_id,
        member_id=payment.member_id,
        month=payment.month,
        amount=-payment.amount,
        paid_on=clock.today(),
        channel=payment.channel,
        identity=f"reverse:{payment.pk}",
        reverses=payment,
        reason=required_text(reason, "冲销的原因", 200),
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    audit.record(
        "employee_payment.reverse",
        actor=actor,
        obj=entry,
        summary=f"冲销{payment.month:%Y年%-m月} {yuan(payment.amount)}：{reason}"[:300],
    )
    return entry
