"""The gateway by mail, talking to a real server on this machine."""

import pytest
from django.utils import timezone

from core.messages import services as outbox
from core.messages.models import OutboxMessage
from tests.core.messages.mail_server import running

pytestmark = pytest.mark.django_db
State = OutboxMessage.State


@pytest.fixture
def server(settings, business_clock):
    with running() as server:
        settings.OUTBOX_GATEWAY = "core.messages.gateways.SmtpGateway"
        settings.OUTBOX_SMTP_PORT = server.port
        settings.OUTBOX_SMTP_DOMAIN, settings.OUTBOX_SMTP_SENDER = "sms.example", "yibao@county.example"
        yield server


@pytest.fixture
def message():
    facts = {"kind": "duty", "region_code": "411325", "to_name": "某人", "to_phone": "13800000000"}
    return OutboxMessage.objects.create(key="k1", text="请缴存。\n.今天", created_at=timezone.now(), **facts)


def test_a_message_goes_out_whole_and_once(server, message):
    assert (outbox.drain(), outbox.drain()) == ((1, 0), (0, 0))
    (mail,) = server.mails
    assert (mail["To"], mail["From"]) == ("13800000000@sms.example", "yibao@county.example")
    assert mail["Message-ID"].endswith("@sms.example>")
    assert mail.get_content().strip() == message.text


def test_what_the_server_refuses_is_tried_again_later(server, message):
    server.behaves = "refuses"
    assert outbox.drain() == (0, 1)
    message.refresh_from_db()
    assert message.state == State.WAITING and "没有收下" in message.error and not server.mails
    server.behaves = "takes"
    OutboxMessage.objects.update(try_after=None)
    assert outbox.drain() == (1, 0)
    assert len(server.mails) == 1


def test_a_server_that_hangs_up_may_have_taken_it_so_it_is_not_sent_again(server, message):
    server.behaves = "hangs_up"
    assert outbox.drain() == (0, 1)
    message.refresh_from_db()
    assert message.state == State.UNSURE and "不知道有没有收下" in message.error
    server.behaves = "takes"
    OutboxMessage.objects.update(try_after=None)
    assert outbox.drain() == (0, 0)
    assert len(server.mails) == 1


def test_a_server_that_is_not_there_has_taken_nothing(server, message, settings):
    server.shutdown()
    server.server_close()
    assert outbox.drain() == (0, 1)
    message.refresh_from_db()
    assert message.state == State.WAITING and "连不上" in message.error
