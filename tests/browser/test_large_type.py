"""Large type by figures: on the chief pages no text under 18 pt, no target under 60 px, no contrast under 4.5 : 1."""

import pytest

from tests.browser.conftest import PHONE

#: On one engine: what a page looks like in a browser does not depend on the database beneath it.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]
VILLAGE = "411325101200"
#: A header of one line: its buttons and the space around them.
ONE_LINE = 75
#: By role: where somebody with bad eyes works all day.
CHIEF = {
    "village": ("/", "/village/", f"/village/{VILLAGE}/ledger/", f"/village/{VILLAGE}/households/", "/cash/"),
    "leader": ("/", "/leader/"),
    "county": ("/", "/residents/new/", "/quote/"),
}
#: What is too small, too small to press, or too pale: "text 16px …". Links inside a sentence may be as high as its line
#: (WCAG 2.5.5 leaves them out); pictures drawn as SVG are measured by what they are drawn to.
_MEASURE = """() => {
  const found = new Set(), seen = (e) => e.getClientRects().length && getComputedStyle(e).visibility !== "hidden" &&
    !e.closest("[aria-hidden=true], .sr-only, .skip");
  const name = (e) => `${e.tagName.toLowerCase()}.${e.className} "${e.textContent.trim().slice(0, 20)}"`;
  const light = (c) => c.map((v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (e) => { if (!e) return [255, 255, 255];
    const c = rgb(getComputedStyle(e).backgroundColor), a = c.length < 4 ? 1 : c[3];
    return a === 1 ? c.slice(0, 3) : ground(e.parentElement).map((v, i) => v * (1 - a) + c[i] * a); };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const e = node.parentElement;
    if (!node.textContent.trim() || !seen(e) || e.closest("svg, script, style, option, datalist")) continue;
    const style = getComputedStyle(e), size = parseFloat(style.fontSize);
    if (size < 24) found.add(`text ${size}px ${name(e)}`);
    const [a, b] = [light(rgb(style.color).slice(0, 3)), light(ground(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) found.add(`contrast ${((a + .05) / (b + .05)).toFixed(2)} ${name(e)}`);
  }
  for (const e of document.querySelectorAll("a, button, select, summary, input:not([type=hidden])")) {
    const small = e.matches("[type=checkbox], [type=radio]") ? e.closest("label") || e.labels[0] || e : e;
    if (!seen(small) || e.closest("p, li p, dd, td") && e.matches("a")) continue;
    const box = small.getBoundingClientRect();
    if (box.height < 59.5 || box.width < 59.5) found.add(`target ${box.width | 0}x${box.height | 0} ${name(e)}`);
  }
  return [...found];
}"""


@pytest.mark.parametrize("role", CHIEF)
def test_chief_pages_are_large_enough_by_figures(visit, campaign, make_user, make_resident, role):
    place = VILLAGE if role == "village" else "411325"
    make_resident(VILLAGE)
    page, wrong = visit(make_user(role, place, large_type=True), PHONE), []
    for address in CHIEF[role]:
        page.goto(address)
        wrong += [f"{address}: {one}" for one in page.evaluate(_MEASURE)]
        if (over := page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")) > 0:
            wrong.append(f"{address}: {over} px wider than the screen")
        if (high := page.evaluate("() => document.querySelector('.top').offsetHeight")) > ONE_LINE:
            wrong.append(f"{address}: a header of {high} px")
    assert "\n".join(wrong) == ""
