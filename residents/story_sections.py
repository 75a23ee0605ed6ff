"""What residents itself knows of a person: the household, statuses, insured years, events."""

from django.utils import timezone

from residents import identity
from residents.models import Event, RegisterBatch, Resident, Role
from residents.story import Badge, Section

STATUS_KINDS = {Resident.Status.ACTIVE: "ok", Resident.Status.DEAD: "off", Resident.Status.MERGED: "off"}


def status_badge(status: str) -> Badge:
    return Badge(STATUS_KINDS.get(status, "warn"), Resident.Status(status).label)


def household(resident, user):
    if not resident.household_id:
        return Section("同户人员", ("姓名", "证件号码", "出生日期", "状态"), empty="没有登记户。")
    others = Resident.objects.for_user(user).filter(household=resident.household_id).exclude(pk=resident.pk)
    return Section(
        "同户人员",
        ("姓名", "证件号码", "出生日期", "状态"),
        [
            (other.name, identity.mask(other.id_number), other.birth_date, status_badge(other.status))
            for other in others.order_by("birth_date")
        ],
        empty="本户没有其他人。",
    )


def statuses(resident, user):
    rows = [
        (status_badge(entry.status), entry.since, entry.until or "", entry.source)
        for entry in resident.statuses.order_by("-since", "-id")
    ]
    return Section("人员状态", ("状态", "起", "止", "依据"), rows, empty="登记以来一直在册。")


def insured_years(resident, user):
    rows = [(row.year, row.source) for row in resident.insured_years.order_by("-year")]
    return Section("参保年度", ("年度", "来源"), rows, empty="没有往年参保记录。")


#: What events say before and after, in words; what else they hold is for the audit log.
_FIELDS = {
    "name": "姓名", "id_number": "证件号码", "birth_date": "出生日期", "sex": "性别", "village": "村",
    "household": "户编号", "phone": "电话", "address": "住址", "status": "状态", "since": "状态起",
    "insured_years": "参保年度",
}


def events(resident, user):
    if user.role not in (Role.COUNTY, Role.TOWNSHIP):
        return None
    found = Event.objects.for_user(user).filter(object_type="resident", object_id=str(resident.pk))[:100]
    rows = [
        (f"{timezone.localtime(row.at):%Y-%m-%d %H:%M}", row.actor_name, row.summary, _change(row), _batch(row.batch))
        for row in found
    ]
    batches = RegisterBatch.objects.filter(pk=resident.register_batch_id, confirmed_at__isnull=False)
    for batch in batches.select_related("attachment", "confirmed_by"):
        rows.append((
            f"{timezone.localtime(batch.confirmed_at):%Y-%m-%d %H:%M}", batch.confirmed_by.name,
            f"登记册新登记（{batch.attachment.name}）", "", _batch(f"register-{batch.pk}"),
        ))
    return Section("经办记录", ("时间", "经办人", "事项", "变更", "批次"), rows)


def _change(event) -> str:
    """姓名 王小花 → 王小华；电话 … → …"""
    before, after = event.before, event.after
    if not isinstance(after, dict):
        return ""
    before = before if isinstance(before, dict) else {}
    return "；".join(
        f"{title} {_said(key, before.get(key))} → {_said(key, after[key])}"
        for key, title in _FIELDS.items()
        if key in after and after[key] != before.get(key)
    )


def _said(key, value) -> str:
    if value in (None, "", []):
        return "空"
    if key == "status":
        return dict(Resident.Status.choices).get(value, value)
    if key == "sex":
        return dict(Resident.Sex.choices).get(value, value)
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _batch(name: str) -> str:
    """register-12 → 登记册第12批; other batches as they are called."""
    kind, _, number = name.partition("-")
    return f"登记册第{number}批" if kind == "register" else name
