"""Text messages that follow from a ranking: to the lowest-ranked townships and to villages without progress."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from collection.tallies.models import InstantTally
from config import clock
from core.access.roles import Role
from core.accounts.models import Position, User
from core.messages.models import OutboxMessage
from reporting.rankings.models import Ranking, RankingKind, Snapshot

#: Kinds of message, as stored since 1.0.0.
LOWEST_RANKED, NO_PROGRESS = "ranking_foot", "standing_still"
#: The kinds whose publication tells the townships that they criticise.
TOLD_KINDS = (RankingKind.WEEKLY, RankingKind.MONTHLY)
#: A snapshot built later than this sends no messages.
STALE = timedelta(days=2)


def notify_lowest_ranked(*, ranking: Ranking) -> int:
    """Text the team leaders of the townships criticised by a weekly or monthly bulletin. Return how many messages."""
    if ranking.kind not in TOLD_KINDS:
        return 0
    named = set(ranking.content["bulletin"]["criticised"])
    rows = {row["code"]: row for row in ranking.content["townships"] if row["name"] in named}
    day = f"{timezone.localtime(ranking.as_of):%m月%d日}"

    def text(row: dict[str, Any]) -> str:
        gap = f"，距阶段目标还差{row['outlook']['gap']:,}人" if row["outlook"] else ""
        place = f"列第{row['rank']}位，" if row["rank"] else ""
        return f"{row['name']}在{day}{ranking.get_kind_display()}中{place}完成{row['done']:,}人{gap}。请抓紧组织征缴。"

    return _queue_messages(
        LOWEST_RANKED,
        f"{ranking.kind}:{ranking.as_of.isoformat()}",
        {code: text(row) for code, row in rows.items()},
        role=Role.TOWNSHIP,
        position=Position.LEADER,
    )


def notify_no_progress(*, snapshot: Snapshot) -> int:
    """Text the helpers of villages whose task is not met and where nobody has paid for seven days. Return how many.

    Counted by payment, not by posting, which is the township's work. A snapshot built more than two days late sends
    nothing.
    """
    if snapshot.kind != RankingKind.WEEKLY or clock.now() - snapshot.as_of > STALE:
        return 0
    recent = InstantTally.objects.filter(
        campaign=snapshot.campaign,
        at__lt=snapshot.as_of,
        at__gte=snapshot.as_of - timedelta(days=7),
        collected__gt=0,
    )
    with_progress = set(recent.order_by().values_list("village_id", flat=True).distinct())
    without_progress = [
        row
        for row in snapshot.rows.filter(task__gt=F("collected")).select_related("region")
        if len(row.region_id) == 12 and row.region_id not in with_progress
    ]
    day = f"{timezone.localtime(snapshot.as_of):%m月%d日}"
    texts = {
        row.region_id: f"{row.region.name}截至{day}一周没有新增缴费（任务{row.task:,}人，已收{row.collected:,}人）。"
        "请抓紧入户征缴，已收的请及时报送台账。"
        for row in without_progress
    }
    return _queue_messages(NO_PROGRESS, snapshot.as_of.isoformat(), texts, role=Role.VILLAGE, position=Position.HELPER)


def _queue_messages(kind: str, occasion: str, texts: dict[str, str], *, role: str, position: str) -> int:
    """Queue one message a person and occasion; safe to repeat. Without a holder of the position, all of the role."""
    people: dict[str, list[User]] = {}
    for user in User.objects.filter(role=role, region_id__in=list(texts), is_active=True).order_by("pk"):
        people.setdefault(user.region_id, []).append(user)
    messages = []
    for code, text in texts.items():
        here = people.get(code, [])
        chosen = [user for user in here if user.position == position] or here
        messages += [
            OutboxMessage(
                key=f"{kind}:{code}:{occasion}:{user.pk}",
                kind=kind,
                region_code=code,
                to_name=user.name,
                to_phone=user.phone,
                text=text,
                created_at=clock.now(),
            )
            for user in chosen
        ]
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True, batch_size=500)
    return len(messages)
