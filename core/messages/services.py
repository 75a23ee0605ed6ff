"""The outbox: messages queued in the database, handed to the gateway by beat, each until it is taken.

A message is claimed by compare-and-set before it is handed over, so that two workers never hold the same one; a
worker that dies with it loses the claim after a while. Waiting times follow the real clock.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from config import clock
from core.messages.gateways import GatewayError
from core.messages.models import OutboxMessage

MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=1)
NO_PHONE = "没有登记电话，短信发不出去。请在账号里补上电话。"


def drain(*, at_most: int = 200) -> tuple[int, int]:
    """Hands waiting messages to the gateway, the oldest first: (sent, not sent this time)."""
    gateway = import_string(settings.OUTBOX_GATEWAY)()
    sent = failed = 0
    for pk in list(_waiting().order_by("pk").values_list("pk", flat=True)[:at_most]):
        message = _claim(pk)
        if message is None:
            continue
        rows = OutboxMessage.objects.filter(pk=pk)
        if not message.to_phone:
            rows.update(error=NO_PHONE, attempts=MOST_ATTEMPTS)
            failed += 1
            continue
        try:
            gateway.send(key=message.key, name=message.to_name, phone=message.to_phone, text=message.text)
        except GatewayError as error:
            rows.update(error=str(error)[:200])
            failed += 1
        else:
            rows.update(sent_at=clock.now(), error="")
            sent += 1
    return sent, failed


def _waiting():
    moment = timezone.now()
    due = Q(try_after__isnull=True) | Q(try_after__lte=moment)
    return OutboxMessage.objects.filter(due, sent_at__isnull=True, attempts__lt=MOST_ATTEMPTS)


def _claim(pk) -> OutboxMessage | None:
    """The message, ours until its next attempt is due; None if another worker has it or has sent it."""
    message = OutboxMessage.objects.get(pk=pk)
    wait = FIRST_WAIT * 2**message.attempts
    claimed = (
        _waiting()
        .filter(pk=pk, attempts=message.attempts)
        .update(attempts=F("attempts") + 1, try_after=timezone.now() + wait)
    )
    return message if claimed else None
