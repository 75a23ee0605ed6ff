"""The contact table out of the accounts: each township's team and each village's helper. A notice may have an annex for
it that says how many people a team has (内乡 附件2); where it has none, none are missing.

Also by which name somebody logs in.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.access.roles import Role
from core.accounts.models import Position, User
from core.regions.models import Region

#: Says by a county's code how many people its notice wants in a township's team; the app that knows notices sets it.
_team_sizes: list[Callable[[str], int | None]] = []
_MOBILE = re.compile(r"1\d{10}", re.ASCII)


@dataclass
class Township:
    region: Region
    team: dict[str, list[User]] = field(default_factory=dict)
    villages: list[tuple[Region, list[User]]] = field(default_factory=list)
    #: How many people the county's notice wants in the team; None where it says nothing.
    wanted: int | None = None

    @property
    def team_size(self) -> int:
        return sum(len(users) for users in self.team.values())

    @property
    def people(self) -> list[tuple[str, list[User]]]:
        """The places of the team by name, in annex 2's order, with who holds them."""
        names = dict(Position.choices) | {"": "专班人员"}
        return [(names[position], users) for position, users in self.team.items()]

    @property
    def short_of(self) -> int:
        """How many people the team still needs."""
        return max((self.wanted or 0) - self.team_size, 0)

    @property
    def without_helper(self) -> list[Region]:
        return [village for village, helpers in self.villages if not helpers]


def team_size_by(callback: Callable[[str], int | None]) -> None:
    """Let `callback` (county code) say how many people a county's notice wants in a township's team."""
    _team_sizes[:] = [callback]


def team_size(county: str) -> int | None:
    """How many people the county's notice wants in a township's team; None where it says nothing."""
    return _team_sizes[0](county) if _team_sizes and county else None


def contact_table(prefix: str, wanted: int | None = None) -> list[Township]:
    """Every township in the region, in two queries; only active accounts count. `wanted`: people a team should have."""
    if not prefix:
        return []
    regions = list(Region.objects.in_region(prefix[:9]).filter(replaced_by=None).order_by("code"))
    by_region: dict[str, list[User]] = {}
    for user in User.objects.in_region(prefix[:9]).filter(is_active=True, role__in=(Role.TOWNSHIP, Role.VILLAGE)):
        by_region.setdefault(user.region_id, []).append(user)
    found = {}
    for region in regions:
        if region.level == Region.Level.TOWNSHIP:
            team: dict[str, list[User]] = {
                position: [] for position in (Position.LEADER, Position.REVIEWER, Position.RECORDER)
            }
            for user in by_region.get(region.code, []):
                team.setdefault(user.position or "", []).append(user)
            found[region.code] = Township(region, team, wanted=wanted)
    for region in regions:
        if region.level == Region.Level.VILLAGE and region.township_code in found:
            found[region.township_code].villages.append((region, by_region.get(region.code, [])))
    return list(found.values())


def account_of(typed: str) -> str:
    """The name of the account that is meant: a mobile number means the one account in use that has it."""
    typed = typed.strip()
    if not _MOBILE.fullmatch(typed):
        return typed
    found = User.objects.filter(phone=typed, is_active=True).values_list("username", flat=True)[:2]
    return found[0] if len(found) == 1 else typed


def login_names(users: Iterable[User]) -> dict[int, str]:
    """Under which name each of these logs in: the mobile number where nobody else has it, else the account's name."""
    users = list(users)
    phones = [user.phone for user in users if _MOBILE.fullmatch(user.phone)]
    others = User.objects.filter(phone__in=phones, is_active=True).exclude(pk__in=[user.pk for user in users])
    shared = set(others.values_list("phone", flat=True)) | {phone for phone in phones if phones.count(phone) > 1}
    return {
        user.pk: user.phone if user.phone in phones and user.phone not in shared else user.username for user in users
    }
