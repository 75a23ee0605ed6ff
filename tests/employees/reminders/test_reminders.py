"""Units in arrears are reminded through the outbox, once, with what they owe at the moment of sending."""

import io

import openpyxl
import pytest
from django.urls import reverse

from core.audit.models import Event
from core.messages import services as outbox
from core.messages.models import OutboxMessage
from core.refusals import Refused
from core.regions.models import Region
from employees.payments import services as payments
from employees.reminders import services
from employees.reminders.kinds import HAS_PAID, NO_LONGER
from tests.employees.conftest import COUNTY, person, table, work

pytestmark = pytest.mark.django_db


class Recorder:
    got: list = []  # noqa: RUF012
    remembers_keys = True

    def send(self, *, key, name, phone, text):
        Recorder.got.append((phone, text))


@pytest.fixture(autouse=True)
def recorder(settings):
    settings.OUTBOX_GATEWAY = "tests.employees.reminders.test_reminders.Recorder"
    Recorder.got = []
    return Recorder


@pytest.fixture
def county(xixia):
    return Region.objects.get(pk=COUNTY)


@pytest.fixture
def owing(make_unit, declare):
    """A unit that owes 1,050 yuan of November."""
    unit = make_unit(contact_name="李经办", contact_phone="13800000001")
    declare(unit, [person(1), person(2)])
    return unit


@pytest.fixture
def pay(county, clerk):
    def pay(unit, amount):
        heading = ("统一社会信用代码", "费款所属期", "金额", "缴费日期")
        rows = [(unit.credit_code, "2025-11", amount, "2025-11-18")]
        payments.upload_paid(county=county, file=table(rows, heading), name="已缴.xlsx", actor=clerk)
        work()

    return pay


def remind(county, actor, seen=1):
    return services.remind(county=county, township="", seen=seen, actor=actor)


def test_a_unit_in_arrears_is_reminded_once(recorder, county, owing, clerk):
    assert remind(county, clerk) == 1
    outbox.drain()
    ((phone, text),) = recorder.got
    assert phone == "13800000001" and "李经办" in text and "欠缴1050.00元" in text
    assert services.preview(county=county, township="", user=clerk).reached == []
    with pytest.raises(Refused, match="和您看到的不一样"):
        remind(county, clerk)


def test_who_has_paid_by_then_gets_none_and_who_paid_a_part_what_is_left(recorder, county, owing, clerk, pay):
    remind(county, clerk)
    pay(owing, 1000)
    outbox.drain()
    assert "欠缴50.00元" in recorder.got[0][1]
    OutboxMessage.objects.update(state="waiting", sent_at=None)
    pay(owing, 50)
    outbox.drain()
    assert len(recorder.got) == 1 and OutboxMessage.objects.get().error == HAS_PAID


def test_another_contact_is_not_written_to_under_the_old_number(recorder, county, owing, clerk):
    remind(county, clerk)
    type(owing).objects.update(contact_phone="13800000002")
    outbox.drain()
    assert recorder.got == [] and OutboxMessage.objects.get().error == NO_LONGER


def test_a_unit_without_a_mobile_number_is_listed_and_not_reminded(county, make_unit, declare, clerk):
    unit = make_unit(contact_phone="0377-6966")
    declare(unit, [person(1)])
    found = services.preview(county=county, township="", user=clerk)
    assert [one.why_not for one in found.owing] == ["没有经办人手机号码"]


def test_a_townships_own_page_offers_no_other_township(client, make_user, county, owing):
    client.force_login(make_user("township", owing.township_id))
    page = client.get(reverse("employee_arrears")).content.decode()
    assert str(owing) in page and "1,050.00" in page
    assert 'name="township"' not in page and "按乡镇" not in page and "条提醒" not in page


def test_the_page(client, clerk, county, owing):
    client.force_login(clerk)
    page = client.get(reverse("employee_arrears")).content.decode()
    assert "发送 1 条提醒" in page and "1,050.00" in page and "138****0001" in page
    assert "按费款所属期" in page and "按乡镇" in page, "arrears by month and township, not by unit alone"
    assert "滞纳金（由县税务局确定）" in page, "what the notice leaves open is said"
    sent = client.get(reverse("employee_arrears"), {"export": "1"})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(sent.streaming_content))).active.values)
    assert rows[-1][4:] == ("2025年11月", 2, 1050, 0, 1050) and Event.objects.filter(action="unit.export").exists()
    assert client.post(reverse("employee_arrears"), {"seen": 2}, follow=True).status_code == 200
    assert not OutboxMessage.objects.exists()
    client.post(reverse("employee_arrears"), {"seen": 1})
    assert OutboxMessage.objects.count() == 1
