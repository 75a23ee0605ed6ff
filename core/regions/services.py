"""Load regions from a list of villages (one row a village, with its township and county), and lock them."""

import csv
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from config import clock
from core.audit import services as audit
from core.database.once import once
from core.regions.models import FormerRegionName, Region

if TYPE_CHECKING:
    from core.accounts.models import User

#: 1,169 villages of the five counties with their 12-digit codes (National Bureau of Statistics, June 2023).
BUILT_IN = Path(__file__).resolve().parent / "data" / "regions.csv"


def read_regions(path: Path = BUILT_IN) -> list[dict[str, str]]:
    """Return rows with county_code, county, township_code, township, village_code, village."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def lock_region(region: Region) -> None:
    """Lock the region row until the transaction ends; serializes its writers and keeps a village from being moved."""
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)


def replaced_region_error(codes: Iterable[str]) -> str:
    """Return the error text for the first of these villages that was replaced by another code, else "".

    Call after locking the village or its account, which a move locks too.
    """
    asked = frozenset(codes)
    return once(("replaced", asked), partial(_replaced_region_error, asked))


def _replaced_region_error(codes: frozenset[str]) -> str:
    gone = Region.objects.filter(pk__in=codes, replaced_by__isnull=False).order_by("pk").first()
    return f"{gone.name}已划走，现在的代码是 {gone.replaced_by_id}，请在新的代码下办理。" if gone else ""


def keep_former_names(names: dict[str, str], document: str = "") -> None:
    """Keep what regions (code → name) were called until now. Call in the transaction that renames them."""
    moment = clock.now()
    FormerRegionName.objects.bulk_create(
        FormerRegionName(region_id=code, name=name, until=moment, document=document)
        for code, name in sorted(names.items())
    )


@transaction.atomic
def load_regions(*, rows: Iterable[dict[str, str]], actor: "User | None", county_code: str = "") -> int:
    """Add missing regions and rename changed ones; safe to repeat.

    With `county_code`, load that county's rows only. Return the number of villages read.
    """
    wanted: dict[str, tuple[str, str, str | None]] = {}
    villages = 0
    for row in rows:
        if county_code and row["county_code"] != county_code:
            continue
        villages += 1
        county, township = row["county_code"], row["township_code"]
        wanted[county] = row["county"], Region.Level.COUNTY, None
        wanted[township] = row["township"], Region.Level.TOWNSHIP, county
        wanted[row["village_code"]] = row["village"], Region.Level.VILLAGE, township
    known = dict(Region.objects.filter(code__in=wanted).values_list("code", "name"))
    changed = [
        Region(code=code, name=name, level=level, parent_id=parent)
        for code, (name, level, parent) in sorted(wanted.items())
        if known.get(code) != name
    ]
    keep_former_names({region.code: known[region.code] for region in changed if region.code in known})
    Region.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "level", "parent"],
        batch_size=500,
    )
    if changed:
        audit.record(
            "region.load",
            actor=actor,
            summary=f"载入区划 {len(changed)} 个",
            region=county_code,
            object_type="region",
            after={"codes": [region.code for region in changed][:50], "count": len(changed)},
        )
    return villages
