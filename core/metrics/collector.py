"""What an operator watches: whether work gets done. All of it is asked of the database when Prometheus comes by, so
that it is the same whichever process answers.
"""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core.accounts import lockout
from core.jobs.models import Job
from core.messages.models import OutboxMessage


class OfficeCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from _jobs()
        yield from _messages()
        yield GaugeMetricFamily("county_locked_logins", "User and address pairs locked now", len(lockout.locked()))


def _jobs() -> Iterator[Metric]:
    by_state = GaugeMetricFamily(
        "county_jobs", "Jobs by kind and state, as far as the table goes back", labels=["kind", "state"]
    )
    for kind, state, number in Job.objects.values_list("kind", "state").annotate(Count("pk")).order_by("kind", "state"):
        by_state.add_metric([kind, state], number)
    yield by_state
    oldest = Job.objects.filter(state=Job.State.QUEUED).aggregate(at=Min("created_at"))["at"]
    seconds = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    yield GaugeMetricFamily("county_oldest_queued_job_seconds", "How long the oldest job has been waiting", seconds)


def _messages() -> Iterator[Metric]:
    states = OutboxMessage.State
    waiting = OutboxMessage.objects.filter(state__in=[states.WAITING, states.SENDING]).count()
    given_up = OutboxMessage.objects.filter(state__in=[states.FAILED, states.UNSURE]).count()
    yield GaugeMetricFamily("county_messages_waiting", "Text messages not handed over yet", waiting)
    yield GaugeMetricFamily("county_messages_given_up", "Text messages nobody took", given_up)
