"""What pages ask about consequences."""

from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.db.models.fields.json import KT

from collection.consequences.models import Consequence
from core.accounts.models import User
from subsidies.campaigns.models import Campaign


def list_rows(*, user: User, campaign: Campaign, state: str, outcome: str) -> QuerySet[Consequence]:
    """Return the consequences in the user's region, those that wait first."""
    rows = Consequence.objects.for_user(user).filter(campaign=campaign)
    if state in Consequence.State.values:
        rows = rows.filter(state=state)
    if outcome in Consequence.Outcome.values:
        rows = rows.filter(outcome=outcome)
    return rows.select_related("resident", "village__parent", "contribution", "refund", "decided_by").order_by("-pk")


def open_counts(*, user: User, campaign: Campaign) -> dict[str, int]:
    """Return how many wait for a decision, by outcome."""
    rows = Consequence.objects.for_user(user).filter(campaign=campaign, state=Consequence.State.OPEN)
    return dict(rows.order_by().values_list("outcome").annotate(Count("pk")))


class Alike(NamedTuple):
    """People whose quotes changed in the same way: by which fact, what was, what would be, and how many they are."""

    fact: str
    before: str
    after: str
    people: int


def alike(*, user: User, campaign: Campaign, limit: int = 20) -> list[Alike]:
    """Return the ways in which quotes changed that wait for an officer, the most frequent first; single ones are left
    to the list. One statement."""
    rows = _reviews(user, campaign).values("fact", was=KT("before__says"), becomes=KT("after__says"))
    counted = rows.annotate(people=Count("pk")).filter(people__gt=1).order_by("-people", "fact", "was", "becomes")
    return [Alike(row["fact"], row["was"], row["becomes"], row["people"]) for row in counted[:limit]]


def alike_rows(*, user: User, campaign: Campaign, alike: Alike) -> QuerySet[Consequence]:
    """Return the reviews that wait and changed in this way."""
    rows = _reviews(user, campaign)
    return rows.filter(fact=alike.fact, before__says=alike.before, after__says=alike.after)


def _reviews(user: User, campaign: Campaign) -> QuerySet[Consequence]:
    rows = Consequence.objects.for_user(user).filter(campaign=campaign)
    waiting = rows.filter(state=Consequence.State.OPEN, outcome=Consequence.Outcome.REVIEW)
    return waiting.filter(contribution__ended_at__isnull=True).order_by()
