"""Lists of claims in the menu of counties whose notice knows the large-illness incentives."""

from core.accounts.models import User
from core.pages.frame import Entry
from subsidies.campaigns.selectors import current


def has_incentives(user: User) -> bool:
    """Whether the notice of the reader's county grants anything for years without a claim."""
    campaign = current(user)
    return campaign is not None and campaign.policy.benefits.large_illness is not None


ENTRIES = [Entry("报销清单和激励", "claim_lists", 38, shown_to=has_incentives)]
