"""What special people ask of each role: the menu lines and what is to be done today."""

from django.urls import reverse

from collection.entitlements import groups as special
from collection.entitlements.models import DifferenceCase
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.pages.frame import Asked, Counted, Entry, Panel
from subsidies.campaigns.models import Campaign
from subsidies.rosters.models import Roster

ENTRIES = [
    Entry("特殊群体", "special_groups", 31),
    Entry("先缴后认定", "difference_list", 32),
    Entry("资助资金", "fund_table", 33),
]


def todos(user: User, campaign: Campaign) -> list[Asked]:
    """Lists to be applied, people to be looked at again, differences to be decided."""
    found: list[Asked] = []
    if user.role == Role.DEPARTMENT and user.scope_prefix:
        again = special.due_again(
            campaign=campaign, region=user.scope_prefix, on=clock.today(), department=user.department
        )
        found.append(Counted(again, "{count} 名未参保的特殊人员已到再次核查日期", reverse("special_people"), True))
    if user.role == Role.COUNTY:
        lists = Roster.objects.for_user(user).filter(campaign=campaign, state=Roster.State.READY)
        waiting = lists.exclude(uploaded_by=user)
        found.append(Counted(waiting, "{count} 份名单待审核生效", reverse("roster_list"), True))
        cases = DifferenceCase.objects.for_user(user).filter(campaign=campaign, state=DifferenceCase.State.OPEN)
        found.append(Counted(cases, "{count} 人缴费后才认定，差额待处理", reverse("difference_list")))
    return found


def panel(user: User, campaign: Campaign) -> Panel:
    """A department's first page shows what came of the people it recognised."""
    region, department = user.scope_prefix, user.department
    distinct = special.distinct_people(campaign=campaign, region=region, department=department)
    groups = special.groups(campaign=campaign, region=region, department=department)
    missing = distinct["to_insure"] - distinct["insured"]
    facts = {"campaign": campaign, "groups": groups, "distinct": distinct, "missing": missing}
    return Panel("collection/entitlements/home_department.html", facts)
