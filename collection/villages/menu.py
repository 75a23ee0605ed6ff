"""The village's page in the menu, and on a helper's first page."""

from collection.villages.pipeline import pipeline, waiting
from collection.villages.selectors import village_context
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Entry, Panel
from subsidies.campaigns.models import Campaign

ENTRIES = [Entry("本村", "own_village", 15), Entry("村划转", "village_move", 96)]


def panel(user: User, campaign: Campaign) -> Panel | None:
    """A helper's first page shows the village: task, paid, unpaid, cash in hand, what to bank by when."""
    region = user.region
    return Panel("collection/villages/home_village.html", village_context(campaign, region)) if region else None


def pipeline_panel(user: User, campaign: Campaign) -> Panel | None:
    """Whoever moves the money, or answers for it, sees where it stands and what is late at whose desk."""
    if user.role not in (Role.COUNTY, Role.TOWNSHIP, Role.TAX, Role.LEADER):
        return None
    steps = pipeline(user=user, campaign=campaign) if user.role != Role.TAX else []
    return Panel(
        "collection/villages/home_pipeline.html", {"steps": steps, "waits": waiting(user=user, campaign=campaign)}
    )
