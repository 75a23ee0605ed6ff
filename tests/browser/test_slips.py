"""The photograph of a bank slip in the form: it proposes, the person fills in; without the extra nothing is offered."""

import pytest

from collection.cash.models import Deposit
from collection.slip_photos import engine
from collection.slip_photos.services import NO_SLIP
from core.jobs import services as jobs
from core.jobs.models import Job
from demo.slips import drawn_slip
from tests.browser.conftest import PHONE
from tests.factories import photo

#: On one engine: what a page looks like in a browser does not depend on the database beneath it.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.usefixtures("silent_queue")]
VILLAGE = "411325101200"
FORM = f"/cash/{VILLAGE}/deposit/"


@pytest.fixture
def helper(transactional_db, campaign, make_user):
    return make_user("village", VILLAGE)


def put_in(page, jpeg):
    page.set_input_files("input[name=photo]", {"name": "slip.jpg", "mimeType": "image/jpeg", "buffer": jpeg})


def values_of(page):
    return [page.input_value(f"[name={name}]") for name in ("slip_no", "paid_on", "amount")]


def test_without_the_extra_a_photograph_proposes_nothing(visit, helper, monkeypatch):
    monkeypatch.setattr(engine, "is_available", lambda: False)
    page = visit(helper, PHONE)
    page.goto(FORM)
    put_in(page, photo())
    assert page.locator("[data-read-url]").count() == 0
    assert page.get_by_text("正在读照片").count() == 0
    assert page.input_value("[name=slip_no]") == ""


@pytest.mark.ocr
def test_a_photograph_proposes_and_nothing_is_filled_in_unasked(visit, helper):
    page = visit(helper, PHONE)
    page.goto(FORM)
    put_in(page, photo())
    page.get_by_text(NO_SLIP).wait_for()
    assert page.get_by_role("button", name="填入").count() == 0
    put_in(page, drawn_slip("农商行现金缴款回单", 回单号="NX20241008001", 日期="2024-10-08", 金额="12,400.00").jpeg)
    page.get_by_role("button", name="填入").wait_for()
    assert page.input_value("[name=slip_no]") == ""
    page.get_by_role("button", name="填入").click()
    assert values_of(page) == ["NX20241008001", "2024-10-08", "12400.00"]
    page.context.set_offline(True)  # no signal: the form goes on without
    put_in(page, photo())
    page.get_by_text("照片没有读出来，请直接填写").wait_for()
    assert values_of(page) == ["NX20241008001", "2024-10-08", "12400.00"]


@pytest.mark.parametrize("is_installed", [True, False], ids=["with the extra", "without it"])
def test_a_photograph_that_is_no_slip_while_the_network_is_cut(visit, helper, monkeypatch, is_installed):
    """The page stays with all that was typed and chosen; with a signal it proposes nothing, says so, and goes up."""
    monkeypatch.setattr(engine, "is_available", lambda: is_installed)
    monkeypatch.setattr(engine, "read_lines", lambda jpeg: [])  # what a picture of nothing reads as
    page = visit(helper, PHONE)
    page.goto(FORM)
    typed = {"slip_no": "NX20241008001", "paid_on": "2024-10-08", "amount": "12400.00"}
    page.context.set_offline(True)
    for name, text in typed.items():
        page.fill(f"[name={name}]", text)
    put_in(page, photo())
    if is_installed:
        page.get_by_text("照片没有读出来，请直接填写").wait_for()
    page.get_by_role("button", name="登记缴存").click()
    page.get_by_text("现在没有信号，还没有提交").wait_for()
    assert values_of(page) == list(typed.values()) and Deposit.objects.count() == 0
    assert page.eval_on_selector("[name=photo]", "field => field.files[0].name") == "slip.jpg"
    page.context.set_offline(False)
    if is_installed:
        page.get_by_text(NO_SLIP).wait_for()  # read again by itself
    assert page.get_by_role("button", name="填入").count() == 0 and values_of(page) == list(typed.values())
    page.get_by_role("button", name="登记缴存").click()
    page.wait_for_url(lambda url: not url.endswith(FORM))
    deposit = Deposit.objects.get()
    assert deposit.slip_no == typed["slip_no"] and deposit.photo
    reading = list(Job.objects.filter(kind="slip.read"))
    assert len(reading) == is_installed
    for job in reading:
        jobs.run(job.pk)
        assert deposit.photo.slip_reading.problem == NO_SLIP
