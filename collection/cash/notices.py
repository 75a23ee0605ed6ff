"""Warnings about cash, from the boards to the outbox: to the village, then the township, then the county (5.4)."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from collection.duties import services as duties
from collection.duties import wording
from collection.duties.rules import Status
from collection.duties.warnings import Level, WarningLevel, warnings_on
from config import clock
from core.access.roles import Role
from core.accounts.models import Position, User
from core.amounts import ZERO, yuan
from core.audit import services as audit
from core.messages.models import OutboxMessage
from subsidies.campaigns.models import Campaign

KIND = "duty"


def queue_warnings(*, campaign: Campaign, as_of: date) -> int:
    """Queues what belongs to this day; run as often as you like, each person gets each occasion once.

    A village without a helper's account is warned through its township. The county gets one message a day that counts
    the villages which are late. Returns how many messages stand for the day.
    """
    limit = duties.limit_of(campaign)
    if limit is None:
        return 0
    lines = duties.board(campaign=campaign, region=campaign.county_id, as_of=as_of)
    people, steps, messages, late = _people(campaign), duties.steps_of(campaign), [], []
    for line in lines:
        village = line.village
        for warning in warnings_on(line.standing, limit, steps):
            text = wording.warning_text(warning, village.name)
            told = people[village.pk] or people[village.township_code]
            if Level.TOWNSHIP in warning.levels:
                told = told + [user for user in people[village.township_code] if user not in told]
            messages += [_message(campaign, village.pk, warning.key, user, text) for user in told]
            if warning.step == WarningLevel.LATE and Level.COUNTY in warning.levels:
                late.append(line)
    if late:
        text = _digest(late, as_of)
        messages += [
            _message(campaign, campaign.county_id, f"{WarningLevel.LATE}:{as_of}", user, text)
            for user in people[campaign.county_id]
        ]
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True, batch_size=500)
    return len(messages)


def urge_villages(*, campaign: Campaign, villages: Collection[str], actor: User) -> tuple[int, int]:
    """Queue one text a day and person to the villages among these whose cash is late or due today. Return (villages
    urged, messages). Who has no helper's account is urged through the township.
    """
    as_of, people = clock.today(), _people(campaign)
    lines = [line for line in duties.board(campaign=campaign, region=campaign.county_id) if line.village.pk in villages]
    urgent = [line for line in lines if line.standing.status in (Status.OVERDUE, Status.DUE_TODAY)]
    messages = [
        _message(
            campaign,
            line.village.pk,
            f"urge:{as_of}",
            user,
            f"【医保征缴】{line.village.name}：{wording.headline(line.standing)}存后请登记缴存回单。",
        )
        for line in urgent
        for user in people[line.village.pk] or people[line.village.township_code]
    ]
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True, batch_size=500)
    if urgent:
        named = "、".join(line.village.name for line in urgent[:10])
        audit.record(
            "deposit.urge",
            actor=actor,
            object_type="campaign",
            region=campaign.county_id,
            summary=f"催缴现金 {len(urgent)} 个村：{named}"[:300],
        )
    return len(urgent), len(messages)


def _people(campaign: Campaign) -> dict[str, list[User]]:
    """Whom to tell, by region: helpers, the township's reviewers (or its whole team), the county's officers."""
    everyone = defaultdict(list)
    wanted = User.objects.filter(role__in=(Role.VILLAGE, Role.TOWNSHIP, Role.COUNTY), is_active=True)
    for user in wanted.in_region(campaign.county_id).order_by("pk"):
        everyone[user.region_id].append(user)
    chosen = defaultdict(list)
    for region, users in everyone.items():
        chosen[region] = [user for user in users if user.position == Position.REVIEWER] or users
    return chosen


def _message(campaign: Campaign, region: str, occasion: str, user: User, text: str) -> OutboxMessage:
    return OutboxMessage(
        key=f"{KIND}:{campaign.pk}:{region}:{occasion}:{user.pk}",
        kind=KIND,
        region_code=region,
        to_name=user.name,
        to_phone=user.phone,
        text=text,
        created_at=clock.now(),
    )


def _digest(late: list[duties.VillageStanding], as_of: date) -> str:
    amount = yuan(sum((line.standing.late for line in late), ZERO))
    worst = max(late, key=lambda line: line.days_late)
    return (
        f"【医保征缴】截至{wording.day(as_of)}，有 {len(late)} 个村现金逾期未缴存，共 {amount}，"
        f"最久 {worst.days_late} 天（{worst.village.parent}{worst.village}）。请登录系统查看现金缴存看板。"
    )
