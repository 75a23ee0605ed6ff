"""督导: what was found and answered, talks and orders, activities. Each step is one person's, with a name and a day."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.files.models import Attachment
from core.files.photos import Photo, store_photo
from core.refusals import Refused
from core.regions.models import Region
from core.text import clean_text, required_text
from reporting.rankings.models import Ranking
from reporting.supervision.models import Activity, Finding, Measure
from subsidies.campaigns.models import Campaign

#: Pictures of places and walls: no whole number stands on them.
PHOTO_KIND = "scene"
INSPECTS = (Role.COUNTY, Role.LEADER)
MOST_PHOTOS = 6


@transaction.atomic
def record_finding(
    *,
    campaign: Campaign,
    region: Region,
    found_on: date,
    found_by: str,
    text: str,
    deadline: date,
    photos: Sequence[Photo] = (),
    actor: User,
) -> Finding:
    """Record what an inspection found; the same words about a place and day are recorded once. Raises Refused."""
    text, found_by = required_text(text, "发现的问题", 500), required_text(found_by, "督导人员", 60)
    if actor.role not in INSPECTS:
        raise Refused(f"督导发现由{actor.county_word}医保局或包联领导登记。")
    if found_on > clock.today() or deadline < found_on:
        raise Refused("督导日期不能晚于今天，整改期限不能早于督导日期。", "deadline")
    same: Finding | None = Finding.objects.filter(
        campaign=campaign, region=region, found_on=found_on, text=text
    ).first()
    if same:
        return same
    finding = Finding.objects.create(
        campaign=campaign,
        region=region,
        found_on=found_on,
        found_by=found_by,
        text=text,
        deadline=deadline,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    finding.photos.set(_store(photos, region.pk, actor))
    audit.record("supervision.find", actor=actor, obj=finding, summary=f"督导{region.name}：{text}，{deadline} 前整改")
    return finding


@transaction.atomic
def answer_finding(*, finding: Finding, answer: str, photos: Sequence[Photo] = (), actor: User) -> Finding:
    """The place says what it did. Raises Refused."""
    answer = required_text(answer, "整改情况", 500)
    finding = Finding.objects.select_for_update(of=("self",)).select_related("region").get(pk=finding.pk)
    if finding.state == Finding.State.ANSWERED and finding.answer == answer:
        return finding
    if finding.state != Finding.State.OPEN:
        raise Refused(f"这一条{finding.get_state_display()}，不用再答复。")
    finding.state, finding.answer = Finding.State.ANSWERED, answer
    finding.answered_by, finding.answered_at = actor, clock.now()
    finding.save()
    finding.answer_photos.set(_store(photos, finding.region_id, actor))
    audit.record("supervision.answer", actor=actor, obj=finding, summary=f"答复{finding}：{answer}")
    return finding


@transaction.atomic
def judge_finding(*, finding: Finding, accept: bool, remark: str, actor: User) -> Finding:
    """Close what was put right, or send it back with a remark; not by whoever answered. Raises Refused."""
    remark = clean_text(remark, "核查意见", 200)
    finding = Finding.objects.select_for_update(of=("self",)).select_related("region").get(pk=finding.pk)
    if finding.state == Finding.State.CLOSED and accept:
        return finding
    if finding.state != Finding.State.ANSWERED:
        raise Refused(f"这一条{finding.get_state_display()}，还不能核查。")
    if actor.role not in INSPECTS or finding.answered_by_id == actor.pk:
        raise Refused(f"核查由{actor.county_word}医保局或包联领导办理，不能核查自己的答复。")
    if not accept and not remark:
        raise Refused("退回的请写明还差什么。", "remark")
    finding.remark = remark
    finding.state = Finding.State.CLOSED if accept else Finding.State.OPEN
    if accept:
        finding.closed_by, finding.closed_at = actor, clock.now()
    finding.save()
    verb = "销号" if accept else "退回重新整改"
    audit.record("supervision.judge", actor=actor, obj=finding, summary=f"{verb}{finding}：{remark or '已整改'}")
    return finding


@transaction.atomic
def record_measure(
    *,
    campaign: Campaign,
    township: Region,
    kind: str,
    on: date,
    person: str,
    text: str,
    deadline: date | None = None,
    announced: bool = True,
    actor: User,
) -> Measure:
    """Record a talk or an order; the same one once more changes nothing. Raises Refused."""
    facts = {
        "kind": Measure.Kind(kind),
        "on": on,
        "person": required_text(person, "对象", 60),
        "text": required_text(text, "事由和要求", 300),
    }
    if on > clock.today() or (deadline and deadline < on):
        raise Refused("日期不能晚于今天，期限不能早于日期。", "on")
    rows = Measure.objects.filter(campaign=campaign, township=township, withdrawn_at__isnull=True, **facts)
    found: Measure | None = rows.first()
    if found:
        return found
    made = Measure.objects.create(
        campaign=campaign,
        township=township,
        deadline=deadline,
        announced=announced,
        recorded_by=actor,
        recorded_at=clock.now(),
        **facts,
    )
    audit.record("supervision.measure", actor=actor, obj=made, summary=f"{made}{made.person}：{made.text}")
    return made


@transaction.atomic
def withdraw_measure(*, measure: Measure, reason: str, actor: User) -> Measure:
    """Take back what no bulletin has announced yet. Raises Refused."""
    reason = required_text(reason, "撤回原因", 100)
    measure = Measure.objects.select_for_update(of=("self",)).select_related("township").get(pk=measure.pk)
    if measure.withdrawn_at:
        return measure
    if measure.ranking_id:
        raise Refused("已写入发布的通报，不能撤回；请在下一期通报中说明。")
    measure.withdrawn_at, measure.withdrawn_reason = clock.now(), reason
    measure.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    audit.record("supervision.withdraw", actor=actor, obj=measure, summary=f"撤回{measure}：{reason}")
    return measure


def mark_announced(ranking: Ranking, measures: Iterable[Measure]) -> None:
    """These talks and orders stand in the bulletin that is published now."""
    ids = [measure.pk for measure in measures]
    Measure.objects.filter(pk__in=ids, ranking__isnull=True).update(ranking=ranking)


@transaction.atomic
def record_activity(
    *,
    campaign: Campaign,
    region: Region,
    kind: str,
    on: date,
    number: int,
    note: str = "",
    photos: Sequence[Photo] = (),
    actor: User,
) -> Activity:
    """Count an activity of a place and day. The same one with the same words is counted once. Raises Refused."""
    note = clean_text(note, "内容", 200)
    if on > clock.today():
        raise Refused("活动日期不能晚于今天。", "on")
    if number < 1:
        raise Refused("次数从 1 起。", "number")
    facts = {"kind": Activity.Kind(kind), "on": on, "number": number, "note": note}
    same: Activity | None = Activity.objects.filter(
        campaign=campaign, region=region, withdrawn_at__isnull=True, **facts
    ).first()
    if same:
        return same
    made = Activity.objects.create(
        campaign=campaign, region=region, recorded_by=actor, recorded_at=clock.now(), **facts
    )
    made.photos.set(_store(photos, region.pk, actor))
    audit.record("supervision.activity", actor=actor, obj=made, summary=f"登记{made} {number}：{note}")
    return made


@transaction.atomic
def withdraw_activity(*, activity: Activity, actor: User) -> None:
    """Take an activity out of the count."""
    if Activity.objects.filter(pk=activity.pk, withdrawn_at__isnull=True).update(withdrawn_at=clock.now()):
        audit.record("supervision.withdraw", actor=actor, obj=activity, summary=f"撤回{activity} {activity.number}")


def _store(photos: Sequence[Photo], region: str, actor: User) -> list[Attachment]:
    if len(photos) > MOST_PHOTOS:
        raise Refused(f"一次最多 {MOST_PHOTOS} 张照片。", "photos")
    return [
        store_photo(photo=photo, name=f"照片{n}.jpg", region=region, actor=actor, kind=PHOTO_KIND)
        for n, photo in enumerate(photos, 1)
    ]
