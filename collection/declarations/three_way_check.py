"""三方核对: receipt stubs = money deposited = declared rows, village by village (方案 四（一）3（2）)."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from collection.contributions.models import Contribution
from collection.declarations.drafts import DECLARED_PART, free_money, leaving, oldest_first, reached, undeclared
from collection.declarations.models import Declaration
from collection.receipts.models import Receipt
from core.amounts import ZERO
from core.database.money import YuanSum
from core.regions.models import Region

#: What a stub stands for: who was refunded before the declaration had paid, and the stub still says so.
_STANDS = Q(ended_at__isnull=True) | Q(state=Contribution.State.REFUNDED)


@dataclass(frozen=True, slots=True)
class VillageLine:
    """One village of a draft: three sums that must be one, in yuan."""

    village: str
    village_name: str
    people: int
    stubs: Decimal
    deposited: Decimal
    declared: Decimal

    @property
    def differs(self) -> bool:
        return not self.stubs == self.deposited == self.declared


@dataclass(frozen=True, slots=True)
class Difference:
    """Who stands behind a difference, and why. `stub` and `counted` in yuan."""

    village: str
    name: str
    receipt: str
    stub: Decimal
    counted: Decimal
    why: str


def check_declaration(*, declaration: Declaration) -> list[VillageLine]:
    """The villages of a draft in order of their codes; a constant number of statements.

    `stubs`: the receipts of the people on it, less what members of the same household stand for who are declared
    elsewhere or have their money back. `deposited`: verified money in the township account that no other declaration
    binds, nor anybody who has applied for a refund.
    """
    rows = declaration.rows.order_by().values("village_id").annotate(people=Count("pk"), amount=Sum("amount"))
    declared = {row["village_id"]: row for row in rows}
    again = declaration.rows.filter(previous__isnull=False).order_by().values_list("village_id")
    bound_here = dict(again.annotate(sum=Sum("amount")))
    free = free_money(campaign=declaration.campaign, region=declaration.township_id)
    waiting = reached(campaign=declaration.campaign, limits=free).filter(Exists(leaving()))
    for village, amount in waiting.order_by().values_list("village_id").annotate(sum=Sum(DECLARED_PART)):
        free[village] -= amount
    stubs = _stubs(declaration)
    names = dict(Region.objects.filter(code__in=declared).values_list("code", "name"))
    return [
        VillageLine(
            village=village,
            village_name=names[village],
            people=row["people"],
            stubs=stubs.get(village, ZERO).quantize(ZERO),
            deposited=(free.get(village, ZERO) + bound_here.get(village, ZERO)).quantize(ZERO),
            declared=row["amount"].quantize(ZERO),
        )
        for village, row in sorted(declared.items())
    ]


def named_differences(*, declaration: Declaration, villages: list[str]) -> list[Difference]:
    """By name, what makes these villages of a draft differ, as far as it can be told. At most 500 of a kind."""
    found = []
    rows = declaration.rows.filter(village__in=villages).select_related("contribution__receipt")
    without = rows.filter(contribution__channel=Contribution.Channel.CASH, contribution__receipt__isnull=True)
    found += [
        Difference(row.village_id, row.name, "", ZERO, row.amount, "没有收据，请补开收据后由村重新登记。")
        for row in without[:500]
    ]
    voided = rows.filter(contribution__receipt__state=Receipt.State.VOIDED)
    found += [
        Difference(row.village_id, row.name, receipt.number, ZERO, row.amount, "收据已作废。")
        for row in voided[:500]
        if (receipt := row.contribution.receipt)
    ]
    found += _receipts_that_do_not_add_up(declaration, villages)
    found += _next_in_line(declaration, villages)
    return sorted(found, key=lambda item: item.village)


def _stubs(declaration: Declaration) -> dict[str, Decimal]:
    on_it = Contribution.objects.filter(declaration_rows__declaration=declaration, receipt__isnull=False)
    used = Receipt.objects.filter(pk__in=on_it.values("receipt"), state=Receipt.State.USED)
    written = dict(used.order_by().values_list("village_id").annotate(sum=Sum("amount")))
    elsewhere = (
        Contribution.objects.filter(_STANDS, receipt__in=used.order_by().values("pk"))
        .exclude(pk__in=declaration.rows.values("contribution"))
        .order_by()
        .values_list("village_id")
        .annotate(sum=YuanSum(F("amount") - F("from_gift")))
    )
    for village, amount in elsewhere:
        written[village] = written.get(village, ZERO) - amount
    # A collective's gift comes by bank transfer: its slip is its stub, for whole fees and for parts of them.
    given = declaration.rows.filter(contribution__receipt__isnull=True).exclude(
        contribution__channel=Contribution.Channel.CASH
    )
    parts = declaration.rows.filter(contribution__receipt__isnull=False, contribution__from_gift__gt=0)
    sums = [
        *given.order_by().values_list("village_id").annotate(sum=Sum("amount")),
        *parts.order_by().values_list("village_id").annotate(sum=YuanSum("contribution__from_gift")),
    ]
    for village, amount in sums:
        written[village] = written.get(village, ZERO) + amount
    return written


def _receipts_that_do_not_add_up(declaration: Declaration, villages: list[str]) -> list[Difference]:
    receipts = Receipt.objects.filter(
        contributions__declaration_rows__declaration=declaration, village__in=villages, state=Receipt.State.USED
    ).values("pk")
    live = Q(contributions__ended_at__isnull=True) | Q(contributions__state=Contribution.State.REFUNDED)
    sums = (
        Receipt.objects.filter(pk__in=receipts)
        .annotate(counted=Sum(F("contributions__amount") - F("contributions__from_gift"), filter=live))
        .exclude(counted=F("amount"))
        .order_by("village_id", "pk")[:500]
    )
    names = defaultdict(list)
    people = Contribution.objects.filter(receipt__in=[receipt.pk for receipt in sums], ended_at__isnull=True)
    for receipt, name in people.order_by("pk").values_list("receipt_id", "resident__name"):
        names[receipt].append(name)
    return [
        Difference(
            receipt.village_id,
            "、".join(names[receipt.pk]),
            receipt.number,
            receipt.amount,
            receipt.counted or ZERO,
            "收据存根的金额与这张收据上各人缴费之和不一致。",
        )
        for receipt in sums
    ]


def _next_in_line(declaration: Declaration, villages: list[str]) -> list[Difference]:
    """The first receipt of each village that the money did not reach: a deposit that ends in the middle of it."""
    left = undeclared(campaign=declaration.campaign, villages=villages).filter(
        ~Exists(leaving()), ~Exists(declaration.rows.filter(contribution=OuterRef("pk")))
    )
    waiting = left.annotate(running=oldest_first())
    found: list[Difference] = []
    seen: dict[str, Decimal] = {}
    for person in waiting.select_related("resident", "receipt").order_by("village_id", "running", "pk")[:5000]:
        first = seen.setdefault(person.village_id, person.running)
        if person.running == first:
            found.append(
                Difference(
                    person.village_id,
                    person.resident.name,
                    person.receipt.number if person.receipt else "",
                    person.amount,
                    ZERO,
                    "缴存的钱不够这张收据，没有列入本表；补足缴存后重新核对。",
                )
            )
    return found
