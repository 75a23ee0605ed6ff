"""Correct dated facts about a person at the counter: number, birth date, insured years, parents.

Every correction names its paper, leaves an event with before and after, and is told to the registry of facts.
"""

from collections.abc import Collection
from datetime import date

from django.db import IntegrityError, transaction

from config import clock
from core.access import masks
from core.accounts.models import User
from core.audit import services as audit
from core.county_words import county_word
from core.refusals import Refused
from core.text import required_text
from residents.counter.numbers import NumberReading, read_number, scope_of
from residents.counter.services import lock_resident
from residents.people import id_numbers, names
from residents.people.disclosure import WITHHELD, disclose
from residents.people.facts import FactChange, FactKind, NumberFact, ParentFact, record_facts
from residents.people.insured_years import FIRST_YEAR
from residents.people.models import FormerNumber, InsuredYear, ParentLink, Resident, StatusEntry

EARLIEST_BIRTH = date(1900, 1, 1)
#: What counter and lists write themselves; years of other sources come from payments, which are refunded or reversed.
COUNTER_SOURCE = "窗口补记"
PAPER_SOURCES = frozenset({COUNTER_SOURCE, "居民登记册", "往年参保数据"})
#: A mother or father is at least so many years older than the child.
PARENT_AGE = 14
Relation = ParentLink.Relation


@transaction.atomic
def change_number(*, resident: Resident, id_number: str, actor: User | None) -> Resident:
    """Correct a number, or give a newborn's record the identity number; the old one stays known as a former number."""
    resident = lock_resident(resident)
    reading = read_number(id_number, scope=scope_of(actor))
    if reading.problem:
        raise Refused(reading.problem, "id_number")
    if resident.id_number == reading.number:
        return resident
    holder = Resident.objects.filter(id_number=reading.number).select_related("merged_into").first()
    if holder:
        _refuse_taken_number(holder, resident, actor)
    was_newborn = resident.document_type == Resident.Document.BIRTH
    if was_newborn and reading.birth_date != resident.birth_date:
        raise Refused(
            f"号码里的出生日期与出生医学证明登记的 {resident.birth_date} 不一致，请核对。"
            "出生日期登记有误的，请先更正出生日期。",
            "id_number",
        )
    before, old_birth = _audited_papers(resident), resident.birth_date
    given_up = NumberFact(resident.document_type, resident.id_number)
    resident.id_number, resident.document_type = reading.number, reading.document
    resident.birth_date, resident.sex = reading.birth_date or resident.birth_date, reading.sex or resident.sex
    _refuse_statuses_before(resident, resident.birth_date, "id_number")
    _save_number(resident, holder, given_up)
    _keep_former_number(resident, given_up, "补录身份证号码" if was_newborn else "更正证件号码")
    audit.record(
        "resident.change_number",
        actor=actor,
        obj=resident,
        summary=f"{'补录新生儿' if was_newborn else '更正'}{resident.name} 的证件号码",
        before=before,
        after=_audited_papers(resident),
    )
    new_number = NumberFact(resident.document_type, resident.id_number)
    changes = [FactChange(resident.pk, FactKind.NUMBER, given_up, new_number)]
    if resident.birth_date != old_birth:
        changes.append(FactChange(resident.pk, FactKind.BIRTH_DATE, old_birth, resident.birth_date))
    record_facts(changes, actor=actor)
    return resident


def _refuse_taken_number(holder: Resident, resident: Resident, actor: User | None) -> None:
    """The number has a record. Only that of a record merged into this one can be taken over."""
    if holder.merged_into_id == resident.pk:
        return
    known = disclose([(holder.id_number, resident.name)], scope=scope_of(actor))
    if known.is_withheld(holder.id_number, resident.name):
        raise Refused(f"{WITHHELD}。", "id_number")
    if holder.village_id[:6] != resident.village_id[:6]:
        raise Refused("这个号码已在外县登记，请再核对身份证；确是本人的，请先由原登记地办理迁出。", "id_number")
    raise Refused(
        "这个号码已有一份档案。是同一个人的，请到“重复档案”提出合并，由另一人复核；"
        f"那一份在别的乡镇的，请{county_word(resident.village_id)}医保局提出。",
        "id_number",
    )


def _save_number(resident: Resident, holder: Resident | None, given_up: NumberFact) -> None:
    try:
        with transaction.atomic():
            if holder:  # The merged record keeps this person's other number: both are found, and neither is lost.
                Resident.objects.filter(pk=holder.pk).update(id_number=f"*{holder.pk}")
            resident.save(update_fields=["id_number", "document_type", "birth_date", "sex"])
            if holder:
                Resident.objects.filter(pk=holder.pk).update(
                    id_number=given_up.id_number, document_type=given_up.document_type
                )
    except IntegrityError as error:
        raise Refused("这个号码刚刚由别人登记了，请重新查询。", "id_number") from error


def _keep_former_number(resident: Resident, given_up: NumberFact, reason: str) -> None:
    """Old lists go on naming the old number. A number taken up again is no former one."""
    live = FormerNumber.objects.filter(resident=resident, withdrawn_at__isnull=True)
    live.filter(id_number=resident.id_number).update(withdrawn_at=clock.now())
    FormerNumber.objects.get_or_create(
        resident=resident,
        document_type=given_up.document_type,
        id_number=given_up.id_number,
        withdrawn_at=None,
        defaults={"given_up_on": clock.today(), "reason": reason},
    )


@transaction.atomic
def withdraw_former_number(*, former: FormerNumber, actor: User | None) -> bool:
    """Take back a former number that never was this person's. Return False if it was taken back already."""
    resident = lock_resident(former.resident)
    former = FormerNumber.objects.get(pk=former.pk)
    if former.withdrawn_at:
        return False
    FormerNumber.objects.filter(pk=former.pk).update(withdrawn_at=clock.now())
    audit.record(
        "resident.withdraw_number",
        actor=actor,
        obj=resident,
        before={"id_number": masks.mask(former.id_number), "document": former.document_type},
        summary=f"撤回 {resident.name} 的曾用证件号码 {masks.mask(former.id_number)}",
    )
    taken_back = NumberFact(former.document_type, former.id_number)
    record_facts([FactChange(resident.pk, FactKind.NUMBER, taken_back, None)], actor=actor)
    return True


@transaction.atomic
def correct_birth_date(*, resident: Resident, birth_date: date, source: str, actor: User | None) -> bool:
    """Correct the birth date by a paper. Return False if it is so already.

    Where the number holds a birth date, the number decides: with another date the number is wrong and is corrected.
    """
    source = required_text(source, "依据", 120)
    resident = lock_resident(resident)
    if resident.birth_date == birth_date:
        return False
    if birth_date > clock.today():
        raise Refused("出生日期在今天以后，请核对。", "birth_date")
    if birth_date < EARLIEST_BIRTH:
        raise Refused("出生日期早于 1900 年，请核对。", "birth_date")
    in_number = id_numbers.birth_date(resident.id_number)
    if in_number and in_number != birth_date:
        raise Refused(
            f"证件号码里的出生日期是 {in_number}，与填写的不同。号码有误的请更正证件号码，出生日期随号码改正。",
            "birth_date",
        )
    _refuse_statuses_before(resident, birth_date, "birth_date")
    _refuse_impossible_family(resident, birth_date)
    old, resident.birth_date = resident.birth_date, birth_date
    resident.save(update_fields=["birth_date"])
    audit.record(
        "resident.correct_birth",
        actor=actor,
        obj=resident,
        summary=f"更正 {resident.name} 的出生日期：{source}",
        before={"birth_date": str(old)},
        after={"birth_date": str(birth_date)},
    )
    record_facts([FactChange(resident.pk, FactKind.BIRTH_DATE, old, birth_date)], actor=actor)
    return True


def _refuse_statuses_before(resident: Resident, birth_date: date, field: str) -> None:
    earlier = StatusEntry.objects.filter(resident=resident, withdrawn_at__isnull=True, since__lt=birth_date)
    if entry := earlier.order_by("since").first():
        what = entry.get_status_display()
        raise Refused(f"{entry.since} 已登记“{what}”，早于这个出生日期。请先撤回登记有误的状态。", field)


def _refuse_impossible_family(resident: Resident, birth_date: date) -> None:
    links = ParentLink.objects.filter(withdrawn_at__isnull=True).select_related("parent", "child")
    for link in links.filter(child=resident):
        if not _may_be_parent(link.parent.birth_date, birth_date):
            raise Refused(
                f"登记的{link.get_relation_display()}{link.parent.name}与这个出生日期不符，请核对。", "birth_date"
            )
    for link in links.filter(parent=resident):
        if not _may_be_parent(birth_date, link.child.birth_date):
            raise Refused(f"登记的子女{link.child.name}与这个出生日期不符，请核对。", "birth_date")


def _may_be_parent(parent_born: date, child_born: date) -> bool:
    return (child_born.year - parent_born.year) - (
        (child_born.month, child_born.day) < (parent_born.month, parent_born.day)
    ) >= PARENT_AGE


@transaction.atomic
def correct_insured_years(
    *, resident: Resident, add: Collection[int], remove: Collection[int], source: str, actor: User | None
) -> bool:
    """Add years that were forgotten and take back years that were never insured. Return False if nothing changes.

    A year that a payment brought goes with the payment: by refund or reversal, not here.
    """
    source = required_text(source, "依据", 120)
    resident = lock_resident(resident)
    rows = {row.year: row for row in resident.insured_years.all()}
    first, last = max(resident.birth_date.year, FIRST_YEAR), clock.today().year
    if outside := [year for year in add if not first <= year <= last]:
        raise Refused(f"{outside[0]} 年不在 {first} 年至 {last} 年之间，请核对。", "add")
    if paid := [row for year in remove if (row := rows.get(year)) and row.source not in PAPER_SOURCES]:
        raise Refused(f"{paid[0].year} 年来自缴费（{paid[0].source}），请办理退费或冲销，不能在这里撤回。", "remove")
    added = tuple(sorted(set(add) - rows.keys()))
    removed = tuple(sorted(set(remove) & rows.keys() - set(add)))
    if not added and not removed:
        return False
    InsuredYear.objects.bulk_create(
        [InsuredYear(resident=resident, year=year, source=COUNTER_SOURCE) for year in added], ignore_conflicts=True
    )
    InsuredYear.objects.filter(resident=resident, year__in=removed).delete()
    audit.record(
        "resident.correct_years",
        actor=actor,
        obj=resident,
        summary=f"更正 {resident.name} 的参保年度：{source}",
        before={"insured_years": sorted(rows)},
        after={"insured_years": sorted((rows.keys() | set(added)) - set(removed))},
    )
    record_facts([FactChange(resident.pk, FactKind.INSURED_YEARS, removed, added)], actor=actor)
    return True


@transaction.atomic
def set_parent(
    *, child: Resident, relation: str, name: str, id_number: str, source: str, actor: User | None
) -> ParentLink:
    """Name a child's registered mother or father; number and name must both be right. Safe to repeat.

    Another mother or father than before: the earlier link is taken back first.
    """
    source = required_text(source, "依据", 120)
    child = lock_resident(child)
    parent = _named_parent(name, id_number, scope_of(actor))
    _refuse_unfit_parent(child, parent, Relation(relation))
    live = ParentLink.objects.filter(child=child, relation=relation, withdrawn_at__isnull=True)
    if link := live.select_related("parent").first():
        if link.parent_id == parent.pk:
            return link
        raise Refused(f"已登记{link.get_relation_display()}{link.parent.name}，请先撤回再登记。", "id_number")
    link = ParentLink.objects.create(
        child=child, parent=parent, relation=relation, source=source, recorded_at=clock.now()
    )
    label = link.get_relation_display()
    audit.record(
        "resident.set_parent",
        actor=actor,
        obj=child,
        summary=f"登记 {child.name} 的{label} {parent.name}（{masks.mask(parent.id_number)}）：{source}",
    )
    record_facts([FactChange(child.pk, FactKind.PARENT, None, ParentFact(relation, parent.pk))], actor=actor)
    return link


def _named_parent(name: str, id_number: str, scope: str) -> Resident:
    reading: NumberReading = read_number(id_number, scope=scope)
    if reading.problem:
        raise Refused(reading.problem, "id_number")
    name = names.normalise(name)
    known = disclose([(reading.number, name)], scope=scope)
    pk = known.resident_id(reading.number, name)
    if pk is None:
        withheld = known.is_withheld(reading.number, name)
        raise Refused(f"{WITHHELD}。" if withheld else "没有登记这个号码，请核对，或先登记父母。", "id_number")
    parent = Resident.objects.get(pk=pk)
    if not names.is_same_name(parent.name, name):
        raise Refused(f"这个号码登记的姓名是“{parent.name}”，与填写的不同，请核对。", "name")
    return parent


def _refuse_unfit_parent(child: Resident, parent: Resident, relation: ParentLink.Relation) -> None:
    if parent.pk == child.pk:
        raise Refused("父母和子女不能是同一个人。", "id_number")
    sex = Resident.Sex.FEMALE if relation == Relation.MOTHER else Resident.Sex.MALE
    if parent.sex != sex:
        raise Refused(f"{parent.name}的性别与“{relation.label}”不符，请核对。", "relation")
    if not _may_be_parent(parent.birth_date, child.birth_date):
        raise Refused(f"{parent.name}的出生日期与子女的相差不到 {PARENT_AGE} 年，请核对。", "id_number")
    died_on = parent.status_on if parent.status == Resident.Status.DEAD else None
    if relation == Relation.MOTHER and died_on and died_on < child.birth_date:
        raise Refused(f"{parent.name}登记的死亡日期早于子女的出生日期，请核对。", "id_number")


@transaction.atomic
def withdraw_parent(*, link: ParentLink, reason: str, actor: User | None) -> bool:
    """Take back a mother or father named by mistake. Return False if it was taken back already."""
    reason = required_text(reason, "撤回原因")
    child = lock_resident(link.child)
    link = ParentLink.objects.select_related("parent").get(pk=link.pk)
    if link.withdrawn_at:
        return False
    ParentLink.objects.filter(pk=link.pk).update(withdrawn_at=clock.now(), withdrawn_reason=reason)
    audit.record(
        "resident.withdraw_parent",
        actor=actor,
        obj=child,
        summary=f"撤回 {child.name} 的{link.get_relation_display()} {link.parent.name}：{reason}",
    )
    taken_back = ParentFact(link.relation, link.parent_id)
    record_facts([FactChange(child.pk, FactKind.PARENT, taken_back, None)], actor=actor)
    return True


def _audited_papers(resident: Resident) -> dict[str, str]:
    return {
        "id_number": masks.mask(resident.id_number),
        "document": resident.document_type,
        "birth_date": str(resident.birth_date),
        "sex": resident.sex,
    }
