"""Rows copied in WPS or Excel, pasted into the grid: cells land in their places, and nothing is lost on the way."""

import pytest

from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.ledgers.services import read_batch  # noqa: F401 — registers the handler
from tests.browser.conftest import PHONE
from tests.collection.ledgers.ledger_files import person
from tests.collection.ledgers.test_ledgers import work

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.usefixtures("silent_queue")]
VILLAGE = "411325101200"
#: household, name, number, amount, day, receipt, phone: the grid's own columns.
OURS = (3, 1, 2, 6, 7, 8, 9)
PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.querySelector(selector).dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true,
    cancelable: true}));
}"""


def test_rows_pasted_under_the_headings_go_up_as_a_ledger(visit, campaign, make_user):
    page = visit(make_user("village", VILLAGE))
    page.goto(f"/village/{VILLAGE}/ledger/paste/")
    assert page.locator(".grid tr").first.locator("td").nth(1).inner_text() == "姓名"
    rows = [[str(person(n)[at]) for at in OURS] for n in range(3)]
    page.evaluate(PASTE, [".grid tr:nth-child(2) td", "\r\n".join("\t".join(row) for row in rows)])
    wrong = page.locator(".grid tr").nth(2).locator("td").nth(3)
    assert wrong.inner_text() == "400"
    wrong.fill("1")
    page.reload()
    assert page.locator(".grid tr").nth(2).locator("td").nth(3).inner_text() == "1", "kept across a reload"
    page.click("main form.panel button[type=submit]")
    page.wait_for_url("**/ledgers/*/")
    work()
    states = list(LedgerRow.objects.order_by("number").values_list("number", "state"))
    assert LedgerBatch.objects.count() == 1 and states == [(2, "good"), (3, "bad"), (4, "good")]


def test_rows_pasted_without_a_signal_wait_in_the_grid(visit, campaign, make_user):
    """Handing in leads nowhere where the server is away; once it is back the same rows are there, and go up."""
    page = visit(make_user("village", VILLAGE))
    page.goto(f"/village/{VILLAGE}/ledger/paste/")
    page.context.route("**/*", lambda route: route.abort("internetdisconnected"))
    rows = [[str(person(n)[at]) for at in OURS] for n in range(2)]
    page.evaluate(PASTE, [".grid tr:nth-child(2) td", "\r\n".join("\t".join(row) for row in rows)])
    with page.expect_event("requestfailed"):
        page.click("main form.panel button[type=submit]", no_wait_after=True)
    assert LedgerBatch.objects.count() == 0
    page.context.unroute_all()
    page.goto(f"/village/{VILLAGE}/ledger/paste/")
    page.get_by_text("已恢复上次没有提交的内容").wait_for()
    page.click("main form.panel button[type=submit]")
    page.wait_for_url("**/ledgers/*/")
    work()
    assert list(LedgerRow.objects.order_by("number").values_list("number", "state")) == [(2, "good"), (3, "good")]


def test_two_thousand_rows_with_the_wrong_columns_stay_in_the_grid(visit, campaign, make_user):
    """Without a signal the page stays and says so; with one what is wrong stands above the rows. None of them is lost,
    so that the headings can be put right."""
    page = visit(make_user("village", VILLAGE))
    page.goto(f"/village/{VILLAGE}/ledger/paste/")
    rows = ["序号\t品名\t数量\t单价", *(f"{n}\t化肥\t{n}\t45" for n in range(1, 2001))]
    page.evaluate(PASTE, [".grid tr:nth-child(1) td", "\r\n".join(rows)])
    page.context.set_offline(True)
    page.click("main form.panel button[type=submit]")
    page.get_by_text("现在没有信号，还没有提交").wait_for()
    assert page.locator(".grid tr").nth(2000).locator("td").nth(1).inner_text() == "化肥"
    page.context.set_offline(False)
    page.click("main form.panel button[type=submit]")
    page.get_by_text("粘贴时请把表头一起复制").wait_for()
    assert "姓名、身份证号码、实缴金额、缴费日期、收据号" in page.locator("main").inner_text()
    assert page.locator(".grid tr").nth(2000).locator("td").nth(1).inner_text() == "化肥"
    assert LedgerBatch.objects.count() == 0


def test_a_wrong_row_is_mended_in_its_place_and_checked_alone(visit, campaign, make_user):
    """The wrong field with its message; what is still wrong is said again, what is right then waits to be booked."""
    page = visit(make_user("village", VILLAGE), PHONE)
    page.goto(f"/village/{VILLAGE}/ledger/paste/")
    rows = [[str(person(n, **wrong)[at]) for at in OURS] for n, wrong in enumerate(({}, {"amount": 1}))]
    page.evaluate(PASTE, [".grid tr:nth-child(2) td", "\r\n".join("\t".join(row) for row in rows)])
    page.click("main form.panel button[type=submit]")
    page.wait_for_url("**/ledgers/*/")
    work()
    page.goto(f"{page.url}rows/3/")
    for amount, says in (("2", "差 398.00 元"), ("400", "")):
        assert page.locator("main form.panel > .field").count() == 1
        page.fill("[name=amount]", amount)
        page.get_by_role("button", name="保存并核对").click()
        page.get_by_text(says or "可以确认").first.wait_for()
    assert list(LedgerRow.objects.order_by("number").values_list("number", "state")) == [(2, "good"), (3, "good")]
