"""People who move between this county and the neighbouring one: asked for, not answered yet. And the population."""

import datetime

from core.accounts.models import User
from core.regions.models import Region
from demo.county import NEIGHBOUR_ACCOUNT
from demo.world import World
from reporting.comparison.services import enter_population
from residents.people.models import Resident
from residents.transfers.services import ask_to_move


def ask_across(world: World, day: datetime.date) -> None:
    """The neighbouring bureau asks for one of ours, and we for one of theirs."""
    there = User.objects.get(username=NEIGHBOUR_ACCOUNT[0])
    pairs = ((there, world.county.code, there.region_id), (world.bureau, there.region_id, world.county.township))
    for asker, holder, goes_to in pairs:
        person = Resident.objects.in_region(holder or "").order_by("-pk").first()
        near = Resident.objects.in_region(goes_to or "").order_by("pk").first()
        if person and near:
            ask_to_move(
                name=person.name,
                id_number=person.id_number,
                village=Region.objects.get(pk=near.village_id),
                reason="婚迁，户口簿已迁入本村",
                file=None,
                actor=asker,
            )


def give_population(world: World, day: datetime.date) -> None:
    """Both figures of the population, a little above the register, as the bureaus give them."""
    people, word = Resident.objects.in_region(world.county.code).count(), world.campaign.county_word
    for kind, number, source in (
        ("living", people * 104 // 100, f"{word}统计局上年统计公报"),
        ("registered", people * 118 // 100, f"{word}公安局户籍人口报表"),
    ):
        enter_population(
            campaign=world.campaign,
            region=world.campaign.county,
            kind=kind,
            people=number,
            source=source,
            file=None,
            actor=world.bureau,
        )
