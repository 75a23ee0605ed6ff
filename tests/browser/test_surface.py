"""From the county to a household in three taps, on a phone; and back up by the path above the heading."""

import gzip

import pytest

from residents.people.models import Household
from tests.browser.conftest import PHONE

#: On one engine: what a page looks like in a browser does not depend on the database beneath it.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]
VILLAGE = "411325100001"


@pytest.mark.parametrize(("role", "sees"), [("leader", False), ("county", True)])
def test_from_the_county_to_a_household_in_three_taps(visit, campaign, make_user, make_resident, role, sees):
    home = Household.objects.create(village_id=VILLAGE, number="0007", head_name="王大山")
    make_resident(VILLAGE, name="王大山", household=home)
    page = visit(make_user(role, "411325"), PHONE)
    page.goto("/leader/")
    taps = 0
    household = "village" if sees else "progress"
    last = f"/{household}/{VILLAGE}/households/{home.pk}/"
    for leads_to in ("/progress/411325100/", f"/progress/{VILLAGE}/", last):
        page.locator(f'a.place-link[href="{leads_to}"]').click()
        page.wait_for_url(f"**{leads_to}")
        taps += 1
    assert taps == 3
    assert ("王大山" in page.locator("main").inner_text()) is sees
    if sees:
        return
    for leads_to in (f"/progress/{VILLAGE}/", "/progress/411325100/", "/progress/411325/"):
        page.locator(f'.breadcrumbs a[href="{leads_to}"]').first.click()
        page.wait_for_url(f"**{leads_to}")


def test_the_first_township_stands_on_the_first_screen_in_two_lines(visit, campaign, make_user):
    page = visit(make_user("leader", "411325"), PHONE)
    page.goto("/leader/")
    box = page.locator("a.place-link").first.bounding_box()
    assert box["y"] + box["height"] < PHONE["height"]
    line = float(page.eval_on_selector(".place-name", "e => parseFloat(getComputedStyle(e).lineHeight)"))
    assert box["height"] < 3 * line


JUMPS = """() => new Promise((done) => new PerformanceObserver((list) =>
  done(list.getEntries().reduce((sum, shift) => sum + shift.value, 0))).observe({type: "layout-shift", buffered: true})
  || setTimeout(() => done(0), 1000))"""


def test_the_leaders_page_is_small_and_nothing_in_it_jumps(visit, campaign, make_user):
    page = visit(make_user("leader", "411325"), PHONE)
    answer = page.goto("/leader/")
    assert answer.header_value("content-encoding") == "gzip"
    assert len(gzip.compress(answer.body())) < 60_000
    assert page.evaluate(JUMPS) < 0.1
