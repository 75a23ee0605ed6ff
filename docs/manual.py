"""python -m docs.manual (make manual): the pictures of the manual, taken of the demo, into static/manual/.

Each picture is kept with what its page said when it was taken: headings, columns, labels and buttons, without figures.
tests/browser/test_demo.py asks for the same pages and takes a picture again where its page says something else by now,
so that none is older than the product that was last tested; what it took is to be committed.
"""

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import html
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "static" / "manual"
RECORD = FOLDER / "pictures.json"
PHONE, DESK = {"width": 390, "height": 760}, {"width": 1100, "height": 760}
PORT = 8765


@dataclass(frozen=True)
class Picture:
    """A page as one of the demo's accounts sees it: its address; `links` are the patterns of the addresses that lead on
    from there to the page that is meant, each the first such link on its page. `county`: whose demo has it."""

    name: str
    username: str
    address: str
    links: tuple[str, ...] = ()
    on_phone: bool = False
    county: str = "内乡县"


#: The county whose notice has employees' insurance.
EMPLOYEES = "西峡县"
PICTURES = (
    Picture("village", "cun", "/village/", on_phone=True),
    Picture("village_cash", "cun", "/cash/", on_phone=True),
    Picture("own_households", "cun", "/households/", on_phone=True),
    Picture("home_township", "xiangzhen", "/"),
    Picture("gift_list", "xiangzhen", "/gifts/"),
    Picture("newborn_list", "xiangzhen", "/newborns/"),
    Picture("visit_ledger", "xiangzhen", "/visits/"),
    Picture("spot_check", "xiangzhen", "/spot-checks/", (r"/spot-checks/\d+/",)),
    Picture("handovers", "xiangzhen", "/door/handovers/"),
    Picture("reminder_list", "yibao", "/messages/"),
    Picture("supervision_posts", "yibao", "/supervision/"),
    Picture("proposal", "yibao", "/campaigns/", (r"/campaigns/proposals/\d+/",)),
    Picture("finance_statement", "caizheng", "/finance/"),
    Picture("school_list", "jiaoti", "/schools/"),
    Picture("ledger_list", "xiangzhen", "/ledgers/"),
    Picture("ledger_detail", "xiangzhen", "/ledgers/", (r"/ledgers/\d+/",)),
    Picture("deposit_list", "xiangzhen", "/deposits/"),
    Picture("cash_board", "xiangzhen", "/cash/"),
    Picture("declaration_detail", "xiangzhen", "/declarations/", (r"/declarations/\d+/",)),
    Picture("failure_list", "xiangzhen", "/failures/"),
    Picture("report_write", "xiangzhen", "/reports/write/"),
    Picture("progress_township", "xiangzhen", "/progress/"),
    Picture("notice_list", "yibao", "/notices/"),
    Picture("resident_add", "yibao", "/residents/new/"),
    Picture("resident_story", "yibao", "/residents/", (r"/residents/\d+/",)),
    Picture("quote", "yibao", "/quote/"),
    Picture("status_list", "yibao", "/residents/statuses/"),
    Picture("register_list", "yibao", "/register/"),
    Picture("roster", "yibao", "/rosters/", (r"/rosters/\d+/",)),
    Picture("special_groups", "yibao", "/special/"),
    Picture("campaign_list", "yibao", "/campaigns/"),
    Picture("targets_upload", "yibao", "/targets/upload/"),
    Picture("money_places", "yibao", "/money/"),
    Picture("stuck_people", "yibao", "/stuck/"),
    Picture("self_payment_list", "yibao", "/self-payments/"),
    Picture("refund_list", "yibao", "/refunds/"),
    Picture("ranking", "yibao", "/rankings/", (r"/rankings/\d+/",)),
    Picture("export_list", "yibao", "/exports/"),
    Picture("leader", "lingdao", "/leader/", on_phone=True),
    Picture("tax_declaration", "shuiwu", "/declarations/", (r"/declarations/\d+/",)),
    Picture("paid_list_upload", "shuiwu", "/self-payments/lists/"),
    Picture("roster_upload", "minzheng", "/rosters/upload/"),
    Picture("proposal_cost", "yibao", "/campaigns/", (r"/campaigns/proposals/\d+/", r"/campaigns/proposals/\d+/cost/")),
    Picture("employee_unit", "yibao", "/employees/units/", (r"/employees/units/\d+/",), county=EMPLOYEES),
    Picture("employee_arrears", "yibao", "/employees/arrears/", county=EMPLOYEES),
    Picture("account_list", "xitong", "/accounts/"),
    Picture("account_changes", "anquan", "/accounts/changes/"),
    Picture("event_list", "shenji", "/events/"),
)
_FIRST_LINK = """(pattern) => [...document.querySelectorAll("main a")]
  .map((a) => a.pathname).find((path) => new RegExp(`^${pattern}$`).test(path))"""
#: What a page says that a reader would look for, figures aside.
_SAYS = """() => [...document.querySelectorAll(
    "main h1, main h2, main thead th, main label, main button, main .actions a, main .tabs a, main legend, main dt")]
  .map((e) => e.textContent.replace(/[0-9０-９.,:：%（）()—–-]+/g, "").replace(/\\s+/g, " ").trim()).filter(Boolean)"""
#: The same, as lxml finds it in what the server sends.
_SAYING = "//main//*[self::h1 or self::h2 or self::label or self::button or self::legend or self::dt" + (
    " or self::th[ancestor::thead] or self::a[ancestor::*[contains(concat(' ', @class, ' '), ' actions ')"
    " or contains(concat(' ', @class, ' '), ' tabs ')]]]"
)
_FIGURES = re.compile(r"[0-9０-９.,:：%（）()—–-]+")


def open_picture(page: Any, picture: Picture) -> None:
    """Go to the page that the picture shows; the browser is logged in already."""
    page.goto(picture.address)
    for pattern in picture.links:
        found = page.evaluate(_FIRST_LINK, pattern)
        assert found, f"{picture.name}: {page.url} has no link like {pattern}"
        page.goto(found)


def said_by(page: Any) -> list[str]:
    """The words of the page, each once, in their order: the same for the same product, whatever the figures."""
    return list(dict.fromkeys(page.evaluate(_SAYS)))


def said_in(answer: str) -> list[str]:
    """As `said_by`, of the page as it leaves the server: what its scripts draw is not in it."""
    texts = (_FIGURES.sub("", part.text_content()) for part in html.fromstring(answer).xpath(_SAYING))
    return list(dict.fromkeys(text for text in (" ".join(text.split()) for text in texts) if text))


def answer_of(picture: Picture, get: Callable[[str], tuple[str, str]]) -> str:
    """The page that the picture shows, by way of its links; `get` answers an address with where it led and the page."""
    address, answer = get(picture.address)
    for pattern in picture.links:
        links = (urlsplit(urljoin(address, href)).path for href in html.fromstring(answer).xpath("//main//a/@href"))
        found = next((path for path in links if re.fullmatch(pattern, path)), "")
        assert found, f"{picture.name}: {address} has no link like {pattern}"
        address, answer = get(found)
    return answer


def main() -> None:
    import django
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM, FLAGS

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    FOLDER.mkdir(exist_ok=True)
    record: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for county in dict.fromkeys(picture.county for picture in PICTURES):
            with demo(county) as address:
                record |= _take_all(browser, address, [one for one in PICTURES if one.county == county])
        browser.close()
    for old in FOLDER.glob("*.webp"):
        if old.stem not in record:
            old.unlink()
    save(record)


def _take_all(browser: Any, address: str, pictures: list[Picture]) -> dict[str, Any]:
    """Take these pictures of one county's demo, with one visit an account and screen."""
    record = {}
    for username, on_phone in dict.fromkeys((picture.username, picture.on_phone) for picture in pictures):
        viewport = PHONE if on_phone else DESK
        page = browser.new_context(viewport=viewport, base_url=address, locale="zh-CN").new_page()
        log_in(page, username)
        for picture in pictures:
            if (picture.username, picture.on_phone) == (username, on_phone):
                open_picture(page, picture)
                record[picture.name] = take(page, picture)
    return record


def save(record: dict[str, Any]) -> None:
    """Write down the sizes and words, in the order of PICTURES."""
    ordered = {picture.name: record[picture.name] for picture in PICTURES if picture.name in record}
    RECORD.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n")


def log_in(page: Any, username: str) -> None:
    from demo.county import PASSWORD

    page.goto("/login/?next=/password/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(re.compile(r"^[^?]*/password/$"))  # a login that failed has it behind the question mark


def take(page: Any, picture: Picture) -> dict[str, Any]:
    """Keep the picture of the page that the browser shows; return its size and what the page says."""
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    image.save(FOLDER / f"{picture.name}.webp", quality=40, method=6)
    return {"size": list(image.size), "says": said_by(page)}


@contextmanager
def demo(county: str) -> Iterator[str]:
    """A small demo county of its own, served while the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DATA_DIR": folder, "BUSINESS_CLOCK": f"{folder}/clock"}
        command = [sys.executable, "manage.py", "demo", "--size", "tiny", "--county", county, "--port", str(PORT)]
        server = subprocess.Popen(  # noqa: S603 our own interpreter and command
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        try:
            _wait_for(f"http://127.0.0.1:{PORT}/healthz", server)
            yield f"http://127.0.0.1:{PORT}"
        finally:
            server.terminate()
            server.wait(60)


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    while server.poll() is None:
        try:
            with urllib.request.urlopen(address):  # noqa: S310 our own server on this machine
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the demo did not start")


if __name__ == "__main__":
    main()
