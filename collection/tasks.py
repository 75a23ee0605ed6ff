"""Jobs of collection: importing them makes their handlers known to the workers. And what beat asks for."""

from celery import shared_task

from collection.accident import services as accident  # noqa: F401
from collection.cash.notices import queue_warnings
from collection.consequences import quotes, reviews, rosters  # noqa: F401
from collection.declarations import file as declaration_file  # noqa: F401
from collection.entitlements import services as entitlements
from collection.finance import exports as finance_exports  # noqa: F401
from collection.ledgers import confirm as ledger_confirm  # noqa: F401
from collection.messages import services as reminders  # noqa: F401
from collection.newborns import services as newborns  # noqa: F401
from collection.schools import services as schools  # noqa: F401
from collection.self_payments import services as self_payments  # noqa: F401
from collection.slip_photos import services as slip_photos  # noqa: F401
from collection.tallies import services as tallies
from config import clock
from core.messages.services import is_waking_hour
from subsidies.campaigns.models import Campaign


@shared_task
def queue_duty_warnings() -> None:
    """Asked often; each warning is queued once a day. Follows the business clock."""
    if is_waking_hour():
        for campaign in Campaign.objects.filter(closed_at__isnull=True).select_related("policy_version"):
            queue_warnings(campaign=campaign, as_of=clock.today())


@shared_task
def enrol_who_owes_nothing() -> None:
    """Asked every hour: a mark, a birthday or a month may have begun to count. Follows the business clock."""
    for campaign in Campaign.objects.filter(closed_at__isnull=True).select_related("policy_version", "county"):
        if entitlements.anybody_to_enrol(campaign):
            entitlements.ask_to_enrol(campaign=campaign, actor=None)


@shared_task
def check_tallies() -> None:
    """Asked every night: the figures of every village against its contributions."""
    for campaign in Campaign.objects.select_related("county"):
        tallies.check_tallies(campaign)
