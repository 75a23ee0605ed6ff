"""Accounts: made by the system officer, each with a first password that is shown once and must be changed."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.access.roles import OFFICERS, Role
from core.accounts.helper_list import read_helper_list
from core.accounts.models import Position, User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import lock_region

#: Letters and digits that nobody confuses on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
#: A first password has 59 random bits, so guessing is hopeless whatever the number of rounds; few rounds let 300
#: accounts be made in a second. Django strengthens the hash by itself when the password is first used.
_ROUNDS = 5_000


@dataclass(frozen=True)
class IssuedAccount:
    """An account with its first password, which exists nowhere else."""

    user: User
    password: str


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
def create_accounts(*, wanted: list[AccountRequest], actor) -> list[IssuedAccount]:
    """Makes them all or none. Raises Refused for a role or region the actor may not give, and for somebody who
    has the account already (a second click), unless a name for another one is given."""
    for one in wanted:
        _check(one, actor)
    if actor.region:
        lock_region(actor.region)
    active = User.objects.filter(is_active=True, name__in={one.name for one in wanted})
    known = {tuple(who): name for *who, name in active.values_list("region", "role", "name", "phone", "username")}
    for one in wanted:
        if not one.username and (name := known.get((one.region.pk, one.role, one.name, one.phone))):
            raise Refused(
                f"{one.name}在{one.region.name}已有账号“{name}”，没有再建。忘记密码的请重置；"
                "确是同名的另一个人，请填写账号名再建。"
            )
    taken = set(User.objects.values_list("username", flat=True))
    issued = []
    for one in wanted:
        password = _new_password()
        username = one.username or _free_name(one.region.code, taken)
        if username in taken:
            raise Refused(f"账号“{username}”已经有人用了，请换一个。")
        taken.add(username)
        user = User(
            username=username,
            name=one.name,
            role=one.role,
            region=one.region,
            phone=one.phone,
            position=one.position,
            department=one.department,
            password=_hash(password),
        )
        issued.append(IssuedAccount(user, password))
    try:
        with transaction.atomic():
            User.objects.bulk_create([one.user for one in issued])
    except IntegrityError as error:
        raise Refused("有人同时在建立账号，这一次没有建立。请重新上传名单，已有的账号不会重复。") from error
    audit.record_all(
        [
            audit.event(
                "account.create",
                actor=actor,
                obj=one.user,
                summary=f"建立账号 {one.user.username}（{one.user.name}，{one.user.get_role_display()}）",
                after={"role": one.user.role, "region": one.user.region_id},
            )
            for one in issued
        ]
    )
    return issued


@transaction.atomic
def create_from_helper_list(*, path: Path, actor) -> list[IssuedAccount]:
    """Accounts for the good rows of a list (core/accounts/helper_list.py) that have none yet; safe to repeat.

    It is read while nobody else makes accounts from a list: of two clicks at once the second finds them made.
    """
    if actor.region:
        lock_region(actor.region)
    rows = read_helper_list(path, actor.region_id or "")
    wanted = [
        AccountRequest(
            name=row.name,
            role=Role.VILLAGE if row.position == Position.HELPER else Role.TOWNSHIP,
            region=row.region,
            phone=row.phone,
            position=row.position,
        )
        for row in rows
        if not row.problems and not row.existing
    ]
    return create_accounts(requests=requests, actor=actor)


@transaction.atomic
def create_officer(*, role: str, username: str, name: str, county: str, password: str) -> User:
    """One of the three officers of a county, from the command line alone: no officer can make another of themselves."""
    region = Region.objects.filter(code=county, level=Region.Level.COUNTY).first()
    if region is None:
        raise Refused(f"没有代码为 {county} 的县。请先运行 open_campaign。")
    if User.objects.filter(username=username).exists():
        raise Refused(f"账号 {username} 已经有了。")
    user = User(username=username, name=name, role=role, region=region)
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
def change_password(*, user: User, password: str) -> User:
    """Somebody's own new password, which the form has checked; a first password is done with."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    audit.record("account.password", actor=user, obj=user, summary="修改密码")
    return user


@transaction.atomic
def reset_password(*, user: User, actor) -> IssuedAccount:
    """A new first password for an account; the old one stops working at once."""
    password = _new_password()
    user.password = _hash(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    audit.record("account.reset_password", actor=actor, obj=user, summary=f"重置账号 {user.username} 的密码")
    return IssuedAccount(user, password)


@transaction.atomic
def change_account(*, user: User, actor, **values) -> User:
    """Changes name, role, region, department, position, phone or is_active of an account, and records each change."""
    if user.pk == actor.pk:
        raise Refused("不能修改自己的账号，请由另一名管理员修改。")
    if user.role in OFFICERS:
        raise Refused("系统、安全、审计三员的账号不在这里修改。")
    before = {name: str(getattr(user, f"{name}_id" if name == "region" else name) or "") for name in values}
    for name, value in values.items():
        setattr(user, name, value)
    _check(AccountRequest(name=user.name, role=user.role, region=user.region, department=user.department), actor)
    user.save(update_fields=list(values))
    after = {name: str(getattr(user, f"{name}_id" if name == "region" else name) or "") for name in values}
    changed = {name for name in values if before[name] != after[name]}
    if changed:
        audit.record(
            "account.change",
            actor=actor,
            obj=user,
            summary=f"修改账号 {user.username}（{user.name}）",
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return user


_LEVELS = {
    Role.VILLAGE: Region.Level.VILLAGE,
    Role.TOWNSHIP: Region.Level.TOWNSHIP,
    Role.COUNTY: Region.Level.COUNTY,
    Role.TAX: Region.Level.COUNTY,
    Role.DEPARTMENT: Region.Level.COUNTY,
}


def _check(wanted: AccountRequest, actor) -> None:
    """Whether the actor may give this role in this region; officers are made by `create_officer` alone."""
    if wanted.role in OFFICERS:
        raise Refused("系统、安全、审计三员的账号由运维人员用命令建立。")
    if wanted.region is None:
        raise Refused("请选择区划。")
    if not actor.region_id or not wanted.region.code.startswith(actor.region_id):
        raise Refused("只能建立和修改本县的账号。")
    level = _LEVELS.get(wanted.role)
    if level and wanted.region.level != level:
        label = Region.Level(level).label
        raise Refused(f"{Role(wanted.role).label}的账号要选择{label}一级的区划。")
    if wanted.role == Role.DEPARTMENT and not wanted.department:
        raise Refused("认定部门的账号要填写部门名称。")


def _free_name(code: str, taken: set[str]) -> str:
    name, number = code, 1
    while name in taken:
        number += 1
        name = f"{code}-{number}"
    return name


def _new_password() -> str:
    parts = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
    return "-".join(parts)


def _hash(password: str) -> str:
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), iterations=_ROUNDS)
