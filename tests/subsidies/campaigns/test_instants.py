"""The race that would make a ranking disputable, with real connections: a writer dated before noon, committing after.

Threads meet at events, not at times; nothing sleeps.
"""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from config import clock
from subsidies.campaigns import watermark
from subsidies.campaigns.models import Watermark
from subsidies.campaigns.watermark import WritersBusy, close_until, next_timestamp

NOON = timezone.make_aware(datetime.datetime(2024, 10, 25, 12))
SECOND = datetime.timedelta(seconds=1)


def in_thread(function):
    def run(*args):
        try:
            return function(*args)
        finally:
            connection.close()

    return run


@pytest.mark.django_db(transaction=True)
def test_a_count_waits_for_the_writer_who_was_dated_before_it(campaign, business_clock):
    """Writer: begins, dates 11:59:59, waits, commits. Counter: begins at noon while the writer is still at work."""
    business_clock("2024-10-25T11:59:59")
    dated, counting = threading.Event(), threading.Event()
    order = []

    @in_thread
    def writer():
        with transaction.atomic():
            moment = next_timestamp(campaign_id=campaign.pk)
            dated.set()
            assert counting.wait(20)
            order.append("written")
        return moment

    @in_thread
    def counter():
        assert dated.wait(20)
        business_clock("2024-10-25T12:00")
        counting.set()
        with transaction.atomic():
            close_until(campaign_id=campaign.pk, until=NOON)
            order.append("counted")

    with ThreadPoolExecutor(2) as pool:
        written, counted = pool.submit(writer), pool.submit(counter)
        assert written.result(40) == NOON - SECOND
        counted.result(40)
    assert order == ["written", "counted"]


@pytest.mark.django_db(transaction=True)
def test_a_writer_who_comes_during_the_count_is_dated_after_it(campaign, business_clock):
    business_clock("2024-10-25T12:00")
    counting, asked = threading.Event(), threading.Event()

    @in_thread
    def counter():
        with transaction.atomic():
            close_until(campaign_id=campaign.pk, until=NOON)
            counting.set()
            assert asked.wait(20)

    @in_thread
    def writer():
        assert counting.wait(20)
        business_clock("2024-10-25T11:00")  # this machine's clock is an hour slow
        asked.set()
        with transaction.atomic():
            return next_timestamp(campaign_id=campaign.pk)

    with ThreadPoolExecutor(2) as pool:
        counted, written = pool.submit(counter), pool.submit(writer)
        counted.result(40)
        assert written.result(40) == NOON


def test_no_timestamp_is_before_the_watermark(campaign, business_clock):
    business_clock("2024-10-25T12:00")
    close_until(campaign_id=campaign.pk, until=NOON)
    business_clock("2024-10-25T11:00")
    assert next_timestamp(campaign_id=campaign.pk) == NOON
    business_clock("2024-10-25T12:00:01")
    assert next_timestamp(campaign_id=campaign.pk) == NOON + SECOND == clock.now()


def test_the_watermark_only_moves_forward(campaign, business_clock):
    business_clock("2024-10-25T12:00")
    close_until(campaign_id=campaign.pk, until=NOON)
    close_until(campaign_id=campaign.pk, until=NOON - 7 * 24 * 3600 * SECOND)
    assert Watermark.objects.get().closed_until == NOON


def test_each_campaign_has_its_own_watermark(campaign, business_clock):
    from subsidies.campaigns.services import open_campaign

    other, _ = open_campaign(policy_id="130628-2026")
    business_clock("2024-10-25T12:00")
    close_until(campaign_id=other.pk, until=NOON)
    business_clock("2024-10-25T11:00")
    assert next_timestamp(campaign_id=campaign.pk) < NOON


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["next_timestamp", "close_until"])
def test_outside_a_transaction_it_is_refused(campaign, business_clock, verb):
    with pytest.raises(transaction.TransactionManagementError):
        next_timestamp(campaign_id=campaign.pk) if verb == "next_timestamp" else close_until(
            campaign_id=campaign.pk, until=clock.now()
        )


@pytest.mark.django_db(transaction=True)
def test_a_writer_who_never_ends_makes_the_count_give_up_and_say_so(campaign, business_clock, monkeypatch):
    """On SQLite the wait is the database's own; the engine's timeout is tested there by Django."""
    if connection.vendor != "postgresql":
        with transaction.atomic():
            close_until(campaign_id=campaign.pk, until=clock.now())
        assert Watermark.objects.count() == 1
        return
    monkeypatch.setattr(watermark, "_PATIENCE_SECONDS", 0)
    dated, done = threading.Event(), threading.Event()

    @in_thread
    def writer():
        with transaction.atomic():
            next_timestamp(campaign_id=campaign.pk)
            dated.set()
            assert done.wait(20)

    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(writer)
        assert dated.wait(20)
        with pytest.raises(WritersBusy), transaction.atomic():
            close_until(campaign_id=campaign.pk, until=clock.now())
        done.set()
        written.result(40)
