"""The instants that rankings count by, and the line before which nothing new can be dated.

A ranking as of Friday noon must come out the same whenever it is built, also while ledgers are being confirmed. A
transaction dated 11:59 that commits at 12:01 would break that, so whoever writes an instant takes it from `stamp`, and
whoever counts calls `settle` first (docs/decisions/as-of.md).
"""

import time
from datetime import datetime

from django.db import connection, transaction

from config import clock
from subsidies.campaigns.models import CountingLine

#: First half of the advisory lock's key, the second is the campaign's id.
_LOCK = 0x0C0
_PATIENCE_SECONDS = 30
_PAUSE_SECONDS = 0.1


class NotSettled(Exception):
    """A writer held its transaction open too long; count again later."""


def stamp(*, campaign_id: int) -> datetime:
    """The business instant to write into recorded_at, posted_at, ended_at, applied_at and the like.

    Call it inside the transaction that writes, before other locks. Until that transaction ends no count is taken; and
    the instant is never before one that has been counted, even if this machine's clock is slow.
    """
    _inside_a_transaction("stamp")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [_LOCK, campaign_id])
    settled = CountingLine.objects.filter(campaign_id=campaign_id).values_list("settled_until", flat=True).first()
    moment = clock.now()
    return moment if settled is None else max(moment, settled)


def settle(*, campaign_id: int, until: datetime) -> None:
    """Waits for the writers under way; after it, nothing dated before `until` can be written.

    Call it inside the transaction that counts. It asks again and again instead of queueing for the lock: a queue here
    could close a circle of waits with two writers. Raises NotSettled after half a minute.
    """
    _inside_a_transaction("settle")
    if until > clock.now():
        raise ValueError("only the past can be settled")
    if connection.vendor == "postgresql":
        _lock_out_writers(campaign_id)
    line, created = CountingLine.objects.get_or_create(campaign_id=campaign_id, defaults={"settled_until": until})
    if not created and line.settled_until < until:
        line.settled_until = until
        line.save(update_fields=["settled_until"])


def _lock_out_writers(campaign_id: int) -> None:
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, campaign_id])
            if cursor.fetchone()[0]:
                return
        if time.monotonic() > give_up:
            raise NotSettled(f"campaign {campaign_id}: a writer has been at work for {_PATIENCE_SECONDS} s")
        time.sleep(_PAUSE_SECONDS)


def _inside_a_transaction(name: str) -> None:
    # On SQLite the write lock that BEGIN IMMEDIATE takes is what orders writers and counts.
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"{name}() belongs inside the transaction that uses the instant")
