"""The counter: first registration, changes, moves, statuses, and a newborn's number joined to the record later."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from config import clock
from core.access import masks
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import lock_region, replaced_region_error
from core.text import clean_text
from residents.people import id_numbers, names
from residents.people.models import Household, InsuredYear, Resident
from residents.statuses.services import set_status

Status = Resident.Status


@dataclass(frozen=True)
class Reading:
    """What a number tells while it is typed. `known` is the registered person, whoever's region that is."""

    problem: str = ""
    document: str = ""
    birth_date: date | None = None
    sex: str = ""
    known: Resident | None = None
    years: tuple[int, ...] = ()


def read_number(text: str) -> Reading:
    """Document, birth date, sex, the registered person and the years they were insured, from a number as typed."""
    number, problem = id_numbers.read_cell(text)
    if problem:
        return Reading(problem=id_numbers.MESSAGES[problem])
    document = id_numbers.document_of(number)
    if document != id_numbers.Document.BIRTH:
        problem = id_numbers.check(number, as_of=clock.today())
    if problem:
        return Reading(problem=id_numbers.MESSAGES[problem])
    known = Resident.objects.filter(id_number=number).select_related("village__parent").first()
    years = InsuredYear.objects.filter(resident=known).order_by("year").values_list("year", flat=True) if known else ()
    return Reading(
        document=document.value,
        birth_date=id_numbers.birth_date(number),
        known=known,
        years=tuple(years),
        sex={"男": "M", "女": "F"}.get(id_numbers.sex(number) or "", ""),
    )


@transaction.atomic
def register_resident(
    *,
    name: str,
    id_number: str,
    village: Region,
    actor,
    birth_date: date | None = None,
    sex: str = "",
    household: str = "",
    is_head: bool = False,
    phone: str = "",
    address: str = "",
) -> Resident:
    """First registration. A number known under the same name is a move to this village, or the return of who moved
    away, from another county too once that has registered the move (迁出)."""
    reading, name = read_number(id_number), names.normalise(name)
    if reading.problem:
        raise Refused(reading.problem, "id_number")
    if not names.is_plausible(name):
        raise Refused("姓名没有填对，请照身份证填写。", "name")
    if reading.known:
        told = {key: value for key, value in (("phone", phone), ("address", address)) if value}
        return _move_in(reading.known, name, actor, village=village, household=household, **told)
    _stay(village)
    birth_date, sex = reading.birth_date or birth_date, reading.sex or sex
    if birth_date is None:
        raise Refused("出生医学证明上没有身份证号码，请填写出生日期。", "birth_date")
    if birth_date > clock.today():
        raise Refused("出生日期在今天以后，请核对。", "birth_date")
    if not sex:
        raise Refused("请选择性别。", "sex")
    resident = Resident(
        name=name,
        document_type=reading.document,
        id_number=id_numbers.normalise(id_number),
        birth_date=birth_date,
        sex=sex,
        village=village,
        phone=phone,
        address=address,
        registered_on=clock.today(),
        household=_household(village, household, name if is_head else ""),
    )
    try:
        with transaction.atomic():
            resident.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("这个号码刚刚由别人登记了，请重新查询。", "id_number") from error
    audit.record(
        "resident.register",
        actor=actor,
        obj=resident,
        summary=f"窗口登记居民 {name}（{masks.mask(resident.id_number)}）",
        after={"village": village.code},
    )
    return resident


def _stay(village) -> None:
    """The village is held where it is, so that nobody is registered in one that is just being moved."""
    lock_region(village)
    if gone := replaced_region_error([village.pk]):
        raise Refused(gone, "village")


def _move_in(known, name, actor, *, village, **values):
    left = known.status == Status.MOVED
    if known.village_id[:6] != village.code[:6] and not left:
        raise Refused("这个号码已在外县登记。请先由原登记地办理迁出，再来登记。", "id_number")
    if known.status == Status.MERGED:
        raise Refused("这个号码的档案已并入本人的另一份档案，不用再登记，请找到那一份办理变更。", "id_number")
    if known.status == Status.DEAD:
        raise Refused(
            f"这个号码已于 {known.status_on} 登记死亡，不能再登记。登记有误的，请先在变更登记里凭证明恢复为在册。",
            "id_number",
        )
    if known.name != name:
        raise Refused("这个号码已登记在另一个姓名下。请核对身份证；确属登记有误的，先办理信息变更。", "name")
    if known.village_id == village.code and not left:
        raise Refused("这个人已在本村登记，不用再登记。", "id_number")
    resident = change_resident(resident=known, actor=actor, village=village, **values)
    if left:
        set_status(resident=resident, status=Status.ACTIVE, since=clock.today(), source="窗口重新登记", actor=actor)
        resident.refresh_from_db()
    return resident


@transaction.atomic
def change_resident(*, resident: Resident, actor, household: str | None = None, **values) -> Resident:
    """Changes name, village, phone or address; the household goes by its number in the village. Records what it was."""
    if "village" in values:
        _stay(values["village"])
    resident = Resident.objects.select_for_update().get(pk=resident.pk)
    if resident.status == Status.MERGED:
        raise Refused("这条档案已经并入另一条，请到并入后的档案办理。")
    before = _shown(resident)
    if "name" in values:
        values["name"] = names.normalise(values["name"])
        if not names.is_plausible(values["name"]):
            raise Refused("姓名没有填对，请照身份证填写。", "name")
    moved = "village" in values and values["village"].code != resident.village_id
    for field, value in values.items():
        setattr(resident, field, value)
    if household is not None or moved:
        resident.household = _household(resident.village, household or "", "")
    after = _shown(resident)
    changed = [key for key in after if after[key] != before[key]]
    if changed:
        resident.save(update_fields=[*values, "household"])
        audit.record(
            "resident.move" if moved else "resident.change",
            actor=actor,
            obj=resident,
            summary=f"{'迁移' if moved else '变更'}居民 {resident.name} 的登记",
            before={key: before[key] for key in changed},
            after={key: after[key] for key in changed},
        )
    return resident


def _shown(resident) -> dict:
    return {
        "name": resident.name,
        "village": resident.village_id,
        "phone": masks.mask_phone(resident.phone),
        "address": resident.address,
        "household": resident.household.number if resident.household else "",
    }


@transaction.atomic
def change_number(*, resident: Resident, id_number: str, actor) -> Resident:
    """Corrects a number, or joins a newborn's number to the record that was made by birth certificate."""
    resident = Resident.objects.select_for_update().get(pk=resident.pk)
    if resident.status == Status.MERGED:
        raise Refused("这条档案已经并入另一条，请到并入后的档案办理。")
    reading = read_number(id_number)
    if reading.problem:
        raise Refused(reading.problem, "id_number")
    known = reading.known
    if known and known.pk == resident.pk:
        return resident
    if known and known.village_id[:6] != resident.village_id[:6]:
        raise Refused("这个号码已在外县登记，请再核对身份证；确是本人的，请先由原登记地办理迁出。", "id_number")
    if known and known.merged_into_id != resident.pk:
        raise Refused(
            "这个号码已有一份档案。是同一个人的，请到“重复档案”提出合并，由另一人复核；"
            "那一份在别的乡镇的，请县医保局提出。",
            "id_number",
        )
    was_newborn = resident.document_type == Resident.Document.BIRTH
    if was_newborn and reading.birth_date != resident.birth_date:
        raise Refused(f"号码里的出生日期与出生医学证明登记的 {resident.birth_date} 不一致，请核对。", "id_number")
    before, given_up = _papers(resident), (resident.id_number, resident.document_type)
    resident.id_number, resident.document_type = id_numbers.normalise(id_number), reading.document
    resident.birth_date, resident.sex = reading.birth_date or resident.birth_date, reading.sex or resident.sex
    try:
        with transaction.atomic():
            if known:  # The merged record keeps this person's other number: both are found, and neither is lost.
                Resident.objects.filter(pk=known.pk).update(id_number=f"*{known.pk}")
            resident.save(update_fields=["id_number", "document_type", "birth_date", "sex"])
            if known:
                Resident.objects.filter(pk=known.pk).update(id_number=given_up[0], document_type=given_up[1])
    except IntegrityError as error:
        raise Refused("这个号码刚刚由别人登记了，请重新查询。", "id_number") from error
    audit.record(
        "resident.change_number",
        actor=actor,
        obj=resident,
        summary=f"{'补录新生儿' if was_newborn else '更正'}{resident.name} 的证件号码",
        before=before,
        after=_papers(resident),
    )
    return resident


def _papers(resident) -> dict:
    return {
        "id_number": masks.mask(resident.id_number),
        "document": resident.document_type,
        "birth_date": str(resident.birth_date),
        "sex": resident.sex,
    }


def _household(village, number, head_name) -> Household | None:
    if not number.strip():
        return None
    household, made = Household.objects.get_or_create(
        village=village, number=clean_text(number, "户编号", 30), defaults={"head_name": head_name}
    )
    if head_name and not made and household.head_name != head_name:
        household.head_name = head_name
        household.save(update_fields=["head_name"])
    return household
