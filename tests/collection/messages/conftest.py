"""Two households that have not paid, and a gateway that keeps what it got."""

import pytest

from collection.messages import services
from core.jobs import services as jobs
from core.jobs.models import Job
from core.messages.models import OutboxMessage
from core.regions.models import Region
from residents.people.models import Household
from tests.collection.paid_people import VILLAGE


class Recorder:
    got: list = []  # noqa: RUF012
    remembers_keys = True

    def send(self, *, key, name, phone, text):
        Recorder.got.append((phone, text))


@pytest.fixture(autouse=True)
def recorder(settings, silent_queue):
    settings.OUTBOX_GATEWAY = "tests.collection.messages.conftest.Recorder"
    Recorder.got = []
    return Recorder


@pytest.fixture
def second(make_user):
    return make_user("county", "411325")


@pytest.fixture
def home(campaign, make_resident):
    """王大山, his wife and a child; only he and his wife have telephones."""
    home = Household.objects.create(village_id=VILLAGE, number="0001", head_name="王大山")
    people = {"household": home}
    return [
        make_resident(VILLAGE, name="李秀英", birth="1968-02-01", sex="F", phone="13800000002", **people),
        make_resident(VILLAGE, name="王大山", birth="1970-01-01", phone="13800000001", **people),
        make_resident(VILLAGE, name="王小明", birth="2015-01-01", **people),
    ]


@pytest.fixture
def alone(campaign, make_resident):
    """Somebody without a household, whose telephone nobody knows."""
    return make_resident(VILLAGE, name="张老汉", birth="1950-01-01")


@pytest.fixture
def prepare(campaign, officer):
    def prepare(region=VILLAGE, actor=None):
        batch = services.prepare_reminders(
            campaign=campaign, region=Region.objects.get(pk=region), actor=actor or officer
        )
        for job in Job.objects.filter(kind="reminder.write", state="queued"):
            jobs.run(job.pk)
        batch.refresh_from_db()
        return batch

    return prepare


@pytest.fixture
def approve(prepare, officer):
    def approve():
        batch = prepare()
        return services.approve_reminders(batch=batch, seen=batch.households, actor=officer)

    return approve


def only_message():
    return OutboxMessage.objects.get()
