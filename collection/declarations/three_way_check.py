"""三方核对: receipt stubs = money deposited = declared rows, village by village (方案 四（一）3（2）)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from collection.contributions.models import Contribution
from collection.declarations.drafts import (
    DECLARED_PART,
    free_money,
    leaving,
    oldest_first,
    reached,
    undeclared,
    villages_of_leaving,
)
from collection.declarations.models import Declaration, DeclarationRow
from collection.receipts.models import Receipt
from core.amounts import ZERO
from core.database.money import YuanSum
from subsidies.campaigns.models import Campaign

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
    """The villages of a draft in order of their codes."""
    return check_drafts(campaign=declaration.campaign, drafts=[declaration])[declaration.pk]


def check_drafts(*, campaign: Campaign, drafts: Sequence[Declaration]) -> dict[int, list[VillageLine]]:
    """The villages of each draft, a township's one, by its number; as many statements for sixteen as for one.

    `stubs`: the receipts of the people on it, less what members of the same household stand for who are declared
    elsewhere or have their money back. `deposited`: verified money in the township account that no other declaration
    binds, nor anybody who has applied for a refund.
    """
    if not drafts:
        return {}
    on_them = DeclarationRow.objects.filter(declaration__in=[draft.pk for draft in drafts]).order_by()
    declared = on_them.values("declaration_id", "village_id", "village__name")
    declared = declared.annotate(people=Count("pk"), amount=Sum("amount"))
    again = on_them.filter(previous__isnull=False).values_list("village_id")
    bound_here = dict(again.annotate(sum=Sum("amount")))
    free = _free_of(campaign, [draft.township_id for draft in drafts])
    stubs = _stubs(on_them)
    lines: dict[int, list[VillageLine]] = {draft.pk: [] for draft in drafts}
    for row in sorted(declared, key=lambda row: row["village_id"]):
        village = row["village_id"]
        lines[row["declaration_id"]].append(
            VillageLine(
                village=village,
                village_name=row["village__name"],
                people=row["people"],
                stubs=stubs.get(village, ZERO).quantize(ZERO),
                deposited=(free.get(village, ZERO) + bound_here.get(village, ZERO)).quantize(ZERO),
                declared=row["amount"].quantize(ZERO),
            )
        )
    return lines


def _free_of(campaign: Campaign, townships: Sequence[str]) -> dict[str, Decimal]:
    """The verified money of these townships' villages that nothing binds, by village."""
    region = townships[0] if len(townships) == 1 else campaign.county_id
    free = {
        village: amount
        for village, amount in free_money(campaign=campaign, region=region).items()
        if village.startswith(tuple(townships))
    }
    left = {village: free[village] for village in villages_of_leaving(campaign=campaign) if village in free}
    if left:
        waiting = reached(campaign=campaign, limits=left).filter(Exists(leaving()))
        for village, amount in waiting.order_by().values_list("village_id").annotate(sum=Sum(DECLARED_PART)):
            free[village] -= amount
    return free


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


def _stubs(rows: QuerySet[DeclarationRow]) -> dict[str, Decimal]:
    """What the stubs of the people on these rows say, by village."""
    on_it = rows.filter(contribution__receipt__isnull=False)
    used = Receipt.objects.filter(pk__in=on_it.values("contribution__receipt"), state=Receipt.State.USED)
    written = dict(used.order_by().values_list("village_id").annotate(sum=Sum("amount")))
    elsewhere = (
        Contribution.objects.filter(_STANDS, receipt__in=used.order_by().values("pk"))
        .exclude(pk__in=rows.values("contribution"))
        .order_by()
        .values_list("village_id")
        .annotate(sum=YuanSum(F("amount") - F("from_gift")))
    )
    for village, amount in elsewhere:
        written[village] = written.get(village, ZERO) - amount
    # A collective's gift comes by bank transfer: its slip is its stub, for whole fees and for parts of them.
    given = rows.filter(contribution__receipt__isnull=True).exclude(contribution__channel=Contribution.Channel.CASH)
    parts = rows.filter(contribution__receipt__isnull=False, contribution__from_gift__gt=0)
    sums = [
        *given.values_list("village_id").annotate(sum=Sum("amount")),
        *parts.values_list("village_id").annotate(sum=YuanSum("contribution__from_gift")),
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
