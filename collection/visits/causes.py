"""The county's own list of causes, and the days that it sets."""

from typing import NamedTuple

from django.db import IntegrityError, transaction

from collection.visits.models import Cause, VisitTerms
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.text import clean_text, required_text
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

Status = Resident.Status
#: A person may get one of these by a cause; 在册 and 已合并 are no reasons to leave the task.
LEAVING = (Status.EMPLOYEE, Status.ELSEWHERE, Status.DEAD, Status.MOVED, Status.ARMY, Status.PRISON)
#: Days within which a county may set its terms.
FEWEST_DAYS, MOST_DAYS = 1, 60


class Seed(NamedTuple):
    """An entry that every county's list begins with."""

    code: str
    name: str
    asks: str = ""
    status: str = ""


SEEDS = (
    Seed("away", "外出务工，待联系"),
    Seed("online", "本人将线上自行缴费"),
    Seed("later", "已答应，过几天缴费"),
    Seed("hardship", "缴费有困难"),
    Seed("refuses", "本人不愿参保"),
    Seed("not_found", "多次联系不上"),
    Seed("under_way", "参保手续正在办理"),
    Seed("mistake", "名单或身份信息有误"),
    Seed("employee", "已参加职工医保", "参保单位", Status.EMPLOYEE),
    Seed("elsewhere", "已在异地参保", "参保地", Status.ELSEWHERE),
    Seed("moved", "户口已迁出", "迁入地", Status.MOVED),
    Seed("army", "参军", "", Status.ARMY),
    Seed("prison", "服刑", "", Status.PRISON),
    Seed("dead", "已死亡，待销户", "", Status.DEAD),
    Seed("other", "其他", "具体原因"),
)


@transaction.atomic
def seed_causes(campaign: Campaign, actor: User | None) -> None:
    """Give a county that has no list yet the one to begin with. Safe to repeat."""
    if Cause.objects.filter(county=campaign.county_id).exists():
        return
    Cause.objects.bulk_create(
        [
            Cause(county_id=campaign.county_id, position=place * 10, **seed._asdict())
            for place, seed in enumerate(SEEDS, 1)
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def save_cause(
    *, county: Region, name: str, asks: str, status: str, position: int, actor: User, cause: Cause | None = None
) -> Cause:
    """Add an entry to the county's list, or change one. Raise Refused.

    What a used entry means is not turned round: whether it takes people out of the task stays as it is.
    """
    name, asks = required_text(name, "原因", 30), clean_text(asks, "须写明的内容", 20)
    if status and status not in LEAVING:
        raise Refused("请选择核减后的状态。", "status")
    if cause and cause.status != status and cause.visits.exists():
        raise Refused("已有人登记了这条原因，不能改变它是否核减；请停用这一条，另加一条。", "status")
    before = _facts(cause) if cause else None
    cause = cause or Cause(county=county)
    cause.name, cause.asks, cause.status, cause.position = name, asks, status, position
    try:
        with transaction.atomic():
            cause.save()
    except IntegrityError as error:
        raise Refused(f"已经有“{name}”这条原因。", "name") from error
    if before != _facts(cause):
        audit.record(
            "cause.change" if before else "cause.add",
            actor=actor,
            obj=cause,
            summary=f"{'修改' if before else '新增'}未参保原因“{name}”",
            before=before,
            after=_facts(cause),
        )
    return cause


@transaction.atomic
def give_up_cause(*, cause: Cause, given_up: bool, actor: User) -> None:
    """Offer an entry no longer, or again; what was recorded with it stays."""
    changed = Cause.objects.filter(pk=cause.pk).exclude(given_up=given_up).update(given_up=given_up)
    if changed:
        verb = "停用" if given_up else "恢复"
        audit.record("cause.change", actor=actor, obj=cause, summary=f"{verb}未参保原因“{cause.name}”")


@transaction.atomic
def set_terms(*, county: Region, told_days: int, quiet_days: int, actor: User) -> VisitTerms:
    """Set the county's days. What was told before keeps the day it was given. Raise Refused."""
    for field, days in (("told_days", told_days), ("quiet_days", quiet_days)):
        if not FEWEST_DAYS <= days <= MOST_DAYS:
            raise Refused(f"天数请填 {FEWEST_DAYS} 至 {MOST_DAYS}。", field)
    terms, made = VisitTerms.objects.get_or_create(county=county)
    before = {"told_days": terms.told_days, "quiet_days": terms.quiet_days}
    after = {"told_days": told_days, "quiet_days": quiet_days}
    if made or before != after:
        VisitTerms.objects.filter(pk=terms.pk).update(**after)
        audit.record("visitterms.change", actor=actor, obj=terms, summary="设定动员期限", before=before, after=after)
    terms.told_days, terms.quiet_days = told_days, quiet_days
    return terms


def _facts(cause: Cause) -> dict[str, object]:
    return {"name": cause.name, "asks": cause.asks, "status": cause.status, "position": cause.position}
