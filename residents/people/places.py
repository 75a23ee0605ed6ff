"""Townships and villages by a part of the name, its pinyin or initials, or the whole code: a county has some three
hundred, and this process keeps them for a minute."""

from typing import NamedTuple

from core.access.scope import successor
from core.audit.changes import kept
from core.regions.models import Region
from core.regions.names import called
from residents.people.pinyin import parts, typed_part

#: A new or renamed place is found after so many seconds.
_SECONDS = 60


class NamedPlace(NamedTuple):
    """A township, or a village with the name of its township `above`; `parts`, a line each: its whole name and the ends
    of it, in characters, pinyin and initials."""

    code: str
    name: str
    above: str
    parts: str


def places_named(prefix: str, text: str) -> list[NamedPlace]:
    """Return the places of a region that match what was typed, by their codes; none for a user without a region."""
    part = typed_part(text)
    if not prefix or not part:
        return []
    county = kept(f"places:{prefix[:6]}", lambda: _places(prefix[:6]), seconds=_SECONDS)
    mine = [place for place in county if place.code.startswith(prefix)]
    if text.isdecimal():
        return [place for place in mine if place.code == text]
    begin = f"\n{part}"
    return [place for place in mine if begin in place.parts]


def _places(county: str) -> tuple[NamedPlace, ...]:
    rows = Region.objects.filter(code__gte=county, code__lt=successor(county)).exclude(level=Region.Level.COUNTY)
    found = rows.order_by("code").values_list("code", "name", "parent__level", "parent__name")
    return tuple(
        NamedPlace(
            code,
            called(name),
            "" if level == Region.Level.COUNTY else above,
            "".join(f"\n{part}" for part in parts(name)),
        )
        for code, name, level, above in found
    )
