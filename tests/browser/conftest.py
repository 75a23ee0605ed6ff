"""A real Chromium against the real site, with a real worker and beat beside it."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Milliseconds until a page that never comes fails a test; a busy machine is no reason to.
PATIENCE = 600_000
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def chromium():
    """The browser, where Debian's Chromium is installed."""
    if CHROMIUM is None:
        pytest.skip("browser tests need Chromium (Debian: apt-get install chromium); it was not found")
    from playwright.sync_api import sync_playwright

    # Playwright runs an event loop in this thread; Django would then refuse the test's own database calls.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def is_complaint(message) -> bool:
    """An error, unless the browser merely says that the test has cut the network, or that a form was refused."""
    expected = ("ERR_INTERNET_DISCONNECTED", "a status of 400 (Bad Request)")
    return message.type == "error" and not any(text in message.text for text in expected)


@pytest.fixture
def visit(chromium, live_server):
    """`visit(user, PHONE)` → a page of that user, logged in through the login page. Fails on any console error."""
    contexts, complaints = [], []

    def open_page(user, viewport=DESK, **options):
        context = chromium.new_context(
            viewport=viewport, base_url=live_server.url, locale="zh-CN", accept_downloads=True, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/login/")
        page.fill("[name=username]", user.username)
        page.fill("[name=password]", "test-Pass-1234")
        page.click("button[type=submit]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def office(transactional_db, business_clock):
    """A real worker and beat on the test's database, queue and clock."""
    with contextlib.closing(Office()) as running:
        yield running


class Office:
    def __init__(self):
        self.environment = {
            **os.environ,
            "DATABASE_URL": _database_url(),
            "DATA_DIR": str(django_settings.DATA_DIR),
            "BUSINESS_CLOCK": django_settings.BUSINESS_CLOCK,
        }
        self.beat = self._start("beat", "--pidfile", "")
        self.worker = self._start(
            "worker", "--concurrency", "1", "--without-mingle", "--without-gossip", "--hostname", f"t{os.getpid()}"
        )

    def close(self):
        for process in (self.beat, self.worker):
            process.terminate()
        for process in (self.beat, self.worker):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()

    def _start(self, *arguments):
        schedule = Path(django_settings.DATA_DIR) / f"beat-{time.time_ns()}"
        extra = ["--schedule", str(schedule)] if arguments[0] == "beat" else []
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config", "--quiet", *arguments, *extra, "--loglevel", "ERROR"],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
        )


def _database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    user = database["USER"] + (f":{database['PASSWORD']}" if database["PASSWORD"] else "")
    return f"postgres://{user}@{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
