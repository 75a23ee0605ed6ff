"""Every URL of the site, as everybody, with objects of another region.

The walk reads the URL list itself, so a new page is covered the day it is added. It fails for a page that declares no
access (`@roles`), for a page whose objects it does not know (add the name to OBJECTS), and for anything readable or
changeable outside a user's region: by guessed ids, lists, filters, exports, autocompletes, admin actions and forms.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from collection.accident.models import AccidentCover, AccidentList
from collection.cash.models import Deposit
from collection.closing.models import ClosingConsent
from collection.consequences.models import Consequence
from collection.contributions.models import Contribution
from collection.declarations.models import Declaration, DeclarationRow, Feedback
from collection.door.models import Handover, Phone
from collection.entitlements.models import DifferenceCase
from collection.finance.models import FundEntry
from collection.gifts.models import Gift, GiftShare
from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.messages.models import ReminderBatch
from collection.notices.models import Objection, PublicNotice
from collection.receipts.models import LostReport, Receipt, ReceiptBook
from collection.refunds.models import Refund, RefundTransfer
from collection.repairs.models import RepairPayment
from collection.schools.models import ClassList, Pupil, School
from collection.self_payments.models import PaidList, SelfPayment
from collection.spot_checks.models import SpotCheck, SpotCheckCase, SpotCheckPerson
from collection.visits.models import Cause, Exclusion, ToldPayment
from core.access.roles import OFFICERS, Role
from core.accounts.models import User
from core.exports.models import BulkExport
from core.files.models import Attachment
from core.filters.models import SavedFilter
from core.jobs.models import Job
from core.messages.models import OptOut, OutboxMessage
from core.pages.admin_base import ScopedAdmin
from core.regions.models import Region
from employees.batches.models import MonthFile
from employees.declarations.models import DeclaredLine, MonthlyDeclaration
from employees.goal.models import PensionRoll
from employees.members.models import Employment, Member
from employees.payments.models import EmployeePayment, PaidFile
from employees.units.models import Unit
from reporting.rankings.models import Ranking, Snapshot
from reporting.supervision.models import Activity, Finding, Measure, Post
from residents.duplicates.models import MergeCase
from residents.people.models import FormerNumber, Household, ParentLink, Resident, StatusEntry
from residents.register.models import RegisterBatch
from residents.transfers.models import MoveRequest
from subsidies.campaigns.models import Campaign, PolicyProposal
from subsidies.claims.models import ClaimList
from subsidies.openings.models import DepartmentDuty, NewCounty
from subsidies.rosters.models import Identity, Roster, RosterRow
from tests.planting import Planter, is_of_a_county, scoped_models
from tests.reading import names_in, names_read

#: What the `pk` of a URL is, by the first words of the URL's name (the longest that fit). Add a line for a new page.
OBJECTS = {
    "attachment": Attachment,
    "export": BulkExport,
    "job": Job,
    "resident": Resident,
    "entry": StatusEntry,
    "link": ParentLink,
    "former": FormerNumber,
    "advice": Resident,
    "quote_resident": Resident,
    "register": RegisterBatch,
    "merge": MergeCase,
    "policy_adopt": Campaign,
    "account": User,
    "household": Household,
    "progress_household": Household,
    "filter": SavedFilter,
    "identity": Identity,
    "roster": Roster,
    "roster_accept_row": RosterRow,
    "mark_resident": Resident,
    "visit_record": Resident,
    "spot_check": SpotCheck,
    "spot_check_call": SpotCheckPerson,
    "spot_case": SpotCheckCase,
    "today_tap": Resident,
    "exclusion": Exclusion,
    "told": ToldPayment,
    "cause": Cause,
    "difference": DifferenceCase,
    "ledger": LedgerBatch,
    "door_phone": Phone,
    "handover": Handover,
    "door_case": LedgerRow,
    "lost": LostReport,
    "contribution": Contribution,
    "reminder": ReminderBatch,
    "fund_entry": FundEntry,
    "post_replace": Post,
    "finding": Finding,
    "measure": Measure,
    "activity": Activity,
    "message_again": OutboxMessage,
    "opt_out": OptOut,
    "receipt_book": ReceiptBook,
    "receipt": Receipt,
    "deposit": Deposit,
    "gift": Gift,
    "accident_list": AccidentList,
    "accident_end": AccidentCover,
    "school": School,
    "pupil": Pupil,
    "class_list": ClassList,
    "gift_share": GiftShare,
    "declaration": Declaration,
    "declaration_row": DeclarationRow,
    "self_payment": SelfPayment,
    "refund": Refund,
    "refund_transfer": RefundTransfer,
    "consent": ClosingConsent,
    "notice": PublicNotice,
    "ranking": Ranking,
    "snapshot": Snapshot,
    "bulletin": Ranking,
    "remittance": Declaration,
    "feedback": Declaration,
    "feedback_pk": Feedback,
    "row_decide": Declaration,
    "word": Declaration,
    "consequence": Consequence,
    "row_pk": DeclarationRow,
    "row_correct": DeclarationRow,
    "rest_decide": Declaration,
    "paid_list": PaidList,
    "objection_raise": PublicNotice,
    "objection_answer": Objection,
    "claim_list": ClaimList,
    "campaign": Campaign,
    "proposal": PolicyProposal,
    "duty": DepartmentDuty,
    "new_county": NewCounty,
    "move_request": MoveRequest,
    "repair": RepairPayment,
    "repair_resident": Resident,
    "department_duty": DepartmentDuty,
    "employee_double": Member,
    "employee_unit": Unit,
    "employee_declaration": MonthlyDeclaration,
    "line_pk": DeclaredLine,
    "employee_flexible": Employment,
    "employee_member": Member,
    "employee_month": MonthFile,
    "employee_paid": PaidFile,
    "employee_payment": EmployeePayment,
    "employee_roll": PensionRoll,
}
#: Path arguments that name no object of a region.
PLAIN_ARGUMENTS = {
    "year": 2025,
    "kind": "x",
    "fmt": "xlsx",
    "format": "xlsx",
    "page": 1,
    "number": 1,
    "category": "x",
    "which": "unpaid",
    "moved": "lost",
    "step": 1,
    "role": "village",
    "chapter": "begin",
}
#: Path arguments that are the code of a region.
REGION_ARGUMENTS = {"village": 12, "township": 9, "county": 6, "region": 12, "code": 12}
#: Pages whose region is not a village, and how long its code is.
LEVELS_OF = {"targets": 9, "proposal_tasks_township": 9}
#: Models that hold nothing of a region: texts of policies, an instant, parts of names, filters that one user keeps.
WITHOUT_REGION = {"PolicyVersion", "Watermark", "NamePart", "SavedFilter"}
#: The only pages that answer somebody who is not logged in.
OPEN_TO_ANYBODY = {
    "login",
    "healthz",
    "metrics",
    "admin:login",
    "door_upload",
    "door_shell",
    "door_worker",
    "door_manifest",
}
#: Pages that 内乡 does not have: tests/employees/test_pages.py opens each of them in a county that does.
ELSEWHERE = "employee_"
HERE = "411325100001"
MARKER = "区外人员"
OWN_MARKER = "区内人员"
#: A village of another county.
FAR = "411323100001"
#: For each role: the region of the user, and the nearest village outside it.
PLACES = {
    Role.COUNTY: ("411325", FAR),
    Role.TAX: ("411325", FAR),
    Role.DEPARTMENT: ("411325", FAR),
    Role.EDUCATION: ("411325", FAR),
    Role.SCHOOL: ("411325100", "411325101200"),
    Role.LEADER: ("411325", FAR),
    Role.FINANCE: ("411325", FAR),
    Role.SYSTEM: ("411325", FAR),
    Role.SECURITY: ("411325", FAR),
    Role.AUDIT: ("411325", FAR),
    Role.TOWNSHIP: ("411325100", "411325101200"),
    Role.VILLAGE: (HERE, "411325100002"),
}


@dataclass(frozen=True)
class Page:
    """One URL pattern: its name with namespace, the view, the names of its arguments, and whether it is the admin's."""

    name: str
    view: object
    arguments: tuple[str, ...]

    @property
    def is_admin(self) -> bool:
        return self.name.startswith("admin:")

    @property
    def model(self):
        """The model of an admin page, or None."""
        match = re.fullmatch(
            r"admin:([a-z]+)_([a-z]+)_(?:changelist|add|change|export|import|process_import)", self.name
        )
        found = [
            model for model in admin.site._registry if match and model._meta.label_lower == ".".join(match.groups())
        ]
        return found[0] if found else None

    @property
    def roles(self) -> frozenset:
        if self.model:
            return admin.site._registry[self.model].roles
        if self.is_admin:
            return frozenset({Role.COUNTY, *OFFICERS})
        return self.view.roles

    def url(self, planted: Planter) -> str:
        return reverse(self.name, kwargs={name: self._argument(name, planted) for name in self.arguments})

    def _argument(self, name, planted):
        if name in REGION_ARGUMENTS:
            return planted.village[: LEVELS_OF.get(self.name, REGION_ARGUMENTS[name])]
        if name == "object_id":
            return guessed(planted, self.model).pk
        if name == "app_label":
            return "residents"
        if name in PLAIN_ARGUMENTS:
            return PLAIN_ARGUMENTS[name]
        key = object_key(self, name)
        assert key, f"tests/test_every_url.py: OBJECTS does not say what <{name}> of the URL “{self.name}” is"
        return guessed(planted, OBJECTS[key]).pk

    @property
    def names_an_object(self) -> bool:
        return any(name not in PLAIN_ARGUMENTS and name != "app_label" for name in self.arguments)

    @property
    def is_of_a_region(self) -> bool:
        """Whether the object it names belongs to a region (policy texts do not)."""
        return self.names_an_object and (self.model is None or hasattr(self.model, "scope_field"))


def object_key(page: Page, name: str) -> str:
    """The line of OBJECTS that says what an argument of a page names; "" where there is none."""
    words = f"{page.name if name == 'pk' else name}_"
    return max((key for key in OBJECTS if words.startswith(f"{key}_")), key=len, default="")


def guessed(planted: Planter, model):
    """The planted row; for somebody of the same county, what belongs to a county as a whole is that of another one."""
    far = getattr(planted, "far", None)
    return far.row(model) if far and is_of_a_county(model) else planted.row(model)


def _pages(patterns, namespace="") -> list[Page]:
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found += _pages(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            arguments = tuple(pattern.pattern.converters) or tuple(pattern.pattern.regex.groupindex)
            found.append(Page(f"{namespace}{pattern.name}", pattern.callback, arguments))
    return found


PAGES = [page for page in _pages(get_resolver().url_patterns) if not page.name.endswith(":None")]
SITE_PAGES = [page for page in PAGES if not page.is_admin]


def body(response) -> str:
    """Everything a response carries, unzipped where it is a workbook or a document."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b"".join(parts.read(name) for name in parts.namelist())
    return content.decode("utf-8", "replace")


def logged_in(users: dict[Role, User]) -> dict[Role, Client]:
    """A client for each of these people, who has logged in once."""
    clients = {role: Client() for role in users}
    for role, user in users.items():
        clients[role].force_login(user)
    return clients


def test_every_page_has_a_name():
    unnamed = [page for page in _pages(get_resolver().url_patterns) if page.name.split(":")[-1] == "None"]
    assert [page for page in unnamed if not page.name.startswith("admin:")] == []


def test_every_page_declares_who_opens_it():
    missing = [p.name for p in SITE_PAGES if p.name not in OPEN_TO_ANYBODY and not hasattr(p.view, "roles")]
    assert missing == [], "these views need @roles(…) from core/access/roles.py"


def test_every_model_belongs_to_a_region_or_holds_nothing_of_one():
    from django.apps import apps

    ours = [config for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]
    assert {"core", "residents", "subsidies", "collection", "employees", "reporting"} <= {app.label for app in ours}
    unscoped = {model.__name__ for app in ours for model in app.get_models() if not getattr(model, "scope_field", None)}
    assert unscoped == WITHOUT_REGION


def test_every_admin_list_is_one_that_ends_at_the_region():
    assert all(isinstance(found, ScopedAdmin) for found in admin.site._registry.values())


@pytest.fixture
def own(campaign):
    return Planter(HERE, OWN_MARKER, 1).plant()


@pytest.fixture
def plant_outside(campaign):
    def plant(village: str) -> Planter:
        county, township = village[:6], village[:9]
        for code, level, parent in (
            (county, "county", None),
            (township, "township", county),
            (village, "village", township),
        ):
            Region.objects.get_or_create(
                code=code, defaults={"name": f"{code}区划", "level": level, "parent_id": parent}
            )
        return Planter(village, MARKER, 2 if village[:6] == HERE[:6] else 3).plant()

    return plant


@pytest.mark.sqlite  # on one engine: refused before a page has asked the database for anything
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_anonymous_gets_further_than_the_login(client, own, method):
    for page in PAGES:
        if page.name in OPEN_TO_ANYBODY:
            continue
        response = getattr(client, method)(page.url(own))
        assert response.status_code == 302, page.name
        assert response.url.startswith(("/login/?next=", "/admin/login/?next=")), page.name


def test_the_login_page_says_nothing_about_anybody(client, own):
    for url in ("/login/", "/admin/login/?next=/admin/"):
        text = body(client.get(url, follow=True))
        assert "密码" in text and OWN_MARKER not in text and own.number not in text


@pytest.mark.sqlite  # as above
@pytest.mark.parametrize("role", list(Role))
def test_a_role_that_a_page_does_not_name_gets_the_403_page(client, own, make_user, role):
    """Every role tries every page, by one method; as a page refuses some ten roles, each page is tried by both."""
    client.force_login(make_user(role, PLACES[role][0]))
    for number, page in enumerate(PAGES, start=list(Role).index(role)):
        if page.name in OPEN_TO_ANYBODY or role in page.roles:
            continue
        method = ("get", "post")[number % 2]
        response = getattr(client, method)(page.url(own))
        assert response.status_code in (403, 405), (role, page.name, method, response.status_code)
        assert OWN_MARKER not in body(response)


@pytest.mark.parametrize("role", list(Role))
def test_nothing_outside_the_region_is_readable_or_changeable(client, own, plant_outside, make_user, role):
    region, village = PLACES[role]
    user = make_user(role, region, **({"department": "民政局"} if role == Role.DEPARTMENT else {}))
    outside = plant_outside(village)
    outside.far = plant_outside(FAR) if village != FAR else None
    before = {place: fingerprint(place) for place in {village, FAR}}
    walk = Walk(client, user, own, outside)
    for page in PAGES:
        if page.name not in OPEN_TO_ANYBODY and role in page.roles:
            walk.visit(page)
    assert walk.visited, role
    assert {place: fingerprint(place) for place in before} == before


def test_a_user_without_a_region_sees_nothing(client, own, make_user):
    for role in Role:
        client.force_login(make_user(role, None))
        for page in PAGES:
            if page.name in OPEN_TO_ANYBODY or role not in page.roles:
                continue
            text = body(client.get(page.url(own)))
            assert OWN_MARKER not in text and own.number not in text, (role, page.name)


def test_every_page_with_an_object_opens_for_somebody_whose_region_it_is(own, make_user):
    """Otherwise the walk proves nothing: a page that answers 404 to everybody leaks to nobody."""
    users = {role: make_user(role, PLACES[role][0], department="民政局") for role in Role}
    clients = logged_in(users)
    Attachment.objects.filter(pk=own.row(Attachment).pk).update(uploaded_by=users[Role.TOWNSHIP], kind="statuses")
    closed = []
    for page in PAGES:
        if (
            page.name in OPEN_TO_ANYBODY
            or not page.names_an_object
            or page.name.startswith((ELSEWHERE, f"admin:{ELSEWHERE[:-1]}s_"))
        ):
            continue
        statuses = []
        for role in sorted(page.roles):  # until it opens: the walk outside a region opens it as each of its roles
            statuses.append(clients[role].get(page.url(own)).status_code)
            if statuses[-1] in (200, 302, 405):
                break
        else:
            closed.append((page.name, statuses))
    assert closed == []


@pytest.fixture(autouse=True)
def _no_request_log(caplog):
    caplog.set_level("CRITICAL", "django.request")


class Walk:
    """One user's visit to every page open to the role: with an object of another region, with an own one, in lists."""

    def __init__(self, client, user, own: Planter, outside: Planter):
        self.client, self.user, self.own, self.outside = client, user, own, outside
        self.visited = 0

    def visit(self, page: Page) -> None:
        self.visited += 1
        if page.is_of_a_region:
            self._knock(page)
        forms = self._read(page)
        if page.name != "logout":
            self._write(page, forms)

    def _knock(self, page: Page) -> None:
        """A guessed address: not found, refused, or (in the admin) sent back to the index."""
        url = page.url(self.outside)
        for method in ("get", "post"):
            response = self._ask(method, url)
            allowed = (302, 403, 404, 405) if page.is_admin else (403, 404, 405)
            assert response.status_code in allowed, (page.name, method, url, response.status_code)
            self._assert_silent(page, response)

    def _read(self, page: Page) -> set[str]:
        """The page as it opens and with every filter turned to the other region; the names of its form fields."""
        url = page.url(self.own)
        first = self._ask("get", url)
        text = self._assert_silent(page, first)
        there = self._values(outside=True)
        with names_read() as read:
            self._assert_silent(page, self._ask("get", url, there), typed=True)
        if "q" in names_in(read):  # else it is the same question
            self._assert_silent(page, self._ask("get", url, {**there, "q": MARKER[:-1]}), typed=True)
        if page.name == "admin:autocomplete":
            self._autocompletes(url)
        return set(re.findall(r'<(?:input|select|textarea|button)[^>]*\bname="([^"]+)"', text))

    def _write(self, page: Page, fields: set[str]) -> None:
        """The page's own form, every field filled with something of the other region."""
        there = self._values(outside=True)
        data = {name: there.get(name.split("-")[-1], "1") for name in fields}
        if "file" in fields:
            data["file"] = SimpleUploadedFile("a.csv", f"姓名,身份证号\n上传的人,{self.outside.number}\n".encode())
        if page.name.endswith("_changelist") and page.is_admin:
            for action in ("export_admin_action", "delete_selected"):
                self._ask("post", page.url(self.own), {"action": action, "_selected_action": there["pk"]})
        with names_read() as read:
            self._assert_silent(page, self._ask("post", page.url(self.own), data), typed=True)
        if names_in(read) & (there.keys() - data.keys()):  # else it is the same form
            self._assert_silent(page, self._ask("post", page.url(self.own), {**there, **data}), typed=True)

    def _autocompletes(self, url: str) -> None:
        """By one relation to each kind of choice: which model's field it is changes nothing else."""
        asked_for = set()
        for model in admin.site._registry:
            for field in model._meta.concrete_fields:
                if not field.is_relation:
                    continue
                choice = field.related_model, field.target_field.name, str(field.get_limit_choices_to())
                if choice not in asked_for:
                    asked_for.add(choice)
                    asked = {
                        "app_label": model._meta.app_label,
                        "model_name": model._meta.model_name,
                        "field_name": field.name,
                        "term": MARKER,
                    }
                    response = self._ask("get", url, asked)
                    assert response.status_code == 403 or MARKER not in body(response), (model, field)

    def _values(self, *, outside: bool) -> dict:
        planted = self.outside if outside else self.own
        values = {name: planted.village[:length] for name, length in REGION_ARGUMENTS.items()}
        values |= {key: str(planted.row(model).pk) for key, model in OBJECTS.items()}
        values |= {"holder": planted.village, "pk": str(planted.resident.pk), "id": str(planted.resident.pk)}
        return values | {"q": planted.number, "id_number": planted.number, "purpose": "看一看", "reason": "试一试"}

    def _ask(self, method, url, data=None):
        response = getattr(self.client, method)(url, data or {})
        if response.status_code == 302 and response.url.startswith(("/login/", "/admin/login/")):
            self.client.force_login(self.user)  # for the first page, and after one that logged out
            for value in (data or {}).values():
                if hasattr(value, "seek"):
                    value.seek(0)
            response = getattr(self.client, method)(url, data or {})
        if response.status_code == 302 and "=~" in response.url:  # a number stays out of the address
            return self.client.get(response.url)
        return response

    def _assert_silent(self, page, response, *, typed=False) -> str:
        """Nothing of the other region in the answer; a number that was typed in may be said back."""
        text = body(response)
        place = text.find(MARKER)
        assert place < 0, (self.user.role, page.name, response.status_code, text[max(0, place - 300) : place + 300])
        assert typed or self.outside.number not in text, (self.user.role, page.name)
        return text


def fingerprint(village: str) -> dict:
    """Every row that belongs to this village."""
    return {
        model._meta.label: [
            {key: str(value) for key, value in row.items()}
            for row in model.objects.in_region(village).order_by("pk").values()
        ]
        for model in scoped_models()
    }
