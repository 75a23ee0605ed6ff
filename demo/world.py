"""What every part of the demo's story needs: the county, its campaign, who acts, and how each village goes about it."""

import datetime
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from celery import current_app

from core.access.roles import Role
from core.accounts.models import User
from core.jobs import services as jobs
from core.jobs.models import Job
from core.regions.models import Region
from demo.counties import DAY, DemoCounty
from demo.county import SEED
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

#: On how many days a village collects cash (drawn from these), out of how many market days of its township.
STOPS, MARKET_DAYS = (1, 2, 2), 4
#: What share of villages deposits its cash late, and what share has not begun.
LATE, IDLE = 0.08, 0.007
#: What share of a village's paying households pays by phone, at least and at most.
BY_PHONE = (0.45, 0.7)


@dataclass
class Plan:
    """One village: which households pay the helper on which day, who pays by phone, and how soon cash is deposited."""

    code: str
    late: bool
    cash: dict[datetime.date, list[list[Resident]]] = field(default_factory=lambda: defaultdict(list))
    phone: dict[datetime.date, list[Resident]] = field(default_factory=lambda: defaultdict(list))
    next_receipt: int = 0
    oldest_cash: datetime.date | None = None

    @property
    def township(self) -> str:
        return self.code[:9]


@dataclass
class World:
    """`teams`: each township's people, who reviews first and who records last. `helpers`: by village."""

    county: DemoCounty
    campaign: Campaign
    bureau: User
    second: User
    tax: User
    teams: dict[str, list[User]]
    helpers: dict[str, User]
    plans: list[Plan]

    def of_township(self, code: str) -> list[Plan]:
        return [plan for plan in self.plans if plan.township == code]

    def region(self, code: str) -> Region:
        return Region.objects.get(pk=code)


def make_world(county: DemoCounty, campaign: Campaign) -> World:
    """Look up who acts, and plan every village from the seed."""
    teams: dict[str, list[User]] = defaultdict(list)
    users = {user.username: user for user in User.objects.exclude(role=Role.VILLAGE).order_by("-position", "pk")}
    for user in users.values():
        if user.role == Role.TOWNSHIP:
            teams[user.region_id].append(user)
    return World(
        county=county,
        campaign=campaign,
        bureau=users["yibao"],
        second=users["yibao2"],
        tax=users["shuiwu"],
        teams=dict(sorted(teams.items())),
        helpers={user.region_id: user for user in User.objects.filter(role=Role.VILLAGE)},
        plans=plan_villages(county),
    )


def plan_villages(county: DemoCounty) -> list[Plan]:
    """Plan every village of the county. Households keep together."""
    households: dict[str, dict[int | None, list[Resident]]] = defaultdict(lambda: defaultdict(list))
    residents = Resident.objects.in_region(county.code).select_related("household").order_by("village_id", "pk")
    for resident in residents.iterator(chunk_size=5000):
        households[resident.village_id][resident.household_id].append(resident)
    codes = Region.objects.filter(level=Region.Level.VILLAGE, code__startswith=county.code).order_by("code")
    return [_plan_village(county, code, households[code].values()) for code in codes.values_list("code", flat=True)]


def _plan_village(county: DemoCounty, code: str, households: Iterable[list[Resident]]) -> Plan:
    chance = random.Random(f"{SEED}:plan:{code}")
    printed = code == county.village
    plan = Plan(code, late=chance.random() < LATE)
    if chance.random() < IDLE and not printed:
        return plan
    # The printed village leaves people to whoever tries the demo.
    reach = 0.55 if printed else chance.uniform(0.68, 0.99)
    by_phone = chance.uniform(*BY_PHONE)
    days = county.payment_days()
    market = random.Random(f"{SEED}:market:{code[:9]}").sample(days, min(MARKET_DAYS, len(days)))
    stops = sorted(chance.sample(market, chance.choice(STOPS)))
    for members in households:
        if chance.random() >= reach:
            continue
        if chance.random() < by_phone:
            plan.phone[chance.choice(days)] += members
        else:
            plan.cash[chance.choice(stops)].append(members)
    return plan


@cache
def _load_handlers() -> None:
    """Load the handlers of all apps, as a worker does when it starts: once, for all system checks run with it."""
    current_app.loader.import_default_modules()


def work(key: str) -> None:
    """Do the queued job here and now; the worker that is told of it later finds it done."""
    _load_handlers()
    jobs.run(Job.objects.get(key=key, state=Job.State.QUEUED).pk)


def week_before(day: datetime.date, county: DemoCounty) -> list[datetime.date]:
    """The seven days before a day, within the demo's span."""
    return [d for d in (day - n * DAY for n in range(7, 0, -1)) if d >= county.first_day]
