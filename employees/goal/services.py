"""Comparing the pension office's roll of a month with those insured for illness in it, by number, base and unit.

The notice wants both to be equal in people and bases (西峡 五（二）).
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

from django.core.files.base import File
from django.db import transaction

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import insert_objects
from core.files import services as files
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions.models import Region
from core.tables import reader
from employees.declarations.models import DeclaredLine, MonthlyDeclaration
from employees.files import take_in
from employees.goal.models import PensionRoll, RollDifference
from employees.goal.sheet import RollRow, read_roll
from employees.months import in_words, month_of
from employees.strangers import Sent, note_strangers
from employees.units.selectors import units_by_code
from subsidies.rosters.nearness import Doubtful, Missing, may_mean

State, Kind = PensionRoll.State, RollDifference.Kind


def job_key(roll: PensionRoll) -> str:
    return f"pension_roll:{roll.pk}"


@transaction.atomic
def upload_roll(
    *, county: Region, month: date, file: "File[bytes]", name: str, actor: User
) -> tuple[PensionRoll, bool]:
    """Take in a roll; return it and whether it is new. Raise Refused for a roll of a month that has not come yet."""
    month = month_of(month)
    if month > month_of(clock.today()):
        raise Refused(f"{in_words(month)}还没有到，请核对名册的月份。", "month")
    sha256 = files.sha256_of(file)
    Region.objects.select_for_update().get(pk=county.pk)
    others = PensionRoll.objects.filter(county=county, sha256=sha256).exclude(month=month)
    if other := others.exclude(state=State.REFUSED).first():
        raise Refused(f"这个文件已作为{in_words(other.month)}的名册上传过，请核对是不是选错了文件或月份。", "month")
    found, is_new = take_in(
        PensionRoll, county=county, sha256=sha256, file=file, name=name, kind="employee_roll", actor=actor, month=month
    )
    if not is_new:
        return found, False
    audit.record("pension_roll.upload", actor=actor, obj=found, summary=f"上传{found} {name}"[:300])
    jobs.enqueue("pension_roll.read", actor=actor, key=job_key(found), region=county.pk, roll=found.pk)
    return found, True


@jobs.handler("pension_roll.read")
def read_job(run: jobs.Run) -> str:
    """Read the roll, compare it, and keep the differences; a repeated run begins anew."""
    roll = PensionRoll.objects.select_related("attachment", "uploaded_by").get(pk=run.args["roll"])
    run.progress(0, 0, "正在打开文件")
    try:
        pieces = jobs.report_rows(
            reader.stream(Path(roll.attachment.file.path), limits=reader.COUNTY_LIST), run.progress
        )
        rows, notes = read_roll(pieces, month=roll.month, file_name=roll.attachment.name)
    except reader.SheetError as error:
        PensionRoll.objects.filter(pk=roll.pk).update(state=State.REFUSED, problem=str(error)[:300])
        return str(error)
    run.progress(1, 2, f"正在比对 {len(rows)} 人")
    with transaction.atomic():
        run.assert_owner()
        differences = differences_of(roll, rows)
        RollDifference.objects.filter(roll=roll).delete()
        insert_objects(differences)
        PensionRoll.objects.filter(pk=roll.pk).update(state=State.READ, people=len(rows), notes=notes)
        sent = Sent(f"{roll} {roll.attachment.name}", roll.county_id, job_key(roll), roll.uploaded_by)
        note_strangers(sent, [(row.id_number, row.name) for row in rows])
        audit.record(
            "pension_roll.compare",
            actor=roll.uploaded_by,
            obj=roll,
            summary=f"{roll}比对：{len(rows)} 人，差异 {len(differences)} 条",
        )
    return f"{len(rows)} 人，差异 {len(differences)} 条"


def differences_of(roll: PensionRoll, rows: list[RollRow]) -> list[RollDifference]:
    """What differs between a roll and the month's booked declarations; nothing is kept."""
    insured = _insured(roll)
    units = units_by_code(roll.county_id, (row.credit_code for row in rows if row.credit_code))
    differences, on_roll, doubtful = [], set(), []
    for row in rows:
        unit = units.get(row.credit_code)
        facts = {
            "roll": roll,
            "unit": unit,
            "unit_name": row.unit or (unit.name if unit else ""),
            "name": row.name,
            "id_number": row.id_number,
            "roll_base": row.base if row.base is None or row.base < 10**8 else None,
        }
        if row.problem:
            doubtful.append(Doubtful(row.row, row.name, row.id_number))
            differences.append(
                RollDifference(kind=Kind.UNREADABLE, message=f"第 {row.row} 行：{row.problem}"[:200], **facts)
            )
            continue
        on_roll.add(row.id_number)
        mine = insured.get(row.id_number)
        if mine is None:
            differences.append(RollDifference(kind=Kind.NOT_INSURED, **facts))
        elif row.base is not None and mine[0] != row.base:
            differences.append(RollDifference(kind=Kind.BASE_DIFFERS, base=mine[0], **facts))
    missing = [number for number in insured if number not in on_roll]
    people = (Missing(key, insured[number][1], number) for key, number in enumerate(missing))
    meant = may_mean(doubtful, people)  # unreadable is not absent
    for key, number in enumerate(missing):
        base, name, unit_id, unit_name = insured[number]
        if key not in meant:
            differences.append(
                RollDifference(
                    roll=roll,
                    kind=Kind.NOT_ON_ROLL,
                    unit_id=unit_id,
                    unit_name=unit_name,
                    name=name,
                    id_number=number,
                    base=base,
                )
            )
    return differences


def _insured(roll: PensionRoll) -> dict[str, tuple[Decimal, str, int, str]]:
    """Number → (base, name, unit) of everybody whom a unit declared in the roll's month."""
    lines = DeclaredLine.objects.filter(
        declaration__month=roll.month,
        declaration__state=MonthlyDeclaration.State.BOOKED,
        declaration__unit__county=roll.county_id,
        base__isnull=False,
    )
    columns = ("id_number", "base", "name", "declaration__unit_id", "declaration__unit__name")
    return {
        number: (base, name, unit, unit_name) for number, base, name, unit, unit_name in lines.values_list(*columns)
    }
