"""Accounts: made by the system officer, each with a first password that is shown once and must be changed.

What gives somebody an office (core/access/roles.py: OFFICES) takes effect once the security officer has confirmed it
(core/accounts/confirmations.py), so that no one officer can make or take over an account of the bureau.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from core.access.roles import OFFICERS, OFFICES, Role
from core.accounts import confirmations
from core.accounts.helper_list import read_helper_list
from core.accounts.models import AccountChange, Position, User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import lock_region

#: Letters and digits that nobody confuses on paper: nine small letters, then six digits, so that a phone's keyboard is
#: changed once and no sign has to be looked for.
_LETTERS, _DIGITS = "abcdefghjkmnpqrstuvwxyz", "23456789"
#: A first password has 58 random bits, so guessing is hopeless whatever the number of rounds; few rounds let 300
#: accounts be made in a second. Django strengthens the hash by itself when the password is first used.
_ROUNDS = 5_000
_LEVELS = {
    Role.VILLAGE: Region.Level.VILLAGE,
    Role.TOWNSHIP: Region.Level.TOWNSHIP,
    Role.COUNTY: Region.Level.COUNTY,
    Role.TAX: Region.Level.COUNTY,
    Role.DEPARTMENT: Region.Level.COUNTY,
    Role.FINANCE: Region.Level.COUNTY,
    Role.EDUCATION: Region.Level.COUNTY,
    Role.SCHOOL: Region.Level.TOWNSHIP,
}


@dataclass(frozen=True)
class IssuedAccount:
    """An account with its first password, which exists nowhere else. `waits`: for the security officer."""

    user: User
    password: str
    waits: bool = False


@dataclass(frozen=True)
class AccountRequest:
    """An account to be made. `username` empty: made from the region's code."""

    name: str
    role: str
    region: Region
    phone: str = ""
    position: str = ""
    department: str = ""
    username: str = ""


@transaction.atomic
def create_accounts(*, requests: list[AccountRequest], actor: User) -> list[IssuedAccount]:
    """Make all accounts or none; those of offices stay closed until the security officer confirms them.

    Raise Refused for a role or region the actor may not give, and for somebody who has the account already (a second
    click), unless a name for another one is given.
    """
    for request in requests:
        _check(request.role, request.region, request.department, actor)
    if actor.region:
        lock_region(actor.region)
    _refuse_existing(requests)
    taken = set(User.objects.values_list("username", flat=True))
    issued = [_issue(request, taken) for request in requests]
    try:
        with transaction.atomic():
            User.objects.bulk_create([account.user for account in issued])
    except IntegrityError as error:
        raise Refused("有人同时在建立账号，这一次没有建立。请重新上传名单，已有的账号不会重复。") from error
    audit.record_all([_created_event(account.user, actor) for account in issued])
    for account in issued:
        if account.waits:
            confirmations.request_change(kind=AccountChange.Kind.CREATE, user=account.user, actor=actor)
    return issued


def _refuse_existing(requests: Iterable[AccountRequest]) -> None:
    """Raise Refused if one of these people has the account already, active or waiting to be confirmed."""
    usable = User.objects.filter(Q(is_active=True) | Q(changes__state=AccountChange.State.WAITING))
    rows = usable.filter(name__in={request.name for request in requests})
    usernames = {tuple(who): name for *who, name in rows.values_list("region", "role", "name", "phone", "username")}
    for request in requests:
        key = (request.region.pk, request.role, request.name, request.phone)
        if not request.username and (username := usernames.get(key)):
            raise Refused(
                f"{request.name}在{request.region.name}已有账号“{username}”，没有再建。忘记密码的请重置；"
                "确是同名的另一个人，请填写账号名再建。"
            )


def _issue(request: AccountRequest, taken: set[str]) -> IssuedAccount:
    """An unsaved account with its first password; its name joins those taken."""
    password = _new_password()
    username = request.username or _free_name(request.region.code, taken)
    if username in taken:
        raise Refused(f"账号“{username}”已经有人用了，请换一个。", "username")
    taken.add(username)
    waits = request.role in OFFICES
    user = User(
        username=username,
        name=request.name,
        role=request.role,
        region=request.region,
        phone=request.phone,
        position=request.position,
        department=request.department,
        is_active=not waits,
        password=_hash(password),
        password_issued_at=timezone.now(),
    )
    return IssuedAccount(user, password, waits)


def _created_event(user: User, actor: User) -> Any:
    return audit.event(
        "account.create",
        actor=actor,
        obj=user,
        summary=f"建立账号 {user.username}（{user.name}，{user.get_role_display()}）",
        after={"role": user.role, "region": user.region_id},
    )


@transaction.atomic
def create_from_helper_list(*, path: Path, actor: User) -> list[IssuedAccount]:
    """Make accounts for the good rows of a list (core/accounts/helper_list.py) that have none yet; safe to repeat.

    The list is read under the county's lock: of two clicks at once the second finds the accounts made.
    """
    if actor.region:
        lock_region(actor.region)
    requests = [
        AccountRequest(
            name=row.name,
            role=Role.VILLAGE if row.position == Position.HELPER else Role.TOWNSHIP,
            region=row.region,
            phone=row.phone,
            position=row.position,
        )
        for row in read_helper_list(path, actor.region_id or "")
        if row.region is not None and not row.problems and not row.existing
    ]
    return create_accounts(requests=requests, actor=actor)


@transaction.atomic
def create_officer(*, role: str, username: str, name: str, county: str, password: str) -> User:
    """Make one of the three officers of a county; from the command line alone, since no officer may make another."""
    region = Region.objects.filter(code=county, level=Region.Level.COUNTY).first()
    if region is None:
        raise Refused(f"没有代码为 {county} 的县。请先运行 open_campaign。")
    if User.objects.filter(username=username).exists():
        raise Refused(f"账号 {username} 已经有了。")
    user = User(username=username, name=name, role=role, region=region, password_issued_at=timezone.now())
    try:
        user.full_clean(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        raise Refused("；".join(error.messages)) from error
    user.set_password(password)
    user.save()
    audit.record("account.create", actor=None, obj=user, summary=f"建立{user.get_role_display()}账号 {username}")
    return user


@transaction.atomic
def create_first_officers(*, county: Region, names: dict[str, str], actor: User) -> list[IssuedAccount]:
    """Make the three officers of a county that has none, by role and name, once two officers have let the county in.

    Raise Refused if somebody has an account there already.
    """
    lock_region(county)
    if User.objects.in_region(county.code).exists():
        raise Refused(f"{county.name}已经有账号了，由那里的系统管理员建立其余的账号。")
    taken = set(User.objects.values_list("username", flat=True))
    issued = [_issue(AccountRequest(name=names[role], role=role, region=county), taken) for role in sorted(OFFICERS)]
    User.objects.bulk_create([account.user for account in issued])
    audit.record_all([_created_event(account.user, actor) for account in issued])
    return issued


@transaction.atomic
def change_password(*, user: User, password: str) -> User:
    """Set somebody's own new password, which the form has checked; a first password is done with."""
    user.set_password(password)
    user.must_change_password = False
    user.password_issued_at = None
    user.save(update_fields=["password", "must_change_password", "password_issued_at"])
    audit.record("account.password", actor=user, obj=user, summary="修改密码")
    return user


@transaction.atomic
def reset_password(*, user: User, actor: User) -> IssuedAccount:
    """Issue a new first password. A helper's old one stops working at once and the person is told; an office keeps its
    password until the security officer confirms."""
    password = _new_password()
    waits = user.role in OFFICES
    audit.record(
        "account.reset_password",
        actor=actor,
        obj=user,
        summary=f"{'申请重置' if waits else '重置'}账号 {user.username} 的密码",
    )
    change = AccountChange(kind=AccountChange.Kind.RESET, user=user, password=_hash(password), requested_by=actor)
    if waits:
        confirmations.save_request(change)
    else:
        confirmations.apply_change(change)
    return IssuedAccount(user, password, waits)


@transaction.atomic
def change_account(*, user: User, actor: User, **values: Any) -> bool:
    """Change name, role, region, department, position, phone or is_active. Return whether it took effect.

    What makes, moves or opens an office waits for the security officer, and so does its phone, to which the notices go.
    To close an account needs nobody else.
    """
    if user.pk == actor.pk:
        raise Refused("不能修改自己的账号，请由另一名管理员修改。")
    if user.role in OFFICERS:
        raise Refused("系统、安全、审计三员的账号不在这里修改。")
    before = confirmations.stored_values(user, values)
    was_office = user.role in OFFICES
    for name, value in values.items():
        setattr(user, name, value)
    _check(user.role, user.region, user.department, actor)
    after = confirmations.stored_values(user, values)
    changed = [name for name in values if before[name] != after[name]]
    if not changed:
        return True
    change = AccountChange(
        kind=AccountChange.Kind.CHANGE,
        user=user,
        before={name: before[name] for name in changed},
        values={name: after[name] for name in changed},
        requested_by=actor,
    )
    only_closes = changed == ["is_active"] and not user.is_active
    if (was_office or user.role in OFFICES) and not only_closes:
        confirmations.save_request(change)
        return False
    confirmations.apply_change(change)
    return True


def _check(role: str, region: Region | None, department: str, actor: User) -> None:
    """Raise Refused unless the actor may give this role in this region; officers are made by `create_officer` alone."""
    if role in OFFICERS:
        raise Refused("系统、安全、审计三员的账号由运维人员用命令建立。", "role")
    if region is None:
        raise Refused("请选择区划。", "region_code")
    if not actor.region_id or not region.code.startswith(actor.region_id):
        raise Refused(f"只能建立和修改本{actor.county_word}的账号。", "region_code")
    level = _LEVELS.get(Role(role))
    if level and region.level != level:
        label = Region.Level(level).label
        raise Refused(f"{Role(role).label}的账号要选择{label}一级的区划。", "region_code")
    if role == Role.DEPARTMENT and not department:
        raise Refused("认定部门的账号要填写部门名称。", "department")


def _free_name(code: str, taken: set[str]) -> str:
    name, number = code, 1
    while name in taken:
        number += 1
        name = f"{code}-{number}"
    return name


def _new_password() -> str:
    letters = (secrets.choice(_LETTERS) for _ in range(9))
    return "".join((*letters, *(secrets.choice(_DIGITS) for _ in range(6))))


def _hash(password: str) -> str:
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), iterations=_ROUNDS)
