"""Every page of every role's menu, as it stands on a phone: a title, a heading, nothing wider than the screen.

`visit` fails on any complaint of the browser, so the strict content security policy holds on each of them.
"""

import pytest

from tests.browser.conftest import PHONE

#: On one engine: what a page looks like in a browser does not depend on the database beneath it.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

ROLES = ("county", "township", "village", "tax", "department", "leader", "system", "security", "audit")
PLACES = {"township": "411325101", "village": "411325101200"}
#: The page as a person with a keyboard or a screen reader meets it.
LOOK = """() => ({
  title: document.title, headings: document.querySelectorAll("h1").length,
  over: document.documentElement.scrollWidth - window.innerWidth,
  unnamed: [...document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")]
    .filter((e) => !e.labels.length && !e.ariaLabel && e.type !== "submit").map((e) => e.name),
})"""


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_the_menu_fits_a_phone(visit, campaign, make_user, role):
    department = "民政局" if role == "department" else ""
    page = visit(make_user(role, PLACES.get(role, "411325"), department=department), PHONE)
    links = page.eval_on_selector_all("#menu a", "links => links.map((link) => link.getAttribute('href'))")
    assert "/" in links
    for link in links:
        page.goto(link)
        seen = page.evaluate(LOOK)
        assert seen["title"].split("·")[0].strip(), link
        assert (seen["headings"], seen["over"], seen["unnamed"]) == (1, 0, []), (link, seen)


def test_the_menu_opens_on_a_phone_and_escape_closes_it(visit, campaign, make_user):
    page = visit(make_user("village", PLACES["village"]), PHONE)
    button, menu = page.locator("[data-menu-button]"), page.locator("#menu")
    assert not menu.is_visible()
    button.click()
    assert menu.is_visible() and button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert not menu.is_visible() and button.get_attribute("aria-expanded") == "false"
    assert page.evaluate("() => document.activeElement.hasAttribute('data-menu-button')")


def test_a_folded_list_prints_whole_unless_somebody_opened_a_part(visit, campaign, make_user):
    page = visit(make_user("county", "411325"))
    page.goto("/contacts/")
    count = "() => document.querySelectorAll('#content details[open]').length"
    everything = page.locator("#content details").count()
    assert (page.evaluate(count), everything > 1) == (0, True)
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(count) == everything
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(count) == 0
    page.locator("#content details summary").first.click()
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(count) == 1


def test_one_of_296_villages_is_chosen_by_typing_a_part_of_its_name(visit, campaign, make_user):
    page = visit(make_user("county", "411325"), PHONE)
    page.goto("/residents/new/")
    chosen, field = page.locator("main select[name=village]"), page.locator("main select[name=village]").locator("..")
    find, options = field.locator("input[type=search]"), chosen.locator("option:not([value=''])")
    assert options.count() > 290
    for typed, number in (
        ("师家湾", 1),
        ("师家", 1),
        ("没有这个村", 0),
        ("夏馆镇", options.count()),
        ("", options.count()),
    ):
        find.fill(typed)
        assert (options.count() == number) if number < 2 else options.count() > 1
        assert (chosen.input_value() == "411325101200") is (number == 1)
        assert find.evaluate("field => field.checkValidity()") is (number > 0)
    find.fill("师家湾")
    find.press("Enter")  # looks for, and does not send
    assert page.url.endswith("/residents/new/") and chosen.evaluate("field => field === document.activeElement")


def test_what_was_typed_is_there_again_after_the_session_ran_out(visit, campaign, make_user):
    user = make_user("county", "411325")
    page = visit(user)
    page.goto("/residents/new/")
    page.fill("main [name=name]", "王小山")
    page.context.clear_cookies(name="sessionid")
    form = page.locator("main form", has=page.locator("[name=name]"))
    form.evaluate("form => { form.noValidate = true; }")
    form.locator("button[type=submit]").last.click()
    page.wait_for_url("**/login/**")
    assert "没有保存" in page.inner_text("body")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", "test-Pass-1234")
    page.click("button[type=submit]")
    page.wait_for_url("**/residents/new/")
    assert page.input_value("main [name=name]") == "王小山"
    assert "已恢复上次没有提交的内容" in page.inner_text("main")
