"""Jobs of collection: importing them makes their handlers known to the workers. And what beat asks for."""

from celery import shared_task
from django.utils import timezone

from collection.services import (  # noqa: F401
    consequences,
    declaration_file,
    feedback,
    ledger_confirm,
    ledgers,
    self_payments,
)
from collection.services.duty_notices import queue_warnings
from config import clock
from subsidies.models import Campaign

#: Nobody is woken by a text message about cash.
WAKING_HOURS = range(8, 20)


@shared_task
def queue_duty_warnings() -> None:
    """Asked often; each warning is queued once a day. Follows the business clock."""
    moment = timezone.localtime(clock.now())
    if moment.hour in WAKING_HOURS:
        for campaign in Campaign.objects.filter(closed_at__isnull=True).select_related("policy_version"):
            queue_warnings(campaign=campaign, as_of=moment.date())
