"""The people of one township's campaign, as most tests here need them."""

import pytest

from tests.collection.paid_people import TOWNSHIP


@pytest.fixture
def clerk(make_user):
    return make_user("township", TOWNSHIP)


@pytest.fixture
def taxman(make_user):
    return make_user("tax", "411325")


@pytest.fixture
def officer(make_user):
    return make_user("county", "411325")
