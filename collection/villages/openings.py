"""What opening a year asks of the collection: who was insured where, and what keeps a village from ending."""

from collections.abc import Collection

from django.db.models import Count

from collection.contributions.models import Contribution
from collection.villages.moves import on_the_way
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


def insured_by_village(campaign: Campaign) -> dict[str, int]:
    """Village code as recorded → people with a live contribution; one statement."""
    rows = Contribution.objects.filter(campaign=campaign, ended_at__isnull=True).order_by()
    return dict(rows.values_list("village_id").annotate(n=Count("pk")))


def reasons_to_stay(county: str, villages: Collection[str]) -> list[str]:
    """What of these villages is on its way in any open year: it would be left behind under the old code."""
    found = []
    regions = list(Region.objects.filter(code__in=villages).order_by("code"))
    for campaign in Campaign.objects.filter(county=county, closed_at__isnull=True).order_by("year"):
        for village in regions:
            found += [f"{campaign.year}年度：{reason.rstrip('。')}" for reason in on_the_way(campaign, village)]
    return found
