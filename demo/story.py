"""The campaign replayed day by day through the services, as the people of the county would have done it.

The clock starts in September and ends on Friday 2024-10-25 at 11:00. Villages differ: most bank their cash in
time, some are late with it, one or two have not begun.
"""

import datetime
from collections import defaultdict

from collection.entitlements.services import enrol_fully_subsidised
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from demo import banking, files, fridays, paperwork, rounds
from subsidies.campaigns.models import Campaign

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
START = datetime.datetime(2024, 9, 27, 14, 0, tzinfo=SHANGHAI)
END = datetime.datetime(2024, 10, 25, 11, 0, tzinfo=SHANGHAI)
FRIDAY = 4


def replay(campaign: Campaign) -> None:
    """Everything from the first receipt book to Friday morning; leaves the clock at END."""
    bureau, tax = User.objects.get(username="yibao"), User.objects.get(username="shuiwu")
    plans = [rounds.plan_village(code) for code in rounds.villages()]
    townships = defaultdict(list)
    for plan in plans:
        townships[plan.code[:9]].append(plan)
    teams, helpers = _teams(), _helpers()
    rounds.issue_books(campaign, townships, bureau)
    while enrol_fully_subsidised(campaign=campaign, actor=bureau):
        pass
    day = rounds.FIRST_DAY
    while day <= rounds.LAST_DAY:
        _at(day, 9)
        if day.weekday() == FRIDAY:
            fridays.report(campaign, teams, last_week=day == rounds.LAST_DAY)
        _at(day, 10)
        for township, group in townships.items():
            rounds.collect(campaign, day, [plan for plan in group if day in plan.days], teams[township][-1])
        banking.bank(campaign, day, plans, helpers, teams)
        paperwork.declare(campaign, day, teams, tax, bureau)
        if day < rounds.LAST_DAY:
            fridays.publish(campaign, _at(day, 13), bureau)
        day += datetime.timedelta(days=1)
    files.upload(campaign, plans, helpers)
    clock.move_to(END)


def _at(day: datetime.date, hour: int) -> datetime.datetime:
    instant = datetime.datetime.combine(day, datetime.time(hour), SHANGHAI)
    clock.move_to(instant)
    return instant


def _teams() -> dict[str, list[User]]:
    """Each township's people: who reviews first, who records last."""
    found = defaultdict(list)
    for user in User.objects.filter(role=Role.TOWNSHIP).order_by("-position", "pk"):
        found[user.region_id].append(user)
    return found


def _helpers() -> dict[str, User]:
    return {user.region_id: user for user in User.objects.filter(role=Role.VILLAGE)}
