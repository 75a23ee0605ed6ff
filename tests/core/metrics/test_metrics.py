"""/metrics: figures for whoever has the token, and not even a hint of the page for anybody else."""

import pytest
from django.urls import reverse
from django.utils import timezone

from core.jobs.models import Job
from core.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db
TOKEN = "t" * 32


@pytest.mark.parametrize(
    ("configured", "sent", "status"),
    [
        (TOKEN, f"Bearer {TOKEN}", 200),
        (TOKEN, f"Bearer {TOKEN}x", 404),
        (TOKEN, "Bearer", 404),
        (TOKEN, "", 404),
        (TOKEN, "Bearer 钥匙", 404),
        ("", "", 404),
        ("", "Bearer ", 404),
    ],
)
def test_who_reads_the_figures(client, settings, configured, sent, status):
    settings.METRICS_TOKEN = configured
    assert client.get(reverse("metrics"), headers={"Authorization": sent}).status_code == status


def test_what_stands_in_them(client, settings):
    settings.METRICS_TOKEN = TOKEN
    Job.objects.create(kind="ledger.read", key="a")
    Job.objects.create(kind="ledger.read", key="b", state=Job.State.FAILED)
    OutboxMessage.objects.create(key="k", kind="duty", region_code="411325", to_name="某", created_at=timezone.now())
    answer = client.get(reverse("metrics"), headers={"Authorization": f"Bearer {TOKEN}"})
    text = answer.content.decode()
    assert 'county_jobs{kind="ledger.read",state="failed"} 1.0' in text
    assert 'county_jobs{kind="ledger.read",state="queued"} 1.0' in text
    assert "county_messages_waiting 1.0" in text and "county_oldest_queued_job_seconds" in text
    assert "某" not in text
