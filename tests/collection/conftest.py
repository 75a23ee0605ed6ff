"""The people of one township's campaign, as most tests here need them."""

import pytest
from django.core.files.base import ContentFile

from collection.services import declarations, drafts, feedback
from residents.models import Job, Region
from residents.services import jobs
from tests.collection.declaration_world import Office
from tests.collection.paid_people import TOWNSHIP, bank, pay


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
def feed(taxman, monkeypatch):
    """Uploads a file as the tax bureau and lets the worker read it."""
    monkeypatch.setattr(jobs, "wake", lambda job_id: None)

    def feed(declaration, content, name="反馈.xlsx"):
        kept, _ = feedback.take_feedback(declaration=declaration, file=ContentFile(content), name=name, actor=taxman)
        for job in Job.objects.filter(state="queued"):
            jobs.run(job.pk)
        kept.refresh_from_db()
        declaration.refresh_from_db()
        return kept

    return feed
