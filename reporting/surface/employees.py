"""Employees' insurance beside the residents' figure: as published, and as of now."""

from typing import Any

from config import clock
from core.regions.models import Region
from employees.goal.selectors import goal_facts, progress_to_goal
from employees.months import month_of
from employees.rules import has_employees
from reporting.surface.selectors import Surface
from subsidies.campaigns.models import Campaign


def employees_goal(campaign: Campaign, region: Region, surface: Surface) -> dict[str, Any] | None:
    """{"now", "published"}: the county's progress to its goal, for the county alone; None where it has none."""
    if region.level != Region.Level.COUNTY or not has_employees(region.pk):
        return None
    goal = progress_to_goal(county=campaign.county, month=month_of(clock.today()))
    if goal is None:
        return None
    published = surface.published.ranking.content["beside"].get("employees") if surface.published else None
    return {"now": goal_facts(goal), "published": published}
