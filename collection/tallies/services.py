"""Hold the tallies against the contributions they were kept from, and make them anew."""

import logging
from collections.abc import Iterable

from django.db import transaction

from collection.tallies import sql
from collection.tallies.models import DayTally, InstantTally
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import close_until

log = logging.getLogger(__name__)
#: Villages named in a refusal.
NAMED = 3


def villages_that_differ(campaign: Campaign) -> list[str]:
    """Code of each village whose tallies are not what its contributions make them."""
    return list(dict.fromkeys(village for village, _ in sql.differing_days(campaign.pk)))


def refuse_differing(campaign: Campaign) -> None:
    """Raise Refused, naming villages, if tallies and contributions differ."""
    if codes := villages_that_differ(campaign):
        raise Refused(
            f"{named_villages(codes)}的计数与缴费记录不一致，不能发布。请联系系统管理员核对并重新计数后再发布。"
        )


def named_villages(codes: Iterable[str]) -> str:
    """The first of these villages by name, and how many there are if more."""
    codes = sorted(codes)
    names = Region.objects.filter(pk__in=codes[:NAMED]).order_by("pk").values_list("name", flat=True)
    return "、".join(names) + (f"等 {len(codes)} 个村" if len(codes) > NAMED else "")


def check_tallies(campaign: Campaign) -> list[str]:
    """Log and audit the villages whose tallies and contributions differ; return their codes."""
    codes = villages_that_differ(campaign)
    if codes:
        log.error("tallies of %s differ from its contributions: %s", campaign, ", ".join(codes))
        audit.record(
            "tally.differ",
            actor=None,
            obj=campaign,
            region=campaign.county_id,
            summary=f"{named_villages(codes)}的计数与缴费记录不一致，排名暂不能发布",
            after={"villages": codes},
        )
    return codes


@transaction.atomic
def recount_tallies(*, campaign: Campaign, actor: User | None) -> list[str]:
    """Make a campaign's tallies anew from its contributions; return the codes of the villages that differed.

    Nobody books meanwhile: `close_until` waits for those who do, and keeps the next ones waiting.
    """
    close_until(campaign_id=campaign.pk, until=clock.now())
    if not (codes := villages_that_differ(campaign)):
        return []
    DayTally.objects.filter(campaign=campaign).delete()
    InstantTally.objects.filter(campaign=campaign).delete()
    sql.count_anew(campaign.pk)
    audit.record(
        "tally.recount",
        actor=actor,
        obj=campaign,
        region=campaign.county_id,
        summary=f"按缴费记录重新计数：{named_villages(codes)}",
        after={"villages": codes},
    )
    return codes
