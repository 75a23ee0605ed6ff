"""Newborns who are not insured yet, and by when they must be."""

import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from collection.contributions.models import Contribution
from config import clock
from residents.people.models import ParentLink, Resident
from subsidies.campaigns.models import Campaign
from subsidies.policy.policies import Policy
from subsidies.quotes.benefits import NewbornDeadline, newborn_deadline

#: With fewer days left it is said to be urgent.
URGENT_DAYS = 15


class UninsuredNewborn(NamedTuple):
    """A child who is not insured yet; `left`: days until the last day, that day itself 0."""

    child: Resident
    deadline: NewbornDeadline
    left: int

    @property
    def is_urgent(self) -> bool:
        return self.left <= URGENT_DAYS


class Countdown(NamedTuple):
    """How many newborns wait, and the nearest last day."""

    children: int
    day: datetime.date
    left: int

    @property
    def is_urgent(self) -> bool:
        return self.left <= URGENT_DAYS


def waiting(*, campaign: Campaign, region: str) -> list[UninsuredNewborn]:
    """Return the region's newborns who are not insured, the nearest last day first. Two statements."""
    links = ParentLink.objects.filter(withdrawn_at__isnull=True).select_related("parent").order_by("relation")
    rows = _rows(campaign, region).select_related("village__parent", "household")
    rows = rows.prefetch_related(Prefetch("parent_links", queryset=links, to_attr="parents"))
    found = [_newborn(campaign.policy, child) for child in rows]
    return sorted((one for one in found if one), key=lambda one: (one.left, one.child.village_id, one.child.pk))


def countdown(*, campaign: Campaign, region: str) -> Countdown | None:
    """Count them in one statement; None where there are none."""
    policy = campaign.policy
    births = _rows(campaign, region).values_list("birth_date", flat=True)
    days = sorted(deadline.day for born in births if (deadline := newborn_deadline(policy, born)))
    return Countdown(len(days), days[0], (days[0] - clock.today()).days) if days else None


def _newborn(policy: Policy, child: Resident) -> UninsuredNewborn | None:
    deadline = newborn_deadline(policy, child.birth_date)
    return UninsuredNewborn(child, deadline, (deadline.day - clock.today()).days) if deadline else None


def _rows(campaign: Campaign, region: str) -> QuerySet[Resident]:
    """The children whose last day is not over, without contribution for the year."""
    newborn, today = campaign.policy.newborn, clock.today()
    since = max(newborn.born_from, today - datetime.timedelta(days=newborn.window_days))
    born = Q(birth_date__gte=since)
    if (rule := newborn.pay_by) and today <= rule.paid_by:
        born |= Q(birth_date__range=(rule.start, rule.end))
    live = Contribution.objects.filter(resident=OuterRef("pk"), year=campaign.year, ended_at__isnull=True)
    rows = Resident.objects.in_region(region).filter(born, ~Exists(live), status=Resident.Status.ACTIVE)
    return rows.filter(birth_date__lte=min(today, campaign.policy.year_end)).order_by("pk")
