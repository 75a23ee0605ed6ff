"""The people of one township's campaign and its receipt books, as most tests here need them."""

import datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from collection.declarations import drafts, feedback
from collection.declarations import services as declarations
from collection.receipts import books as receipt_books
from collection.receipts import services as receipts
from core.jobs import services as jobs
from core.jobs.models import Job
from core.regions.models import Region
from tests.collection.declaration_world import Office
from tests.collection.paid_people import TOWNSHIP, VILLAGE, bank, pay


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
def agreed(campaign, officer, taxman):
    """Both offices agree to close before the period is over."""
    from collection.closing import consents

    asked = consents.ask_consent(campaign=campaign, kind="early", reason="试点提前", actor=officer)
    return consents.give_consent(consent=asked, actor=taxman)


@pytest.fixture
def office(campaign, make_user):
    return Office(campaign, make_user)


@pytest.fixture
def declare(campaign, clerk):
    """A declaration of so many people at the tax bureau."""

    def declare(people=0):
        if people:
            pay(campaign, clerk, people=people)
            bank(campaign, clerk, 400 * people)
        township = Region.objects.get(pk=TOWNSHIP)
        draft = drafts.draft_declaration(campaign=campaign, township=township, actor=clerk)
        return declarations.submit_declaration(declaration=draft, actor=clerk)

    return declare


@pytest.fixture
def feed(taxman, silent_queue):
    """Uploads a file as the tax bureau and lets the worker read it."""

    def feed(declaration, content, name="反馈.xlsx"):
        kept, _ = feedback.take_feedback(declaration=declaration, file=ContentFile(content), name=name, actor=taxman)
        for job in Job.objects.filter(state="queued"):
            jobs.run(job.pk)
        kept.refresh_from_db()
        declaration.refresh_from_db()
        return kept

    return feed


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
        uses = [
            receipts.ReceiptUse(number, household, Decimal(amount), datetime.date(2024, 10, 10)) for number in numbers
        ]
        return receipts.use_receipts(campaign=campaign, village=village, uses=uses, actor=clerk)

    return use
