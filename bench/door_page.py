"""A village of 2,000 people in 600 households as one page: weight, server, first paint on a slow phone, typing.

The phone is Chromium at 400 kbit/s with its processor slowed four times. Typing and server are counted in processor
time, which other work on the machine does not lengthen; the first paint is by the clock.
"""

import datetime
import gzip
import itertools
import shutil
import threading
import time
from wsgiref.simple_server import WSGIRequestHandler, make_server

from bench._database import measure_apart

HOUSEHOLDS, PEOPLE, VILLAGE = 600, 2_000, "411325101200"
TURNS, SLOWER = 30, 4


def main() -> None:
    measure_apart("door_page", clock="2024-10-25T11:00:00+08:00")


def measure() -> None:
    from django.core.cache import cache
    from django.test import Client

    from core.accounts.models import User

    helper = _village()
    client = Client(headers={"accept-encoding": "gzip"})  # as a browser asks
    client.force_login(User.objects.get(pk=helper.pk))
    from bench._server import application  # the site with /bare/

    page = f"/village/{VILLAGE}/households/"
    zipped = client.get(page).content
    content = gzip.decompress(zipped)
    print(f"{PEOPLE:,} people, {HOUSEHOLDS} households: {len(content):,} bytes, {len(zipped):,} gzipped")
    bare = _cost(client, "/bare/")
    # The village is kept and mended by what was changed since; after what cannot be mended it is worked out anew.
    village, elsewhere = (_Doors(helper, code) for code in (VILLAGE, "411325101201"))
    changes = {
        "nothing changed": lambda: None,
        "after a booking elsewhere": elsewhere.collect,
        "after a booking here": village.collect,
        "worked out whole": cache.clear,
    }
    for what, before in changes.items():
        mine = _cost(client, page, before)
        print(f"server, {what}: {mine * 1000:.1f} ms of processor time, bare {bare * 1000:.1f} ms, {mine / bare:.2f} ×")
    _browse(_serve(application), page, client.cookies["sessionid"].value)


class _Doors:
    """One door after another in a village: each gives one person's money."""

    def __init__(self, helper, village: str) -> None:
        from core.regions.models import Region
        from residents.people.models import Household, Resident
        from subsidies.campaigns.models import Campaign
        from tests.factories import create_resident

        self.helper, self.campaign, self.village = helper, Campaign.objects.get(), Region.objects.get(pk=village)
        if village != VILLAGE:
            home = Household.objects.create(village_id=village, number="0001", head_name="张远")
            for _ in range(TURNS):
                create_resident(village, name="张远", household=home)
        self.people = iter(Resident.objects.filter(village=village).order_by("pk"))

    def collect(self) -> None:
        from collection.contributions.services import Payment, record_contributions
        from config import clock
        from subsidies.quotes.selectors import quote_residents

        one = next(self.people)
        quoted = quote_residents(campaign=self.campaign, residents=[one], paid_on=clock.today())[one.pk]
        payment = Payment(one.pk, self.village.pk, "cash", clock.today(), quoted)
        record_contributions(campaign=self.campaign, payments=[payment], actor=self.helper)


def _village():
    """The village, with names and telephones as different as real ones."""
    from residents.people.models import Household, Resident
    from subsidies.campaigns.services import open_campaign
    from tests.factories import create_user, invented_number

    open_campaign(policy_id="411325-2025")
    homes = Household.objects.bulk_create(
        Household(village_id=VILLAGE, number=f"{n:04d}", head_name=_name(n)) for n in range(1, HOUSEHOLDS + 1)
    )
    Resident.objects.bulk_create(
        Resident(
            village_id=VILLAGE,
            household=homes[n % HOUSEHOLDS],
            name=_name(n),
            birth_date=(born := datetime.date(1950, 1, 1) + datetime.timedelta(n * 11)),
            sex="M",
            id_number=invented_number(born, "M", n % 500),
            phone=f"1{3_900_000_000 + (n * 7_919_771) % 99_999_999}",
            registered_on=datetime.date(2024, 1, 1),
        )
        for n in range(PEOPLE)
    )
    return create_user("village", VILLAGE)


def _name(n: int) -> str:
    surnames, given = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "秀英建国海霞春生玉梅志强晓燕永平文军红福兰明"
    return surnames[n * 7 % 20] + given[n * 3 % 21] + given[n * 5 % 19]


def _cost(client, path: str, before=lambda: None) -> float:
    """Processor seconds of one request, the middle of many; `before` each of them."""
    taken = []
    for _ in range(TURNS):
        before()
        began = time.process_time()
        client.get(path)
        taken.append(time.process_time() - began)
    return sorted(taken)[TURNS // 2]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args) -> None:
        """Say nothing."""


def _serve(application) -> int:
    """The site in a thread, its other files zipped as nginx and whitenoise do; its port."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler

    site = StaticFilesHandler(application)

    def zipped(environ, start):
        told = []
        body = b"".join(site(environ, lambda status, headers, error=None: told.append((status, headers))))
        status, headers = told[0]
        if "Content-Encoding" not in dict(headers):
            body = gzip.compress(body, 6)
            headers = [(name, value) for name, value in headers if name != "Content-Length"]
            headers += [("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))]
        start(status, headers)
        return [body]

    server = make_server("127.0.0.1", 0, zipped, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def _browse(port: int, page_path: str, session: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=f"http://127.0.0.1:{port}")
        context.add_cookies([{"name": "sessionid", "value": session, "url": f"http://127.0.0.1:{port}"}])
        page = context.new_page()
        page.set_default_timeout(300_000)
        phone = context.new_cdp_session(page)
        phone.send("Network.enable")
        slow = {"offline": False, "latency": 100, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
        phone.send("Network.emulateNetworkConditions", slow)
        phone.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(page_path)
        page.locator(".home").first.wait_for()
        there = page.evaluate("() => performance.now()")
        paint = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
        page.locator(".home:nth-child(40)").wait_for(state="attached")  # more are drawn for who scrolls
        print(f"first paint after {paint / 1000:.2f} s, the first households by {there / 1000:.2f} s")
        phone.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        phone.send("Performance.enable", {"timeDomain": "threadTicks"})
        worst = max(_typing(page, phone, text) for text in itertools.accumulate("wangxiu"))
        print(f"typing: at worst {worst * SLOWER * 1000:.0f} ms of a processor slowed {SLOWER} times")
        browser.close()


def _typing(page, phone, text: str) -> float:
    """Seconds of the page's own processor time until what was typed is answered on the screen."""

    def spent() -> float:
        return next(m["value"] for m in phone.send("Performance.getMetrics")["metrics"] if m["name"] == "TaskDuration")

    began = spent()
    page.evaluate(
        """(text) => new Promise((drawn) => {
          const field = document.getElementById("find");
          field.value = text;
          field.dispatchEvent(new Event("input"));
          requestAnimationFrame(() => setTimeout(drawn));
        })""",
        text,
    )
    return spent() - began
