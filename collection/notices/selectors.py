"""What pages and services ask about public notices."""

from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from collection.contributions.models import Contribution
from collection.notices.models import PublicNotice
from config import clock
from core.access.roles import Role
from core.access.scope import ScopedQuerySet
from core.accounts.models import Position, User
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


def not_shown(*, campaign: Campaign) -> ScopedQuerySet:
    """Return the posted payments that came after their village's last notice was made and hung out its days.

    A village's first notice shows all; who pays later gets a further one. Where the notice stands after collection
    (内乡 四（一）7), those put up before it ended do not count any more once it has ended.
    """
    closed = PublicNotice.objects.filter(
        campaign=campaign, village=OuterRef("village"), state=PublicNotice.State.CLOSED
    )
    counts_from = campaign.policy.notice.counts_from
    if counts_from and clock.today() >= counts_from:
        closed = closed.filter(posted_on__gte=counts_from)
    last = closed.order_by().values("village").annotate(last=Max("prepared_at")).values("last")
    rows = Contribution.objects.filter(campaign=campaign, state=Contribution.State.POSTED, ended_at__isnull=True)
    return rows.annotate(shown_at=Subquery(last), since=Coalesce("posted_at", "recorded_at")).filter(
        Q(shown_at__isnull=True) | Q(since__gt=F("shown_at"))
    )


def waiting_for_notice(*, campaign: Campaign, region: str) -> dict[str, int]:
    """Return village → people whom no notice has shown, where none is prepared or hangs. One statement."""
    under_way = PublicNotice.objects.filter(campaign=campaign, state__in=PublicNotice.ON_THE_WALL)
    rows = not_shown(campaign=campaign).in_region(region).exclude(village__in=under_way.order_by().values("village"))
    return dict(rows.order_by().values_list("village").annotate(Count("pk")))


def complaint_contact(village: Region) -> User | None:
    """Whom of the township's team people ring who object: who reviews first, its leader last."""
    team = User.objects.filter(role=Role.TOWNSHIP, region=village.parent_id, is_active=True).exclude(phone="")
    order = [Position.REVIEWER, Position.RECORDER, "", Position.LEADER]
    return min(team, key=lambda user: (order.index(user.position), user.pk), default=None)
