"""Every parameter of every address, with what no person types: answered by a page, a form's error or 400, never 500.

The addresses come from tests/test_every_url.py, the parameters from the page's own forms and from the view's source.
"""

import ast
import inspect
import re
import urllib.parse
from functools import cache

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.forms import BaseForm, CharField
from django.test import Client
from django.urls import Resolver404, resolve

from core.access.roles import Role
from tests.planting import Planter
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
#: What an engine may answer otherwise than the other; the rest is refused before it is asked, and tried on one.
ENGINE_DECIDES = ("NUL", "negative", "30 digits", "half a surrogate", "infinity", "far date")
TRIED = ODD if connection.vendor == "sqlite" else {what: ODD[what] for what in ENGINE_DECIDES}
#: What is tried name by name, the other fields being filled in: one wrong value may hide another's way into a query.
#: Fields of a form class are cleaned whatever the others say: its texts are tried together, between fields filled in.
ALONE = [what for what in ("superscript two", "30 digits") if what in TRIED]
#: What every list of the back office reads in one place: tried alone on one page of each kind, elsewhere with the rest.
ADMINS_OWN = {"q", "p", "o", "all", "_popup", "_to_field"}
_NAME = re.compile(r'<(?:input|select|textarea|button)[^>]*\bname="([^"]+)"')
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
        """The answer and its text; a 500 is noted."""
        client = self.clients[next(role for role in Role if role in page.roles)]
        with transaction.atomic():
            extra = {"content_type": content_type} if content_type else {}
            response = client.get(url) if method == "get" else client.post(url, data, **extra)
            text = "" if response.streaming else response.content.decode("utf-8", "replace")
            transaction.set_rollback(True)
        if response.status_code >= 500:
            error = response.exc_info[1] if getattr(response, "exc_info", None) else response.status_code
            self.failures.append((page.name, method, what, repr(error)[:160]))
        return response, text


def parameters(page: Page, text: str) -> dict[str, list[str]]:
    """The names a page reads, by method: those of its forms and those that its view asks for, with what it calls."""
    found: dict[str, set[str]] = {"get": {"q", "page"}, "post": set()}
    if page.is_admin:
        found["get"] |= ADMINS_OWN
    else:
        for kind, name in read_by(inspect.unwrap(page.view)):
            found["get" if kind == "GET" else "post"].add(name)
    for form in _FORM.findall(text):
        names = set(_NAME.findall(form))
        methods = {"post" if 'method="post"' in form.partition(">")[0] else "get"}
        for method in methods | ({"get"} if "_search" in names else set()):  # a search comes back in the address
            found[method] |= names
    for names in found.values():
        names |= set(_NAME.findall(_FORM.sub("", text)))  # fields that stand outside of their form
    found["post"] = found["post"] or found["get"]
    return {method: sorted(names - {"csrfmiddlewaretoken", "_search"}) for method, names in found.items()}


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
    for node in ast.parse(source).body:
        text = ast.get_source_segment(source, node) or ""
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = text
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: text for target in targets if isinstance(target, ast.Name)}
    return found


def apart(names: list[str], fields: dict[str, bool]) -> list[list[str]]:
    """The names that are odd at a time: those that a view reads itself one by one, the texts of forms together."""
    texts = [name for name in names if fields.get(name)]
    return [[name] for name in names if name not in fields] + ([texts] if texts else [])


def filled(names: list[str], value: str) -> str:
    """A form with this value in every field."""
    return "&".join(f"{name}={value}" for name in names)


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("share", range(4))
def test_no_parameter_of_any_address_ends_in_500(own, make_user, share):
    """A quarter of the addresses each, so that the quarters run beside each other."""
    caller = Caller({role: make_user(role, PLACES[role][0], department="民政局") for role in Role})
    pages = [page for page in PAGES if page.name not in OPEN_TO_ANYBODY and page.name != "logout"]
    kinds = set()
    for page in pages[share::4]:
        url = page.url(own)
        response, text = caller.ask(page, "get", url, "as it is")
        names, fields = parameters(page, text), fields_of_forms(response)
        takes_forms = caller.ask(page, "post", url, "an empty form", "", FORM)[0].status_code not in (403, 405)
        for what, value in TRIED.items():
            caller.ask(page, "get", f"{url}?{filled(names['get'], value)}", f"all={what}")
            if takes_forms:
                caller.ask(page, "post", url, f"all={what}", filled(names["post"], value), FORM)
        kind = page.name.rpartition("_")[2] if page.is_admin else page.name
        alone = [name for name in names["get"] if kind not in kinds or name not in ADMINS_OWN]
        kinds.add(kind)
        for what in ALONE:
            for odd in apart(alone, fields):
                caller.ask(page, "get", f"{url}?{filled(odd, ODD[what])}", f"{odd}={what}")
            for odd in apart(names["post"], fields) if takes_forms else ():
                body = "&".join(f"{name}={ODD[what] if name in odd else 1}" for name in names["post"])
                caller.ask(page, "post", url, f"{odd}={what}", body, FORM)
    assert caller.failures == []


def test_no_part_of_any_address_ends_in_500(own, make_user):
    """An address that leads to no page is asked for once with each value: no view has seen it."""
    caller = Caller({role: make_user(role, PLACES[role][0], department="民政局") for role in Role})
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


def test_no_name_of_a_file_ends_in_500(own, make_user):
    caller = Caller({role: make_user(role, PLACES[role][0], department="民政局") for role in Role})
    for page in PAGES:
        if page.name in OPEN_TO_ANYBODY or page.is_admin:
            continue
        _, text = caller.ask(page, "get", page.url(own), "as it is")
        for field in re.findall(r'<input[^>]*type="file"[^>]*name="([^"]+)"|name="([^"]+)"[^>]*type="file"', text):
            for name in ("a\0b.xlsx", "²" * 300 + ".xlsx", "a" * 10_000):
                data = dict.fromkeys(parameters(page, text)["post"], "1")
                data[field[0] or field[1]] = SimpleUploadedFile(name, b"x")
                caller.ask(page, "post", page.url(own), f"file {name[:10]!r}", data)
    assert caller.failures == []
