"""The outbox: messages queued in the database, handed to the gateway by beat, each at most once.

A message is claimed by compare-and-set right before it is handed over, so that two workers never hold the same one. A
worker that dies with it leaves it claimed: a gateway that remembers keys gets it again, for any other the result is not
known and a person decides. Waiting times follow the real clock, hours of rest the business clock.
"""

import logging
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.messages import opt_outs
from core.messages.gateways import Gateway, GatewayError, GatewayUnsure
from core.messages.kinds import find_kind
from core.messages.models import MessagePrice, OutboxMessage
from core.messages.texts import cost, parts
from core.refusals import Refused

log = logging.getLogger(__name__)
State = OutboxMessage.State
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=1)
#: A worker that holds a message for longer has died with it: gateways give up sooner.
ABANDONED_AFTER = timedelta(minutes=3)
#: From eight in the morning until eight in the evening.
WAKING_HOURS = range(8, 20)
#: Only what warns somebody of their own account is sent at any hour.
AT_ANY_HOUR = ("account",)
NO_PHONE = "没有登记电话，短信发不出去。请在账号里补上电话。"
DIED_WITH_IT = "发送时程序中断，不知道对方有没有收到，没有再发"
OPTED_OUT = "本人已声明不接收短信"
BROKE = "发送前核对时系统出错，稍后再试；仍不行请联系系统管理员"


def is_waking_hour() -> bool:
    return timezone.localtime(clock.now()).hour in WAKING_HOURS


def drain(*, at_most: int = 200) -> tuple[int, int]:
    """Hand waiting messages to the gateway, the oldest first: (sent, not sent this time)."""
    gateway: Gateway = import_string(settings.OUTBOX_GATEWAY)()
    _settle_abandoned(gateway)
    waiting = _waiting() if is_waking_hour() else _waiting().filter(kind__in=AT_ANY_HOUR)
    prices: dict[str, Decimal] = dict(MessagePrice.objects.values_list("county_id", "price"))
    sent = failed = 0
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)[:at_most]):
        try:
            went = _send(pk, gateway, prices)
        except Exception:
            log.exception("message %s", pk)
            went = _put_off(pk)
        sent += went is True
        failed += went is False
    return sent, failed


def _send(pk: int, gateway: Gateway, prices: dict[str, Decimal]) -> bool | None:
    """Whether it went; None where another worker has it or nothing is to be sent any more."""
    message = OutboxMessage.objects.get(pk=pk)
    rows = OutboxMessage.objects.filter(pk=pk)
    if not message.to_phone:
        rows.filter(state=State.WAITING).update(error=NO_PHONE, state=State.FAILED)
        return False
    if reason := _look_again(message):
        rows.filter(state=State.WAITING).update(state=State.DROPPED, error=reason)
        return None
    if not _claim(message):
        return None
    try:
        gateway.send(key=message.key, name=message.to_name, phone=message.to_phone, text=message.text)
    except GatewayError as error:
        _try_again(message, str(error))
        return False
    except GatewayUnsure as error:
        rows.update(state=State.UNSURE, error=str(error)[:200])
        return False
    rows.update(
        state=State.SENT,
        sent_at=clock.now(),
        error="",
        parts=message.parts,
        cost=cost(message.parts, prices.get(message.region_code[:6])),
    )
    return True


def _put_off(pk: int) -> bool:
    """Something of ours broke over a message: it waits, so that it does not hold up the others. One that was in hand
    already is left to whoever settles what was abandoned."""
    message = OutboxMessage.objects.get(pk=pk)
    attempts = message.attempts + 1
    OutboxMessage.objects.filter(pk=pk, state=State.WAITING).update(
        attempts=attempts,
        state=State.FAILED if attempts >= MOST_ATTEMPTS else State.WAITING,
        error=BROKE,
        try_after=timezone.now() + FIRST_WAIT * 2**message.attempts,
    )
    return False


def _look_again(message: OutboxMessage) -> str:
    """Why a message to somebody outside the office is not to be sent any more; sets its text as it is right now."""
    kind = find_kind(message.kind)
    if kind is not None:
        if opt_outs.opted_out(county=message.region_code[:6], phones=[message.to_phone]):
            return OPTED_OUT
        verdict = kind.check(message)
        if verdict.reason:
            return verdict.reason
        message.text = verdict.text or message.text
    message.parts = parts(message.text)
    return ""


def _waiting() -> QuerySet[OutboxMessage]:
    moment = timezone.now()
    due = Q(try_after__isnull=True) | Q(try_after__lte=moment)
    return OutboxMessage.objects.filter(due, state=State.WAITING)


def _claim(message: OutboxMessage) -> bool:
    """Take the message in hand, with the text that goes; False if another worker has it or has sent it."""
    claimed = (
        _waiting()
        .filter(pk=message.pk, attempts=message.attempts)
        .update(attempts=F("attempts") + 1, state=State.SENDING, claimed_at=timezone.now(), text=message.text)
    )
    return bool(claimed)


def _try_again(message: OutboxMessage, error: str) -> None:
    """It was not taken: later again, each time after twice as long, and not for ever."""
    attempts = message.attempts + 1
    OutboxMessage.objects.filter(pk=message.pk, state=State.SENDING).update(
        state=State.FAILED if attempts >= MOST_ATTEMPTS else State.WAITING,
        error=error[:200],
        try_after=timezone.now() + FIRST_WAIT * 2**message.attempts,
    )


def _settle_abandoned(gateway: Gateway) -> None:
    """What workers died with: again where the other side takes it once, else nobody can tell."""
    rows = OutboxMessage.objects.filter(state=State.SENDING, claimed_at__lt=timezone.now() - ABANDONED_AFTER)
    if gateway.remembers_keys:
        rows.filter(attempts__lt=MOST_ATTEMPTS).update(state=State.WAITING, error=DIED_WITH_IT)
        rows.update(state=State.FAILED, error=DIED_WITH_IT)
    else:
        rows.update(state=State.UNSURE, error=DIED_WITH_IT)


def send_again(*, message: OutboxMessage, actor: User) -> OutboxMessage:
    """Put a message that did not go, or of which nobody knows, back into the outbox, as a person decided.

    Raise Refused for one that went or waits.
    """
    again = OutboxMessage.objects.filter(pk=message.pk, state__in=(State.FAILED, State.UNSURE))
    if not again.update(state=State.WAITING, attempts=0, try_after=None, error=""):
        raise Refused("只有没有发出或结果不明的短信可以重发，请刷新后查看。")
    audit.record(
        "message.send_again",
        actor=actor,
        object_type="outboxmessage",
        object_id=message.pk,
        region=message.region_code,
        summary=f"重发{message.to_name}的短信（原来{message.get_state_display()}）",
    )
    message.refresh_from_db()
    return message


def queued_since(kind: str, phones: list[str], since: datetime, *, but: int | None = None) -> set[str]:
    """Which of these telephones got a message of the kind since then, or have another one than `but` in hand."""
    rows = OutboxMessage.objects.filter(kind=kind, to_phone__in=phones)
    rows = rows if but is None else rows.exclude(pk=but)
    return set(
        rows.filter(Q(state=State.SENT, sent_at__gte=since) | Q(state=State.SENDING)).values_list("to_phone", flat=True)
    )
