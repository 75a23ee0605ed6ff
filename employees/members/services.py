"""Who is insured with whom, by month: joining and leaving dated, flexible workers by hand; by declarations: moves.py.

What joining and leaving mean for the residents' insurance is worked out here, in the same transaction: whoever joins
leaves the residents' list (职工医保), whoever leaves the last unit stands on their village's list again (西峡 六（一）:
residents are those whom employees' insurance does not cover).
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import DateField, Exists, OuterRef, Value
from django.db.models.functions import Greatest

from config import clock
from core.access import masks
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import chunks
from core.refusals import Refused
from core.regions.models import Region
from core.text import required_text
from employees.members.models import Employment, Member
from employees.months import in_words, month_of
from employees.rules import policy_for
from employees.units.models import Unit
from residents.people import id_numbers, names
from residents.people.models import Resident
from residents.statuses.services import NewStatus, set_statuses

Status = Resident.Status


def _member_for(county: str, id_number: str, name: str) -> Member:
    """The member with this number, made where missing and joined to the register's record."""
    people = Resident.objects.in_region(county).filter(id_number=id_number, merged_into__isnull=True)
    facts = {"name": name, "resident": people.first()}
    member: Member = Member.objects.get_or_create(county_id=county, id_number=id_number, defaults=facts)[0]
    return member


@transaction.atomic
def end_unit(*, unit: Unit, on: date, reason: str, actor: User) -> Unit:
    """End a unit on a day: its people leave it as by a declaration, what it owes stays owed. Safe to repeat."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    reason = required_text(reason, "注销的原因", 200)
    if unit.ended_on:
        return unit
    if not unit.registered_on <= on <= clock.today():
        raise Refused("注销日期应在登记日期和今天之间，请核对。", "on")
    unit.ended_on = on
    unit.save(update_fields=["ended_on"])
    live = Employment.objects.filter(unit=unit, left__isnull=True)
    gone, month = list(live.values_list("member_id", flat=True)), month_of(on)
    live.update(left=Greatest("joined", Value(month, output_field=DateField())))
    return_to_residents_list(members=gone, since=month, actor=actor, source=f"{unit}注销")
    summary = f"注销参保单位 {unit.name}，停保 {len(gone)} 人：{reason}"
    audit.record("unit.end", actor=actor, obj=unit, summary=summary, after={"on": str(on)})
    return unit


@transaction.atomic
def join_flexible(*, county: Region, name: str, id_number: str, month: date, actor: User) -> Employment:
    """Somebody insures themselves as a flexible worker from this month. Raise Refused; the same again is the same."""
    number, problem = id_numbers.read_cell(id_number)
    problem = problem or id_numbers.check(number, as_of=clock.today())
    if problem:
        raise Refused(id_numbers.MESSAGES[problem], "id_number")
    name = names.normalise(name)
    if not names.is_plausible(name):
        raise Refused("姓名没有填写，或不是姓名，请照身份证填写。", "name")
    policy = policy_for(county=county.pk, month=month)
    if policy is None or policy.employees is None:
        raise Refused(f"本{actor.county_word}的政策文件没有职工医保，请先由{actor.county_word}医保局写入。")
    member = _member_for(county.pk, number, name)
    Member.objects.select_for_update().get(pk=member.pk)
    if member.name != name:
        raise Refused("这个号码已按别的姓名登记，请照身份证核对姓名和号码。", "name")
    live = list(Employment.objects.filter(member=member, left__isnull=True).select_related("unit"))
    if flexible := next((employment for employment in live if employment.unit_id is None), None):
        return flexible
    rules = policy.employees.several_units
    if live and not rules.unit_and_flexible:
        raise Refused(f"{name}正由“{live[0].unit}”申报，不能同时按灵活就业参保（{rules.source}）。", "id_number")
    employment = Employment.objects.create(member=member, unit=None, joined=month)
    leave_residents_list(residents=[member.resident_id], since=month, actor=actor, source="灵活就业参保登记")
    audit.record(
        "employment.flexible",
        actor=actor,
        obj=employment,
        summary=f"{name}（{masks.mask(number)}）从{in_words(month)}起按灵活就业参保",
    )
    return employment


@transaction.atomic
def end_flexible(*, employment: Employment, month: date, actor: User) -> Employment:
    """A flexible worker stops; `month` is the first month without. Safe to repeat."""
    employment = Employment.objects.select_for_update().select_related("member").get(pk=employment.pk)
    if employment.left is not None:
        return employment
    if employment.unit_id is not None:
        raise Refused("这个人由单位申报，请在单位的月度申报里减少。")
    if month < employment.joined:
        raise Refused(f"停保月份早于参保月份（{in_words(employment.joined)}），请核对。", "month")
    employment.left = month
    employment.save(update_fields=["left"])
    return_to_residents_list(members=[employment.member_id], since=month, actor=actor, source="灵活就业停保登记")
    audit.record(
        "employment.end",
        actor=actor,
        obj=employment,
        summary=f"{employment.member}从{in_words(month)}起停保（灵活就业）",
    )
    return employment


@transaction.atomic
def follow_register(*, member: Member, actor: User) -> Member:
    """The register has this member too: join both records and take the person off the residents' list. Raise Refused.

    Declarations do so by themselves (moves.py); this is for whom the register came to know between two of them.
    """
    member = Member.objects.select_for_update().get(pk=member.pk)
    live = Employment.objects.filter(member=member, left__isnull=True).order_by("joined").first()
    if live is None:
        raise Refused("这个人的职工医保已停保，不用再登记。")
    resident = (
        Resident.objects.in_region(member.county_id)
        .filter(id_number=member.id_number, merged_into__isnull=True)
        .first()
    )
    if resident is None:
        raise Refused("居民册里没有这个号码，请刷新后查看。")
    if resident.name != member.name:
        raise Refused("居民册上的姓名与申报的姓名不同，请照身份证核对，改正姓名后再登记。")
    if member.resident_id != resident.pk:
        member.resident = resident
        member.save(update_fields=["resident"])
    leave_residents_list(residents=[resident.pk], since=live.joined, actor=actor, source="两边参保核对")
    audit.record("employment.match", actor=actor, obj=member, summary=f"{member}按职工医保登记，移出居民参保名单")
    return member


@transaction.atomic
def leave_residents_list(*, residents: Iterable[int | None], since: date, actor: User, source: str) -> int:
    """Whoever is insured as an employee is no longer to be insured as a resident. Return how many changed."""
    ids = sorted({resident for resident in residents if resident})
    changed = 0
    for chunk in chunks(ids):
        rows = Resident.objects.filter(pk__in=chunk, status=Status.ACTIVE)
        changed += _set_status(rows.values_list("pk", flat=True), Status.EMPLOYEE, since, actor, source)
    return changed


@transaction.atomic
def return_to_residents_list(*, members: Iterable[int], since: date, actor: User, source: str) -> int:
    """Whoever has no employment left stands on their village's list again, to be won. Return how many changed."""
    live = Employment.objects.filter(member__resident=OuterRef("pk"), left__isnull=True)
    changed = 0
    for chunk in chunks(sorted(set(members))):
        residents = Member.objects.filter(pk__in=chunk, resident__isnull=False).values("resident")
        rows = Resident.objects.filter(~Exists(live), pk__in=residents, status=Status.EMPLOYEE)
        changed += _set_status(rows.values_list("pk", flat=True), Status.ACTIVE, since, actor, source)
    return changed


def _set_status(residents: Iterable[int], status: str, since: date, actor: User, source: str) -> int:
    """Through the one service for statuses, so that what follows from the fact follows. A status is never of tomorrow:
    whoever leaves with the end of this month can be won from today."""
    day = min(since, clock.today())
    entries = [NewStatus(resident, day, source[:120]) for resident in residents]
    return len(set_statuses(status=status, entries=entries, actor=actor).written) if entries else 0
