"""What pages ask about the supplementary cover: who has it, and whose hands its money is in."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count
from django.db.models.functions import Substr

from collection.accident.models import AccidentCover, AccidentHandover
from core.accounts.models import User
from core.amounts import ZERO
from core.database.money import YuanSum
from core.regions.models import Region
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import current


@dataclass(frozen=True, slots=True)
class TownshipLine:
    """A township's cover: people, premiums taken, handed to the insurer, and what it holds."""

    township: Region
    people: int
    premiums: Decimal
    handed_over: Decimal

    @property
    def held(self) -> Decimal:
        return self.premiums - self.handed_over


def township_lines(*, user: User, campaign: Campaign) -> list[TownshipLine]:
    """Return every township of the region; three statements."""
    covers = AccidentCover.objects.for_user(user).filter(campaign=campaign, ended_at__isnull=True).order_by()
    by_township = covers.annotate(township=Substr("village_id", 1, 9)).values_list("township")
    taken = {code: (people, sum_) for code, people, sum_ in by_township.annotate(Count("pk"), YuanSum("premium"))}
    handed = AccidentHandover.objects.for_user(user).filter(campaign=campaign).order_by()
    given = dict(handed.values_list("township").annotate(YuanSum("amount")))
    regions = Region.objects.for_user(user).filter(level=Region.Level.TOWNSHIP, replaced_by=None).order_by("code")
    return [TownshipLine(one, *taken.get(one.pk, (0, ZERO)), given.get(one.pk, ZERO)) for one in regions]


def held_by(*, campaign: Campaign, township: str) -> Decimal:
    """What a township holds of premiums, in yuan."""
    covers = AccidentCover.objects.in_region(township).filter(campaign=campaign, ended_at__isnull=True)
    handed = AccidentHandover.objects.filter(campaign=campaign, township=township)
    taken = covers.aggregate(sum=YuanSum("premium"))["sum"] or ZERO
    return taken - (handed.aggregate(sum=YuanSum("amount"))["sum"] or ZERO)


def is_offered(user: User) -> bool:
    """Whether the reader's county has this cover at all: the menu asks."""
    campaign = current(user)
    rule = campaign.policy.accident if campaign else None
    return bool(rule and rule.allowed)
