"""A county's policy a year later, and its campaign opened beside the first."""

from config import clock
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import keep_version
from subsidies.policy import editing, policies


def text_of_next_year(policy: policies.Policy) -> str:
    """The text of a policy with every date and the year itself one year later."""
    return editing.next_year(policy).text


def open_next_year(campaign: Campaign) -> Campaign:
    """Open the following year of the same county beside this one."""
    rules = campaign.policy
    following = policies.parse(text_of_next_year(rules), f"{rules.county_code}-{rules.year + 1}")
    return Campaign.objects.create(
        county=campaign.county, year=following.year, policy_version=keep_version(following), opened_at=clock.now()
    )
