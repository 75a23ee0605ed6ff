"""Townships and villages in the search of every page."""

from django.urls import reverse

from core.accounts.models import User
from core.finding.registry import MOST, FoundGroup, Hit
from residents.people.places import places_named


def find_regions(user: User, text: str) -> FoundGroup:
    """Places of the user's region; each leads to its progress."""
    places = places_named(user.scope_prefix, text)
    address = reverse("own_progress")  # once: working out twenty addresses takes longer than finding the places
    hits = [Hit(place.name, place.above, f"{address}{place.code}/") for place in places[:MOST]]
    return FoundGroup("区划", "乡镇和村", hits, len(places) > MOST)
