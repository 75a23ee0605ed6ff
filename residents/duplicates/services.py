"""Two records of one person: found by what they have in common, proposed by one, merged by another."""

from itertools import combinations, islice
from math import comb

from django.db import IntegrityError, transaction
from django.db.models import Count, Model, Q

from config import clock
from core.access import masks
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.text import clean_text
from residents.duplicates.hooks import report_merging
from residents.duplicates.models import MergeCase
from residents.people.facts import FactChange, FactKind, record_facts
from residents.people.models import FormerNumber, InsuredYear, ParentLink, Resident, StatusEntry
from residents.statuses.services import follow_entries

State = MergeCase.State
Document = Resident.Document
#: What makes two records of one name suspect, wherever in the county they stand. The name alone does not: in a county
#: it is shared by tens of thousands of pairs, name and birth date by chance by a few hundred.
ALIKE = {"birth_date": "同名、同日出生", "phone": "同名、同电话"}
MOST = 5000
#: What both records may have had: it stays with the merged one where the kept one has the same already.
_MAY_REPEAT = (InsuredYear, StatusEntry, FormerNumber, ParentLink)


def suspected_pairs(rows: ScopedQuerySet, *, by: str) -> list[tuple[int, int]]:
    """Of a Resident queryset: pairs of ids with the same name and the same `by` (a key of ALIKE), not settled yet.

    One grouping of the rows and two look-ups of what it found. The first MOST pairs by name, however many records
    carry the same placeholder for a birthday.
    """
    alive = rows.exclude(status=Resident.Status.MERGED)
    if by == "phone":
        alive = alive.exclude(phone="")
    decided = MergeCase.objects.filter(keep__in=rows.values("pk")).values_list("keep_id", "drop_id")
    settled = {tuple(sorted(pair)) for pair in decided}
    enough = MOST + len(settled)
    found: dict[tuple[str, object], list[int]] = {}
    groups = alive.order_by("name", by).values_list("name", by).annotate(records=Count("pk")).filter(records__gt=1)
    for name, value, records in groups[:enough]:
        if enough <= 0:
            break
        found[name, value] = []
        enough -= comb(records, 2)
    people = alive.filter(name__in={name for name, _ in found}, **{f"{by}__in": {value for _, value in found}})
    for pk, name, value in people.order_by("pk").values_list("pk", "name", by):
        if (name, value) in found:
            found[name, value].append(pk)
    pairs = (pair for group in found.values() for pair in combinations(group, 2) if pair not in settled)
    return list(islice(pairs, MOST))


def cases_for(user: User) -> ScopedQuerySet:
    """The proposals of which the user may see both records."""
    mine = Resident.objects.for_user(user)
    return MergeCase.objects.for_user(user).filter(drop__in=mine, state=State.PROPOSED)


@transaction.atomic
def propose_merge(*, keep: Resident, drop: Resident, reason: str, actor: User) -> MergeCase:
    """Propose a merge for a second person to confirm. Safe to repeat."""
    if keep.pk == drop.pk:
        raise Refused("请选择两份不同的档案。")
    if keep.village_id[:6] != drop.village_id[:6]:
        raise Refused("两份档案不在同一个县，请先办理迁移。")
    reason = clean_text(reason, "理由", 200)
    keep, drop = _lock_pair(keep, drop)
    _refuse_unfit(keep, drop)
    if known := _case_of(keep, drop):
        if known.state == State.REJECTED or known.keep_id != keep.pk:
            raise Refused(_decided_text(known))
        return known
    case = MergeCase.objects.create(keep=keep, drop=drop, reason=reason, proposed_by=actor, proposed_at=clock.now())
    audit.record(
        "resident.propose_merge",
        actor=actor,
        obj=keep,
        summary=f"提出合并 {keep.name} 的两份档案：保留 {masks.mask(keep.id_number)}，"
        f"并入 {masks.mask(drop.id_number)}",
    )
    return case


@transaction.atomic
def mark_not_duplicate(*, one: Resident, other: Resident, reason: str, actor: User) -> MergeCase:
    """Mark the pair as not duplicates; it is not shown again. Neither record changes, so one person suffices."""
    if one.pk == other.pk or one.village_id[:6] != other.village_id[:6]:
        raise Refused("请选择同一个县的两份不同的档案。")
    reason = clean_text(reason, "理由", 200)
    one, other = _lock_pair(one, other)
    if known := _case_of(one, other):
        if known.state != State.REJECTED:
            raise Refused(_decided_text(known))
        return known
    case = MergeCase.objects.create(
        keep=one, drop=other, state=State.REJECTED, reason=reason, proposed_by=actor, proposed_at=clock.now()
    )
    audit.record(
        "resident.tell_apart",
        actor=actor,
        obj=one,
        summary=f"{one.name}（{masks.mask(one.id_number)}）与 {other.name}（{masks.mask(other.id_number)}）"
        f"不是同一人：{reason}",
    )
    return case


def _lock_pair(one: Resident, other: Resident) -> tuple[Resident, Resident]:
    """Lock both records in the order of their keys; answers about one pair are serialized."""
    held = {r.pk: r for r in Resident.objects.select_for_update().filter(pk__in=[one.pk, other.pk]).order_by("pk")}
    return held[one.pk], held[other.pk]


def _case_of(one: Resident, other: Resident) -> MergeCase | None:
    """The newest case of the pair, whichever record was to be kept."""
    pair = Q(keep=one, drop=other) | Q(keep=other, drop=one)
    return MergeCase.objects.filter(pair).select_related("keep", "proposed_by", "decided_by").order_by("-pk").first()


def _decided_text(case: MergeCase) -> str:
    if case.state == State.PROPOSED:
        kept = masks.mask(case.keep.id_number)
        return f"这两份档案已由{case.proposed_by}提出合并（保留 {kept}），请在“等待复核”里处理。"
    done = "合并" if case.state == State.MERGED else "标为不是同一人"
    return f"这两份档案已由{case.decided_by or case.proposed_by}{done}，不用再办。"


def _refuse_unfit(keep: Resident, drop: Resident) -> None:
    if Resident.Status.MERGED in (keep.status, drop.status):
        raise Refused("其中一份已经合并过。")
    if keep.document_type == Document.BIRTH != drop.document_type:
        raise Refused("请保留有身份证号码的那一份，把出生医学证明登记的并进去。")
    if keep.status != drop.status:
        raise Refused(
            f"两份档案的状态不同（{keep.get_status_display()}、{drop.get_status_display()}）。"
            "请先在变更登记里把状态办成一致，再合并。"
        )


@transaction.atomic
def decide_merge(*, case: MergeCase, accept: bool, actor: User) -> MergeCase:
    """Merge or reject what another person proposed. All that hangs on the dropped record goes to the kept one.

    Safe to repeat. Raise Refused where it was decided otherwise meanwhile.
    """
    keep, drop = _lock_pair(case.keep, case.drop)
    case = MergeCase.objects.select_related("proposed_by", "decided_by").get(pk=case.pk)
    if case.state == (State.MERGED if accept else State.REJECTED):
        return case
    if case.state != State.PROPOSED:
        raise Refused(_decided_text(case))
    if case.proposed_by_id == actor.pk:
        raise Refused("合并要由另一人复核，不能复核自己提出的。")
    if accept:  # Since the proposal either may have been merged elsewhere, or have died.
        _refuse_unfit(keep, drop)
    case.state = State.MERGED if accept else State.REJECTED
    case.decided_by, case.decided_at = actor, clock.now()
    case.save(update_fields=["state", "decided_by", "decided_at"])
    if accept:
        report_merging(keep, drop, actor)
    moved = _merge(keep, drop) if accept else {}
    audit.record(
        "resident.merge" if accept else "resident.reject_merge",
        actor=actor,
        obj=keep,
        after=moved or None,
        summary=f"{'合并' if accept else '不合并'} {keep.name} 的两份档案（并入 {masks.mask(drop.id_number)}）",
    )
    if accept:
        record_facts([FactChange(drop.pk, FactKind.MERGED, None, keep.pk)], actor=actor)
    return case


def _merge(keep: Resident, drop: Resident) -> dict[str, int]:
    """Move every relation that points at the dropped record; return how many rows of each kind moved."""
    moved: dict[str, int] = {}
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
    if StatusEntry.objects.filter(resident=keep, withdrawn_at__isnull=True).exists():
        follow_entries([keep.pk])  # each status of the two ends where the next begins
    drop.status, drop.status_on, drop.merged_into = Resident.Status.MERGED, clock.today(), keep
    drop.save(update_fields=["status", "status_on", "merged_into"])
    return moved


def _move(model: type[Model], field: str, row: Model, keep: Resident) -> bool:
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=row.pk).update(**{field: keep})
    except IntegrityError as error:
        if model in _MAY_REPEAT:
            return False
        raise Refused(
            f"两份档案各有一条有效的“{model._meta.verbose_name}”，不能自动合并。请先把其中一条冲销、退费或终止，再复核。"
        ) from error
    return True
