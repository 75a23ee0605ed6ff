"""村名单: the list of the new year compared with last year's, planned now and carried out when the year opens."""

from pathlib import Path
from typing import cast

from django.db import transaction

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.files.models import Attachment
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import keep_former_names
from core.tables import reader
from core.tables.lists import ListNote
from core.text import required_text
from residents.people.disclosure import disclose, record_oversized, record_probe
from residents.people.models import Resident
from residents.people.names import is_same_name
from residents.people.villages import hand_over_people, move_people
from subsidies.campaigns.hooks import reasons_to_stay
from subsidies.campaigns.models import Campaign, PolicyProposal
from subsidies.openings.models import SplitPerson, VillageChange
from subsidies.openings.selectors import planned_names, standing_villages, townships_of
from subsidies.openings.services import hold_draft, touch_step
from subsidies.openings.split_list import SplitRow, read_split_people
from subsidies.openings.steps import StepState
from subsidies.openings.village_list import VillageListComparison, VillageRow, compare, read_villages, village_table

KEY = "villages"
Kind = VillageChange.Kind


def preview_villages(*, proposal: PolicyProposal, table: Attachment) -> tuple[VillageListComparison, list[ListNote]]:
    """Compare an uploaded list with last year's villages; writes nothing. Raise SheetError."""
    listed = village_table()
    rows = read_villages(reader.stream(Path(table.file.path), limits=reader.VILLAGE_LEDGER), listed)
    return compare_with_last_year(rows, proposal.county), listed.notes()


def compare_with_last_year(rows: list[VillageRow], county: Region) -> VillageListComparison:
    """Compare rows with the county's villages as they stand."""
    standing, codes = standing_villages(county.pk), Region.objects.in_region(county.pk).values_list("code", flat=True)
    plain = PolicyProposal(county=county, state=PolicyProposal.State.APPLIED)  # last year's names alone
    return compare(
        rows, county=county.pk, standing=standing, townships=townships_of(county.pk), names=planned_names(plain),
        known_codes=codes,
    )  # fmt: skip


@transaction.atomic
def plan_villages(*, proposal: PolicyProposal, table: Attachment, document: str, actor: User) -> int:
    """Plan what the preview showed, in place of what was planned before; return how many changes. Raise Refused."""
    proposal = hold_draft(proposal)
    document = required_text(document, "依据的文件名称和文号", 120)
    found, _ = preview_villages(proposal=proposal, table=table)
    if not found.usable:
        raise Refused("村名单还有问题，没有保存。请改好后重新上传。")
    proposal.village_changes.all().delete()
    VillageChange.objects.bulk_create(
        VillageChange(
            proposal=proposal,
            kind=one.kind,
            code=one.code,
            name=one.name,
            old_code=one.old_code,
            old_name=one.old_name,
            document=document,
        )
        for one in found.changes
    )
    touch_step(proposal, KEY, actor)
    audit.record(
        "campaign.plan_villages",
        actor=actor,
        obj=proposal,
        summary=f"拟定村名单变动 {len(found.changes)} 项（{document}）",
        after={"file": str(table.pk), "count": len(found.changes)},
    )
    return len(found.changes)


def preview_split(*, proposal: PolicyProposal, table: Attachment) -> list[SplitRow]:
    """Read who goes to a new village; a number and a name that do not both match tell nothing. Raise SheetError."""
    what, batch = f"划出人员名单 {table.name}", f"split-{table.pk}"
    county, sender = proposal.county_id, table.uploaded_by
    try:
        rows = read_split_people(reader.stream(Path(table.file.path), limits=reader.VILLAGE_LEDGER))
    except reader.SheetError as error:
        if error.is_row_limit:
            record_oversized(what=what, reason=error.message, actor=sender, region=county, batch=batch)
        raise
    misses = find_split_people(proposal, rows)
    record_probe(misses=misses, rows=len(rows), what=what, actor=sender, region=county, batch=batch)
    return rows


def find_split_people(proposal: PolicyProposal, rows: list[SplitRow]) -> int:
    """Find who goes to which new village, and say of each other row why not; return how many rows miss."""
    splits = {change.code: change for change in proposal.village_changes.filter(kind=Kind.SPLIT)}
    names = planned_names(proposal)
    claims = {(row.id_number, row.name) for row in rows if not row.problem}
    known = disclose(claims, scope=proposal.county_id)
    people = Resident.objects.in_region(proposal.county_id).in_bulk(
        [pk for number, name in claims if (pk := known.resident_id(number, name))]
    )
    seen: dict[int, int] = {}
    for row in rows:
        if row.problem:
            continue
        row.code = names.village(row.village).code
        split, person = splits.get(row.code), people.get(known.resident_id(row.id_number, row.name) or 0)
        if split is None:
            row.problem = f"“{row.village[:20]}”不是这次拆分出来的新村，请照村名单填写。"
        elif person is None or person.village_id != split.old_code or not is_same_name(person.name, row.name):
            row.problem = f"{split.old_name}的居民册上没有这个姓名和证件号码，请核对。"
        elif person.pk in seen:
            row.problem = f"与第{seen[person.pk]}行重复，请删去一行。"
        else:
            row.resident = person.pk
            seen[person.pk] = row.number
    return known.misses


@transaction.atomic
def plan_split(*, proposal: PolicyProposal, table: Attachment, actor: User) -> int:
    """Plan who goes to the new villages, in place of what was planned before; return how many. Raise Refused."""
    proposal = hold_draft(proposal)
    rows = preview_split(proposal=proposal, table=table)
    if any(row.problem for row in rows):
        raise Refused("划出人员名单还有问题，没有保存。请改好后重新上传。")
    splits = {change.code: change for change in proposal.village_changes.filter(kind=Kind.SPLIT)}
    SplitPerson.objects.filter(change__proposal=proposal).delete()
    SplitPerson.objects.bulk_create(
        (SplitPerson(change=splits[row.code], resident_id=cast(int, row.resident)) for row in rows), batch_size=500
    )
    touch_step(proposal, KEY, actor)
    summary = f"拟定拆分划出人员 {len(rows)} 人"
    audit.record(
        "campaign.plan_split",
        actor=actor,
        obj=proposal,
        summary=summary,
        after={"file": str(table.pk), "count": len(rows)},
    )
    return len(rows)


def look(proposal: PolicyProposal) -> StepState:
    """How far the village list is, and what forbids the planned changes now."""
    changes = list(proposal.village_changes.all())
    if not changes:
        return StepState("与上年相同，没有变动。")
    by_kind = [(kind.label, sum(change.kind == kind for change in changes)) for kind in Kind]
    says = "，".join(f"{label} {count}" for label, count in by_kind if count)
    leaving = [change.old_code for change in changes if change.kind == Kind.MERGED]
    problems = reasons_to_stay(proposal.county_id, leaving) + _no_longer_so(proposal, changes)
    return StepState(f"{says}。", problems=problems)


def _no_longer_so(proposal: PolicyProposal, changes: list[VillageChange]) -> list[str]:
    """Planned changes that the register of villages no longer allows, because something else was done meanwhile."""
    used = set(Region.objects.in_region(proposal.county_id).values_list("code", flat=True))
    standing = set(standing_villages(proposal.county_id))
    found = [
        f"代码 {change.code} 在准备期间已经用了，请重新上传村名单"
        for change in changes
        if change.kind in (Kind.ADDED, Kind.SPLIT, Kind.TOWNSHIP) and change.code in used
    ]
    return found + [
        f"{change.old_name}在准备期间已经变动，请重新上传村名单"
        for change in changes
        if change.old_code and change.old_code not in standing
    ]


def apply(proposal: PolicyProposal, campaign: Campaign, actor: User) -> None:
    """Carry the planned changes out: new townships and villages, new names, then the people of what is merged."""
    changes = list(proposal.village_changes.all())
    moment = clock.now()
    for kind, level in ((Kind.TOWNSHIP, "township"), (Kind.ADDED, "village"), (Kind.SPLIT, "village")):
        Region.objects.bulk_create(
            Region(
                code=change.code,
                name=change.name,
                level=level,
                parent_id=proposal.county_id if kind == Kind.TOWNSHIP else change.code[:9],
                stands_since=moment,
            )
            for change in changes
            if change.kind == kind
        )
    renamed = [change for change in changes if change.kind == Kind.RENAMED]
    for document in {change.document for change in renamed}:
        keep_former_names({c.code: c.old_name for c in renamed if c.document == document}, document)
    Region.objects.bulk_update([Region(code=change.code, name=change.name) for change in renamed], ["name"])
    regions = Region.objects.in_bulk([code for change in changes for code in (change.code, change.old_code) if code])
    for change in changes:
        if change.kind == Kind.SPLIT:
            people = set(change.people.values_list("resident_id", flat=True))
            _record(
                change, move_people(residents=people, old=regions[change.old_code], new=regions[change.code]), actor
            )
        elif change.kind == Kind.MERGED:
            old, new = regions[change.old_code], regions[change.code]
            people_moved = hand_over_people(old=old, new=new)
            User.objects.filter(region=old).update(region=new)
            old.replaced_by, old.replaced_at = new, moment
            old.save(update_fields=["replaced_by", "replaced_at"])
            _record(change, people_moved, actor)
        else:
            _record(change, 0, actor)


def _record(change: VillageChange, people: int, actor: User) -> None:
    was = f"{change.old_name}（{change.old_code}）→" if change.old_code else ""
    audit.record(
        f"region.{change.kind}",
        actor=actor,
        object_type="region",
        region=change.code,
        summary=f"{change.get_kind_display()}：{was}{change.name}（{change.code}），{people} 人（{change.document}）",
        before={"code": change.old_code, "name": change.old_name},
        after={"code": change.code, "name": change.name, "people": people},
    )
