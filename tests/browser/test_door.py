"""A helper's day on a phone, in a real browser whose network the test cuts."""

import pytest
from playwright.sync_api import Error, expect

from collection.contributions.models import Contribution
from collection.door.models import DoorEntry, Phone
from collection.door.phones import cut_off_phone
from collection.ledgers.models import LedgerBatch
from collection.money.models import VillageAccount
from collection.receipts.books import issue_book, register_book
from collection.receipts.models import Receipt
from core.regions.models import Region
from residents.people.models import InsuredYear, Resident
from subsidies.campaigns.models import Campaign
from subsidies.rosters.models import Identity
from tests.browser.conftest import CHROMIUM, FLAGS, PATIENCE, PHONE
from tests.collection.door.door_world import VILLAGE, household, message, promise, take
from tests.collection.villages.test_village import pay

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]
HOUSEHOLDS = 30
SENT = "收的款都已上传"
#: What the browser answers when the phone has no room left; it cannot be filled up in a test.
FULL = """() => {
  window.put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = () => { throw new DOMException("no room", "QuotaExceededError"); };
}"""
#: What a browser does with a certificate that it was merely told to go on past; no certificate is made for the test.
UNTRUSTED = """ServiceWorkerContainer.prototype.register = () =>
  Promise.reject(new DOMException("An SSL certificate error occurred", "SecurityError"));"""
#: Asked in the page until it is so: what waited on the phone has gone up and was taken.
NOTHING_WAITS = "async () => (await DoorQueue.waiting()).length === 0"
ROOM_AGAIN = "() => { IDBObjectStore.prototype.put = window.put; }"


@pytest.fixture
def helper(transactional_db, campaign, make_user, make_resident):
    """A helper of a village with thirty households of two and a receipt book."""
    county = make_user("county", "411325")
    for code in ("411325", VILLAGE[:9], VILLAGE):
        book = {"campaign": campaign, "first": "NX00000001", "last": "NX00000100", "actor": county}
        register_book(**book) if code == "411325" else issue_book(holder=Region.objects.get(code=code), **book)
    for number in range(1, HOUSEHOLDS + 1):
        household(make_resident, f"{number:04d}", "李春生", "王秀英")
    return make_user("village", VILLAGE)


class Thumb:
    """One thumb on a phone: what it taps and how often it types is counted."""

    def __init__(self, page):
        self.page, self.taps, self.typed = page, 0, 0

    def tap(self, selector):
        self.page.locator(selector).first.tap()
        self.taps += 1

    def type(self, selector, text):
        self.page.locator(selector).fill(text)
        self.typed += 1

    def collect(self, home):
        """Open a household and take the whole family's money on the offered receipt."""
        self.tap(f"#h{home} > .home-row")
        self.tap(f"#h{home} .door-form button:not([type=button])")


def open_list(visit, helper):
    """The list on a phone that may collect without a signal, and is known to the worker."""
    page = visit(helper, PHONE, has_touch=True)
    page.goto("/households/")
    page.get_by_role("button", name="让这部手机断网也能收款").tap()
    page.get_by_text("准备好了，断网也能收款").wait_for()
    return page


def log_in(page, user):
    """As the code on the first password's slip does: the account stands behind the #, and is filled in."""
    page.goto(f"/login/#{user.username}")
    assert page.input_value("[name=username]") == user.username
    page.fill("[name=password]", "test-Pass-1234")
    page.click("button[type=submit]")
    page.goto("/households/")


@pytest.fixture
def five_kinds(helper, campaign, make_resident):
    """Five more households, each of one kind that the list is filtered by; filter → the household's number."""
    kinds = {"自主缴费": "0101", "特殊群体": "0102", "上年缴今年未缴": "0103", "新生儿": "0104", "约定今天缴": "0105"}
    paid, poor, lapsed, parent, awaited = (
        household(make_resident, number, name)[0]
        for number, name in zip(kinds.values(), ("赵海", "钱军", "孙兰", "周平", "吴梅"), strict=True)
    )
    pay(campaign, paid, "self")
    Identity.objects.create(resident=poor, kind="低保对象", recognised_on="2024-01-01")
    InsuredYear.objects.create(resident=lapsed, year=2024, source="登记册")
    make_resident(VILLAGE, name="周小宝", birth="2024-10-01", household=parent.household)
    promise(campaign, awaited, helper, "2024-10-25")
    awaited.phone = "13983650417"
    awaited.save()
    return kinds


def homes_of(page):
    page.locator(".home").first.wait_for()
    return page.eval_on_selector_all(".home", "rows => rows.map((row) => row.id.slice(1))")


def test_thirty_households_in_a_row_without_a_signal(visit, helper):
    page = open_list(visit, helper)
    page.locator(f".home:nth-child({HOUSEHOLDS})").wait_for()
    homes, thumb = homes_of(page), Thumb(page)
    for typed, found in (("lichun", 30), ("WXY", 30), ("秀英", 30), ("7", 1), ("0007", 1), ("zhang", 0), ("", 30)):
        page.locator("#find").fill(typed)
        page.get_by_text(f"{found} 户，{2 * found} 人", exact=True).wait_for()
    for chip, found in (("已缴", 0), ("未缴", 30), ("全部", 30)):
        page.get_by_role("button", name=chip, exact=True).tap()
        page.get_by_text(f"{found} 户，{2 * found} 人", exact=True).wait_for()
    assert_drawn_ahead(page)
    page.context.set_offline(True)
    page.goto("/households/")
    page.get_by_text("手机里的名单是 2024-10-25 下载的").wait_for()
    for number, home in enumerate(homes, 1):
        before = thumb.typed
        if number % 10 == 0:
            thumb.type("#find", f"{number}")  # every tenth is looked for by its number
        thumb.collect(home)
        assert thumb.typed - before <= 1
        if number % 10 == 0:
            page.locator("#find").fill("")
    assert (thumb.taps, thumb.typed) == (2 * HOUSEHOLDS, 3)
    page.get_by_text("有 30 笔 24,000.00 元等待上传").wait_for()
    assert DoorEntry.objects.count() == 0

    again = page.context.new_page()  # the browser was closed and opened again, still without a signal
    page.close()
    again.goto("/households/")
    again.get_by_text("有 30 笔 24,000.00 元等待上传").wait_for()
    again.context.set_offline(False)
    again.get_by_text(SENT).wait_for()
    assert Contribution.objects.count() == 2 * HOUSEHOLDS
    assert Receipt.objects.filter(state="used").count() == HOUSEHOLDS
    assert VillageAccount.objects.get(village=VILLAGE).in_hand == 24_000
    assert LedgerBatch.objects.count() == 1
    assert "今天必须缴存 24,000.00 元" in again.locator("[data-door-hand]").inner_text()


def assert_drawn_ahead(page):
    """On a small screen the rows far below it are drawn for who scrolls there, or prints."""
    for reach in ("scrollTo(0, document.body.scrollHeight)", "dispatchEvent(new Event('beforeprint'))"):
        page.set_viewport_size({"width": 390, "height": 160})
        page.evaluate("scrollTo(0, 0)")
        page.locator("#find").fill("zhang")
        page.locator("#find").fill("")
        page.locator(".home:nth-child(16)").wait_for()
        assert len(homes_of(page)) == 16
        page.evaluate(reach)
        page.locator(f".home:nth-child({HOUSEHOLDS})").wait_for()
    page.set_viewport_size(PHONE)


def test_what_was_collected_survives_the_end_of_the_browser(chromium, live_server, helper, tmp_path):
    """The battery is dead in the middle of a day: the next time the browser is opened, what was collected is there."""

    def open_browser():
        options = {"executable_path": CHROMIUM, "args": FLAGS, "viewport": PHONE, "has_touch": True}
        context = chromium.browser_type.launch_persistent_context(tmp_path, base_url=live_server.url, **options)
        context.set_default_timeout(PATIENCE)
        return context.pages[0]

    page = open_browser()
    log_in(page, helper)
    page.get_by_role("button", name="让这部手机断网也能收款").tap()
    page.get_by_text("准备好了，断网也能收款").wait_for()
    page.context.set_offline(True)
    Thumb(page).collect(homes_of(page)[0])
    page.get_by_text("有 1 笔 800.00 元等待上传").wait_for()
    with pytest.raises(Error):
        page.context.new_cdp_session(page).send("Browser.crash")
    assert DoorEntry.objects.count() == 0

    page = open_browser()
    log_in(page, helper)  # what had no page to go up from has gone up by itself, or goes now
    page.get_by_text(SENT).wait_for()
    assert Contribution.objects.count() == 2
    page.context.close()


def assert_found(page, number):
    """One household is left in the list, the one with this number."""
    expect(page.locator(".home .head + span")).to_have_text([number])


def test_bad_days_of_a_phone(visit, helper, five_kinds, campaign, make_user, make_resident):
    """A full phone, a case, a wrong clock, a lost phone, another helper, logging out: each says what to do."""
    page = open_list(visit, helper)
    homes, thumb = homes_of(page), Thumb(page)
    page.context.set_offline(True)

    # Found by the filters, by telephone from either end, and by the last four of the number.
    for chip, number in five_kinds.items():
        page.get_by_role("button", name=chip, exact=True).tap()
        assert_found(page, number)
    page.get_by_role("button", name="全部", exact=True).tap()
    for typed in ("139 8365", "50417", Resident.objects.get(name="吴梅").id_number[-4:]):
        page.locator("#find").fill(typed)
        assert_found(page, five_kinds["约定今天缴"])
    page.locator("#find").fill("")

    # The phone is full: the receipt is not taken, and the page says so; with room again the same tap takes it.
    page.evaluate(FULL)
    thumb.collect(homes[0])
    page.get_by_text("存储空间已满").wait_for()
    assert page.locator(f"#h{homes[0]} .home-card").is_visible()
    page.evaluate(ROOM_AGAIN)
    thumb.tap(f"#h{homes[0]} .door-form button:not([type=button])")
    page.get_by_text("有 1 笔 800.00 元等待上传").wait_for()

    # The number was used on paper by somebody else meanwhile, and the phone's clock runs three days ahead.
    other = household(make_resident, "9999", "王建国")
    take(campaign, helper, message(other, "NX00000001"))
    page.evaluate("() => { const right = Date.now; Date.now = () => right() + 3 * 86400000; }")
    thumb.collect(homes[1])
    page.get_by_text("有 2 笔").wait_for()
    page.context.set_offline(False)
    page.get_by_text(SENT).wait_for()
    page.get_by_text("收据 NX00000001 以前已经开给别的户").first.wait_for()
    page.get_by_text("还没有到").first.wait_for()
    assert VillageAccount.objects.get(village=VILLAGE).in_hand == 400 + 1600

    # Logging out takes the list from the phone, and not what waits there.
    page.context.set_offline(True)
    page.goto("/households/")
    page.get_by_text("手机里的名单是").wait_for()
    page.context.set_offline(False)
    page.goto("/households/")
    page.get_by_text("准备好了").wait_for()
    page.locator("[data-logout] button").first.dispatch_event("click")
    page.wait_for_url("**/login/**")
    page.context.set_offline(True)
    page.goto("/households/")
    page.get_by_text("手机里也没有保存名单").wait_for()
    page.context.set_offline(False)

    # The township cuts the phone off: at the next contact it forgets everything.
    cut_off_phone(phone=Phone.objects.get(), reason="手机丢失", actor=make_user("township", VILLAGE[:9]))
    log_in(page, helper)
    page.get_by_text("这部手机已经停用").wait_for()
    expect(page.locator(".home")).to_have_count(0)
    page.locator("#find").fill("李")
    expect(page.locator("[data-found]")).to_have_text("0 户，0 人")
    page.evaluate("() => dispatchEvent(new Event('online'))")  # a later contact puts nothing back
    assert page.evaluate("() => DoorQueue.get('list')") is None
    assert Phone.objects.get().wiped_at


def test_worse_days_of_phones(visit, helper, campaign, make_user):
    """Two phones of one account, cleared data, a week unseen, the next helper, a queue from before the closing."""
    first, second = open_list(visit, helper), open_list(visit, helper)
    homes = homes_of(first)

    # One account on two phones without a signal: a number for two families, a family on two numbers. Both are cases.
    for phone, taken in ((first, homes[:1]), (second, homes[1::-1])):
        phone.context.set_offline(True)
        for number, home in enumerate(taken, 1):
            Thumb(phone).collect(home)
            phone.get_by_text(f"有 {number} 笔").wait_for()
    for phone in (first, second):
        phone.context.set_offline(False)
        phone.get_by_text(SENT).wait_for()
    second.get_by_text("以前已经开给别的户").first.wait_for()
    expect(second.get_by_text("李春生户待核实")).to_have_count(2)
    expect(first.get_by_text("户待核实")).to_have_count(0)
    assert VillageAccount.objects.get(village=VILLAGE).in_hand == 800 + 800 + 800

    # The browser clears its data while a receipt waits: whoever comes back is told what may be missing.
    second.context.set_offline(True)
    Thumb(second).collect(homes[6])
    second.get_by_text("有 1 笔 800.00 元等待上传").wait_for()
    storage = {"origin": second.url.split("/households/")[0], "storageTypes": "all"}
    second.context.new_cdp_session(second).send("Storage.clearDataForOrigin", storage)
    second.context.set_offline(False)
    log_in(second, helper)
    second.get_by_text("浏览器的数据已被清除").wait_for()

    # A certificate that the phone does not trust: it says what to do, and collects with a signal.
    untrusted = second.context.new_page()
    untrusted.add_init_script(UNTRUSTED)
    untrusted.goto("/households/")
    untrusted.get_by_role("button", name="让这部手机断网也能收款").tap()
    untrusted.get_by_text("没有安装本系统的证书").wait_for()
    Thumb(untrusted).collect(homes[7])
    untrusted.locator(f"#h{homes[7]} .tags .ok").wait_for()
    untrusted.close()

    # Where nothing may be kept (no HTTPS, an old browser) the page collects with a signal, and says so without one.
    plain = second.context.new_page()
    plain.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    plain.goto("/households/")
    plain.get_by_text("只能联网收款").wait_for()
    Thumb(plain).collect(homes[4])
    plain.locator(f"#h{homes[4]} .tags .ok").wait_for()
    plain.context.set_offline(True)
    Thumb(plain).collect(homes[5])
    plain.get_by_text("没有连上服务器，这一笔还没有登记").wait_for()
    second.context.close()

    # A week without the server: the list goes, what was collected stays.
    first.context.set_offline(True)
    Thumb(first).collect(homes[2])
    first.get_by_text("有 1 笔 800.00 元等待上传").wait_for()
    later = first.context.new_page()
    first.close()
    later.add_init_script("Date.now = ((right) => () => right() + 8 * 86400000)(Date.now)")
    later.goto("/households/")
    later.get_by_text("名单已超过七天没有联网更新，已从手机删除").wait_for()
    later.get_by_text("没有上传的 1 笔收款还保存在手机里，不会丢").wait_for()

    # The next helper on this phone: nothing of the list is left, and what the one before collected goes up by itself.
    page = later.context.new_page()
    later.close()
    page.context.set_offline(False)
    page.context.clear_cookies()
    log_in(page, make_user("village", VILLAGE))
    page.get_by_role("button", name="让这部手机断网也能收款").wait_for()
    page.wait_for_function(NOTHING_WAITS)
    assert DoorEntry.objects.filter(taken_by=helper).count() == 6
    page.context.set_offline(True)
    page.goto("/households/")
    page.get_by_text("手机里也没有保存名单").wait_for()
    page.context.set_offline(False)

    # The year is closed while a receipt waits on the phone: it is not booked, and not dropped.
    page.goto("/households/")
    page.get_by_role("button", name="让这部手机断网也能收款").tap()
    page.get_by_text("准备好了").wait_for()
    page.context.set_offline(True)
    Thumb(page).collect(homes[3])
    Campaign.objects.update(closed_at="2024-10-25T10:00+08:00")
    page.context.set_offline(False)
    page.get_by_text("办结以后才传上来").first.wait_for()
    assert DoorEntry.objects.count() == 7
