"""Look regions up: a county's names for the readers of lists, and regions by code for commands."""

from datetime import datetime

from core.regions.models import FormerRegionName, Region
from core.regions.names import NamedRegion, RegionNames
from core.tables.dry_run import QuestionError

_DIGITS = {"county": 6, "township": 9, "village": 12}


def region_names(county_code: str) -> RegionNames:
    """Return the names of the townships and villages of a county that stand today, in one query."""
    rows = Region.objects.in_region(county_code).filter(replaced_by=None).order_by("code")
    county, places = "", []
    for code, name, level, parent in rows.values_list("code", "name", "level", "parent_id"):
        if level == Region.Level.COUNTY:
            county = name
        else:
            places.append(NamedRegion(code, name, parent or "" if level == Region.Level.VILLAGE else ""))
    return RegionNames(places, county)


def names_at(county_code: str, at: datetime) -> dict[str, str]:
    """Return code → name for the regions of a county that bore another name just before an instant than they do now."""
    rows = FormerRegionName.objects.in_region(county_code).filter(until__gte=at).order_by("-until", "-id")
    return dict(rows.values_list("region_id", "name"))


def asked_region(code: str, level: str) -> Region:
    """Return the region that an operator names by its code. Raise QuestionError if there is none at that level."""
    label, digits = Region.Level(level).label, _DIGITS[level]
    if not code:
        raise QuestionError(f"请给出{digits}位{label}代码：--{level} CODE。")
    region = Region.objects.filter(code=code, level=level).first()
    if region is None:
        raise QuestionError(f"没有代码为 {code} 的{label}；请核对 {digits} 位{label}代码，或先运行 open_campaign。")
    return region
