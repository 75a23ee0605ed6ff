"""The chief pages stand in Chromium 69 where they stand today: nothing falls away or slides off the screen."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from tests.browser.conftest import DESK, PHONE

#: On one engine: what a page looks like in a browser does not depend on the database beneath it.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

SCRIPT = Path(__file__).parent / "old_kernel.py"
PAGES = ["/", "/residents/new/", "/cash/", "/rankings/", "/register/", "/quote/", "/help/township_declare/", "/admin/"]
#: Where the parts of a page stand: name → left, top, width, height; whether anything is wider than the screen.
BOXES = """(() => {
  const boxes = {};
  for (const part of ["header.top", "#menu", "main", "h1", ".panel", "form .buttons", ".heading .actions"]) {
    const found = document.querySelector(part);
    if (!found || !found.offsetParent && part !== "header.top") continue;
    const box = found.getBoundingClientRect();
    boxes[part] = [box.left, box.top, box.width, box.height].map(Math.round);
  }
  boxes.over = [document.documentElement.scrollWidth - window.innerWidth];
  return boxes;
})()"""
#: Pixels by which a part may stand elsewhere: margins stand in for gaps, and one line of text may wrap otherwise.
APART = 32


def seen_by_old_kernel(address: str, cookies: dict[str, str], width: int, paths: list[str]) -> dict:
    asked = {"address": address, "cookie": cookies, "width": width, "paths": paths, "script": BOXES}
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], input=json.dumps(asked), capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr[-800:]
    return json.loads(done.stdout)


@pytest.mark.skipif(
    importlib.util.find_spec("PyQt5") is None,
    reason="needs PyQtWebEngine 5.12, which has Chromium 69 (x86-64)",
)
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_parts_stand_where_they_stand_today(visit, live_server, campaign, make_user, viewport):
    page = visit(make_user("county", "411325"), viewport)
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert django_settings.SESSION_COOKIE_NAME in cookies
    old, wrong = seen_by_old_kernel(live_server.url, cookies, viewport["width"], PAGES), []
    assert "Chrome/69." in old.pop("kernel")
    for path in PAGES:
        page.goto(path)
        new = page.evaluate(BOXES)
        if old[path].keys() != new.keys():
            wrong.append(f"{path}: {sorted(old[path].keys() ^ new.keys())} are not on both")
        for part in old[path].keys() & new.keys():
            apart = max(abs(a - b) for a, b in zip(old[path][part], new[part], strict=True))
            if apart > APART and part != "over" or part == "over" and old[path][part][0] > 0:
                wrong.append(f"{path} {part}: {old[path][part]} in Chromium 69, {new[part]} today")
    assert "\n".join(wrong) == ""
