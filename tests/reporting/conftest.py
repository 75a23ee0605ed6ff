import datetime
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone

from collection.contributions.models import Contribution
from tests.factories import create_user


def at(text: str) -> datetime.datetime:
    """Local wall-clock time: at("2024-10-25 12:00")."""
    return timezone.make_aware(datetime.datetime.fromisoformat(text))


def contribution(campaign, resident, *, recorded, posted=None, ended=None, village=None, **fields) -> Contribution:
    """An unsaved contribution with its instants as wall-clock text."""
    state = Contribution.State.POSTED if posted else Contribution.State.COLLECTED
    return Contribution(
        campaign=campaign,
        resident=resident,
        year=campaign.year,
        village_id=village or resident.village_id,
        policy_version_id=campaign.policy_version_id,
        clause="方案 三（二）",
        paid_on=at(recorded).date(),
        recorded_at=at(recorded),
        posted_at=at(posted) if posted else None,
        ended_at=at(ended) if ended else None,
        **{
            "channel": Contribution.Channel.CASH,
            "amount": Decimal("400.00"),
            "standard": Decimal("400.00"),
            "subsidy": Decimal("0.00"),
            "category": "普通居民",
            "state": state,
            **fields,
        },
    )


@pytest.fixture
def pay(campaign, make_resident):
    """`pay("411325101200", recorded="2024-10-20 09:00", posted=…)` → a saved contribution of an invented resident."""

    def make(village: str, *, recorded: str, posted: str | None = None, ended: str | None = None, **fields):
        resident = fields.pop("resident", None) or make_resident(village)
        made = contribution(campaign, resident, recorded=recorded, posted=posted, ended=ended, **fields)
        made.save()
        return made

    return make


@pytest.fixture
def villages(campaign):
    """township code → its village codes, of 内乡."""
    from core.regions.models import Region

    found = {}
    for code in Region.objects.filter(level="village", code__startswith="411325").values_list("code", flat=True):
        found.setdefault(code[:9], []).append(code)
    return found


@pytest.fixture(autouse=True)
def _nothing_drawn_before():
    """Pages of rankings are kept in the cache; primary keys come again in the next test."""
    cache.clear()


def sign_by_both(snapshot):
    """The two offices' word for the final figures."""
    from reporting.rankings.drafts import OFFICES, final_figure, sign_figures

    for role in OFFICES:
        sign_figures(snapshot=snapshot, seen=final_figure(snapshot), actor=create_user(role, "411325"))
