"""Rows of several queries counted in one statement."""

import pytest
from django.db.models import Q

from core.accounts.models import User
from core.database.counting import count_all
from core.regions.models import Region

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("queries", "numbers", "statements"),
    [
        ([], [], 0),
        ([Region.objects.none()], [0], 0),
        ([Region.objects.filter(code="411325")], [1], 1),
        ([Region.objects.filter(pk__in=[]), User.objects.order_by("username"), Region.objects.none()], [0, 2, 0], 1),
        ([User.objects.all(), Region.objects.filter(code="411325"), User.objects.filter(name="甲")], [2, 1, 1], 1),
        # One county with two accounts: joined twice, once as one of different ones.
        ([Region.objects.filter(Q(users__name="甲") | Q(users__name="乙"))], [2], 1),
        ([Region.objects.filter(Q(users__name="甲") | Q(users__name="乙")).distinct()], [1], 1),
        ([Region.objects.select_related("parent").filter(code="411325"), User.objects.filter(name="丙")], [1, 0], 1),
    ],
    ids=["nothing asked", "none", "one", "empty parts", "several", "joined", "distinct", "related"],
)
def test_each_query_gets_its_number(campaign, make_user, django_assert_num_queries, queries, numbers, statements):
    for name in ("甲", "乙"):
        make_user("county", "411325", name=name)
    with django_assert_num_queries(statements):
        assert count_all(queries) == numbers
