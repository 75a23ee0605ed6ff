"""公示: each village's masked list of those insured, on the wall for the policy's working days (方案 四（一）7).

The list is frozen when it is prepared; photographs stand for what hung there; it is closed when the days are over, the
photographs kept and every objection answered.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from collection.money.steps import refuse_closed
from collection.notices.models import Objection, PublicNotice
from collection.notices.selectors import not_shown
from config import clock
from core.access import masks
from core.accounts.models import User
from core.audit import services as audit
from core.calendar import services as working_days
from core.files.photos import Photo, store_photo
from core.refusals import Refused
from core.regions import services as regions
from core.regions.models import Region
from core.text import required_text
from subsidies.campaigns.models import Campaign

State = PublicNotice.State


@transaction.atomic
def prepare_notice(*, campaign: Campaign, village: Region, actor: User) -> PublicNotice:
    """The village's list as of now, ready to be printed; the one at hand if there is one already.

    Only names and numbers, both masked: no phone, no category, and no amount, which would give the category away. Of a
    village that was moved it lists who paid under the old code.
    """
    refuse_closed(campaign)
    regions.lock_region(village)  # a move leaves no open notice behind
    rows = PublicNotice.objects.filter(campaign=campaign, village=village)
    if at_hand := rows.filter(state__in=PublicNotice.ON_THE_WALL).first():
        return at_hand
    people = listed(campaign=campaign, village=village.pk)
    if not people:
        raise Refused(f"{village.name}没有还未公示过的已入库人员，没有名单可以公示。")
    try:
        with transaction.atomic():
            notice = PublicNotice.objects.create(
                campaign=campaign,
                village=village,
                rows=people,
                people=len(people),
                prepared_by=actor,
                prepared_at=clock.now(),
            )
    except IntegrityError:
        return rows.get(state__in=PublicNotice.ON_THE_WALL)
    audit.record("notice.prepare", actor=actor, obj=notice, summary=f"生成{village.name}公示名单 {notice.people} 人")
    return notice


def listed(*, campaign: Campaign, village: str) -> list[list[str]]:
    """Return [[masked name, masked number], …] of posted people whom no notice has shown, by household."""
    people = not_shown(campaign=campaign).filter(village=village).order_by("resident__household_id", "resident_id")
    return [
        [masks.mask_name(name), masks.mask(number)]
        for name, number in people.values_list("resident__name", "resident__id_number")
    ]


@transaction.atomic
def post_notice(*, notice: PublicNotice, on: date, photos: list[Photo], actor: User) -> PublicNotice:
    """It hangs since `on`; the days are counted from the next working day."""
    notice = _locked(notice)
    if notice.state == State.POSTED and notice.posted_on == on:
        return notice
    if notice.state != State.PREPARED:
        raise Refused(f"{notice.village}的公示{notice.get_state_display()}，不能再登记张榜。")
    prepared_on = timezone.localtime(notice.prepared_at).date()
    if not prepared_on <= on <= clock.today():
        raise Refused(f"张榜日期 {on} 不对：不能早于生成名单的 {prepared_on}，也不能晚于今天。")
    notice.state, notice.posted_on, notice.posted_by = State.POSTED, on, actor
    notice.ends_on = working_days.working_day_after(
        on, notice.campaign.policy.notice.working_days, county=notice.campaign.county_id
    )
    notice.save(update_fields=["state", "posted_on", "posted_by", "ends_on"])
    _keep(notice, photos, actor)
    audit.record(
        "notice.post",
        actor=actor,
        obj=notice,
        summary=f"{notice.village}张榜公示 {on} 至 {notice.ends_on}",
        after={"posted_on": str(on), "ends_on": str(notice.ends_on), "photos": len(photos)},
    )
    return notice


@transaction.atomic
def add_photos(*, notice: PublicNotice, photos: list[Photo], actor: User) -> PublicNotice:
    """More photographs of the wall, until the notice is closed. The same picture is kept once."""
    notice = _locked(notice)
    if notice.state != State.POSTED:
        raise Refused(f"{notice.village}的公示{notice.get_state_display()}，不能再加照片。")
    if added := _keep(notice, photos, actor):
        audit.record("notice.photos", actor=actor, obj=notice, summary=f"{notice.village}公示照片 {added} 张")
    return notice


@transaction.atomic
def raise_objection(*, notice: PublicNotice, raised_by: str, text: str, on: date, actor: User) -> Objection:
    """Somebody objects while it hangs."""
    raised_by, text = required_text(raised_by, "提出人", 60), required_text(text, "异议内容", 500)
    notice = _locked(notice)
    if notice.state != State.POSTED:
        raise Refused(f"{notice.village}的公示{notice.get_state_display()}，公示期间才登记异议。")
    if notice.posted_on is None or not notice.posted_on <= on <= clock.today():
        raise Refused(f"提出日期 {on} 不在公示期内。")
    objection, new = Objection.objects.get_or_create(
        notice=notice, raised_by=raised_by, text=text, raised_on=on, defaults={"recorded_by": actor}
    )
    if new:
        audit.record("notice.object", actor=actor, obj=objection, summary=f"{notice.village}公示异议：{text}")
    return objection


@transaction.atomic
def answer_objection(*, objection: Objection, answer: str, actor: User) -> Objection:
    """What was found and done; the answer can be given once."""
    answer = required_text(answer, "答复", 500)
    notice = _locked(objection.notice)
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    if objection.answer == answer:
        return objection
    if objection.answer or notice.state != State.POSTED:
        raise Refused("这条异议已经答复，或公示已经结束，不能再改。")
    objection.answer, objection.answered_by, objection.answered_at = answer, actor, clock.now()
    objection.save(update_fields=["answer", "answered_by", "answered_at"])
    audit.record("notice.answer", actor=actor, obj=objection, summary=f"答复{notice.village}公示异议：{answer}")
    return objection


@transaction.atomic
def close_notice(*, notice: PublicNotice, actor: User) -> PublicNotice:
    """The days are over, the photographs there, the objections answered."""
    notice = _locked(notice)
    if notice.state == State.CLOSED:
        return notice
    if why := open_points(notice, clock.today()):
        raise Refused("；".join(why))
    notice.state, notice.closed_by, notice.closed_at = State.CLOSED, actor, clock.now()
    notice.save(update_fields=["state", "closed_by", "closed_at"])
    audit.record("notice.close", actor=actor, obj=notice, summary=f"{notice.village}公示结束")
    return notice


@transaction.atomic
def withdraw_notice(*, notice: PublicNotice, reason: str, actor: User) -> PublicNotice:
    """Takes a wrong list down; a new one can be prepared, and its days begin again."""
    reason = required_text(reason, "撤下原因")
    notice = _locked(notice)
    if notice.state == State.WITHDRAWN:
        return notice
    if notice.state not in PublicNotice.ON_THE_WALL:
        raise Refused(f"{notice.village}的公示{notice.get_state_display()}，不能撤下。")
    notice.state, notice.withdrawn_reason = State.WITHDRAWN, reason
    notice.save(update_fields=["state", "withdrawn_reason"])
    audit.record("notice.withdraw", actor=actor, obj=notice, summary=f"撤下{notice.village}公示：{reason}")
    return notice


def open_points(notice: PublicNotice, today: date) -> list[str]:
    """What still keeps a notice from being closed, as sentences; empty if nothing does."""
    if notice.state != State.POSTED:
        return [f"公示{notice.get_state_display()}，还没有登记张榜。"] if notice.state == State.PREPARED else []
    found = []
    if notice.ends_on and today <= notice.ends_on:
        days = notice.campaign.policy.notice.working_days
        found.append(f"公示期不少于 {days} 个工作日（张榜当天不算），要到 {notice.ends_on} 满期，次日起才能结束")
    if notice.campaign.policy.notice.photos and not notice.photos.exists():
        found.append("还没有上传张榜的照片")
    if waiting := notice.objections.filter(answer="").count():
        found.append(f"还有 {waiting} 条异议没有答复")
    return found


def _keep(notice: PublicNotice, photos: list[Photo], actor: User) -> int:
    kept = set(notice.photos.values_list("sha256", flat=True))
    fresh = {photo.sha256: photo for photo in photos if photo.sha256 not in kept}
    for photo in fresh.values():
        name = f"{notice.village.name}公示"
        notice.photos.add(store_photo(photo=photo, name=name, region=notice.village_id, actor=actor))
    return len(fresh)


def _locked(notice: PublicNotice) -> PublicNotice:
    refuse_closed(notice.campaign)
    return (
        PublicNotice.objects.select_for_update(of=("self",))
        .select_related("campaign__policy_version", "campaign__county", "village")
        .get(pk=notice.pk)
    )
