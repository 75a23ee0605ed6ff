"""A region is a prefix of codes; no region is no row, never every row."""

import pytest

from core.regions.models import Region
from residents.people.models import Resident

VILLAGE, OTHER = "411325101200", "411325102200"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("prefix", "seen"),
    [(VILLAGE, 1), (VILLAGE[:9], 1), ("411325", 2), ("41132510", 2), ("411323", 0), ("", 0)],
    ids=["village", "township", "county", "part of a code", "another county", "no region"],
)
def test_rows_of_a_region(campaign, make_resident, prefix, seen):
    for village in (VILLAGE, OTHER):
        make_resident(village)
    assert Resident.objects.in_region(prefix).count() == seen
    assert Region.objects.in_region(prefix).exists() == bool(seen)
