"""The menu lines, to-dos and panels of every topic of the collection."""

from collection.accident import menu as accident
from collection.advice import menu as advice
from collection.cash import menu as cash
from collection.closing import menu as closing
from collection.consequences import menu as consequences
from collection.declarations import menu as declarations
from collection.door import menu as door
from collection.entitlements import menu as entitlements
from collection.finance import menu as finance
from collection.gifts import menu as gifts
from collection.households import menu as households
from collection.ledgers import menu as ledgers
from collection.messages import menu as messages
from collection.money import menu as money
from collection.newborns import menu as newborns
from collection.notices import menu as notices
from collection.receipts import menu as receipts
from collection.refunds import menu as refunds
from collection.repairs import menu as repairs
from collection.schools import menu as schools
from collection.self_payments import menu as self_payments
from collection.spot_checks import menu as spot_checks
from collection.villages import menu as villages
from collection.visits import menu as visits
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Panel
from subsidies.campaigns.pages import todo_of_year
from subsidies.campaigns.selectors import current, open_campaigns

TOPICS = (
    accident,
    villages,
    households,
    door,
    ledgers,
    visits,
    spot_checks,
    messages,
    cash,
    gifts,
    money,
    receipts,
    entitlements,
    declarations,
    self_payments,
    schools,
    refunds,
    repairs,
    consequences,
    finance,
    newborns,
    advice,
    notices,
    closing,
)
ENTRIES = [entry for topic in TOPICS for entry in topic.ENTRIES]


def todos(user: User) -> list[Asked]:
    """Everything the collection asks of this person today, in every open year, none is hidden by the year chosen;
    and that a closed one be opened again."""
    campaigns = open_campaigns(user)
    found: list[Asked] = []
    for campaign in campaigns:
        asked = [todo for topic in TOPICS if hasattr(topic, "todos") for todo in topic.todos(user, campaign)]
        found += asked if len(campaigns) == 1 else [todo_of_year(todo, campaign.year) for todo in asked]
    return found + closing.reopening_todos(user)


def panel(user: User) -> Panel | None:
    """What the first page shows: a helper the village, a department its people, everybody that a year is closed; who
    moves the money where it stands."""
    campaign = current(user)
    if campaign is None or user.region is None:
        return None
    if user.role == Role.VILLAGE:
        return villages.panel(user, campaign)
    if user.role == Role.DEPARTMENT:
        return entitlements.panel(user, campaign)
    return closing.panel(user, campaign) or villages.pipeline_panel(user, campaign)
