"""Reminders to unpaid households: who gets one, who agrees, and what is looked at again when it is sent."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collection.contributions.services import Payment, record_contributions
from collection.messages import kinds, services
from collection.messages.models import ReminderBatch
from config import clock
from core.audit.models import Event
from core.jobs.models import Job
from core.messages import opt_outs, templates
from core.messages import services as outbox
from core.messages.models import OptOut, OutboxMessage
from core.refusals import Refused
from residents.people.models import Household, Resident
from residents.statuses.services import set_status
from subsidies.quotes.selectors import quote_residents
from tests.collection.messages.conftest import only_message
from tests.collection.paid_people import DAY, FAR, TOWNSHIP, VILLAGE

pytestmark = pytest.mark.django_db
State = OutboxMessage.State


def pay_for(campaign, people, actor):
    quotes = quote_residents(campaign=campaign, residents=people, paid_on=DAY)
    payments = [Payment(p.pk, p.village_id, "self", DAY, quotes[p.pk]) for p in people]
    return record_contributions(campaign=campaign, payments=payments, actor=actor)


def test_a_household_gets_one_message_that_names_what_it_owes(campaign, officer, home, alone, prepare):
    templates.set_price(county="411325", price=Decimal("0.05"), actor=officer)
    batch = prepare()
    message = only_message()
    assert (message.to_name, message.to_phone, message.state) == ("王大山", "13800000001", State.DRAFT)
    assert "还有3人" in message.text and "共1200元" in message.text and "2024年12月31日" in message.text
    assert {about.resident_id for about in message.about.all()} == {resident.pk for resident in home}
    assert (batch.state, batch.households, batch.people, batch.without_phone) == ("ready", 1, 3, 1)
    assert (batch.parts, batch.cost) == (message.parts, message.parts * Decimal("0.050"))


def test_nothing_leaves_before_somebody_agreed_to_the_number_on_the_page(recorder, prepare, home, officer, clerk):
    batch = prepare(actor=clerk)
    assert outbox.drain() == (0, 0)
    with pytest.raises(Refused, match="县医保局核准"):
        services.approve_reminders(batch=batch, seen=1, actor=clerk)
    with pytest.raises(Refused, match="和您看到的不一样"):
        services.approve_reminders(batch=batch, seen=2, actor=officer)
    for _ in range(2):
        services.approve_reminders(batch=batch, seen=1, actor=officer)
    assert (outbox.drain(), outbox.drain()) == ((1, 0), (0, 0))
    assert len(recorder.got) == 1
    assert Event.objects.filter(action="message.approve").count() == 1


@pytest.mark.parametrize(("households", "refused"), [(1, False), (2, True), (3, True)])
def test_from_how_many_on_another_person_agrees(monkeypatch, prepare, home, officer, second, households, refused):
    monkeypatch.setattr(services, "MANY", 2)
    batch = prepare()
    ReminderBatch.objects.filter(pk=batch.pk).update(households=households)
    if refused:
        with pytest.raises(Refused, match="另一名人员"):
            services.approve_reminders(batch=batch, seen=households, actor=officer)
    services.approve_reminders(batch=batch, seen=households, actor=second if refused else officer)


def test_who_has_just_paid_gets_none(recorder, campaign, approve, home, officer):
    approve()
    pay_for(campaign, home, officer)
    outbox.drain()
    assert (recorder.got, only_message().state, only_message().error) == ([], State.DROPPED, kinds.HAS_PAID)


def test_where_some_have_paid_the_message_says_what_is_left(recorder, campaign, approve, home, officer):
    approve()
    pay_for(campaign, home[:2], officer)
    assert outbox.drain() == (1, 0)
    assert "还有1人" in recorder.got[0][1] and "共400元" in recorder.got[0][1]
    assert only_message().text == recorder.got[0][1]
    assert [about.resident_id for about in only_message().about.all()] == [home[2].pk]


def test_who_has_died_is_not_written_to(recorder, approve, home, officer):
    approve()
    set_status(resident=home[1], status=Resident.Status.DEAD, since=clock.today(), actor=officer, source="证明")
    outbox.drain()
    assert (recorder.got, only_message().error) == ([], kinds.HAS_DIED)


def test_who_wants_none_gets_none_also_when_it_is_said_at_the_last_moment(recorder, approve, prepare, home, officer):
    approve()
    for _ in range(2):
        opt_outs.opt_out(phone="138 0000 0001", reason="电话告知", actor=officer)
    outbox.drain()
    assert (recorder.got, only_message().error) == ([], outbox.OPTED_OUT)
    again = prepare()
    assert (again.households, again.opted_out) == (0, 1)
    opt_outs.opt_in(found=OptOut.objects.get(), actor=officer)
    assert prepare().households == 1
    assert (again := ReminderBatch.objects.get(pk=again.pk)).state == "withdrawn" and again.reason == services.NOBODY


def test_a_household_is_not_reminded_twice_in_three_days(recorder, approve, prepare, home, business_clock):
    approve()
    outbox.drain()
    assert (soon := prepare()).reminded == 1 and soon.households == 0
    business_clock((clock.now() + kinds.REST_BETWEEN + timedelta(seconds=1)).isoformat())
    assert prepare().households == 1


def test_two_batches_with_the_same_household_send_one_message(recorder, campaign, prepare, home, officer):
    for region in (VILLAGE, TOWNSHIP):
        services.approve_reminders(batch=prepare(region), seen=1, actor=officer)
    outbox.drain()
    assert len(recorder.got) == 1
    assert sorted(OutboxMessage.objects.values_list("error", flat=True)) == ["", kinds.TOO_SOON]


def test_asked_for_twice_it_is_one_batch(prepare, home):
    assert prepare() == prepare()
    assert Job.objects.filter(kind="reminder.write").count() == 1


def test_a_worker_killed_half_way_leaves_no_message_twice(campaign, officer, prepare, home, monkeypatch):
    writing = services._write_village

    def dies(batch, code):
        if code > VILLAGE:
            raise ConnectionError
        writing(batch, code)

    monkeypatch.setattr(services, "_write_village", dies)
    batch = prepare(TOWNSHIP)
    assert batch.state == "writing" and OutboxMessage.objects.count() == 1
    monkeypatch.setattr(services, "_write_village", writing)
    batch = prepare(TOWNSHIP)
    assert (batch.state, batch.households, OutboxMessage.objects.count()) == ("ready", 1, 1)


def test_what_is_taken_back_goes_no_more(recorder, approve, home, officer):
    batch = approve()
    services.withdraw_reminders(batch=batch, reason="内容有误", actor=officer)
    assert outbox.drain() == (0, 0)
    assert only_message().state == State.DROPPED and "内容有误" in only_message().error


def test_a_closed_year_reminds_nobody(recorder, campaign, approve, prepare, home):
    approve()
    type(campaign).objects.update(closed_at=clock.now())
    outbox.drain()
    assert only_message().error == kinds.CLOSED
    campaign.refresh_from_db()
    with pytest.raises(Refused, match="已办结"):
        prepare(FAR)


@pytest.mark.parametrize("households", [2, 30])
def test_the_number_of_statements_does_not_grow_with_the_households(campaign, prepare, make_resident, households):
    for number in range(households):
        home = Household.objects.create(village_id=VILLAGE, number=str(number), head_name=f"户{number}")
        make_resident(VILLAGE, household=home, phone=f"139{number:08d}")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert prepare().households == households
    assert len(asked) <= 60
