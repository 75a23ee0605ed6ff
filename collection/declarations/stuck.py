"""Who was collected from but is not posted, by name and by where it got stuck.

Where a contribution stands follows from its own state, its declaration and, for cash not declared yet, from how far
the village's banked money reaches: deposits settle the oldest cash first.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Sum, TextChoices, Value, When
from django.db.models import CharField as Text

from collection.cash.models import Deposit
from collection.contributions.models import Contribution
from collection.declarations.drafts import DECLARED_PART, free_money, leaving, reached
from collection.declarations.models import Declaration, DeclarationRow
from core.amounts import ZERO
from subsidies.campaigns.models import Campaign

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Staged(TypedDict):
        stage: str

    #: A contribution that is collected and not posted, with where it stands.
    OnTheWay = WithAnnotations[Contribution, _Staged]

State = Contribution.State
Result = DeclarationRow.Result


class StuckAt(TextChoices):
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
    StuckAt.IN_HAND: "村",
    StuckAt.UNVERIFIED: "乡镇",
    StuckAt.BANKED: "乡镇",
    StuckAt.DRAFT: "乡镇",
    StuckAt.REFUNDING: "税务、医保",
    StuckAt.SENT: "税务",
    StuckAt.FAILED: "村、乡镇",
    StuckAt.FIXED: "乡镇",
    StuckAt.TAKEN: "税务",
    StuckAt.CONFIRMED: "乡镇",
    StuckAt.REMITTED: "税务",
    StuckAt.OTHER: "医保局",
}


def not_posted(*, campaign: Campaign, region: str, villages: Collection[str] | None = None) -> "QuerySet[OnTheWay]":
    """The live contributions of a region that are collected but not in the treasury, each with its `stage`.

    `villages`: of these villages alone, by code. The number of statements does not depend on the people.
    """
    # The states by name: an index leads to them, and past nearly everybody, who is posted.
    live = Contribution.objects.in_region(region).filter(
        campaign=campaign, ended_at__isnull=True, amount__gt=0, state__in=[one for one in State if one != State.POSTED]
    )
    if villages is not None:
        live = live.filter(village__in=list(villages))
    rows = DeclarationRow.objects.filter(contribution=OuterRef("pk"))
    on_draft = rows.filter(declaration__state=Declaration.State.DRAFT)
    corrected = rows.filter(result=Result.FAILURE, fixed_at__isnull=False, next__isnull=True)
    taken = rows.filter(declaration=OuterRef("declaration"), result=Result.SUCCESS)
    free = free_money(campaign=campaign, region=region, villages=villages)
    banked = reached(campaign=campaign, limits=free).values("pk")
    slips_waiting = reached(campaign=campaign, limits=_waiting(campaign, region, villages, free)).values("pk")
    return live.annotate(
        stage=Case(
            When(Exists(leaving()), then=Value(StuckAt.REFUNDING)),
            When(Exists(on_draft), then=Value(StuckAt.DRAFT)),
            When(Q(state=State.COLLECTED, pk__in=banked), then=Value(StuckAt.BANKED)),
            When(Q(state=State.COLLECTED, pk__in=slips_waiting), then=Value(StuckAt.UNVERIFIED)),
            When(state=State.COLLECTED, then=Value(StuckAt.IN_HAND)),
            When(Q(state=State.FAILED) & Exists(corrected), then=Value(StuckAt.FIXED)),
            When(state=State.FAILED, then=Value(StuckAt.FAILED)),
            When(Q(state=State.DECLARED) & Exists(taken), then=Value(StuckAt.TAKEN)),
            When(state=State.DECLARED, then=Value(StuckAt.SENT)),
            When(
                Q(state=State.CONFIRMED, declaration__state=Declaration.State.CONFIRMED), then=Value(StuckAt.CONFIRMED)
            ),
            When(state=State.CONFIRMED, then=Value(StuckAt.REMITTED)),
            default=Value(StuckAt.OTHER),
            output_field=Text(),
        )
    )


@dataclass(frozen=True, slots=True)
class VillageStage:
    """How many of a village stand at one stage, and with how much, in yuan."""

    village: str
    stage: str
    people: int
    amount: Decimal


def by_village(people: "QuerySet[OnTheWay]") -> list[VillageStage]:
    """What `not_posted` found, counted by village and stage; one statement."""
    counted = people.order_by().values_list("village_id", "stage").annotate(people=Count("pk"), sum=Sum(DECLARED_PART))
    return [VillageStage(*row) for row in counted]


def by_stage(counted: Iterable[VillageStage]) -> list[dict[str, Any]]:
    """The counts in the order of the way: [{"stage", "label", "who", "people", "amount"}]."""
    found: dict[str, tuple[int, Decimal]] = {}
    for one in counted:
        people, amount = found.get(one.stage, (0, ZERO))
        found[one.stage] = people + one.people, amount + one.amount
    return [
        {
            "stage": stage.value,
            "label": stage.label,
            "who": WHO[stage],
            "people": found[stage][0],
            "amount": found[stage][1].quantize(ZERO),
        }
        for stage in StuckAt
        if stage in found
    ]


class VillageByVillage(Sequence[Contribution]):
    """A list of people village by village whose numbers are known: a page asks only the villages that it shows."""

    def __init__(self, counted: Iterable[VillageStage], rows_of: Callable[[list[str]], QuerySet[Any]]) -> None:
        numbers: dict[str, int] = {}
        for one in counted:
            numbers[one.village] = numbers.get(one.village, 0) + one.people
        self.numbers, self.rows_of = dict(sorted(numbers.items())), rows_of

    def __len__(self) -> int:
        return sum(self.numbers.values())

    def __getitem__(self, wanted: Any) -> Any:
        start, stop, _ = wanted.indices(len(self))
        before, skipped, villages = 0, 0, []
        for village, number in self.numbers.items():
            if before + number <= start:
                skipped += number
            elif before < stop:
                villages.append(village)
            before += number
        if not villages:
            return []
        rows = self.rows_of(villages).order_by("village_id", "paid_on", "pk")
        return list(rows[start - skipped : stop - skipped])


def _waiting(
    campaign: Campaign, region: str, villages: Collection[str] | None, free: dict[str, Decimal]
) -> dict[str, Decimal]:
    """How far the money of villages reaches that have slips the township has not verified yet, with these slips."""
    slips = Deposit.objects.in_region(region).filter(campaign=campaign, state=Deposit.State.PENDING)
    if villages is not None:
        slips = slips.filter(village__in=list(villages))
    sums = slips.order_by().values_list("village_id").annotate(sum=Sum("amount"))
    return {village: free.get(village, ZERO) + amount for village, amount in sums}
