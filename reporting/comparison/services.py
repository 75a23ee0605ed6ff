"""Entering the population that the statistics bureau gives."""

from django.core.files.base import File
from django.db import transaction

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.files.services import store
from core.refusals import Refused
from core.regions.models import Region
from core.text import required_text
from reporting.comparison.models import PopulationFigure
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import lock_campaign

MOST = 10_000_000


@transaction.atomic
def enter_population(
    *, campaign: Campaign, region: Region, kind: str, people: int, source: str, file: "File[bytes] | None", actor: User
) -> PopulationFigure:
    """Enter a figure with the paper it comes from; the same figure again is the one that is there. Raise Refused."""
    if actor.role != Role.COUNTY:
        raise Refused(f"人口数由{actor.county_word}医保局录入。")
    source = required_text(source, "来源（统计公报或文号）", 120)
    if not 0 < people <= MOST:
        raise Refused("人数应是 1 以上的整数。", "people")
    lock_campaign(campaign)
    if campaign.closed_meanwhile():
        raise Refused(f"{campaign}已办结，不能再改人口数。")
    newest: PopulationFigure | None = PopulationFigure.objects.filter(
        campaign=campaign, region=region, kind=kind
    ).first()
    if newest and (newest.people, newest.source) == (people, source):
        return newest
    kept = file and store(file=file, name=file.name or "", kind="population", region=region.pk, actor=actor)
    figure = PopulationFigure.objects.create(
        campaign=campaign,
        region=region,
        kind=kind,
        people=people,
        source=source,
        attachment=kept or None,
        entered_by=actor,
        entered_at=clock.now(),
    )
    audit.record(
        "population.enter",
        actor=actor,
        obj=figure,
        region=region.pk,
        summary=f"录入{region.name}{figure.get_kind_display()} {people} 人（{source}）",
        before={"people": newest.people} if newest else None,
        after={"people": people},
    )
    return figure
