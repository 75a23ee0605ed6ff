"""The photograph of a slip proposes; the person confirms; the officer sees both. Without the extra nothing is offered.

What reads pictures is optional: it is replaced by what it would have read, and tried itself where it is installed.
"""

import datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from collection.cash.models import Deposit
from collection.slip_photos import engine
from collection.slip_photos.models import SlipReading
from collection.slip_photos.parsing import PrintedLine
from collection.slip_photos.services import NO_SLIP
from core.access.roles import Role
from core.jobs import services as jobs
from core.jobs.models import Job
from demo.slips import drawn_slip
from tests.factories import photo

pytestmark = pytest.mark.usefixtures("silent_queue")
VILLAGE, OTHER, TOWNSHIP = "411325101200", "411325101201", "411325101"
READ = reverse("slip_read", args=[VILLAGE])
SLIP = [
    PrintedLine("回单号", 20, 0, 80, 15),
    PrintedLine("NX0001234", 100, 0, 190, 15),
    PrintedLine("金额", 20, 30, 80, 45),
]


@pytest.fixture
def helper(campaign, client, make_user):
    user = make_user(Role.VILLAGE, VILLAGE)
    client.force_login(user)
    return user


@pytest.fixture
def reads(monkeypatch):
    """`reads(lines)`: the optional reader is installed and reads these lines, or raises what is given."""

    def reads(result):
        def read_lines(jpeg):
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(engine, "is_available", lambda: True)
        monkeypatch.setattr(engine, "read_lines", read_lines)

    return reads


@pytest.fixture
def absent(monkeypatch):
    monkeypatch.setattr(engine, "is_available", lambda: False)


def picture():
    return SimpleUploadedFile("slip.jpg", photo(), "image/jpeg")


def record(client):
    """A slip as it is typed; the photograph says what `reads` says."""
    address = reverse("deposit_create", args=[VILLAGE])
    account = client.get(address).context["form"].fields["account"].choices[0][0]
    fields = {"slip_no": "NX0001234", "paid_on": "2024-10-20", "amount": "1200", "account": account}
    assert client.post(address, {"photo": picture(), **fields}).status_code == 302
    return Deposit.objects.get()


def work():
    for job in Job.objects.filter(kind="slip.read", state=Job.State.QUEUED):
        jobs.run(job.pk)


def test_without_the_extra_nothing_is_offered_and_everything_works(helper, client, absent):
    page = client.get(reverse("deposit_create", args=[VILLAGE])).content.decode()
    assert "slips.js" not in page and "data-read-url" not in page
    assert client.post(READ, {"photo": picture()}).status_code == 404
    record(client)
    assert not Job.objects.filter(kind="slip.read").exists()


def test_a_photograph_proposes_and_keeps_nothing(helper, client, reads):
    reads([*SLIP, PrintedLine("1,200.00", 100, 30, 190, 45)])
    page = client.get(reverse("deposit_create", args=[VILLAGE])).content.decode()
    assert "slips.js" in page and READ in page
    answer = client.post(READ, {"photo": picture()}).json()
    assert (answer["slip_no"], answer["paid_on"], answer["amount"]) == ("NX0001234", "", "1200.00")
    assert "金额 1,200.00 元" in answer["says"] and not SlipReading.objects.exists()


@pytest.mark.parametrize("result", [[], [PrintedLine("小心落石", 0, 0, 9, 9)], engine.NotRead(NO_SLIP)])
def test_a_photograph_that_is_no_slip_has_an_answer(helper, client, reads, result):
    reads(result)
    assert client.post(READ, {"photo": picture()}).json() == {"says": NO_SLIP}


def test_a_file_that_is_no_photograph(helper, client, reads):
    reads(SLIP)
    answer = client.post(READ, {"photo": SimpleUploadedFile("slip.jpg", b"no picture")})
    assert answer.status_code == 400 and "不是能打开的照片" in answer.json()["says"]
    assert client.post(reverse("slip_read", args=[OTHER]), {"photo": picture()}).status_code == 404


def test_the_officer_sees_what_was_read_and_what_was_typed(helper, client, reads, make_user):
    reads([*SLIP, PrintedLine("1,300.00", 100, 30, 190, 45)])
    deposit = record(client)
    client.force_login(make_user(Role.TOWNSHIP, TOWNSHIP))
    page = reverse("deposit_detail", args=[deposit.pk])
    assert "照片读出" not in client.get(page).content.decode(), "not read yet"
    work()
    reading = SlipReading.objects.get()
    assert (reading.amount, reading.paid_on) == (Decimal("1300.00"), None)
    shown = client.get(page).content.decode()
    assert "照片读出 <strong>1,300.00 元</strong>，登记为 1,200.00 元" in shown and "回单号：照片读出" not in shown


def test_a_photograph_that_could_not_be_read_leaves_its_reason(helper, client, reads):
    reads(engine.NotRead("照片读了很久没有读完，请直接填写。"))
    record(client)
    work()
    assert SlipReading.objects.get().problem.startswith("照片读了很久")
    assert Job.objects.get(kind="slip.read").state == Job.State.DONE


def test_a_process_that_dies_is_told_as_not_read():
    with pytest.raises(engine.NotRead, match="没有读出来"):
        engine.read_lines(photo(), memory=16 << 20)


@pytest.mark.ocr
def test_a_drawn_slip_is_read(db):
    from collection.slip_photos.parsing import fields_of

    slip = drawn_slip("农商行现金缴款回单", 回单号="NX20241008001", 日期="2024-10-08", 金额="12,400.00")
    fields = fields_of(engine.read_lines(slip.jpeg))
    assert fields.slip_no == "NX20241008001"
    assert (fields.paid_on, fields.amount) == (datetime.date(2024, 10, 8), Decimal("12400.00"))


@pytest.mark.ocr
def test_a_picture_of_nothing_is_read_as_nothing(db):
    assert engine.read_lines(photo()) == []
