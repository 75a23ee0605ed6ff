"""The people of one township's campaign and its receipt books, as most tests here need them."""

import datetime
from decimal import Decimal

import pytest

from collection.services import receipt_books, receipts
from residents.models import Region
from tests.collection.paid_people import TOWNSHIP, VILLAGE


@pytest.fixture
def clerk(make_user):
    return make_user("township", TOWNSHIP)


@pytest.fixture
def taxman(make_user):
    return make_user("tax", "411325")


@pytest.fixture
def officer(make_user):
    return make_user("county", "411325")


@pytest.fixture
def issue(campaign, clerk):
    def issue(holder, first, last):
        holder = Region.objects.get(pk=holder)
        return receipt_books.issue_book(campaign=campaign, holder=holder, first=first, last=last, actor=clerk)

    return issue


@pytest.fixture
def books(campaign, clerk, issue):
    """The county has NX0001—NX0999, the township NX0101—NX0200, the village NX0101—NX0120."""
    receipt_books.register_book(campaign=campaign, first="NX0001", last="NX0999", actor=clerk)
    issue(TOWNSHIP, "NX0101", "NX0200")
    return issue(VILLAGE, "NX0101", "NX0120")


@pytest.fixture
def use(campaign, clerk):
    def use(*numbers, village=VILLAGE, household="", amount="400"):
        uses = [receipts.Use(number, household, Decimal(amount), datetime.date(2024, 10, 10)) for number in numbers]
        return receipts.use_receipts(campaign=campaign, village=village, uses=uses, actor=clerk)

    return use
