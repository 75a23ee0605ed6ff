"""报销清单: read by a worker, confirmed by a person, taken back whole. Zero claims follow from the lists in force.

Unreadable is not absent: a complete list says something of everybody who is not on it, so it is taken only when every
row of it is understood.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.files.base import File
from django.db import transaction

from config import clock
from core.access import masks
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import chunks, insert_objects
from core.files import services as attachments
from core.files.models import Attachment
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions.models import Region
from core.tables import reader
from core.tables.lists import NO_ROWS, NOTHING_BELOW
from core.text import required_text
from residents.people import names
from residents.people.disclosure import disclose, record_probe
from residents.people.insured_years import FIRST_YEAR
from residents.people.models import Resident
from subsidies.claims.models import Claim, ClaimList
from subsidies.claims.sheet import NO_LIST, ZERO, ClaimLine, claim_table, read_claims

State = ClaimList.State
BAD_ROWS_KEPT = 500


@dataclass
class MatchedClaims:
    """What a file says: by resident what was paid and what was used of the raised cap; rows that say nothing."""

    lines: int = 0
    paid: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    unpaid: int = 0
    sound: list[ClaimLine] = field(default_factory=list)
    strangers: set[ClaimLine] = field(default_factory=set)
    bad: list[ClaimLine] = field(default_factory=list)
    misses: int = 0  #: people elsewhere whom rows name without knowing them (residents/people/disclosure.py)


@transaction.atomic
def take_list(
    *, county: Region, year: int, complete: bool, document: str, file: "File[bytes]", name: str, actor: User
) -> ClaimList:
    """Keep a list and put its reading in the queue; the same file for the same year again is the one there is."""
    if actor.role != Role.COUNTY:
        raise Refused(f"报销清单由{actor.county_word}医保局上传。")
    today = clock.today()
    if not FIRST_YEAR <= year <= today.year:
        raise Refused(f"年度应在 {FIRST_YEAR} 年至 {today.year} 年之间。", "year")
    if complete and today <= date(year, 12, 31):
        raise Refused(f"{year}年还没有过完，还没有全年的完整清单。现在只能报补充清单。", "complete")
    document, sha256 = required_text(document, "依据", 120), attachments.sha256_of(file)
    Region.objects.select_for_update(no_key=True).get(pk=county.pk)
    same = ClaimList.objects.filter(county=county, year=year, sha256=sha256)
    found: ClaimList | None = same.exclude(state__in=[State.REFUSED, State.WITHDRAWN]).first()
    if found is None:
        kept = attachments.store(file=file, name=name, kind="claims", region=county.pk, actor=actor)
        found = ClaimList.objects.create(
            county=county,
            year=year,
            complete=complete,
            document=document,
            attachment=kept,
            sha256=sha256,
            uploaded_by=actor,
            uploaded_at=clock.now(),
        )
        audit.record("claims.upload", actor=actor, obj=found, region=county.pk, summary=f"上传{found}：{kept.name}")
    if found.state == State.READING:
        jobs.enqueue("claims.read", actor=actor, key=job_key(found), region=county.pk, listed=found.pk)
    return found


def job_key(listed: ClaimList) -> str:
    """The key of the job that reads or books this list."""
    return f"claims:{listed.pk}"


@jobs.handler("claims.read")
def read_job(run: jobs.Run) -> str:
    """Count what a list says, for a person to confirm; read before, do nothing."""
    listed = ClaimList.objects.select_related("attachment", "uploaded_by").get(pk=run.args["listed"])
    if listed.state != State.READING:
        return "这份清单已经读过。"
    try:
        matched = match(listed.attachment, county=listed.county_id)
    except reader.SheetError as error:
        ClaimList.objects.filter(pk=listed.pk, state=State.READING).update(
            state=State.REFUSED, problem=error.message[:300]
        )
        raise jobs.JobFailed(error.message) from error
    with transaction.atomic():
        run.assert_owner()
        ClaimList.objects.filter(pk=listed.pk, state=State.READING).update(state=State.READY, **_counts(matched))
        record_probe(
            misses=matched.misses,
            rows=matched.lines,
            what=str(listed),
            actor=listed.uploaded_by,
            region=listed.county_id,
            batch=f"claims-{listed.pk}",
        )
    return f"有报销 {len(matched.paid)} 人，有问题 {len(matched.bad)} 行"


def match(attachment: Attachment, *, county: str) -> MatchedClaims:
    """Read a kept file and find its people on the county's register. Raise SheetError where it holds no list."""
    table = claim_table()
    lines = list(read_claims(reader.stream(attachment.file.path, limits=reader.COUNTY_LIST), table))
    if not table.found_heading:
        raise reader.SheetError(reader.UNREADABLE, NO_LIST)
    if not lines:  # a complete list of nobody would say of everybody that nothing was paid
        raise reader.SheetError(NO_ROWS, NOTHING_BELOW)
    return match_lines(lines, county=county)


def match_lines(lines: Sequence[ClaimLine], *, county: str) -> MatchedClaims:
    """Find the people of a list on the county's register, and what their rows come to."""
    found = MatchedClaims(len(lines), bad=[line for line in lines if line.problem])
    sound = [line for line in lines if not line.problem]
    known = disclose({(line.id_number, line.name) for line in sound}, scope=county)
    found.misses = known.misses
    ids = [known.resident_id(line.id_number, line.name) for line in sound]
    registered = _names_of({pk for pk in ids if pk}, county)
    sums: dict[int, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for line, pk in zip(sound, ids, strict=True):
        if pk is None or pk not in registered:
            found.strangers.add(line)
        elif not names.is_same_name(registered[pk], line.name):
            found.bad.append(_differs(line, registered[pk]))
        elif line.paid:
            paid, used = sums[pk]
            sums[pk] = paid + line.paid, used + line.used
        else:
            found.unpaid += 1
    found.paid = dict(sums)
    differing = {(line.sheet, line.row) for line in found.bad}
    found.sound = [line for line in sound if (line.sheet, line.row) not in differing]
    found.bad.sort(key=lambda line: (line.sheet, line.row))
    return found


def _names_of(ids: set[int], county: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for chunk in chunks(ids):
        found |= dict(Resident.objects.in_region(county).filter(pk__in=chunk).values_list("pk", "name"))
    return found


def _differs(line: ClaimLine, name: str) -> ClaimLine:
    says = f"这个号码登记的姓名是“{name}”，与表中不同，请核对。"
    return ClaimLine(line.row, line.sheet, line.name, line.id_number, line.paid, line.used, says, "name")


def _counts(matched: MatchedClaims) -> dict[str, object]:
    return {
        "lines": matched.lines,
        "people": len(matched.paid),
        "unpaid": matched.unpaid,
        "strangers": len(matched.strangers),
        "bad": len(matched.bad),
        "bad_rows": [
            {"row": line.row, "name": line.name, "id_number": masks.mask(line.id_number), "why": line.problem}
            for line in matched.bad[:BAD_ROWS_KEPT]
        ],
    }


@transaction.atomic
def confirm_list(*, listed: ClaimList, actor: User) -> ClaimList:
    """Put the booking of a list that was read in the queue. Safe to repeat. Raise Refused."""
    listed = _lock(listed)
    if actor.role != Role.COUNTY:
        raise Refused(f"报销清单由{actor.county_word}医保局确认。")
    if listed.state == State.APPLIED:
        return listed
    if listed.state not in (State.READY, State.APPLYING):
        raise Refused(f"这份清单{listed.get_state_display()}，不能确认。")
    if listed.complete and listed.bad:
        raise Refused(
            f"还有 {listed.bad} 行认不出是谁或金额看不清。完整清单要每一行都能认出，"
            "否则会把有报销的人算成零报销。请改好后重新上传，或按补充清单上传。"
        )
    if not listed.people:
        raise Refused(f"清单里没有本{actor.county_word}有报销的人，没有可登记的。")
    listed.state, listed.applied_by, listed.applied_at = State.APPLYING, actor, clock.now()
    listed.save(update_fields=["state", "applied_by", "applied_at"])
    jobs.enqueue("claims.apply", actor=actor, key=job_key(listed), region=listed.county_id, listed=listed.pk)
    return listed


@jobs.handler("claims.apply")
def apply_job(run: jobs.Run) -> str:
    """Book a confirmed list, whole or not at all; booked before, do nothing."""
    listed = ClaimList.objects.select_related("attachment", "applied_by").get(pk=run.args["listed"])
    matched = match(listed.attachment, county=listed.county_id)
    with transaction.atomic():
        run.assert_owner()
        listed = _lock(listed)
        if listed.state != State.APPLYING:
            return "这份清单已经登记过。"
        if is_doubtful := listed.complete and bool(matched.bad):  # the register has changed since it was read
            ClaimList.objects.filter(pk=listed.pk).update(state=State.READY, **_counts(matched))
        else:
            _book(listed, matched)
    if is_doubtful:
        raise jobs.JobFailed(f"确认以后居民册有变化，有 {len(matched.bad)} 行认不出，没有登记。请核对后重新确认。")
    return f"登记{listed}：有报销 {len(matched.paid)} 人"


def _book(listed: ClaimList, matched: MatchedClaims) -> None:
    insert_objects(
        Claim(claim_list=listed, resident_id=pk, year=listed.year, paid=paid, raised_used=used)
        for pk, (paid, used) in sorted(matched.paid.items())
    )
    ClaimList.objects.filter(pk=listed.pk).update(state=State.APPLIED, **_counts(matched))
    says = f"登记{listed}：有报销 {len(matched.paid)} 人（{listed.document}）"
    audit.record("claims.apply", actor=listed.applied_by, obj=listed, region=listed.county_id, summary=says)


@transaction.atomic
def withdraw_list(*, listed: ClaimList, reason: str, actor: User) -> ClaimList:
    """Take a list back whole: its claims count no more. Safe to repeat. Raise Refused."""
    listed = _lock(listed)
    if actor.role != Role.COUNTY:
        raise Refused(f"报销清单由{actor.county_word}医保局撤回。")
    if listed.state == State.WITHDRAWN:
        return listed
    if listed.state in (State.READING, State.APPLYING):
        raise Refused("这份清单正在处理，请稍后再撤回。")
    listed.withdrawn_reason = required_text(reason, "撤回的原因", 200)
    listed.state, listed.withdrawn_by, listed.withdrawn_at = State.WITHDRAWN, actor, clock.now()
    listed.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    says = f"撤回{listed}：{listed.withdrawn_reason}"
    audit.record("claims.withdraw", actor=actor, obj=listed, region=listed.county_id, summary=says)
    return listed


def _lock(listed: ClaimList) -> ClaimList:
    found: ClaimList = ClaimList.objects.select_for_update().get(pk=listed.pk)
    return found


def problems_of(attachment: Attachment, *, county: str) -> Sequence[ClaimLine]:
    """The rows that cannot be taken, as reading the file now finds them."""
    return match(attachment, county=county).bad
