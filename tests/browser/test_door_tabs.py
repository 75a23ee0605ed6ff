"""The village's list goes from a phone and from each of its open pages, whatever is still under way there."""

import pytest
from playwright.sync_api import expect

from collection.contributions.models import Contribution
from collection.door.models import Phone
from collection.door.phones import cut_off_phone
from collection.receipts.books import issue_book, register_book
from collection.receipts.models import Receipt
from core.regions.models import Region
from tests.browser.conftest import PHONE
from tests.browser.test_door import SENT, Thumb, assert_found, homes_of, log_in, open_list
from tests.collection.door.door_world import VILLAGE, household, in_hand

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]
PUT_AWAY, OLD = "这一页的名单已经收起", "名单已超过七天没有联网更新，已从手机删除"
KEPT = "() => DoorQueue.get('list').then((list) => list ? list.data.homes.length : 0)"
#: Days later on the phone's clock, whose pages look after themselves again.
LATER = """(days) => {
  const now = Date.now;
  Date.now = () => now() + days * 86400000;
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SENT_ALL = """async () => {
  while ((await DoorQueue.waiting()).length) await new Promise((done) => setTimeout(done, 100));
}"""
LOOK = "() => document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def helper(transactional_db, campaign, make_user, make_resident):
    """A helper of a village with three households of two and a receipt book."""
    county = make_user("county", "411325")
    for code in ("411325", VILLAGE[:9], VILLAGE):
        book = {"campaign": campaign, "first": "NX00000001", "last": "NX00000100", "actor": county}
        register_book(**book) if code == "411325" else issue_book(holder=Region.objects.get(code=code), **book)
    for number in ("0001", "0002", "0003"):
        household(make_resident, number, "李春生", "王秀英")
    return make_user("village", VILLAGE)


def second_tab(page):
    other = page.context.new_page()
    other.goto("/households/")
    other.get_by_text("准备好了，断网也能收款").wait_for()
    return other


def assert_put_away(page, text):
    """The page names nobody, finds nobody, and puts nothing back."""
    page.get_by_text(text).wait_for()
    expect(page.locator(".home")).to_have_count(0)
    page.locator("#find").fill("李")
    expect(page.locator("[data-found]")).to_have_text("0 户，0 人")
    page.evaluate(LOOK)
    assert page.evaluate(KEPT) == 0


def offered(page, home):
    return page.locator(f"#r{home}").input_value()


def test_two_pages_of_one_phone_know_of_each_other(visit, helper):
    """What is taken in one is paid in the other, and no number is offered twice: also on a card that stood open."""
    page = open_list(visit, helper)
    homes = homes_of(page)
    page.context.set_offline(True)
    page.goto("/households/")  # both show what the phone holds
    other = page.context.new_page()
    other.goto("/households/")
    for tab in (page, other):
        for home in homes[1:]:
            tab.locator(f"#h{home} > .home-row").tap()
        assert offered(tab, homes[1]) == offered(tab, homes[2]) == "NX00000001"
    page.locator(f"#r{homes[2]}").fill("NX00000007")  # what was typed stays
    Thumb(page).collect(homes[0])
    for tab in (page, other):
        tab.locator(f"#h{homes[0]} .tags .ok").wait_for()
        expect(tab.locator(f"#r{homes[1]}")).to_have_value("NX00000002")
    assert offered(page, homes[2]) == "NX00000007" and offered(other, homes[2]) == "NX00000002"
    other.locator(f"#h{homes[1]}").get_by_role("button", name="这张写坏了").tap()
    other.get_by_text("NX00000002 将登记为作废").wait_for()
    other.locator(f"#h{homes[1]} .door-form button:not([type=button])").tap()
    page.locator(f"#h{homes[1]} .tags .ok").wait_for()
    page.context.set_offline(False)
    page.get_by_text(SENT).wait_for()
    assert Contribution.objects.count() == 4 and in_hand() == 1600
    states = dict(Receipt.objects.values_list("number", "state"))
    assert states == {"NX00000001": "used", "NX00000002": "voided", "NX00000003": "used"}
    assert page.get_by_text("户待核实").count() == 0


def test_logging_out_in_one_page_empties_the_others(visit, helper):
    page = open_list(visit, helper)
    other = second_tab(page)
    page.evaluate(LOOK)  # the list opened later takes over
    page.get_by_text(PUT_AWAY).wait_for()
    page.reload()
    page.get_by_text("准备好了").wait_for()
    page.context.set_offline(True)
    Thumb(page).collect(homes_of(page)[0])
    page.get_by_text("有 1 笔 800.00 元等待上传").wait_for()
    other.locator("[data-logout] button").first.dispatch_event("click")
    other.get_by_text("账号还没有退出").wait_for()  # without a signal the list goes, and the account stays
    assert_put_away(other, "名单已从手机删除")
    page.evaluate(LOOK)
    assert_put_away(page, PUT_AWAY)
    page.context.set_offline(False)
    other.locator("[data-logout] button").first.dispatch_event("click")
    other.wait_for_url("**/login/**")
    other.goto("about:blank")
    log_in(other, helper)
    other.get_by_text(SENT).wait_for()  # what was collected was never dropped
    assert Contribution.objects.count() == 2


def test_the_next_helper_in_another_page_and_a_phone_cut_off_behind_it(visit, helper, make_user):
    """A page that stayed open names nobody any more, whoever else heard it first."""
    page = open_list(visit, helper)
    other = page.context.new_page()
    page.context.clear_cookies()
    log_in(other, make_user("village", VILLAGE))
    other.get_by_role("button", name="让这部手机断网也能收款").wait_for()
    page.evaluate(LOOK)
    assert_put_away(page, PUT_AWAY)

    page.context.clear_cookies()
    log_in(page, helper)
    page.get_by_text("准备好了").wait_for()
    cut_off_phone(phone=Phone.objects.get(), reason="手机丢失", actor=make_user("township", VILLAGE[:9]))
    page.evaluate("(user) => DoorQueue.send(user, { ask: true })", helper.pk)  # as the worker does, without a page
    page.evaluate(LOOK)
    assert_put_away(page, PUT_AWAY)


def test_a_page_that_stays_open_for_days(visit, helper):
    """With a signal it asks for news by itself; without one it names nobody after seven days, and loses no payment."""
    page = open_list(visit, helper)
    homes = homes_of(page)
    with page.expect_response("**/door/up/"):
        page.evaluate(LATER, 3)
    page.locator("#find").fill("1")
    assert_found(page, "0001")
    page.context.set_offline(True)
    page.evaluate(LATER, 6)
    assert_found(page, "0001")
    Thumb(page).collect(homes[0])
    page.get_by_text("有 1 笔 800.00 元等待上传").wait_for()
    page.evaluate(LATER, 2)
    page.get_by_text("没有上传的 1 笔收款还保存在手机里，不会丢").wait_for()
    assert_put_away(page, OLD)
    page.context.set_offline(False)
    page.evaluate(SENT_ALL)
    assert in_hand() == 800  # a case: by the server's clock the day has not come


def test_a_page_whose_session_is_another_or_over(visit, helper):
    """Nothing is booked unseen: the page is opened anew, by way of the login if need be, and takes it then."""
    page = visit(helper, PHONE, has_touch=True).context.new_page()  # the browser may complain of the refusal
    page.goto("/households/")
    home = homes_of(page)[0]
    page.context.set_offline(True)
    page.get_by_role("button", name="让这部手机断网也能收款").tap()
    page.get_by_text("没有连上服务器，请在有信号的地方再点一次").wait_for()
    page.context.set_offline(False)
    site = {"url": page.url.partition("/village/")[0]}
    page.context.add_cookies([{"name": "csrftoken", "value": "n" * 32, **site}])  # logged in anew in another page
    with page.expect_navigation():
        Thumb(page).collect(home)
    page.locator(f"#h{home} > .home-row").wait_for()
    page.context.clear_cookies(name="sessionid")
    Thumb(page).collect(home)
    page.wait_for_url("**/login/**")
    assert Contribution.objects.count() == 0
    page.fill("[name=username]", helper.username)
    page.fill("[name=password]", "test-Pass-1234")
    page.click("button[type=submit]")
    Thumb(page).collect(home)
    page.locator(f"#h{home} .tags .ok").wait_for()
    assert Contribution.objects.count() == 2
