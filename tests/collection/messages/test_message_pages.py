"""The pages about messages: preparing, agreeing, the log, wording, who wants none."""

import pytest
from django.urls import reverse

from collection.messages import kinds
from collection.messages.models import ReminderBatch
from core.messages import services as outbox
from core.messages.models import MessagePrice, MessageTemplate, OptOut, OutboxMessage
from tests.collection.paid_people import TOWNSHIP, VILLAGE

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, officer):
    client.force_login(officer)
    return client


def test_from_the_form_to_the_log(office, recorder, campaign, home, prepare):
    answer = office.post(reverse("reminder_list"), {"region": TOWNSHIP})
    assert answer.status_code == 302
    prepare(TOWNSHIP)
    page = office.get(answer.url).content.decode()
    assert "核准发送 1 条" in page and "138****0001" in page and "13800000001" not in page
    assert "催缴短信 1 条待您核准" in office.get("/").content.decode()
    office.post(reverse("reminder_approve", args=[ReminderBatch.objects.get().pk]), {"seen": 1})
    outbox.drain()
    log = office.get(reverse("message_log")).content.decode()
    assert "王大山" in log and "已发出" in log
    assert "王大山" in office.get(reverse("message_log"), {"q": "王大山"}).content.decode()
    assert "王大山" not in office.get(reverse("message_log"), {"q": "李秀英"}).content.decode()
    assert "催缴提醒" in office.get(reverse("reminder_list")).content.decode()
    assert "催缴提醒" in office.get(reverse("resident_story", args=[home[2].pk])).content.decode()


def test_an_empty_batch_asks_for_nothing(office, campaign, prepare):
    page = office.get(reverse("reminder_batch", args=[prepare(TOWNSHIP).pk])).content.decode()
    assert "没有可以提醒的户" in page and "核准发送" not in page
    assert "条待您核准" not in office.get("/").content.decode()


def test_a_number_that_is_searched_for_stays_out_of_the_address(office, campaign):
    answer = office.post(reverse("message_log"), {"q": "13800000001", "_search": "1"})
    assert answer.status_code == 302 and "13800000001" not in answer.url


def test_the_office_words_a_kind_and_sees_it_before_it_is_kept(office, campaign):
    url = reverse("message_template", args=[kinds.PAID])
    preview = office.post(url, {"text": "{姓名}已缴{金额}元", "preview": "1"})
    assert "王大山已缴1200元" in preview.content.decode() and not MessageTemplate.objects.exists()
    wrong = office.post(url, {"text": "{身份证}"})
    assert wrong.status_code == 400 and "没有“{身份证}”" in wrong.content.decode()
    assert office.post(url, {"text": "{姓名}已缴{金额}元", "is_on": "on"}).status_code == 302
    assert MessageTemplate.objects.get().is_on
    assert "已启用" in office.get(reverse("message_templates")).content.decode()


def test_a_kind_that_is_none_is_not_found(office, campaign):
    assert office.get(reverse("message_template", args=["duty"])).status_code == 404


@pytest.mark.parametrize(("price", "status"), [("0.045", 302), ("1.00", 302), ("1.01", 400), ("-1", 400), ("x", 400)])
def test_the_price(office, campaign, price, status):
    assert office.post(reverse("message_templates"), {"price": price}).status_code == status
    assert MessagePrice.objects.exists() is (status == 302)


def test_who_wants_none(office, campaign):
    url = reverse("opt_out_list")
    assert office.post(url, {"phone": "0377-65", "reason": "电话"}).status_code == 400
    assert office.post(url, {"phone": "13800000001", "reason": "电话"}).status_code == 302
    page = office.get(url).content.decode()
    assert "138****0001" in page and "13800000001" not in page
    office.post(reverse("opt_out_withdraw", args=[OptOut.objects.get().pk]))
    assert OptOut.objects.get().withdrawn_at


def test_a_township_prepares_for_its_own_villages_and_lets_nothing_go(client, clerk, campaign, home, prepare):
    client.force_login(clerk)
    assert client.post(reverse("reminder_list"), {"region": "411325102"}).status_code == 400
    assert client.post(reverse("reminder_list"), {"region": VILLAGE}).status_code == 302
    batch = prepare()
    assert client.post(reverse("reminder_approve", args=[batch.pk]), {"seen": 1}).status_code == 403
    assert client.post(reverse("reminder_withdraw", args=[batch.pk]), {"reason": "不发了"}).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "withdrawn"


def test_what_did_not_go_is_sent_again_from_the_log(office, recorder, campaign, prepare, home, officer):
    prepare()
    message = OutboxMessage.objects.get()
    OutboxMessage.objects.update(state="unsure")
    assert "结果不明" in office.get(reverse("message_log")).content.decode()
    office.post(reverse("message_again", args=[message.pk]))
    outbox.drain()
    assert len(recorder.got) == 1
