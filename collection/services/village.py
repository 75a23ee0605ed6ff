"""How one village stands: its task, who has paid, who has not."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from collection.models import Contribution
from residents.models import Resident
from subsidies.models import Campaign, Target

Channel, State = Contribution.Channel, Contribution.State


@dataclass(frozen=True, slots=True)
class Overview:
    """People. `task` is None where none was set; `free` are enrolled without payment and count as paid."""

    task: int | None
    residents: int
    paid: int
    free: int
    self_paid: int
    posted: int
    failed: int

    @property
    def unpaid(self) -> int:
        return self.residents - self.paid

    @property
    def to_task(self) -> int:
        """How many are still missing to the task; 0 once it is reached."""
        return max((self.task or 0) - self.paid, 0)


def overview(*, campaign: Campaign, village: str) -> Overview:
    live = Contribution.objects.filter(year=campaign.year, ended_at__isnull=True)
    # Nearly everybody's payment is recorded in their own village, which is read at once; only for the others one looks.
    paid = Q(pk__in=live.filter(campaign=campaign, village=village).values("resident"))
    paid |= Exists(live.filter(resident=OuterRef("pk")))
    active = Resident.objects.filter(village=village, status=Resident.Status.ACTIVE)
    people = active.aggregate(residents=Count("pk"), paid=Count("pk", filter=paid))
    counts = Contribution.objects.filter(campaign=campaign, village=village, ended_at__isnull=True).aggregate(
        free=Count("pk", filter=Q(channel=Channel.FREE)),
        self_paid=Count("pk", filter=Q(channel__in=[Channel.SELF, Channel.FAMILY])),
        posted=Count("pk", filter=Q(posted_at__isnull=False)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
    )
    task = Target.objects.filter(campaign=campaign, region=village).values_list("people", flat=True).first()
    return Overview(task=task, **people, **counts)
