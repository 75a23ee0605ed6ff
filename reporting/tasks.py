import logging

from celery import shared_task
from django.db import transaction

from config import clock
from reporting.rankings import notices
from reporting.rankings.snapshots import build_snapshot, snapshots_due
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import WritersBusy

log = logging.getLogger(__name__)


@shared_task
def build_due_snapshots() -> int:
    """Build every ranking due by now, also those missed while nothing ran. Return how many.

    What cannot be counted yet because a writer is at work is left to the next beat.
    """
    built = 0
    for campaign in Campaign.objects.select_related("policy_version", "county"):
        for kind, as_of in snapshots_due(campaign=campaign, now=clock.now()):
            try:
                with transaction.atomic():
                    snapshot = build_snapshot(campaign=campaign, kind=kind, as_of=as_of)
                    notices.notify_no_progress(snapshot=snapshot)
            except WritersBusy:
                log.warning("%s %s of %s is not settled yet", kind, as_of, campaign)
            else:
                built += 1
    return built
