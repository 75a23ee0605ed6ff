"""Every parameter of every address, with what no person types: answered by a page, a form's error or 400, never 500.

The addresses come from tests/test_every_url.py, the parameters from the page's own forms, from the view's source and
from what is looked up while the page answers (tests/reading.py).
"""

import ast
import inspect
import re
import urllib.parse
from collections.abc import Iterable
from functools import cache

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.forms import BaseForm, CharField
from django.test import Client
from django.urls import Resolver404, resolve

from core.access.roles import Role
from tests.planting import Planter
from tests.reading import names_in, names_read
from tests.test_every_url import OPEN_TO_ANYBODY, OWN_MARKER, PAGES, PLACES, Page

HERE = "411325100001"
#: As they travel: percent-encoded bytes. Half a surrogate has no place in UTF-8 and comes as its three raw bytes.
ODD = {
    "NUL": "a%00b",
    "superscript two": urllib.parse.quote("²"),
    "30 digits": "9" * 30,
    "100 KB": "x" * 100_000,
    "half a surrogate": "%ED%A0%80",
    "negative": "-1",
    "infinity": "1e999",
    "odd date": "9999-99-99",
    "far date": "0001-01-01",
}
#: What the guard before every page refuses, in an address and in a form: each page is asked with one of them in turn.
GUARDED = {"get": ("NUL", "half a surrogate", "100 KB"), "post": ("NUL",)}
#: What an engine may answer otherwise than the other; the rest is refused before it is asked, and tried on one.
ENGINE_DECIDES = ("negative", "30 digits", "half a surrogate", "infinity", "far date")
TRIED = ODD if connection.vendor == "sqlite" else {what: ODD[what] for what in ENGINE_DECIDES}
#: What is tried name by name, the other fields being filled in: one wrong value may hide another's way into a query.
#: Fields of a form class are cleaned whatever the others say: its texts are tried together, between fields filled in.
ALONE = [what for what in ("superscript two", "30 digits") if what in TRIED]
#: What every list of the back office reads in one place: tried alone on one page of each kind, elsewhere with the rest.
ADMINS_OWN = {"q", "p", "o", "all", "_popup", "_to_field", "_facets", "_changelist_filters"}
#: What is looked up before every page, and what stands in the frame of every page and leads to another.
BEFORE = {"csrfmiddlewaretoken", "_search", "year"}
FRAME = {*BEFORE, "find"}
FORM = "application/x-www-form-urlencoded"
_NAME = re.compile(r'<(?:input|select|textarea|button)[^>]*\bname="([^"]+)"')
_FILE = re.compile(r'<input(?=[^>]*\btype="file")[^>]*\bname="([^"]+)"')
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_READ = re.compile(r'(GET|POST|FILES)(?:\.get|\.getlist)?[\[(]\s*"(\w+)"')

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(campaign):
    return Planter(HERE, OWN_MARKER, 1).plant()


@pytest.fixture(autouse=True)
def _no_request_log(caplog):
    caplog.set_level("CRITICAL", "django")


class Caller:
    """Asks as somebody who may open the page; what a request wrote is undone after it."""

    def __init__(self, users: dict):
        self.clients = {}
        for role, user in users.items():
            self.clients[role] = Client(raise_request_exception=False)
            self.clients[role].force_login(user)
        self.failures: list[tuple] = []

    def ask(self, page: Page, method: str, url: str, what: str, data=None, content_type=""):
        """The answer, its text, and the names it looked up; a 500 is noted."""
        client = self.clients[next(role for role in Role if role in page.roles)]
        with transaction.atomic(), names_read() as read:
            extra = {"content_type": content_type} if content_type else {}
            response = client.get(url) if method == "get" else client.post(url, data, **extra)
            text = "" if response.streaming else response.content.decode("utf-8", "replace")
            transaction.set_rollback(True)
        if response.status_code >= 500:
            error = response.exc_info[1] if getattr(response, "exc_info", None) else response.status_code
            self.failures.append((page.name, method, what, repr(error)[:160]))
        address = response.wsgi_request.GET if method == "post" else None  # where a form has nothing
        return response, text, names_in(read, but_in=address) - BEFORE

    def send(self, page: Page, method: str, url: str, what: str, query: str):
        """Ask with these parameters, in the address or in a form."""
        if method == "get":
            return self.ask(page, "get", f"{url}?{query}", what)
        return self.ask(page, "post", url, what, query, FORM)


def parameters(page: Page, text: str) -> dict[str, set[str]]:
    """The names of a page's forms, by method, and of what stands on it outside of a form."""
    found: dict[str, set[str]] = {"get": set(), "post": set()}
    for form in _FORM.findall(text):
        names = set(_NAME.findall(form))
        methods = {"post" if 'method="post"' in form.partition(">")[0] else "get"}
        for method in methods | ({"get"} if "_search" in names else set()):  # a search comes back in the address
            found[method] |= names
    for names in found.values():
        names |= set(_NAME.findall(_FORM.sub("", text)))  # fields that stand outside of their form
    return {method: names - FRAME for method, names in found.items()}


def fields_of_forms(response) -> dict[str, bool]:
    """The names of the fields of the form classes that a page was drawn with, and whether each takes any text."""
    layers = [part for layer in response.context or () for part in getattr(layer, "dicts", [layer])]
    drawn = [value for part in layers for value in part.values()]
    forms = [getattr(value, "form", value) for value in drawn]
    return {
        form.add_prefix(name): type(field) is CharField
        for form in forms
        if isinstance(form, BaseForm)
        for name, field in form.fields.items()
    }


def read_by(view) -> set[tuple[str, str]]:
    """(GET or POST or FILES, name) of what a view reads of a request, with all that it leads to in its module."""
    parts = _parts(inspect.getmodule(view))
    waiting, reached = [view.__name__] if view.__name__ in parts else list(parts), set()
    while waiting:
        part = waiting.pop()
        if part not in reached:
            reached.add(part)
            waiting += parts.keys() & set(re.findall(r"\w+", parts[part]))
    return {found for part in reached for found in _READ.findall(parts[part])}


@cache
def _parts(module) -> dict[str, str]:
    """The source of each function and class of a module, and of the names it sets, by name."""
    source, found = inspect.getsource(module), {}
    lines = source.splitlines()
    for node in ast.parse(source).body:
        text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = text
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: text for target in targets if isinstance(target, ast.Name)}
    return found


def apart(names: set[str], fields: dict[str, bool]) -> list[list[str]]:
    """The names that are odd at a time: those that a view reads itself one by one, the texts of forms together."""
    texts = sorted(name for name in names if fields.get(name))
    return [[name] for name in sorted(names - fields.keys())] + ([texts] if texts else [])


def filled(names: Iterable[str], value: str) -> str:
    """A form with this value in every field."""
    return "&".join(f"{name}={value}" for name in sorted(names))


@pytest.fixture
def caller(own, make_user):
    return Caller({role: make_user(role, PLACES[role][0], department="民政局") for role in Role})


@pytest.mark.parametrize("share", range(4))
def test_no_parameter_of_any_address_ends_in_500(caller, own, share):
    """A quarter of the addresses each, so that the quarters run beside each other. What a page does not look up cannot
    change its answer: one value is enough to see that."""
    pages = [page for page in PAGES if page.name not in OPEN_TO_ANYBODY and page.name != "logout"]
    kinds, unguarded = set(), []
    for number, page in enumerate(pages[share::4]):
        url = page.url(own)
        response, text, _ = caller.ask(page, "get", url, "as it is")
        names, fields = parameters(page, text), fields_of_forms(response)
        kind = page.name.rpartition("_")[2] if page.is_admin else page.name
        listed = set() if kind in kinds else ADMINS_OWN
        kinds.add(kind)
        for method in ("get", "post"):
            if method == "post" and caller.send(page, "post", url, "an empty form", "")[0].status_code in (403, 405):
                continue
            read = looked_up(caller, page, method, url, names[method])
            if connection.vendor == "sqlite":
                what = GUARDED[method][number % len(GUARDED[method])]
                refused = caller.send(page, method, url, what, filled(read | {"q"}, ODD[what]))[0]
                unguarded += [(page.name, method, what)] if refused.status_code != 400 else []
            try_odd(caller, page, method, url, read, alone=apart(read - (ADMINS_OWN - listed), fields))
        for field in _FILE.findall(text):
            for name in ("a\0b.xlsx", "²" * 300 + ".xlsx", "a" * 10_000):
                data = dict.fromkeys(names["post"], "1") | {field: SimpleUploadedFile(name, b"x")}
                caller.ask(page, "post", url, f"file {name[:10]!r}", data)
    assert caller.failures == []
    assert unguarded == []


def looked_up(caller: Caller, page: Page, method: str, url: str, names: set[str]) -> set[str]:
    """The names that the page looks up when it is sent all that are known of it, and those that its view speaks of."""
    if method == "get" and page.name.endswith(("_changelist", "_export")):
        read = set(ADMINS_OWN)  # of which Django's lists make a plain dictionary
    else:
        read = spoken_of(page, method)
    found = caller.send(page, method, url, "all=1", filled(names | read, "1"))[2]
    if not found <= names | read:  # what it looks up besides may lead to more
        found |= caller.send(page, method, url, "all=1", filled(names | read | found, "1"))[2]
    return read | found


def spoken_of(page: Page, method: str) -> set[str]:
    """The names in the source of a view of ours."""
    if page.is_admin:
        return set()
    return {name for kind, name in read_by(inspect.unwrap(page.view)) if (kind == "GET") == (method == "get")}


def try_odd(caller: Caller, page: Page, method: str, url: str, names: set[str], alone: list[list[str]]) -> None:
    """Every odd value in all of these names, and some in a few of them, the others being filled in."""
    if not names:
        return
    for what, value in TRIED.items():
        if what not in GUARDED[method]:
            caller.send(page, method, url, f"all={what}", filled(names, value))
    for what in ALONE:
        for odd in alone:
            others = names - set(odd) if method == "post" else set()
            query = "&".join(part for part in (filled(odd, ODD[what]), filled(others, "1")) if part)
            caller.send(page, method, url, f"{odd}={what}", query)


def test_no_part_of_any_address_ends_in_500(caller, own):
    """An address that leads to no page is asked for once with each value: no view has seen it."""
    values = {what: value for what, value in TRIED.items() if what != "100 KB"}
    led_nowhere = set()
    for page in PAGES:
        if page.name in OPEN_TO_ANYBODY or page.name == "logout" or not page.arguments:
            continue
        right = page.url(own)
        for part in {str(page._argument(name, own)) for name in page.arguments}:
            for what, value in values.items():
                url = right.replace(f"/{part}/", f"/{value}/", 1)
                if not leads_to_a_page(url):
                    if what in led_nowhere:
                        continue
                    led_nowhere.add(what)
                caller.ask(page, "get", url, f"{part}={what}")
                caller.ask(page, "post", url, f"{part}={what}")
    assert caller.failures == []
    assert led_nowhere == set(values)


def leads_to_a_page(url: str) -> bool:
    try:
        resolve(urllib.parse.unquote(url))
    except Resolver404:
        return False
    return True


@pytest.mark.parametrize("what", ["NUL", "half a surrogate", "100 KB", "superscript two"])
def test_no_form_before_the_login_ends_in_500(client, campaign, what):
    client.raise_request_exception = False
    for method, url, data in (
        ("get", f"/login/?next={ODD[what]}", None),
        ("get", f"/{ODD[what]}", None),
        ("post", "/login/", f"username={ODD[what]}&password={ODD[what]}"),
    ):
        response = client.get(url) if method == "get" else client.post(url, data, content_type=FORM)
        assert response.status_code < 500, (method, url[:40])
