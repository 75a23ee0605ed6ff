"""What reading, writing and the pages of the register ask the database."""

from core.regions.models import Region
from core.regions.names import written_region_names

#: What a row of a register can change of somebody known.
COMPARED = ("name", "village_id", "phone", "address", "household__number")


def village_names(county_code: str) -> dict[tuple[str, str], str]:
    """(township name, village name), ("", village name) and ("", code) → code; "" where a name is not enough."""
    found: dict[tuple[str, str], str] = {}
    rows = Region.objects.in_region(county_code).filter(level=Region.Level.VILLAGE, replaced_by=None)
    for village in rows.select_related("parent"):
        for name in written_region_names(village.name):
            for township in {*written_region_names(village.parent.name), ""}:
                key = (township, name)
                found[key] = village.code if found.get(key, village.code) == village.code else ""
        found["", village.code] = village.code
    return found
