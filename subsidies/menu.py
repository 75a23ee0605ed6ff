from core.accounts.models import User
from core.pages.frame import Asked, Entry
from subsidies.campaigns.pages import todo_of_year
from subsidies.campaigns.selectors import open_campaigns
from subsidies.claims import menu as claims
from subsidies.openings import menu as openings
from subsidies.rosters import menu as rosters

ENTRIES = [
    Entry("应缴核算", "quote", 22),
    *rosters.ENTRIES,
    *openings.ENTRIES,
    *claims.ENTRIES,
    Entry("政策口径", "policy", 90),
    Entry("征缴年度", "campaign_list", 94),
]


def todos(user: User) -> list[Asked]:
    """What a year in preparation and the open years ask of this person."""
    campaigns = open_campaigns(user)
    found: list[Asked] = [*openings.proposal_todos(user)]
    for campaign in campaigns:
        asked = openings.todos(user, campaign) + rosters.todos(user, campaign)
        found += asked if len(campaigns) == 1 else [todo_of_year(todo, campaign.year) for todo in asked]
    return found
