"""The last level of the surface: the households of a village, and one household.

Who works with people one by one sees names; leaders and departments see the same rows by their number alone.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q

from collection.contributions.models import Contribution
from config import clock
from core.access import masks
from core.access.scope import ScopedQuerySet
from core.amounts import ZERO
from core.database.money import YuanSum
from core.regions.models import Region
from residents.people.models import Household, Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import Quote
from subsidies.quotes.selectors import quote_residents

#: The orders of a village's households: key → what it is called.
SORTS = {"worst": "未缴人多的在前", "number": "按户编号"}


@dataclass(frozen=True)
class HouseholdRow:
    """One household of a village; `pk` 0 gathers those whom the register gives no household. Amounts in yuan."""

    pk: int
    number: str
    head: str
    people: int
    paid: int
    posted: int
    amount: Decimal

    @property
    def unpaid(self) -> int:
        return self.people - self.paid

    @property
    def paid_width(self) -> int:
        return self.paid * 100 // self.people

    @property
    def posted_width(self) -> int:
        return self.posted * 100 // self.people

    @property
    def kind(self) -> str:
        return "ok" if not self.unpaid else "warn" if self.paid else "bad"


@dataclass(frozen=True)
class HouseholdMember:
    """One person of a household. `due` None: not known, `why` says why not. `row`: the contribution, if any."""

    resident: Resident
    number: str
    row: Contribution | None
    due: Decimal | None
    why: str


def household_rows(*, campaign: Campaign, village: Region, sort: str = "worst") -> list[HouseholdRow]:
    """Every household of a village with its heads and what they have paid; two statements whatever their number."""
    live = Contribution.objects.filter(resident=OuterRef("pk"), year=campaign.year, ended_at__isnull=True)
    counted = (
        _counted(campaign, village)
        .annotate(is_posted=Exists(live.filter(posted_at__isnull=False)))
        .order_by()
        .values("household", "household__number", "household__head_name")
        .annotate(
            people=Count("pk"),
            paid=Count("pk", filter=Q(is_paid=True)),
            n_posted=Count("pk", filter=Q(is_posted=True)),
        )
    )
    paid = Contribution.objects.filter(year=campaign.year, resident__village=village, ended_at__isnull=True).order_by()
    amounts = dict(paid.values_list("resident__household").annotate(sum=YuanSum("amount")))
    rows = [
        HouseholdRow(
            pk=row["household"] or 0,
            number=row["household__number"] or "",
            head=row["household__head_name"] or "",
            people=row["people"],
            paid=row["paid"],
            posted=row["n_posted"],
            amount=amounts.get(row["household"], ZERO),
        )
        for row in counted
    ]
    if sort == "number":
        return sorted(rows, key=lambda row: (not row.pk, row.number))
    return sorted(rows, key=lambda row: (-row.unpaid, row.number))


def members(*, campaign: Campaign, village: Region, household: Household | None) -> list[HouseholdMember]:
    """The people of a household: what each has paid, or owes today and why; unpaid first."""
    people = list(_counted(campaign, village).filter(household=household).order_by("is_paid", "birth_date", "pk"))
    rows = Contribution.objects.filter(year=campaign.year, resident__in=people, ended_at__isnull=True)
    paid = {row.resident_id: row for row in rows}
    period = campaign.policy.period
    day = min(max(clock.today(), period.start), period.end)
    owing = [one for one in people if one.pk not in paid and one.birth_date <= day]
    quotes = quote_residents(campaign=campaign, residents=owing, paid_on=day, taking_payment=False)
    return [_member(one, paid.get(one.pk), quotes.get(one.pk)) for one in people]


def _counted(campaign: Campaign, village: Region) -> ScopedQuerySet:
    """Who is on the village's register, or has paid there all the same."""
    live = Contribution.objects.filter(resident=OuterRef("pk"), year=campaign.year, ended_at__isnull=True)
    people = Resident.objects.filter(village=village).exclude(status=Resident.Status.MERGED)
    with_paid: ScopedQuerySet = people.annotate(is_paid=Exists(live))
    return with_paid.filter(Q(status=Resident.Status.ACTIVE) | Q(is_paid=True))


def _member(resident: Resident, row: Contribution | None, answer: object) -> HouseholdMember:
    number = masks.mask(resident.id_number)
    if row is not None:
        return HouseholdMember(resident, number, row, row.amount, row.category)
    if isinstance(answer, Quote):
        return HouseholdMember(resident, number, None, answer.due, answer.category)
    return HouseholdMember(resident, number, None, None, str(answer) if answer else "出生日期晚于今天")
