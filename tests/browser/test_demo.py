"""The demo as each role meets it: its first page and one page of every kind that the menus lead to, on a phone and at
a desk. That every page of every menu answers, and has something on it, tests/demo/test_story.py shows.

On every page axe-core finds nothing that somebody with bad eyes, or without a mouse, could not use, and nothing jumps
while it loads; a sheet for the wall is one page of A4. Pictures of the manual that are older than their page are taken
again.
"""

import itertools
import json
import re
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Error

from core.access.roles import Role
from core.accounts.models import User
from demo.counties import NEIXIANG
from demo.county import ACCOUNTS
from docs.manual import DESK as WIDE
from docs.manual import (
    EMPLOYEES,
    PHONE,
    PICTURES,
    RECORD,
    answer_of,
    log_in,
    open_picture,
    said_by,
    said_in,
    save,
    take,
)
from tests.browser.conftest import DESK, PATIENCE
from tests.demo import copies

#: On one engine: what a page looks like in a browser does not depend on the database beneath it.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
#: Where links are that lead to pages of other kinds; files and forms aside.
_LINKS = "links => [...new Set(links.map((a) => a.pathname + a.search))]"
_AXE = """async (where) => (await axe.run(where, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"],
})).violations
  .map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.html.slice(0, 120)}`).join(" | ")}`)"""
#: Leave two of the rows and choices of a list that differ in nothing but words and addresses: axe judges structure and
#: looks, and every second row has another ground. The list keeps its size, so that what scrolls still does.
_LEAVE_TWO = """() => {
  const words = /^(id|for|href|name|value|title|alt|src|datetime|action|data-.*|aria-(label.*|describedby|controls))$/;
  const said = (a) => `${a.name}=${words.test(a.name) ? Boolean(a.value.trim()) : a.value}`;
  const part = (node) => node.nodeType === 1 ? kind(node) : node.nodeType === 3 && node.data.trim() ? "words" : "";
  const kind = (e) => `${e.tagName}[${[...e.attributes].map(said).sort()}](${[...e.childNodes].map(part).join("")})`;
  for (const list of document.querySelectorAll("main :is(tbody, ul, ol, select, optgroup, datalist)")) {
    const box = list.closest("table") || list, {offsetWidth, offsetHeight} = box, seen = {};
    const more = [...list.children].filter((child) => (seen[kind(child)] = (seen[kind(child)] || 0) + 1) > 2);
    if (!more.length) continue;
    more.forEach((child) => child.remove());
    box.style.minWidth = `${offsetWidth}px`;
    box.style.minHeight = `${offsetHeight}px`;
  }
}"""
_JUMPS = """() => new Promise((done) => {
  let sum = 0;
  const add = (shift) => { if (!shift.hadRecentInput) sum += shift.value; };
  const watch = new PerformanceObserver((list) => list.getEntries().forEach(add));
  watch.observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => setTimeout(() => done(sum), 0));
})"""
#: Pages that are files, or that somebody else's page shows as well.
LEFT_OUT = {"demo_clock"}
_SCRIPTS = re.compile(r'<script[^>]* src="[^"]*?([\w-]+)(?:\.\w+)?\.js"')
#: They draw no word of a page.
FRAMES_SCRIPTS = {"early", "app"}
ON_PHONES = {Role.VILLAGE, Role.LEADER}


@pytest.fixture(autouse=True)
def _axe_is_here():
    if not AXE.exists():
        pytest.skip("axe-core is not here: npm ci --prefix tests/browser")


@pytest.fixture
def demo(request, transactional_db, live_server, business_clock):
    """The smallest demo county on the test's database."""
    copies.put_in_place(getattr(request, "param", NEIXIANG.name))
    return live_server.url


@pytest.fixture
def enter(chromium, demo):
    """`enter("cun", PHONE)` → a page of that account of the demo: one of each size, whoever uses it."""
    pages = {}

    def open_page(username, viewport=DESK):
        size = tuple(viewport.items())
        if size not in pages:
            context = chromium.new_context(viewport=viewport, base_url=demo, locale="zh-CN")
            context.add_init_script(path=AXE)  # the strict content security policy lets in no script of ours
            pages[size] = context.new_page()
            pages[size].set_default_timeout(PATIENCE)
        page = pages[size]
        page.context.clear_cookies()
        log_in(page, username)
        return page

    yield open_page
    for page in pages.values():
        page.context.close()


def name_of(address: str) -> str:
    """The kind of page that an address leads to; '' for what is none of ours."""
    try:
        match = resolve(address.partition("?")[0])
    except Resolver404:
        return ""
    if match.url_name in LEFT_OUT:
        return ""
    # The admin draws its tables by one template: its lists are one kind, whatever they list.
    return f"admin:{str(match.url_name).rpartition('_')[2]}" if match.app_name == "admin" else match.view_name


def pages_of(page, seen: set[str]):
    """Go to the first page, and to one of every kind not in `seen` that it leads to; yield each address and status."""
    waiting = page.eval_on_selector_all("#menu a", _LINKS)
    seen -= {name_of("/")}
    for address in itertools.chain(["/"], waiting):
        name = name_of(address)
        if not name or name in seen:
            continue
        seen.add(name)
        try:
            answer = page.goto(address)
        except Error as error:  # a download is no page
            if "Download is starting" not in str(error):
                raise
            continue
        if "text/html" not in answer.headers["content-type"]:
            continue
        waiting += page.eval_on_selector_all("main a[href], #content a[href]", _LINKS)
        yield address, answer.status


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_can_be_used_and_stand_still(enter, viewport):
    wrong, seen, visited = [], set(), 0
    for role in (role for role in Role if (role in ON_PHONES) == (viewport is PHONE)):
        page = enter(next(name for name, _, its, _ in ACCOUNTS if its == role), viewport)
        for number, (address, status) in enumerate(pages_of(page, seen)):
            visited += 1
            if status >= 400:
                wrong.append(f"{role} {address}: a page leads here, and the answer is {status}")
            if (jumps := page.evaluate(_JUMPS)) >= 0.1:
                wrong.append(f"{role} {address}: the page jumps while it loads ({jumps:.2f})")
            page.evaluate(_LEAVE_TWO)
            where = "main" if number else "html"  # header and menu are the same on every page of a role
            wrong += [f"{role} {address}: {violation}" for violation in page.evaluate(_AXE, where)]
        page.goto(f"/help/wall/{role}/")
        sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
        if sheets != 1:
            wrong.append(f"{role}: the sheet for the wall has {sheets} pages")
    assert "\n".join(wrong) == ""
    assert visited > (30 if viewport is PHONE else 80)


@pytest.mark.parametrize(("demo", "county"), [(name, name) for name in (NEIXIANG.name, EMPLOYEES)], indirect=["demo"])
def test_no_picture_of_the_manual_is_older_than_its_page(enter, client, county):
    """A picture whose page says something else than when it was taken is taken again. The browser looks at what is not
    as it was when it leaves the server, and at what scripts of its own draw."""
    record = json.loads(RECORD.read_text())

    def get(address):
        answer = client.get(address, follow=True)
        return answer.request["PATH_INFO"], answer.content.decode()

    for picture in sorted((one for one in PICTURES if one.county == county), key=lambda one: one.username):
        client.force_login(User.objects.get(username=picture.username))
        answer, says = answer_of(picture, get), record.get(picture.name, {}).get("says")
        if said_in(answer) == says and set(_SCRIPTS.findall(answer)) <= FRAMES_SCRIPTS:
            continue
        page = enter(picture.username, PHONE if picture.on_phone else WIDE)
        open_picture(page, picture)
        if said_by(page) != says:
            record[picture.name] = take(page, picture)
    save(record)
