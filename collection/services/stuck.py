"""Who was collected from but is not posted, by name and by where it got stuck.

Where a contribution stands follows from its own state, its declaration and, for cash not declared yet, from how far
the village's banked money reaches: deposits settle the oldest cash first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Sum, TextChoices, Value, When
from django.db.models import CharField as Text

from collection.models import Contribution, Declaration, DeclarationRow, Deposit
from collection.services.drafts import free_money, leaving, reached
from subsidies.models import Campaign

ZERO = Decimal("0.00")
State = Contribution.State
Result = DeclarationRow.Result


class Stage(TextChoices):
    """Where it got stuck, in the order of the way."""

    IN_HAND = "in_hand", "钱在村里，未缴存"
    UNVERIFIED = "unverified", "已缴存，待乡镇核验"
    BANKED = "banked", "已缴存，待申报"
    DRAFT = "draft", "在申报草稿里，待报送"
    REFUNDING = "refunding", "已申请退费"
    SENT = "sent", "已报税务，待反馈"
    FAILED = "failed", "导入失败，待改正"
    FIXED = "fixed", "已改正，待重新申报"
    TAKEN = "taken", "导入成功，待开确认单"
    CONFIRMED = "confirmed", "已开确认单，待汇款"
    REMITTED = "remitted", "已汇款，待入库"
    OTHER = "other", "待核查"


#: Who has to act at each stage.
WHO = {
    Stage.IN_HAND: "村",
    Stage.UNVERIFIED: "乡镇",
    Stage.BANKED: "乡镇",
    Stage.DRAFT: "乡镇",
    Stage.REFUNDING: "税务、医保",
    Stage.SENT: "税务",
    Stage.FAILED: "村、乡镇",
    Stage.FIXED: "乡镇",
    Stage.TAKEN: "税务",
    Stage.CONFIRMED: "乡镇",
    Stage.REMITTED: "税务",
    Stage.OTHER: "县医保局",
}


@dataclass(frozen=True, slots=True)
class Heap:
    """How many stand at a stage in a village, and their money in yuan."""

    village: str
    stage: str
    people: int
    amount: Decimal


def not_posted(*, campaign: Campaign, region: str) -> QuerySet[Contribution]:
    """The live contributions of a region that are collected but not in the treasury, each with its `stage`.

    The number of statements does not depend on the people.
    """
    live = Contribution.objects.in_region(region).filter(
        campaign=campaign, ended_at__isnull=True, amount__gt=0
    ).exclude(state=State.POSTED)
    rows = DeclarationRow.objects.filter(contribution=OuterRef("pk"))
    on_draft = rows.filter(declaration__state=Declaration.State.DRAFT)
    corrected = rows.filter(result=Result.FAILURE, fixed_at__isnull=False, next__isnull=True)
    taken = rows.filter(declaration=OuterRef("declaration"), result=Result.SUCCESS)
    return live.annotate(
        stage=Case(
            When(Exists(leaving()), then=Value(Stage.REFUNDING)),
            When(Exists(on_draft), then=Value(Stage.DRAFT)),
            When(Q(state=State.COLLECTED, pk__in=_reached(campaign, region)), then=Value(Stage.BANKED)),
            When(
                Q(state=State.COLLECTED, pk__in=_reached(campaign, region, with_unverified=True)),
                then=Value(Stage.UNVERIFIED),
            ),
            When(state=State.COLLECTED, then=Value(Stage.IN_HAND)),
            When(Q(state=State.FAILED) & Exists(corrected), then=Value(Stage.FIXED)),
            When(state=State.FAILED, then=Value(Stage.FAILED)),
            When(Q(state=State.DECLARED) & Exists(taken), then=Value(Stage.TAKEN)),
            When(state=State.DECLARED, then=Value(Stage.SENT)),
            When(
                Q(state=State.CONFIRMED, declaration__state=Declaration.State.CONFIRMED), then=Value(Stage.CONFIRMED)
            ),
            When(state=State.CONFIRMED, then=Value(Stage.REMITTED)),
            default=Value(Stage.OTHER),
            output_field=Text(),
        )
    )


def heaps(*, campaign: Campaign, region: str) -> list[Heap]:
    """Counts and sums by village and stage."""
    rows = not_posted(campaign=campaign, region=region).order_by().values("village_id", "stage")
    counted = rows.annotate(people=Count("pk"), sum=Sum("amount"))
    return [
        Heap(row["village_id"], row["stage"], row["people"], row["sum"].quantize(ZERO))
        for row in counted.order_by("village_id", "stage")
    ]


def by_stage(found: Iterable[Heap]) -> list[dict]:
    """The heaps of all villages together: [{"stage", "label", "who", "people", "amount"}], in the order of the way."""
    found = list(found)
    return [
        {
            "stage": stage.value, "label": stage.label, "who": WHO[stage],
            "people": sum(heap.people for heap in found if heap.stage == stage),
            "amount": sum((heap.amount for heap in found if heap.stage == stage), ZERO),
        }
        for stage in Stage
        if any(heap.stage == stage for heap in found)
    ]


def _reached(campaign, region, *, with_unverified=False) -> QuerySet:
    """Ids of the undeclared contributions that the banked money reaches, oldest first; slips that the township has
    not verified count if asked for."""
    limits = free_money(campaign=campaign, region=region)
    if with_unverified:
        waiting = Deposit.objects.in_region(region).filter(campaign=campaign, state=Deposit.State.PENDING)
        for village, amount in waiting.order_by().values_list("village_id").annotate(sum=Sum("amount")):
            limits[village] = limits.get(village, ZERO) + amount
    return reached(campaign=campaign, limits=limits).values("pk")


def where_it_stands(contribution: Contribution) -> str:
    """The stage of one contribution in words; '' for one that is posted or ended."""
    rows = not_posted(campaign=contribution.campaign, region=contribution.village_id)
    stage = rows.filter(pk=contribution.pk).values_list("stage", flat=True).first()
    return Stage(stage).label if stage else ""
