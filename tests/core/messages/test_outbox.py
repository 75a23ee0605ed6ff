"""The outbox: each message goes to the gateway until it is taken, and to one worker at a time."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from core.messages import services as outbox
from core.messages.gateways import FileGateway, GatewayError
from core.messages.models import OutboxMessage
from core.refusals import Refused

pytestmark = pytest.mark.django_db
State = OutboxMessage.State


class Recorder:
    """A gateway that keeps what it got, or refuses."""

    got = []
    refuses = False
    remembers_keys = True

    def send(self, *, key, name, phone, text):
        if Recorder.refuses:
            raise GatewayError("通道忙")
        Recorder.got.append((key, phone, text))


@pytest.fixture(autouse=True)
def recorder(settings, business_clock):
    settings.OUTBOX_GATEWAY = "tests.core.messages.test_outbox.Recorder"
    Recorder.got, Recorder.refuses = [], False


@pytest.fixture
def queue():
    def queue(key="k1", phone="13800000000", **fields):
        return OutboxMessage.objects.create(
            key=key,
            kind="duty",
            region_code="411325",
            to_name="某人",
            to_phone=phone,
            text="请缴存",
            created_at=timezone.now(),
            **fields,
        )

    return queue


def again(message):
    """As if its waiting time had passed."""
    OutboxMessage.objects.filter(pk=message.pk).update(try_after=timezone.now() - timedelta(seconds=1))


def test_sent_once(queue):
    message = queue()
    assert outbox.drain() == (1, 0)
    assert outbox.drain() == (0, 0)
    again(message)
    assert outbox.drain() == (0, 0)
    assert len(Recorder.got) == 1
    message.refresh_from_db()
    assert message.sent_at and not message.error


def test_refused_ones_are_tried_again_later_and_not_for_ever(queue):
    message, Recorder.refuses = queue(), True
    assert outbox.drain() == (0, 1)
    assert outbox.drain() == (0, 0)
    message.refresh_from_db()
    assert (message.error, message.attempts) == ("通道忙", 1)
    assert message.try_after > timezone.now() + timedelta(seconds=50)
    for _ in range(outbox.MOST_ATTEMPTS):
        again(message)
        outbox.drain()
    message.refresh_from_db()
    assert (message.attempts, message.state) == (outbox.MOST_ATTEMPTS, State.FAILED)


def test_it_goes_out_when_the_gateway_is_back(queue):
    message, Recorder.refuses = queue(), True
    outbox.drain()
    Recorder.refuses = False
    again(message)
    assert outbox.drain() == (1, 0)
    message.refresh_from_db()
    assert (message.error, message.attempts) == ("", 2)


def died_with(message):
    """A worker took the message in hand, and was never heard of again."""
    assert outbox._claim(message)
    assert not outbox._claim(message)
    assert outbox.drain() == (0, 0)
    long_ago = timezone.now() - outbox.ABANDONED_AFTER - timedelta(seconds=1)
    OutboxMessage.objects.filter(pk=message.pk).update(claimed_at=long_ago)


def test_a_worker_that_died_with_a_message_leaves_it_to_another_where_the_other_side_knows_its_key(queue):
    died_with(queue())
    assert outbox.drain() == (1, 0)
    assert [key for key, *_ in Recorder.got] == ["k1"]


def test_a_worker_that_died_with_a_message_leaves_it_to_a_person_where_nobody_can_tell(
    queue, monkeypatch, campaign, make_user
):
    monkeypatch.setattr(Recorder, "remembers_keys", False)
    message = queue()
    died_with(message)
    assert outbox.drain() == (0, 0)
    message.refresh_from_db()
    assert (message.state, message.error) == (State.UNSURE, outbox.DIED_WITH_IT)
    outbox.send_again(message=message, actor=make_user("county", "411325"))
    assert outbox.drain() == (1, 0)
    with pytest.raises(Refused, match="没有发出或结果不明"):
        outbox.send_again(message=message, actor=make_user("county", "411325"))


@pytest.mark.parametrize(
    ("hour", "kind", "sent"),
    [
        ("07:59", "duty", 0),
        ("08:00", "duty", 1),
        ("19:59", "duty", 1),
        ("20:00", "duty", 0),
        ("03:00", "account", 1),
    ],
)
def test_nobody_is_woken_but_by_a_change_of_their_own_account(queue, business_clock, hour, kind, sent):
    business_clock(f"2024-10-25T{hour}")
    message = queue()
    OutboxMessage.objects.filter(pk=message.pk).update(kind=kind)
    assert outbox.drain() == (sent, 0)


def test_without_a_phone_it_says_so_and_is_not_tried_again(queue):
    message = queue(phone="")
    assert outbox.drain() == (0, 1)
    assert outbox.drain() == (0, 0)
    message.refresh_from_db()
    assert message.error == outbox.NO_PHONE
    assert Recorder.got == []


def test_one_bad_message_does_not_hold_up_the_others(queue):
    queue("k1", phone="")
    queue("k2")
    assert outbox.drain() == (1, 1)


def test_one_that_breaks_our_own_check_does_not_hold_up_the_others(queue, monkeypatch, caplog):
    caplog.set_level("CRITICAL", "core.messages.services")
    broken = queue("k1")
    queue("k2")
    look = outbox._look_again
    monkeypatch.setattr(outbox, "_look_again", lambda message: 1 / 0 if message.key == "k1" else look(message))
    assert outbox.drain() == (1, 1)
    broken.refresh_from_db()
    assert (broken.state, broken.attempts, broken.error) == (State.WAITING, 1, outbox.BROKE)
    assert outbox.drain() == (0, 0)


def test_oldest_first_and_not_more_than_asked(queue):
    for number in range(3):
        queue(f"k{number}")
    assert outbox.drain(at_most=2) == (2, 0)
    assert [key for key, *_ in Recorder.got] == ["k0", "k1"]


def test_the_file_gateway_writes_each_message_once(settings, tmp_path):
    settings.OUTBOX_DIR = tmp_path / "out"
    for _ in range(2):
        FileGateway().send(key="k", name="某人", phone="13800000000", text="请缴存")
    (written,) = Path(settings.OUTBOX_DIR).iterdir()
    assert json.loads(written.read_text("utf-8")) == {
        "key": "k",
        "name": "某人",
        "phone": "13800000000",
        "text": "请缴存",
    }


def test_the_file_gateway_says_what_is_wrong(settings, tmp_path):
    (tmp_path / "out").write_text("a file where the folder should be")
    settings.OUTBOX_DIR = tmp_path / "out"
    with pytest.raises(GatewayError, match="写不进"):
        FileGateway().send(key="k", name="某人", phone="1", text="x")
