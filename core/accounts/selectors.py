"""The contact table of 内乡's annex 2, out of the accounts: each township's team and each village's helper.

Also by which name somebody logs in.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.access.roles import Role
from core.accounts.models import Position, User
from core.regions.models import Region

#: 内政办〔2024〕 五（二）1: a township's team for coordination and summaries has at least six people.
TEAM_SIZE = 6
_MOBILE = re.compile(r"1\d{10}", re.ASCII)


@dataclass
class Township:
    region: Region
    team: dict[str, list[User]] = field(default_factory=dict)
    villages: list[tuple[Region, list[User]]] = field(default_factory=list)

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
        return max(TEAM_SIZE - self.team_size, 0)

    @property
    def without_helper(self) -> list[Region]:
        return [village for village, helpers in self.villages if not helpers]


def contact_table(prefix: str) -> list[Township]:
    """Every township in the region, in two queries; only active accounts count."""
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
            found[region.code] = Township(region, team)
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
