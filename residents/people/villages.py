"""People whose village changes under them: it was moved, merged into another, or a part of it became one of its own."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef

from core.database.bulk import chunks
from core.regions.models import Region
from residents.people.models import Household, Resident


def hand_over_people(*, old: Region, new: Region) -> int:
    """Give all people and households of a village to another; return how many people.

    A household's number that the other village has already gets the old village's own digits in front. Call in the
    transaction of the change, which records it.
    """
    taken = Household.objects.filter(village=new, number=OuterRef("number"))
    clashing = Household.objects.filter(Exists(taken), village=old)
    for household in clashing:
        household.number = f"{old.code[-3:]}-{household.number}"[:30]
    Household.objects.bulk_update(clashing, ["number"], batch_size=500)
    people = Resident.objects.filter(village=old).update(village=new)
    Household.objects.filter(village=old).update(village=new)
    return people


def move_people(*, residents: Collection[int], old: Region, new: Region) -> int:
    """Give some people of a village to another; households that go whole go along. Return how many people."""
    moved = 0
    for some in chunks(sorted(residents)):
        moved += Resident.objects.filter(pk__in=some, village=old).update(village=new)
    staying = Resident.objects.filter(household=OuterRef("pk"), village=old)
    leaving = Resident.objects.filter(household=OuterRef("pk"), village=new)
    taken = Household.objects.filter(village=new, number=OuterRef("number"))
    whole = Household.objects.filter(~Exists(staying), ~Exists(taken), Exists(leaving), village=old)
    whole.update(village=new)
    Resident.objects.filter(village=new, household__village=old).update(household=None)
    return moved
