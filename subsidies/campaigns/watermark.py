"""The timestamps that rankings count by, and the watermark before which nothing new can be dated.

A ranking as of Friday noon must come out the same whenever it is built, also while ledgers are being confirmed. A
transaction dated 11:59 that commits at 12:01 would break that, so whoever writes a timestamp takes it from
`next_timestamp`, and whoever counts calls `close_until` first (docs/decisions/as-of.md).
"""

import time
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction

from config import clock
from core.database.once import once
from subsidies.campaigns.models import Watermark

#: First half of the advisory lock's key, the second is the campaign's id.
_LOCK = 0x0C0
_PATIENCE_SECONDS = 30
_PAUSE_SECONDS = 0.1


class WritersBusy(Exception):
    """A writer held its transaction open too long; count again later."""


def next_timestamp(*, campaign_id: int) -> datetime:
    """Return the business time to write into recorded_at, posted_at, ended_at, applied_at and the like.

    Call it inside the transaction that writes, before other locks. Until that transaction ends no count is taken; and
    the timestamp is never before one that has been counted, even if this machine's clock is slow.
    """
    _require_transaction("next_timestamp")
    return once(("timestamp", campaign_id), partial(_locked_timestamp, campaign_id))


def _locked_timestamp(campaign_id: int) -> datetime:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [_LOCK, campaign_id])
    closed = Watermark.objects.filter(campaign_id=campaign_id).values_list("closed_until", flat=True).first()
    moment = clock.now()
    return moment if closed is None else max(moment, closed)


def close_until(*, campaign_id: int, until: datetime) -> None:
    """Wait for the writers under way; after it nothing dated before `until` can be written.

    Call it inside the transaction that counts. It tries again and again instead of queueing for the lock: a queue here
    could deadlock with two writers. Raise WritersBusy after half a minute.
    """
    _require_transaction("close_until")
    if connection.vendor == "postgresql":
        _lock_out_writers(campaign_id)
    marks = Watermark.objects.filter(campaign_id=campaign_id)
    closed = marks.values_list("closed_until", flat=True).first()
    if closed is not None and until <= closed:
        return
    # The instant after the last closed one may be closed too: a clock that stands still is counted again by it.
    if until > clock.now() and (closed is None or until - closed > timedelta(microseconds=1)):
        raise ValueError("only the past can be closed")
    if closed is None:
        Watermark.objects.create(campaign_id=campaign_id, closed_until=until)
    else:
        marks.update(closed_until=until)


def _lock_out_writers(campaign_id: int) -> None:
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, campaign_id])
            if cursor.fetchone()[0]:
                return
        if time.monotonic() > give_up:
            raise WritersBusy(f"campaign {campaign_id}: a writer has been at work for {_PATIENCE_SECONDS} s")
        time.sleep(_PAUSE_SECONDS)


def _require_transaction(name: str) -> None:
    # On SQLite the write lock that BEGIN IMMEDIATE takes is what orders writers and counts.
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"{name}() belongs inside the transaction that uses the timestamp")
