"""Who opens the pages of employees' insurance, and only where the county runs it."""

from django.http import Http404

from core.access.roles import Role
from core.accounts.models import User
from core.regions.models import Region
from employees.rules import has_employees, is_on_file
from subsidies.campaigns.selectors import selection_of

#: Who works on it; the tax bureau hands in what was paid.
WORKS_ON = (Role.COUNTY,)
PAYS_IN = (Role.COUNTY, Role.TAX)
LOOKS_ON = (Role.COUNTY, Role.TAX, Role.TOWNSHIP, Role.LEADER)


def county_or_404(user: User) -> Region:
    """The user's county, where its policy file has employees' insurance; 404 elsewhere."""
    county = Region.objects.filter(pk=user.scope_prefix[:6], level=Region.Level.COUNTY).first()
    if county is None or not has_employees(county.pk):
        raise Http404(f"本{user.county_word}的政策文件没有职工医保。")
    return county


def runs_here(user: User) -> bool:
    """Whether the menu shows it: the user's county runs employees' insurance here."""
    if not user.scope_prefix or not any(campaign.policy.employees for campaign in selection_of(user).campaigns):
        return False
    return is_on_file(user.scope_prefix[:6])
