"""意外伤害补充保险: voluntary, with lists, money and receipts of its own, apart from the campaign (沁水 八（六）).

Nothing here touches contributions, receipts or the four places. Where a county's notice forbids it (内乡 四（一）6), or
says nothing of it, every step is refused by the policy file.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.core.files.base import File
from django.db import transaction

from collection.accident.models import AccidentCover, AccidentHandover, AccidentList, AccidentOffer
from collection.accident.selectors import held_by
from collection.accident.sheet import NO_LIST, CoverLine, cover_table, read_covers
from collection.declarations import tax_files
from config import clock
from core.access import masks
from core.access.masks import WITHHELD
from core.access.roles import Role
from core.accounts.models import User
from core.amounts import yuan
from core.audit import services as audit
from core.jobs import services as jobs
from core.refusals import Refused
from core.regions.models import Region
from core.tables import reader
from core.text import required_text
from residents.people.disclosure import disclose, record_probe
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import lock_campaign

BAD_ROWS_KEPT = 500
KNOWN = "known"


def refuse_forbidden(campaign: Campaign) -> None:
    """Raise Refused unless the county's notice lets this cover be organised, by the clause."""
    rule = campaign.policy.accident
    if rule is None:
        raise Refused(f"{campaign.county.name}的文件没有写意外伤害补充保险，不能在这里办理。")
    if not rule.allowed:
        raise Refused(
            f"{rule.source}：不得借医保征缴搭车收费、代收其他商业保险费用。本{campaign.county_word}不办理补充保险。"
        )


@transaction.atomic
def set_offer(*, campaign: Campaign, insurer: str, premium: Decimal, document: str, actor: User) -> AccidentOffer:
    """Write down what the insurer offers. The premium cannot change once somebody has paid it."""
    refuse_forbidden(campaign)
    if actor.role != Role.COUNTY:
        raise Refused(f"承保公司和保费由{actor.county_word}医保局登记。")
    if not Decimal(0) < premium <= 1000 or premium != premium.quantize(Decimal("0.01")):
        raise Refused("保费应大于 0、不超过 1000 元，最多两位小数。", "premium")
    lock_campaign(campaign)
    facts = {
        "insurer": required_text(insurer, "承保公司", 60),
        "premium": premium,
        "document": required_text(document, "依据", 120),
    }
    known = AccidentOffer.objects.filter(campaign=campaign).first()
    if known and known.premium != premium and campaign.accident_covers.filter(ended_at__isnull=True).exists():
        raise Refused(f"已经有人按 {yuan(known.premium)}交费，本年度的保费不能再改。", "premium")
    offer, _ = AccidentOffer.objects.update_or_create(
        campaign=campaign, defaults={**facts, "set_by": actor, "set_at": clock.now()}
    )
    audit.record("accident.offer", actor=actor, obj=offer, region=campaign.county_id, summary=f"登记补充保险：{offer}")
    return offer


@transaction.atomic
def take_list(
    *, campaign: Campaign, region: Region, file: "File[bytes]", name: str, actor: User
) -> tuple[AccidentList, bool]:
    """Take a list in and put its reading in the queue. Return (list, whether it is new)."""
    _offer_of(campaign)
    taken: tuple[AccidentList, bool] = tax_files.take_file(
        AccidentList,
        campaign=campaign,
        region_id=region.pk,
        file=file,
        name=name,
        region=region.pk,
        says=f"上传补充保险名单 {name}",
        actor=actor,
    )
    return taken


@jobs.handler("accident.read")
def read_job(run: jobs.Run) -> str:
    """Read a list that waits, whole or not at all; asked again for one that was read, do nothing."""
    rows = AccidentList.objects.select_related("attachment", "uploaded_by", "campaign__county")
    listed = rows.get(pk=run.args["file"])
    if listed.state != AccidentList.State.READING:
        return "这份名单已经读过。"
    table = cover_table()
    try:
        run.progress(0, 0, "正在打开文件")
        pieces = jobs.report_rows(reader.stream(listed.attachment.file.path, limits=reader.COUNTY_LIST), run.progress)
        lines = list(read_covers(pieces, table, today=clock.today()))
        problem = "" if table.found_heading else NO_LIST
    except reader.SheetError as error:
        problem = error.message
    if problem:
        tax_files.refuse_file(listed, problem)
        raise jobs.JobFailed(problem)
    run.progress(1, 2, f"正在核对 {len(lines)} 人")
    with transaction.atomic():
        run.assert_owner()
        return _take_lines(listed, lines)


def judge_lines(
    lines: Sequence[CoverLine], *, campaign: Campaign, region: str
) -> tuple[list[tuple[CoverLine, Resident | None, str]], int]:
    """Say of each line whose cover it would make and why not ("known" where it is made already); and count the misses.

    Raise Refused where the county has no offer. Writes nothing.
    """
    offer = _offer_of(campaign)
    known = disclose({(line.id_number, line.name) for line in lines if not line.problem}, scope=region)
    ids = [None if line.problem else known.resident_id(line.id_number, line.name) for line in lines]
    people = Resident.objects.in_region(region).in_bulk([pk for pk in ids if pk])
    live = AccidentCover.objects.filter(campaign=campaign)
    covered = set(live.filter(ended_at__isnull=True, resident__in=people).values_list("resident_id", flat=True))
    used = set(live.filter(receipt_no__in=[line.receipt_no for line in lines]).values_list("receipt_no", flat=True))
    judged: list[tuple[CoverLine, Resident | None, str]] = []
    for line, pk in zip(lines, ids, strict=True):
        person = people.get(pk or 0)
        if person and person.pk in covered:
            judged.append((line, person, KNOWN))
            continue
        why = line.problem or _why_not(line, person, offer, used)
        judged.append((line, person, why))
        if person and not why:
            covered.add(person.pk)
            used.add(line.receipt_no)
    return judged, known.misses


def _take_lines(listed: AccidentList, lines: list[CoverLine]) -> str:
    offer = _offer_of(listed.campaign)
    judged, misses = judge_lines(lines, campaign=listed.campaign, region=listed.region_id)
    before = sum(why == KNOWN for _, _, why in judged)
    bad = [
        {"row": line.row, "name": line.name, "id_number": masks.mask(line.id_number), "why": why}
        for line, _, why in judged
        if why and why != KNOWN
    ]
    made = [
        _cover(listed.campaign, person, line.paid_on, line.receipt_no, offer, listed.uploaded_by, listed)
        for line, person, why in judged
        if person and line.paid_on and not why
    ]
    AccidentCover.objects.bulk_create(made, batch_size=500)
    AccidentList.objects.filter(pk=listed.pk).update(
        state=AccidentList.State.READ, lines=len(lines), taken=len(made), known=before, bad_rows=bad[:BAD_ROWS_KEPT]
    )
    what = f"{listed.pk} 号补充保险名单"
    record_probe(
        misses=misses,
        rows=len(lines),
        what=what,
        actor=listed.uploaded_by,
        region=listed.region_id,
        batch=f"accident-{listed.pk}",
    )
    says = f"新增 {len(made)} 人，以前已有 {before} 人，没有记 {len(bad)} 行"
    audit.record(
        "accident.read", actor=listed.uploaded_by, obj=listed, region=listed.region_id, summary=f"{what}：{says}"
    )
    return says


def _why_not(line: CoverLine, person: Resident | None, offer: AccidentOffer, used: set[str]) -> str:
    if person is None:
        return f"{WITHHELD}。"
    if person.status != Resident.Status.ACTIVE:
        return f"居民库里的状态是{person.get_status_display()}。"
    if line.premium != offer.premium:
        written = "保费没有写" if line.premium is None else f"保费写的是 {yuan(line.premium)}"
        return f"{written}，{offer.insurer}的保费是 {yuan(offer.premium)}。医保缴费不能写在这里。"
    if line.receipt_no in used:
        return f"收据 {line.receipt_no} 已经用过。"
    return ""


def _cover(
    campaign: Campaign,
    person: Resident,
    paid_on: date,
    receipt_no: str,
    offer: AccidentOffer,
    actor: User | None,
    listed: AccidentList | None,
) -> AccidentCover:
    return AccidentCover(
        campaign=campaign,
        resident=person,
        village_id=person.village_id,
        premium=offer.premium,
        paid_on=paid_on,
        receipt_no=receipt_no,
        accident_list=listed,
        recorded_by=actor,
        recorded_at=clock.now(),
    )


@transaction.atomic
def end_cover(*, cover: AccidentCover, reason: str, actor: User) -> AccidentCover:
    """Somebody takes it back: the premium is returned by whoever holds it. Twice changes nothing."""
    refuse_forbidden(cover.campaign)
    reason = required_text(reason, "退保原因", 120)
    cover = AccidentCover.objects.select_for_update(of=("self",)).get(pk=cover.pk)
    if cover.ended_at:
        return cover
    cover.ended_at, cover.ended_reason = clock.now(), reason
    cover.save(update_fields=["ended_at", "ended_reason"])
    says = f"补充保险退保 {yuan(cover.premium)}：{reason}"
    audit.record("accident.end", actor=actor, obj=cover, region=cover.village_id, summary=says)
    return cover


@transaction.atomic
def hand_over(
    *, campaign: Campaign, township: Region, amount: Decimal, on: date, slip_no: str, actor: User
) -> AccidentHandover:
    """The township hands premiums to the insurer, never more than it holds. The same slip again changes nothing."""
    _offer_of(campaign)
    slip_no = required_text(slip_no, "回单号", 40)
    lock_campaign(campaign)
    known: AccidentHandover | None = AccidentHandover.objects.filter(campaign=campaign, slip_no=slip_no).first()
    if known:
        if (known.township_id, known.amount, known.on) == (township.pk, amount, on):
            return known
        raise Refused(f"回单 {slip_no} 已经登记过，请核对。", "slip_no")
    held = held_by(campaign=campaign, township=township.pk)
    if not Decimal(0) < amount <= held:
        raise Refused(f"手中的补充保险保费是 {yuan(held)}，不能交 {yuan(amount)}。", "amount")
    if on > clock.today():
        raise Refused("交款日期不能晚于今天。", "on")
    made: AccidentHandover = AccidentHandover.objects.create(
        campaign=campaign,
        township=township,
        amount=amount,
        on=on,
        slip_no=slip_no,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    audit.record("accident.hand_over", actor=actor, obj=made, region=township.pk, summary=f"补充保险交款：{made}")
    return made


def _offer_of(campaign: Campaign) -> AccidentOffer:
    refuse_forbidden(campaign)
    if campaign.closed_meanwhile():
        raise Refused(f"{campaign}已办结。")
    offer: AccidentOffer | None = AccidentOffer.objects.filter(campaign=campaign).first()
    if offer is None:
        raise Refused(f"{campaign.county_word}医保局还没有登记承保公司和保费。")
    return offer
