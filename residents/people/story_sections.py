"""What residents itself knows of a person: the household, statuses, insured years, events."""

from django.db.models import Q
from django.utils import timezone

from core.access import masks
from core.access.roles import Role
from core.accounts.models import User
from core.audit.labels import lines_of
from core.audit.models import Event
from core.regions.models import Region
from residents.people.models import ParentLink, Resident
from residents.people.story import Badge, Section
from residents.register.models import RegisterBatch

STATUS_KINDS: dict[str, str] = {
    Resident.Status.ACTIVE: "ok",
    Resident.Status.DEAD: "off",
    Resident.Status.MERGED: "off",
}


def status_badge(status: str) -> Badge:
    return Badge(STATUS_KINDS.get(status, "warn"), Resident.Status(status).label)


def household(resident: Resident, user: User) -> Section:
    if not resident.household_id:
        return Section("同户人员", ("姓名", "证件号码", "出生日期", "状态"), empty="没有登记户。")
    others = Resident.objects.for_user(user).filter(household=resident.household_id).exclude(pk=resident.pk)
    return Section(
        "同户人员",
        ("姓名", "证件号码", "出生日期", "状态"),
        [
            (other.name, masks.mask(other.id_number), masks.mask_birth(other.birth_date), status_badge(other.status))
            for other in others.order_by("birth_date")
        ],
        empty="本户没有其他人。",
    )


def statuses(resident: Resident, user: User) -> Section:
    rows = [
        (
            status_badge(entry.status),
            entry.since,
            "已撤回" if entry.withdrawn_at else entry.until or "",
            f"{entry.source}（撤回：{entry.withdrawn_reason}）" if entry.withdrawn_at else entry.source,
        )
        for entry in resident.statuses.order_by("-since", "-id")
    ]
    return Section("人员状态", ("状态", "起", "止", "依据"), rows, empty="登记以来一直在册。")


def parents(resident: Resident, user: User) -> Section | None:
    """The mother and father of a child, and the children of a parent."""
    links = ParentLink.objects.filter(Q(child=resident) | Q(parent=resident), withdrawn_at__isnull=True)
    rows = []
    for link in links.select_related("child", "parent").order_by("pk"):
        is_child = link.child_id == resident.pk
        other = link.parent if is_child else link.child
        relation = link.get_relation_display() if is_child else "子女"
        rows.append((relation, other.name, masks.mask(other.id_number), link.source))
    return Section("父母子女", ("关系", "姓名", "证件号码", "依据"), rows) if rows else None


def former_numbers(resident: Resident, user: User) -> Section | None:
    """The numbers that old lists still name."""
    rows = [
        (masks.mask(row.id_number), row.given_up_on, "已撤回" if row.withdrawn_at else row.reason)
        for row in resident.former_numbers.order_by("-given_up_on", "-id")
    ]
    return Section("曾用证件号码", ("证件号码", "停用日期", "原因"), rows) if rows else None


def insured_years(resident: Resident, user: User) -> Section:
    """The years by where they are known from, the latest first: gaps show at a glance."""
    known: dict[str, list[str]] = {}
    for row in resident.insured_years.order_by("-year"):
        known.setdefault(row.source, []).append(str(row.year))
    for repaid in resident.repaid_years.order_by("-year"):
        known.setdefault(f"补缴（不算参保）：{repaid.source}", []).append(str(repaid.year))
    rows = [("、".join(years), source) for source, years in known.items()]
    return Section("参保年度", ("年度", "来源"), rows, empty="没有往年参保记录。")


#: What the story tells of an event's before and after; what else it holds is for the audit log.
_IN_STORY = {
    "name",
    "id_number",
    "sex",
    "village",
    "household",
    "phone",
    "address",
    "status",
    "since",
    "insured_years",
}


def events(resident: Resident, user: User) -> Section | None:
    if user.role not in (Role.COUNTY, Role.TOWNSHIP):
        return None
    places = dict(Region.objects.in_region(resident.village_id[:6]).values_list("code", "name"))
    found = Event.objects.for_user(user).filter(object_type="resident", object_id=str(resident.pk))[:100]
    rows = [
        (
            f"{timezone.localtime(row.at):%Y-%m-%d %H:%M}",
            row.actor_name,
            row.summary,
            _change(row, places),
            _batch(row.batch),
        )
        for row in found
    ]
    if resident.register_batch_id:
        batches = RegisterBatch.objects.filter(pk=resident.register_batch_id, confirmed_at__isnull=False)
        rows += [
            (
                f"{timezone.localtime(batch.confirmed_at):%Y-%m-%d %H:%M}",
                batch.confirmed_by.name if batch.confirmed_by else "",
                f"登记册新登记（{batch.attachment.name}）",
                "",
                _batch(f"register-{batch.pk}"),
            )
            for batch in batches.select_related("attachment", "confirmed_by")
        ]
    return Section("经办记录", ("时间", "经办人", "事项", "变更", "批次"), rows)


def _change(event: Event, places: dict[str, str]) -> str:
    """姓名：王小花 → 王小华；联系电话：… → …"""
    return "；".join(
        str(line) for line in lines_of(event, places) if line.key in _IN_STORY and line.before != line.after
    )


def _batch(name: str) -> str:
    """register-12 → 登记册第12批; other batches as they are called."""
    kind, _, number = name.partition("-")
    return f"登记册第{number}批" if kind == "register" else name
