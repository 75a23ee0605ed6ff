"""Every page of employees' insurance in the county that runs it, and in none of the others."""

import datetime

import pytest
from django.urls import reverse

from core.audit.models import Event
from core.pages.frame import menu_for
from employees.declarations.models import MonthlyDeclaration
from employees.goal import services as goal
from employees.members.services import join_flexible
from employees.payments import services as payments
from tests.employees.conftest import COUNTY, NOVEMBER, person, table, work

LISTS = [
    "employee_goal",
    "employee_units",
    "employee_unit_new",
    "employee_flexible_list",
    "employee_flexible_new",
    "employee_paid_lists",
    "employee_roll_list",
    "employee_months",
    "employee_arrears",
    "employee_leavers",
    "employee_doubles",
]


@pytest.fixture
def world(xixia, unit, declare, clerk):
    """Something real on every page: url name → pk."""
    declaration = declare(unit, [person(1), person(2, 2500)])
    name, number, _ = person(5)
    employment = join_flexible(county=xixia.county, name=name, id_number=number, month=NOVEMBER, actor=clerk)
    heading = ("统一社会信用代码", "费款所属期", "金额", "缴费日期")
    paid, _ = payments.upload_paid(
        county=xixia.county,
        file=table([(unit.credit_code, "2025-11", 300, "2025-11-18"), ("x", "2025-11", 1, "2025-11-18")], heading),
        name="已缴.xlsx",
        actor=clerk,
    )
    roll, _ = goal.upload_roll(
        county=xixia.county,
        month=NOVEMBER,
        file=table([(*person(1)[:2], 4000), (*person(8)[:2], 4000)], ("姓名", "身份证号", "缴费基数")),
        name="名册.xlsx",
        actor=clerk,
    )
    work()
    return {
        "employee_unit": unit.pk, "employee_unit_change": unit.pk, "employee_unit_end": unit.pk,
        "employee_unit_declare": unit.pk, "employee_unit_form": unit.pk, "employee_declaration": declaration.pk,
        "employee_flexible_end": employment.pk, "employee_member": employment.member_id, "employee_paid": paid.pk,
        "employee_roll": roll.pk,
    }  # fmt: skip


def test_every_page_opens_with_what_is_on_it(world, client, clerk):
    client.force_login(clerk)
    for name in LISTS:
        assert client.get(reverse(name)).status_code == 200, name
    for name, pk in world.items():
        page = client.get(reverse(name, args=[pk]))
        assert page.status_code == 200, name
        if not page.streaming:
            assert person(1)[1] not in page.content.decode(), f"{name} shows a whole number"


def test_the_other_counties_have_no_such_pages_and_no_such_menu(campaign, client, make_user):
    officer = make_user("county", "411325")
    client.force_login(officer)
    assert {client.get(reverse(name)).status_code for name in LISTS} == {404}
    assert "职工医保" not in {line["group"] for line in menu_for(officer)}


def test_another_countys_officer_finds_nothing(world, client, make_user, campaign):
    client.force_login(make_user("county", "411325"))
    for name, pk in world.items():
        assert client.get(reverse(name, args=[pk])).status_code == 404, name


@pytest.mark.parametrize(("role", "seen"), [("county", 9), ("tax", 5), ("leader", 3), ("department", 0)])
def test_the_menu_of_each_role(xixia, make_user, role, seen):
    lines = [line for line in menu_for(make_user(role, COUNTY)) if line["group"] == "职工医保"]
    assert len(lines) == seen


def test_a_month_from_the_form_to_the_books(unit, client, clerk, head):
    client.force_login(clerk)
    sent = client.post(
        reverse("employee_unit_declare", args=[unit.pk]),
        {"month": "2025-11-01", "file": table([person(1), ("钱工", "x", 5000)])},
    )
    work()
    page = client.get(sent.url).content.decode()
    assert "1 行有误" in page and "确认记账" not in page
    line = MonthlyDeclaration.objects.get().lines.get(change="bad")
    mend = reverse("employee_declaration_line_mend", args=[line.declaration_id, line.pk])
    assert client.get(mend).status_code == 200
    assert client.post(mend, {"name": "钱工", "id_number": "x", "wage": "5000"}).status_code == 400
    taken_out = client.post(mend, {"step": "drop"}, follow=True).content.decode()
    assert "钱工 已删去" in taken_out and "行有误" not in taken_out and "确认记账" in taken_out
    errors = client.post(f"{sent.url}errors/")
    assert errors.status_code == 200 and Event.objects.filter(action="upload.marked").exists()
    sent = client.post(
        reverse("employee_unit_declare", args=[unit.pk]), {"month": "2025-11-01", "file": table([person(1)])}
    )
    work()
    assert "确认记账" in client.get(sent.url).content.decode()
    assert client.post(f"{sent.url}book/", follow=True).status_code == 200
    assert "525.00" in client.get(reverse("employee_unit", args=[unit.pk])).content.decode()
    form = client.get(reverse("employee_unit_form", args=[unit.pk]), {"month": "2025-11-01"})
    assert form.status_code == 200


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("employee_unit_new", {"name": "样例厂", "credit_code": "x", "kind": "enterprise"}),
        ("employee_flexible_new", {"name": "赵工", "id_number": "x", "month": "2025-11-01"}),
        ("employee_paid_lists", {"csrfmiddlewaretoken": "x"}),
        ("employee_roll_list", {"month": "2031-01-01"}),
    ],
)
def test_a_form_that_cannot_be_taken_answers_400_with_the_reason(xixia, client, clerk, name, data):
    client.force_login(clerk)
    page = client.post(reverse(name), data)
    assert page.status_code == 400
    assert "errorlist" in page.content.decode() or "message error" in page.content.decode()


def test_queries_do_not_grow_with_the_units(make_unit, declare, client, clerk, django_assert_max_num_queries):
    for serial in range(1, 4):
        declare(make_unit(serial), [person(serial)], month=datetime.date(2025, 10, 1))
    client.force_login(clerk)
    client.get(reverse("employee_units"))
    with django_assert_max_num_queries(20) as few:
        client.get(reverse("employee_units"))
    for serial in range(4, 12):
        declare(make_unit(serial), [person(serial)], month=datetime.date(2025, 10, 1))
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("employee_units"))
