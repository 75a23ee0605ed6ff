"""Two records of one person: found as same name, village and birth date; proposed by one, merged by another."""

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from config import clock
from residents import audit, identity
from residents.models import InsuredYear, MergeCase, Resident, StatusEntry

State = MergeCase.State
#: What both records may have had: it stays with the merged one where the kept one has the same already.
_MAY_REPEAT = (InsuredYear, StatusEntry)


class MergeRefused(ValueError):
    """They cannot be merged; the text says what has to be settled first."""


def suspected_pairs(rows):
    """Of a Resident queryset: those who share name, village and birth date with another number, and are not settled."""
    alive = rows.exclude(status=Resident.Status.MERGED)
    twin = Resident.objects.filter(
        name=OuterRef("name"), village=OuterRef("village"), birth_date=OuterRef("birth_date")
    ).exclude(pk=OuterRef("pk")).exclude(status=Resident.Status.MERGED)
    settled = MergeCase.objects.filter(Q(keep=OuterRef("pk")) | Q(drop=OuterRef("pk")))
    found = alive.filter(Exists(twin)).exclude(Exists(settled))
    return found.select_related("village").order_by("village_id", "name", "birth_date", "id")


@transaction.atomic
def propose_merge(*, keep: Resident, drop: Resident, reason: str, actor) -> MergeCase:
    """Puts two records before another person; asking twice is asking once."""
    if keep.pk == drop.pk:
        raise MergeRefused("请选择两份不同的档案。")
    if keep.village_id[:6] != drop.village_id[:6]:
        raise MergeRefused("两份档案不在同一个县，请先办理迁移。")
    if Resident.Status.MERGED in (keep.status, drop.status):
        raise MergeRefused("其中一份已经合并过。")
    known = MergeCase.objects.filter(Q(keep=keep, drop=drop) | Q(keep=drop, drop=keep), state=State.PROPOSED).first()
    if known:
        return known
    case = MergeCase.objects.create(
        keep=keep, drop=drop, reason=reason[:200], proposed_by=actor, proposed_at=clock.now()
    )
    audit.record(
        "resident.propose_merge", actor=actor, obj=keep,
        summary=f"提出合并 {keep.name} 的两份档案：保留 {identity.mask(keep.id_number)}，"
        f"并入 {identity.mask(drop.id_number)}",
    )
    return case


@transaction.atomic
def decide_merge(*, case: MergeCase, accept: bool, actor) -> MergeCase:
    """Merges or rejects what another person proposed. All that hangs on the dropped record goes to the kept one."""
    case = MergeCase.objects.select_for_update().get(pk=case.pk)
    if case.state != State.PROPOSED:
        return case
    if case.proposed_by_id == actor.pk:
        raise MergeRefused("合并要由另一人复核，不能复核自己提出的。")
    locked = {one.pk: one for one in Resident.objects.select_for_update().filter(pk__in=[case.keep_id, case.drop_id])}
    keep, drop = locked[case.keep_id], locked[case.drop_id]
    case.state = State.MERGED if accept else State.REJECTED
    case.decided_by, case.decided_at = actor, clock.now()
    case.save(update_fields=["state", "decided_by", "decided_at"])
    moved = _merge(keep, drop) if accept else {}
    audit.record(
        "resident.merge" if accept else "resident.reject_merge", actor=actor, obj=keep, after=moved or None,
        summary=f"{'合并' if accept else '不合并'} {keep.name} 的两份档案（并入 {identity.mask(drop.id_number)}）",
    )
    return case


def _merge(keep, drop) -> dict[str, int]:
    """Every relation that points at the dropped record; returns how many rows of each kind moved."""
    moved = {}
    for relation in Resident._meta.related_objects:
        model, field = relation.related_model, relation.field.name
        if model in (MergeCase, Resident):
            continue
        for row in model._base_manager.filter(**{field: drop}).order_by("pk"):
            if _move(model, field, row, keep):
                moved[str(model._meta.verbose_name)] = moved.get(str(model._meta.verbose_name), 0) + 1
    if not keep.phone and drop.phone:
        keep.phone = drop.phone
        keep.save(update_fields=["phone"])
    drop.status, drop.status_on, drop.merged_into = Resident.Status.MERGED, clock.today(), keep
    drop.save(update_fields=["status", "status_on", "merged_into"])
    return moved


def _move(model, field, row, keep) -> bool:
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=row.pk).update(**{field: keep})
    except IntegrityError as error:
        if model in _MAY_REPEAT:
            return False
        raise MergeRefused(
            f"两份档案各有一条有效的“{model._meta.verbose_name}”，不能自动合并。请先把其中一条冲销、退费或终止，再复核。"
        ) from error
    return True
