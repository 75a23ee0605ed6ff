"""Registering units and changing what is known of them; members/services.py ends one with its people."""

from datetime import date

from django.db import IntegrityError, transaction

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.text import clean_text, required_text
from employees.units import credit_code as codes
from employees.units.models import Unit


@transaction.atomic
def register_unit(
    *,
    township: Region,
    name: str,
    kind: str,
    credit_code: str,
    actor: User,
    tax_number: str = "",
    contact_name: str = "",
    contact_phone: str = "",
    registered_on: date | None = None,
) -> Unit:
    """Register a unit in a township. Raise Refused where the code is unsound or known already."""
    code = codes.normalize(credit_code)
    if problem := codes.problem_of(code):
        raise Refused(problem, "credit_code")
    if township.level != Region.Level.TOWNSHIP:
        raise Refused("请选择单位所在的乡镇（街道）。", "township")
    known = Unit.objects.filter(county_id=township.pk[:6], credit_code=code).first()
    if known:
        raise Refused(f"这个代码已登记为“{known.name}”，不用再登记。", "credit_code")
    day = registered_on or clock.today()
    if day > clock.today():
        raise Refused("登记日期在今天以后，请核对。", "registered_on")
    try:
        with transaction.atomic():
            unit = Unit.objects.create(
                county_id=township.pk[:6],
                township=township,
                name=required_text(name, "单位名称", 100),
                kind=_kind(kind),
                credit_code=code,
                tax_number=clean_text(tax_number, "纳税人识别号", 20),
                contact_name=clean_text(contact_name, "经办人", 40),
                contact_phone=clean_text(contact_phone, "联系电话", 20),
                registered_on=day,
            )
    except IntegrityError:
        raise Refused("这个代码刚刚由别人登记，请刷新后查看。", "credit_code") from None
    audit.record("unit.register", actor=actor, obj=unit, summary=f"登记参保单位 {unit.name}（{code}）")
    return unit


@transaction.atomic
def change_unit(
    *, unit: Unit, name: str, kind: str, tax_number: str, contact_name: str, contact_phone: str, actor: User
) -> Unit:
    """Change what is known of a unit; its code and township stay. Leave an event with what was before."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    values = {
        "name": required_text(name, "单位名称", 100),
        "kind": _kind(kind),
        "tax_number": clean_text(tax_number, "纳税人识别号", 20),
        "contact_name": clean_text(contact_name, "经办人", 40),
        "contact_phone": clean_text(contact_phone, "联系电话", 20),
    }
    before = {key: getattr(unit, key) for key, value in values.items() if getattr(unit, key) != value}
    if not before:
        return unit
    for key in before:
        setattr(unit, key, values[key])
    unit.save(update_fields=list(before))
    after = {key: values[key] for key in before}
    audit.record("unit.change", actor=actor, obj=unit, summary=f"修改参保单位 {unit.name}", before=before, after=after)
    return unit


def _kind(kind: str) -> str:
    if kind not in Unit.Kind.values:
        raise Refused("请选择单位类型。", "kind")
    return kind
