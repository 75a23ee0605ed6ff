"""Text messages that follow from a ranking: to the townships at the foot, to villages that stand still for a week."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from collection.contributions.models import Contribution
from config import clock
from core.access.roles import Role
from core.accounts.models import Position, User
from core.messages.models import OutboxMessage
from reporting.rankings.models import Kind, Ranking, Snapshot

FOOT, STILL = "ranking_foot", "standing_still"
STALE = timedelta(days=2)


def tell_the_foot(*, ranking: Ranking) -> int:
    """A message to the heads of the townships that a weekly or monthly bulletin criticises. Returns how many."""
    if ranking.kind not in (Kind.WEEKLY, Kind.MONTHLY):
        return 0
    named = set(ranking.content["bulletin"]["criticised"])
    rows = {row["code"]: row for row in ranking.content["townships"] if row["name"] in named}
    day = f"{timezone.localtime(ranking.as_of):%m月%d日}"

    def text(row):
        gap = row["outlook"]["gap"] if row["outlook"] else 0
        return (
            f"{row['name']}在{day}{ranking.get_kind_display()}中列第{row['rank']}位，完成{row['done']:,}人，"
            f"距阶段目标还差{gap:,}人。请抓紧组织征缴。"
        )

    return _send(
        FOOT,
        f"{ranking.kind}:{ranking.as_of.isoformat()}",
        {code: text(row) for code, row in rows.items()},
        role=Role.TOWNSHIP,
        position=Position.LEADER,
    )


def tell_those_who_stand_still(*, snapshot: Snapshot) -> int:
    """A message to the helper of every village with a task not yet met where nobody has paid for seven days.

    What was only posted in the week is the township's work; here the village's own counts. A week that is long past
    when its snapshot is built helps nobody and sends nothing.
    """
    if snapshot.kind != Kind.WEEKLY or clock.now() - snapshot.as_of > STALE:
        return 0
    moving = Contribution.objects.filter(
        campaign=snapshot.campaign, recorded_at__lt=snapshot.as_of, recorded_at__gte=snapshot.as_of - timedelta(days=7)
    )
    moving = set(moving.order_by().values_list("village_id", flat=True).distinct())
    still = [
        row
        for row in snapshot.rows.filter(task__gt=F("collected")).select_related("region")
        if len(row.region_id) == 12 and row.region_id not in moving
    ]
    day = f"{timezone.localtime(snapshot.as_of):%m月%d日}"
    texts = {
        row.region_id: f"{row.region.name}截至{day}一周没有新增缴费（任务{row.task:,}人，已收{row.collected:,}人）。"
        "请抓紧入户征缴，已收的请及时报送台账。"
        for row in still
    }
    return _send(STILL, snapshot.as_of.isoformat(), texts, role=Role.VILLAGE, position=Position.HELPER)


def _send(kind, occasion, texts, *, role, position) -> int:
    """One message a person and occasion, however often this runs. Where nobody holds the position, all of the role."""
    people = {}
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
