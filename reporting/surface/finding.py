"""Townships and villages in the search of every page: by a part of the name, its pinyin or initials, or the code."""

from functools import lru_cache

from django.urls import reverse

from core.accounts.models import User
from core.finding.registry import MOST, FoundGroup, Hit
from core.regions.models import Region
from residents.people.pinyin import parts, typed_part


def find_regions(user: User, text: str) -> FoundGroup:
    rows = Region.objects.for_user(user).exclude(level=Region.Level.COUNTY)
    part = typed_part(text)
    if text.isdecimal():
        rows = rows.filter(code=text)
    elif part.isascii():
        named = tuple(rows.order_by("code").values_list("code", "name"))
        rows = rows.filter(code__in=_named_so(named, part))
    else:
        rows = rows.filter(name__contains=text)
    found = list(rows.select_related("parent").order_by("code")[: MOST + 1])
    hits = [
        Hit(one.name, one.parent.name if one.parent else "", reverse("progress", args=[one.code]))
        for one in found[:MOST]
    ]
    return FoundGroup("区划", "乡镇和村", hits, len(found) > MOST)


@lru_cache(maxsize=1_000)
def _named_so(named: tuple[tuple[str, str], ...], part: str) -> list[str]:
    """The codes of the regions with this part in their name."""
    return [code for code, name in named if any(one.startswith(part) for one in parts(name))]
