"""Every list of the back office by one table: found, filtered, taken home, taken in where it is small."""

import io
import re

import openpyxl
import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import reverse

from core.access.roles import Role
from core.audit.models import Event
from employees.units.credit_code import check_character
from employees.units.models import Unit
from tests.planting import Planter

HERE = "411325100001"
CREDIT_CODE = "91350100M000100Y4" + check_character("91350100M000100Y4")
#: Small tables that are kept by hand: taken in with a preview.
KEPT_BY_HAND = {"core.Holiday", "collection.VerdictWord", "collection.Cause", "collection.School", "employees.Unit"}
#: Every other list, and why no sheet is taken in there.
OTHERS = {
    # A procedure of its own takes the sheet in, with a template, every error at once and the marked sheet back.
    "residents.Resident": "register_list",
    "residents.Household": "register_list",
    "subsidies.Target": "targets_upload",
    "subsidies.Identity": "roster_upload",
    "subsidies.Roster": "roster_upload",
    "collection.LedgerBatch": "ledger_villages",
    "collection.Contribution": "ledger_villages",
    "collection.ReceiptBook": "book_issue_many",
    "collection.Receipt": "ledger_villages",
    "collection.Declaration": "declaration_list",
    "collection.SelfPayment": "paid_list_upload",
    "collection.Refund": "refund_transfer_list",
    "employees.Employment": "employee_units",
    "employees.EmployeePayment": "employee_paid_lists",
    "core.User": "account_import",
    # Two people decide, or the policy file does.
    "core.Region": "campaign_list",
    "subsidies.Campaign": "campaign_list",
    "subsidies.PolicyVersion": "campaign_list",
    "collection.PublicNotice": "notice_list",
    "collection.Deposit": "cash_board",
    # Derived from other rows, or written by the house alone.
    "collection.VillageAccount": "",
    "collection.Movement": "",
    "core.Job": "",
    "core.OutboxMessage": "",
}
#: Rows of no village: the list has no filter by place.
NO_PLACE = {
    "core.Holiday",
    "core.Job",
    "core.OutboxMessage",
    "core.Region",
    "collection.VerdictWord",
    "collection.Cause",
    "employees.Employment",
    "employees.EmployeePayment",
    "subsidies.Campaign",
    "subsidies.PolicyVersion",
    "subsidies.Roster",
}
#: Lists that are short, or filtered by day and state alone.
NO_SEARCH = {
    "core.Holiday",
    "core.Job",
    "core.OutboxMessage",
    "collection.PublicNotice",
    "collection.Refund",
    "collection.Declaration",
    "subsidies.Campaign",
    "subsidies.PolicyVersion",
    "subsidies.Roster",
}
REGISTRY = {model._meta.label: its for model, its in admin.site._registry.items()}


def address(label: str, page: str, *args: object) -> str:
    return reverse(f"admin:{label.replace('.', '_').lower()}_{page}", args=args)


def test_every_list_stands_in_the_table():
    assert set(REGISTRY) == KEPT_BY_HAND | set(OTHERS)
    assert {label for label, its in REGISTRY.items() if hasattr(its, "import_action")} == KEPT_BY_HAND
    assert all(reverse(page) for page in OTHERS.values() if page)


def test_lists_are_filtered_by_place_and_searched():
    assert {label for label, its in REGISTRY.items() if not its.by_place} == NO_PLACE
    assert {label for label, its in REGISTRY.items() if not its.search_fields} == NO_SEARCH


def test_no_form_and_no_filter_offers_a_long_list(campaign, make_user):
    """What may be typed here leads to few rows; everything longer is chosen on pages, by typing."""
    request = RequestFactory().get("/admin/")
    for label, its in REGISTRY.items():
        request.user = make_user(next(iter(its.roles)), "411325")
        for item in its.list_filter:
            is_plain = isinstance(item, str) and "__" not in item
            assert not (is_plain and its.model._meta.get_field(item).is_relation), label
        if not (its.editable or its.can_add):
            continue
        for name, field in its.get_form(request)().fields.items():
            if isinstance(field, forms.ModelChoiceField) and name not in its.autocomplete_fields:
                assert field.queryset.count() <= 20, f"{label} {name}"


@pytest.fixture
def bureau(campaign, make_user, client, monkeypatch):
    """The county's officer; employees' insurance runs in every county here."""
    monkeypatch.setattr("employees.units.admin.runs_here", lambda user: True)
    user = make_user("county", "411325")
    client.force_login(user)
    return user


def sheet(answer) -> list[tuple]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.values)


#: A row of each small table: what it says, and what a wrong one is told.
TABLES = {
    "core.Holiday": (
        ["日期", "上班", "说明"],
        ["2024-10-12", "是", "调休"],
        (["2024-10-12", "也许", "调休"], "“也许”请改为“是”或“否”。"),
    ),
    "collection.VerdictWord": (
        ["用语", "按成功处理"],
        ["已接收待核", "是"],
        (["已接收待核", "否"], "不能再改成相反的意思"),
    ),
    "collection.Cause": (
        ["原因", "须写明的内容", "核减后的状态", "排列次序"],
        ["随军", "部队驻地", "参军", "90"],
        (["随军", "部队驻地", "出走", "90"], "“出走”不在可选范围"),
    ),
    "collection.School": (
        ["所在乡镇", "学校名称", "类别"],
        ["城关镇", "第一小学", "小学"],
        (["火星镇", "第一小学", "小学"], "本县没有乡镇“火星镇”"),
    ),
    "employees.Unit": (
        ["统一社会信用代码", "单位名称", "单位类型", "乡镇", "纳税人识别号", "经办人", "联系电话"],
        [CREDIT_CODE, "县纺织公司", "企业", "城关镇", "", "李会计", ""],
        ([CREDIT_CODE[:16], "县纺织公司", "企业", "城关镇", "", "李会计", ""], "应为 18 位，现在是 16 位"),
    ),
}


@pytest.mark.parametrize("label", sorted(KEPT_BY_HAND))
def test_a_small_table_is_looked_at_taken_in_and_goes_out_as_it_came_in(bureau, client, label):
    headings, row, (wrong, says) = TABLES[label]
    model, before = REGISTRY[label].model, REGISTRY[label].model.objects.count()
    preview = _take_in(client, label, headings, row)
    assert model.objects.count() == before, "a preview writes nothing"
    client.post(address(label, "process_import"), preview.context["confirm_form"].initial)
    assert model.objects.count() == before + 1
    assert Event.objects.filter(action=f"{model._meta.model_name}.import", actor=bureau).count() == 1
    out = sheet(client.get(address(label, "export")))
    assert list(out[0]) == headings
    mine = next(one for one in out[1:] if str(one[0]) == row[0] or str(one[1]) == row[1])
    assert [str(cell or "") for cell in mine] == row
    again = _take_in(client, label, headings, row)
    assert [one.import_type for one in again.context["result"].rows] == ["skip"]
    refused = _take_in(client, label, headings, wrong)
    assert says in refused.content.decode() and "confirm_form" not in refused.context
    doubled = _take_in(client, label, [*headings, headings[0]], [*row, row[0]])
    assert f"“{headings[0]}”有 2 列" in doubled.content.decode() and "confirm_form" not in doubled.context
    assert model.objects.count() == before + 1


def _take_in(client, label: str, headings: list[str], row: list[str]):
    text = "\n".join(",".join(cells) for cells in (headings, row))
    given = {"format": "1", "import_file": SimpleUploadedFile("表.csv", text.encode())}
    return client.post(address(label, "import"), given)


def test_a_table_of_units_changes_what_is_known_and_leaves_events(bureau, client):
    headings, row, _ = TABLES["employees.Unit"]
    for name in ("县纺织公司", "县纺织有限公司"):
        changed = [row[0], name, *row[2:]]
        preview = _take_in(client, "employees.Unit", headings, changed)
        client.post(address("employees.Unit", "process_import"), preview.context["confirm_form"].initial)
    assert Unit.objects.get().name == "县纺织有限公司"
    assert list(Event.objects.filter(object_type="unit").order_by("pk").values_list("action", flat=True)) == [
        "unit.register",
        "unit.import",
        "unit.change",
        "unit.import",
    ]


# --- taken home --------------------------------------------------------------------------------------------------

#: Officers who keep accounts call those they answer for: these telephones are shown whole on their screen too.
WHOLE_TELEPHONES = {"core.User", "employees.Unit"}
TELEPHONE = "13800009999"


@pytest.fixture
def planted(campaign, monkeypatch):
    """A row of every model in one village, its people with a telephone."""
    monkeypatch.setattr("employees.units.admin.runs_here", lambda user: True)
    own = Planter(HERE, "QD", 1).plant()
    for label in REGISTRY:
        row = own.row(apps.get_model(label))
        named = [
            field.name for field in row._meta.concrete_fields if field.name in ("phone", "to_phone", "contact_phone")
        ]
        type(row).objects.filter(pk=row.pk).update(**dict.fromkeys(named, TELEPHONE))
    return own


@pytest.mark.parametrize("label", sorted(KEPT_BY_HAND | set(OTHERS)))
def test_every_list_goes_home_in_chinese_masked_and_leaves_an_event(planted, client, make_user, label):
    its = REGISTRY[label]
    for role in its.roles:
        user = make_user(role, "411325")
        client.force_login(user)
        headings, *rows = sheet(client.get(address(label, "export")))
        assert rows, f"{label}: nothing planted goes home"
        assert [h for h in headings if not re.search("[一-鿿]", str(h))] == []
        text = " ".join(str(cell) for row in rows for cell in row)
        assert planted.number not in text
        assert (TELEPHONE in text) <= (label in WHOLE_TELEPHONES)
        event = Event.objects.get(action=f"{its.opts.model_name}.export", actor=user)
        assert f"{len(rows)} 行" in event.summary and event.region_code == "411325"


@pytest.mark.parametrize("label", sorted(KEPT_BY_HAND | set(OTHERS)))
def test_no_list_goes_home_with_who_may_not_see_it(planted, client, make_user, label):
    for role in set(Role) - set(REGISTRY[label].roles):
        client.force_login(make_user(role, "411325100" if role == Role.TOWNSHIP else "411325"))
        answer = client.get(address(label, "export"))
        assert answer.status_code in (302, 403), role
        assert not Event.objects.filter(action__endswith=".export").exists()
