"""The counter: first registration, moves in, and changes of name, village, household, phone and address."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from config import clock
from core.access import masks
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import lock_region, replaced_region_error
from core.text import clean_text
from residents.counter.numbers import NumberReading, read_number, scope_of
from residents.people import names
from residents.people.disclosure import WITHHELD
from residents.people.facts import FactChange, FactKind, record_facts
from residents.people.models import Household, Resident
from residents.people.name_parts import learn_names
from residents.people.selectors import Candidate, find_by_number, find_namesakes
from residents.statuses.services import set_status

Status = Resident.Status


@transaction.atomic
def register_resident(
    *,
    name: str,
    id_number: str,
    village: Region,
    actor: User | None,
    birth_date: date | None = None,
    sex: str = "",
    household: str = "",
    is_head: bool = False,
    phone: str = "",
    address: str = "",
    is_another: bool = False,
) -> Resident:
    """Register somebody for the first time.

    A number known under the same name is a move to this village, or the return of who moved away, from another county
    too once that has registered the move (迁出). Of a number under another name outside the clerk's region nothing is
    told. `is_another`: the clerk has seen who is alike and says that this is another person.
    """
    reading, name = read_number(id_number, scope=scope_of(actor)), names.normalise(name)
    if reading.problem:
        raise Refused(reading.problem, "id_number")
    if problem := names.problem_of(name):
        raise Refused(problem, "name")
    if known := _registered_person(reading, name, actor):
        given = {key: value for key, value in (("phone", phone), ("address", address)) if value}
        return _move_in(known, reading, name, actor, village=village, household=household, **given)
    _lock_village(village)
    birth_date, sex = _birth_and_sex(reading, birth_date, sex)
    resident = Resident(
        name=name,
        document_type=reading.document,
        id_number=reading.number,
        birth_date=birth_date,
        sex=sex,
        village=village,
        phone=phone,
        address=address,
        registered_on=clock.today(),
    )
    if not is_another:
        _ask_about_namesakes(resident, household.strip())
    resident.household = _household(village, household, name if is_head else "")
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
    learn_names([name])
    record_facts([FactChange(resident.pk, FactKind.REGISTERED, None, village.code)], actor=actor)
    return resident


def _registered_person(reading: NumberReading, name: str, actor: User | None) -> Resident | None:
    """Whom the number belongs to, by the rule of disclosure: in the clerk's region, or of the same name."""
    if reading.known and reading.is_former and not names.is_same_name(reading.known.name, name):
        return None  # Somebody was registered by this person's number once, and that was corrected.
    if reading.known or not reading.is_elsewhere:
        return reading.known
    person = find_by_number([reading.number])[reading.number]
    if names.is_same_name(person.name, name):
        return person
    raise Refused(f"{WITHHELD}。", "id_number")


def _birth_and_sex(reading: NumberReading, birth_date: date | None, sex: str) -> tuple[date, str]:
    birth_date, sex = reading.birth_date or birth_date, reading.sex or sex
    if birth_date is None:
        raise Refused("出生医学证明上没有身份证号码，请填写出生日期。", "birth_date")
    if birth_date > clock.today():
        raise Refused("出生日期在今天以后，请核对。", "birth_date")
    if not sex:
        raise Refused("请选择性别。", "sex")
    return birth_date, sex


def _ask_about_namesakes(resident: Resident, household: str) -> None:
    """Twins have different names; the same name, birthday and household is more likely one person twice."""
    candidate = Candidate(resident.id_number, resident.name, resident.birth_date, resident.village_id, household)
    for other in find_namesakes([candidate]).get(resident.id_number, []):
        document = other.get_document_type_display()
        raise Refused(
            f"本村已登记同名、同日出生的{other.name}（{document} {masks.mask(other.id_number)}）。是同一个人的，"
            "请到那一份档案里更正或补录号码；确是另一个人的，请勾选“确是另一个人”后再登记。",
            "is_another",
        )


def _lock_village(village: Region) -> None:
    """Lock the village row, so that nobody is registered in a village that is just being moved."""
    lock_region(village)
    if gone := replaced_region_error([village.pk]):
        raise Refused(gone, "village")


def _move_in(
    known: Resident, reading: NumberReading, name: str, actor: User | None, *, village: Region, **values: Any
) -> Resident:
    left = known.status == Status.MOVED
    if known.village_id[:6] != village.code[:6] and not left:
        raise Refused("这个号码已在外县登记。请先由原登记地办理迁出，再来登记。", "id_number")
    if known.status == Status.MERGED:
        raise Refused("这个号码的档案已并入本人的另一份档案，不用再登记，请找到那一份办理变更。", "id_number")
    if known.id_number != reading.number:
        raise Refused(
            f"这是{known.name}以前用过的号码，现在登记的号码是 {masks.mask(known.id_number)}。"
            "不用再登记，请按现在的号码办理。",
            "id_number",
        )
    if known.status == Status.DEAD:
        raise Refused(
            f"这个号码已于 {known.status_on} 登记死亡，不能再登记。登记有误的，请先在变更登记里凭证明恢复为在册。",
            "id_number",
        )
    if not names.is_same_name(known.name, name):
        raise Refused("这个号码已登记在另一个姓名下。请核对身份证；确属登记有误的，先办理信息变更。", "name")
    if known.village_id == village.code and not left:
        raise Refused("这个人已在本村登记，不用再登记。", "id_number")
    resident = change_resident(resident=known, actor=actor, village=village, **values)
    if left:
        set_status(resident=resident, status=Status.ACTIVE, since=clock.today(), source="窗口重新登记", actor=actor)
        resident.refresh_from_db()
    return resident


@transaction.atomic
def change_resident(*, resident: Resident, actor: User | None, household: str | None = None, **values: Any) -> Resident:
    """Change name, village, phone or address; the household goes by its number in the village. Record what it was."""
    if "village" in values:
        _lock_village(values["village"])
    resident = lock_resident(resident)
    before = _audited(resident)
    if "name" in values:
        values["name"] = names.normalise(values["name"])
        if problem := names.problem_of(values["name"]):
            raise Refused(problem, "name")
    moved = "village" in values and values["village"].code != resident.village_id
    for field, value in values.items():
        setattr(resident, field, value)
    if household is not None or moved:
        resident.household = _household(resident.village, household or "", "")
    after = _audited(resident)
    changed = [key for key in after if after[key] != before[key]]
    if changed:
        resident.save(update_fields=[*values, "household"])
        learn_names([resident.name])
        audit.record(
            "resident.move" if moved else "resident.change",
            actor=actor,
            obj=resident,
            summary=f"{'迁移' if moved else '变更'}居民 {resident.name} 的登记",
            before={key: before[key] for key in changed},
            after={key: after[key] for key in changed},
        )
        kinds = {"name": FactKind.NAME, "village": FactKind.VILLAGE}
        record_facts(
            [FactChange(resident.pk, kinds[key], before[key], after[key]) for key in changed if key in kinds],
            actor=actor,
        )
    return resident


def lock_resident(resident: Resident) -> Resident:
    """Lock the resident's row; serializes all who change facts about them. Raise Refused for a merged record."""
    locked = Resident.objects.select_for_update().get(pk=resident.pk)
    if locked.status == Status.MERGED:
        raise Refused("这条档案已经并入另一条，请到并入后的档案办理。")
    return locked


def _audited(resident: Resident) -> dict[str, str]:
    return {
        "name": resident.name,
        "village": resident.village_id,
        "phone": masks.mask_phone(resident.phone),
        "address": resident.address,
        "household": resident.household.number if resident.household else "",
    }


def _household(village: Region, number: str, head_name: str) -> Household | None:
    if not number.strip():
        return None
    household, made = Household.objects.get_or_create(
        village=village, number=clean_text(number, "户编号", 30), defaults={"head_name": head_name}
    )
    if head_name and not made and household.head_name != head_name:
        household.head_name = head_name
        household.save(update_fields=["head_name"])
    return household
