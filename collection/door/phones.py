"""A helper's phone: registered by who is logged in on it, cut off by the township when it is lost."""

import hashlib
import secrets
from dataclasses import dataclass

from django.db import transaction

from collection.door.models import Phone
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.text import clean_text, required_text

#: A helper has one phone, or an old and a new one; many are a sign that something is wrong.
MOST_PHONES = 5


@dataclass(frozen=True)
class RegisteredPhone:
    """A phone with its secret, which exists nowhere else from now on."""

    phone: Phone
    secret: str


@transaction.atomic
def register_phone(*, user: User, village: Region, label: str) -> RegisteredPhone:
    """Let this phone keep the village's list and send in what is collected. Raise Refused where there are too many."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if Phone.objects.filter(user=user, cut_off_at__isnull=True).count() >= MOST_PHONES:
        raise Refused(f"这个账号已经登记了 {MOST_PHONES} 部手机，请乡镇专班先停用不再使用的。")
    secret = secrets.token_urlsafe(32)
    phone = Phone.objects.create(
        user=user,
        village=village,
        label=clean_text(label, "手机名称", 60),
        secret_hash=hash_secret(secret),
        registered_at=clock.now(),
        seen_at=clock.now(),
    )
    audit.record("phone.register", actor=user, obj=phone, summary=f"登记收款手机 {phone.label or phone.pk}")
    return RegisteredPhone(phone, secret)


@transaction.atomic
def cut_off_phone(*, phone: Phone, reason: str, actor: User) -> Phone:
    """Take a phone out of use: it forgets its list at the next contact, and what it sends in waits for the township."""
    reason = required_text(reason, "停用的原因", 120)
    phone = Phone.objects.select_for_update(of=("self",)).get(pk=phone.pk)
    if phone.cut_off_at:
        return phone
    phone.cut_off_at, phone.cut_off_by, phone.cut_off_reason = clock.now(), actor, reason
    phone.save(update_fields=["cut_off_at", "cut_off_by", "cut_off_reason"])
    audit.record("phone.cut_off", actor=actor, obj=phone, summary=f"停用收款手机 {phone}：{reason}")
    return phone


@transaction.atomic
def note_contact(*, phone: Phone) -> None:
    """Note that the phone was in touch; a phone that is cut off is being told to forget everything."""
    moment = clock.now()
    Phone.objects.filter(pk=phone.pk).update(seen_at=moment)
    if phone.cut_off_at and not phone.wiped_at:
        Phone.objects.filter(pk=phone.pk).update(wiped_at=moment)
        audit.record("phone.wipe", actor=phone.user, obj=phone, summary=f"已通知停用的手机 {phone} 清除名单")


def may_take(user: User, village: Region) -> bool:
    """Whether this user still takes money in this village."""
    here = user.is_active and village.code.startswith(user.region_id or "-")
    return here and user.role in (Role.VILLAGE, Role.TOWNSHIP)


def phone_with(secret: str) -> Phone | None:
    """The phone that has this secret, cut off or not."""
    if not 20 <= len(secret) <= 100:
        return None
    phones = Phone.objects.select_related("user", "village__parent")
    return phones.filter(secret_hash=hash_secret(secret)).first()


def hash_secret(secret: str) -> str:
    """256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
