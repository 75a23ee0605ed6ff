"""What pages ask about consequences."""

from django.db.models import Count, QuerySet

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
