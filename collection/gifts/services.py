"""集体资助: promised on a paper, come in by a transfer, then spent on people by name; what is left goes back.

The money enters the township account (or the tax hall) and never a helper's hands. Locks as everywhere in collection:
residents, the village's account, then the gift.
"""

from datetime import date
from decimal import Decimal
from hashlib import sha256

from django.core.files.base import File
from django.db import transaction

from collection.gifts.models import Gift, GiftMoney, GiftShare
from collection.gifts.pasting import read_people
from collection.gifts.selectors import KEPT, standings
from collection.money import services as money
from collection.money.models import Movement, Place
from collection.money.steps import refuse_closed
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.files import services as attachments
from core.files.models import Attachment
from core.files.photos import Photo, store_photo
from core.refusals import Refused
from core.regions.models import Region
from core.text import clean_text, required_text
from residents.people.disclosure import disclose, record_probe
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

State = GiftShare.State
LARGEST = Decimal("99999999.99")
MOST_NAMES = 5000


@transaction.atomic
def register_gift(
    *,
    campaign: Campaign,
    village: Region,
    donor: str,
    donor_kind: str,
    basis: str,
    document: str,
    promised: Decimal,
    pay_by: date,
    covers: str,
    actor: User,
    contact: str = "",
    per_head: Decimal | None = None,
    paper: "Photo | File[bytes] | None" = None,
) -> Gift:
    """Write down a promise. Nobody is paid for by it. The same promise sent again is the one there is."""
    refuse_closed(campaign)
    donor, document = required_text(donor, "资助人", 60), required_text(document, "协议或承诺书名称、日期", 120)
    _check_amount(promised, "承诺金额")
    if per_head is not None and not Decimal("0.01") <= per_head <= campaign.policy.standard:
        raise Refused(f"每人资助应在 0.01 元和缴费标准 {campaign.policy.standard} 元之间。", "per_head")
    known = Gift.objects.filter(
        campaign=campaign, village=village, donor=donor, document=document, cancelled_at__isnull=True
    )
    found: Gift | None = known.first()
    if found:
        if (found.promised, found.covers, found.per_head) == (promised, covers, per_head):
            return found
        raise Refused(
            f"{donor}的“{document}”已经登记过（承诺 {found.promised:,.2f} 元）。要改，请先撤销原来的一笔。", "document"
        )
    gift: Gift = Gift.objects.create(
        campaign=campaign,
        village=village,
        donor=donor,
        donor_kind=donor_kind,
        contact=clean_text(contact, "联系人和电话", 60),
        basis=basis,
        document=document,
        paper=_keep(paper, "资助依据", village.pk, actor),
        promised=promised,
        pay_by=pay_by,
        covers=covers,
        per_head=per_head,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    audit.record(
        "gift.register",
        actor=actor,
        obj=gift,
        summary=f"登记集体资助：{donor}承诺 {promised:,.2f} 元（{document}）",
        after={"promised": str(promised), "covers": covers, "per_head": str(per_head or "")},
    )
    return gift


@transaction.atomic
def list_people(*, gift: Gift, text: str, actor: User) -> tuple[int, list[str]]:
    """Put people on the gift's list: a name and a number a line. Return (added, what is wrong with other lines).

    Nothing is told of people outside the sender's region. Who is on the list already stays on it once.
    """
    gift = locked(gift)
    if gift.covers != Gift.Covers.SOME:
        raise Refused("这笔资助覆盖全村，不用列名单。")
    lines = list(read_people(text))
    if len(lines) > MOST_NAMES:
        raise Refused(f"一次最多列 {MOST_NAMES} 人，请分次粘贴。", "text")
    claims = [(number, name) for _, name, number in lines]
    known = disclose(claims, scope=gift.village_id if actor.role == Role.VILLAGE else actor.scope_prefix)
    ids = [known.resident_id(number, name) for number, name in claims]
    own = set(
        Resident.objects.filter(
            pk__in=[pk for pk in ids if pk], village=gift.village_id, status=Resident.Status.ACTIVE
        ).values_list("pk", flat=True)
    )
    wrong = [
        f"第 {line} 行：这个人不是{gift.village.name}的在册居民，或姓名、号码不符。"
        for (line, _, _), pk in zip(lines, ids, strict=True)
        if pk not in own
    ]
    record_probe(
        misses=known.misses,
        rows=len(lines),
        what=f"{gift} 的资助名单",
        actor=actor,
        region=gift.village_id,
        batch=f"gift-{gift.pk}-{sha256(text.encode()).hexdigest()[:16]}",
    )
    there = set(gift.shares.exclude(state=State.RELEASED).values_list("resident_id", flat=True))
    gift.shares.filter(resident__in=own, state=State.RELEASED).update(state=State.LISTED, note="")
    released = set(gift.shares.filter(resident__in=own - there).values_list("resident_id", flat=True))
    GiftShare.objects.bulk_create(GiftShare(gift=gift, resident_id=pk) for pk in sorted(own - there - released))
    audit.record("gift.list", actor=actor, obj=gift, summary=f"资助名单增加 {len(own - there)} 人")
    return len(own - there), wrong


@transaction.atomic
def unlist_person(*, share: GiftShare, actor: User) -> None:
    """Take somebody off a list before money was spent on them. Raise Refused afterwards."""
    gift = locked(share.gift)
    taken = gift.shares.filter(pk=share.pk, state=State.LISTED).update(state=State.RELEASED, note="移出名单")
    if not taken:
        raise Refused("这个人已经不在名单内，或已经用了资助款，不能移出。")
    audit.record("gift.list", actor=actor, obj=gift, summary="从资助名单移出 1 人")


@transaction.atomic
def record_arrival(
    *, gift: Gift, amount: Decimal, on: date, slip_no: str, actor: User, photo: Photo | None = None
) -> GiftMoney:
    """The donor's transfer stands in the township account, on the slip's day. The same slip again changes nothing."""
    slip_no = required_text(slip_no, "回单号", 40)
    _check_amount(amount, "到账金额")
    money.lock_accounts(campaign=gift.campaign, villages=[gift.village_id])
    gift = locked(gift)
    if not gift.campaign.policy.period.start <= on <= clock.today():
        raise Refused("回单日期应在征缴期开始以后、今天以前，请照银行回单填写。", "on")
    others = GiftMoney.objects.filter(gift__campaign=gift.campaign, slip_no=slip_no, kind=GiftMoney.Kind.ARRIVED)
    known: GiftMoney | None = others.select_related("gift").first()
    if known:
        if (known.gift_id, known.amount, known.on) == (gift.pk, amount, on):
            return known
        raise Refused(
            f"回单号 {slip_no} 已经登记过（{known.gift.donor}，{known.amount:,.2f} 元），同一张回单不能登记两次。"
        )
    entry = _enter(gift, GiftMoney.Kind.ARRIVED, amount, on, slip_no, "", actor, photo)
    fact = money.Fact(
        key=f"gift:{entry.pk}",
        kind=Movement.Kind.COLLECT,
        village=gift.village_id,
        amount=amount,
        on=on,
        to_place=Place.TOWNSHIP,
    )
    reason = f"集体资助到账：{gift.donor}，回单 {slip_no}"
    money.record_movements(campaign=gift.campaign, facts=[fact], actor=actor, reason=reason)
    audit.record("gift.arrive", actor=actor, obj=gift, summary=f"{reason}，{amount:,.2f} 元")
    return entry


@transaction.atomic
def return_money(*, gift: Gift, amount: Decimal, on: date, slip_no: str, reason: str, actor: User) -> GiftMoney:
    """Send back to the donor what nobody needs, from the township account. Raise Refused for more than is free."""
    slip_no, reason = required_text(slip_no, "回单号", 40), required_text(reason, "退还原因")
    _check_amount(amount, "退还金额")
    money.lock_accounts(campaign=gift.campaign, villages=[gift.village_id])
    gift = locked(gift, cancelled_too=True)
    known: GiftMoney | None = gift.money.filter(kind=GiftMoney.Kind.RETURNED, slip_no=slip_no).first()
    if known and (known.amount, known.on) == (amount, on):
        return known
    if known:
        raise Refused(f"回单号 {slip_no} 已经登记过（{known.amount:,.2f} 元），请核对。", "slip_no")
    free = standings([gift])[gift.pk].free
    if amount > free:
        raise Refused(f"这笔资助没有用的钱只有 {free:,.2f} 元，不能退还 {amount:,.2f} 元。", "amount")
    if on > clock.today():
        raise Refused("退还日期不能晚于今天。", "on")
    entry = _enter(gift, GiftMoney.Kind.RETURNED, amount, on, slip_no, reason, actor, None)
    fact = money.Fact(
        key=f"gift:{entry.pk}",
        kind=Movement.Kind.REFUND,
        village=gift.village_id,
        amount=amount,
        on=on,
        from_place=Place.TOWNSHIP,
    )
    says = f"退还资助人{gift.donor}：{reason}"
    money.record_movements(campaign=gift.campaign, facts=[fact], actor=actor, reason=says)
    audit.record("gift.return", actor=actor, obj=gift, summary=f"{says}，{amount:,.2f} 元，回单 {slip_no}")
    return entry


@transaction.atomic
def cancel_gift(*, gift: Gift, reason: str, actor: User) -> Gift:
    """The donor does not pay, or the paper was wrong: people owe their whole fee again. Twice changes nothing.

    Raise Refused while money of it stands here or somebody has been paid for with it.
    """
    reason = required_text(reason, "撤销原因")
    money.lock_accounts(campaign=gift.campaign, villages=[gift.village_id])
    gift = locked(gift, cancelled_too=True)
    if gift.cancelled_at:
        return gift
    if gift.shares.filter(state=State.USED).exclude(KEPT).exists():
        raise Refused("已经有人用这笔资助缴了费，不能撤销。")
    standing = standings([gift])[gift.pk]
    if standing.arrived > standing.returned:
        raise Refused(
            f"这笔资助还有 {standing.arrived - standing.returned:,.2f} 元在乡镇账户，请先退还资助人，再撤销。"
        )
    gift.shares.exclude(state=State.RETURNED).update(state=State.RELEASED, contribution=None, note="资助已撤销")
    gift.cancelled_by, gift.cancelled_at, gift.cancelled_reason = actor, clock.now(), reason
    gift.save(update_fields=["cancelled_by", "cancelled_at", "cancelled_reason"])
    audit.record("gift.cancel", actor=actor, obj=gift, summary=f"撤销集体资助 {gift.donor}：{reason}")
    return gift


def locked(gift: Gift, *, cancelled_too: bool = False) -> Gift:
    """Return the gift, locked until the transaction ends. Raise Refused in a closed year or for a cancelled one."""
    found: Gift = (
        Gift.objects.select_for_update(of=("self",))
        .select_related("campaign__policy_version", "campaign__county", "village")
        .get(pk=gift.pk)
    )
    refuse_closed(found.campaign)
    if found.cancelled_at and not cancelled_too:
        raise Refused("这笔资助已经撤销。")
    return found


def _enter(
    gift: Gift,
    kind: GiftMoney.Kind,
    amount: Decimal,
    on: date,
    slip_no: str,
    note: str,
    actor: User,
    photo: Photo | None,
) -> GiftMoney:
    entry: GiftMoney = GiftMoney.objects.create(
        gift=gift,
        kind=kind,
        amount=amount,
        on=on,
        slip_no=slip_no,
        note=note,
        photo=_keep(photo, f"资助回单{slip_no}", gift.village_id, actor),
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    return entry


def _keep(paper: "Photo | File[bytes] | None", name: str, region: str, actor: User) -> Attachment | None:
    if paper is None:
        return None
    if isinstance(paper, Photo):
        return store_photo(photo=paper, name=name, region=region, actor=actor)
    return attachments.store(file=paper, name=paper.name or name, kind="evidence", region=region, actor=actor)


def _check_amount(amount: Decimal, what: str) -> None:
    if not Decimal(0) < amount <= LARGEST or amount != amount.quantize(Decimal("0.01")):
        raise Refused(f"{what}应大于 0、不超过 {LARGEST} 元，最多两位小数。")
