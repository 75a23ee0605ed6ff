"""Two people for an office: what the system officer asks for and the security officer confirms or refuses.

GB/T 22239 8.1.4.2 (三员分权). A change of a helper's account takes the same way, without the waiting. The person whose
account it is gets a text message, at the phone that stood in the account before.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import Field, QuerySet
from django.utils import timezone

from config import clock
from core.access.roles import Role
from core.accounts.models import AccountChange, User
from core.audit import services as audit
from core.messages.models import OutboxMessage
from core.refusals import Refused
from core.text import clean_text

#: The kind of these text messages (core/audit/labels.py: NOTICES).
NOTICE = "account"
_DONE = {
    AccountChange.Kind.CREATE: "已开通",
    AccountChange.Kind.CHANGE: "信息或权限已变更",
    AccountChange.Kind.RESET: "密码已重置",
}


def stored_values(user: User, names: Iterable[str]) -> dict[str, str]:
    """The account's values by name as texts, as events and requests keep them."""
    return {name: str(getattr(user, f"{name}_id" if name == "region" else name) or "") for name in names}


def request_change(*, kind: str, user: User, actor: User) -> AccountChange:
    """Ask the security officer to confirm a new account."""
    return save_request(AccountChange(kind=kind, user=user, requested_by=actor, values={"role": user.role}))


def save_request(change: AccountChange) -> AccountChange:
    """Put a request before the security officer; a newer one of its kind takes the place of one that waits."""
    waiting = AccountChange.objects.filter(user=change.user, kind=change.kind, state=AccountChange.State.WAITING)
    waiting.update(state=AccountChange.State.WITHDRAWN, password="", decided_at=timezone.now())
    try:
        with transaction.atomic():
            change.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("有人同时提交了这个账号的变更，请刷新后再办。") from error
    audit.record(
        "account.request",
        actor=change.requested_by,
        obj=change.user,
        summary=f"提交安全管理员确认：{change}",
        before=change.before or None,
        after=change.values or None,
    )
    return change


@transaction.atomic
def decide_changes(*, pks: Iterable[int], accept: bool, reason: str = "", actor: User) -> int:
    """Confirm or refuse requests of the actor's county that still wait. Return how many: none at a second click."""
    if actor.role != Role.SECURITY:
        raise Refused("账号变更由安全管理员确认。")
    reason = clean_text(reason, "原因", 200)
    if not accept and not reason:
        raise Refused("不同意的，请写明原因。", "reason")
    waiting = AccountChange.objects.for_user(actor).filter(pk__in=pks, state=AccountChange.State.WAITING)
    changes = list(waiting.select_for_update(of=("self",)).select_related("user", "requested_by").order_by("pk"))
    for change in changes:
        if change.requested_by_id == actor.pk:
            raise Refused("自己提交的变更不能自己确认，请由另一名管理员确认。")
        change.state = AccountChange.State.CONFIRMED if accept else AccountChange.State.REFUSED
        change.decided_by, change.decided_at, change.reason = actor, timezone.now(), reason
        audit.record(
            f"account.{'confirm' if accept else 'refuse'}",
            actor=actor,
            obj=change.user,
            summary=f"{'确认' if accept else '不同意'}：{change}{'，原因：' if reason else ''}{reason}"[:300],
        )
        if accept:
            apply_change(change)
        change.password = ""
        change.save()
    return len(changes)


def apply_change(change: AccountChange) -> None:
    """Write the change into the account, end the sessions it must not outlive, and tell the person."""
    user = User.objects.select_for_update().get(pk=change.user_id)
    phones = {user.phone}
    if change.kind == AccountChange.Kind.CREATE:
        user.is_active, user.password_issued_at = True, timezone.now()
    elif change.kind == AccountChange.Kind.RESET:
        user.password, user.must_change_password = change.password, True
        user.password_issued_at = timezone.now()
    else:
        _write_values(user, change)
    user.save()
    end_sessions(user)
    _notify(change, user, phones | {user.phone})


def _write_values(user: User, change: AccountChange) -> None:
    for name, value in change.values.items():
        if name == "region":
            user.region_id = value or None
        else:
            setattr(user, name, value == "True" if name == "is_active" else value)
    audit.record(
        "account.change",
        actor=change.requested_by,
        obj=user,
        summary=f"修改账号 {user.username}（{user.name}）",
        before=change.before,
        after=change.values,
    )


def end_sessions(user: User) -> None:
    """Sign the account out everywhere: nobody works on with rights or a password that are no more."""
    Session.objects.filter(session_key=user.session_key).delete()
    User.objects.filter(pk=user.pk).update(session_key="")


def _notify(change: AccountChange, user: User, phones: set[str]) -> None:
    at = clock.now()
    by = f"申请人{change.requested_by.name}" + (f"，确认人{change.decided_by.name}" if change.decided_by else "")
    done = _DONE[AccountChange.Kind(change.kind)]
    text = f"您的征缴系统账号{user.username}{done}（{by}）。不是您本人要求的，请立即联系{user.county_word}医保局。"
    serial = change.pk or f"{user.pk}.{timezone.now().timestamp():.6f}"
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            key=f"account:{serial}:{phone}",
            kind=NOTICE,
            region_code=user.region_id or "",
            to_name=user.name,
            to_phone=phone,
            text=text[:300],
            created_at=at,
        )
        for phone in sorted(phones - {""}) or [""]
    )


def waiting_for(officer: User) -> QuerySet[AccountChange]:
    """The requests that wait for this security officer."""
    return AccountChange.objects.for_user(officer).filter(state=AccountChange.State.WAITING)


def change_lines(change: AccountChange) -> dict[str, tuple[Any, Any]]:
    """What the change alters: {name of the field: (before, after)}, in the words of the screen."""
    lines: dict[str, tuple[Any, Any]] = {}
    for name, value in change.values.items():
        field = User._meta.get_field(name)
        assert isinstance(field, Field)  # noqa: S101 - what waits for a yes are the account's own columns
        choices = dict(field.flatchoices or ())
        lines[str(field.verbose_name)] = (_shown(choices, change.before.get(name, "")), _shown(choices, value))
    return lines


def _shown(choices: dict[Any, Any], value: str) -> str:
    return str(choices.get(value) or {"True": "是", "": "空"}.get(value, value))
