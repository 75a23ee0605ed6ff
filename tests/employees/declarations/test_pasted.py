"""Rows pasted into the page are a month as a file is."""

import pytest
from django.urls import reverse

from employees.declarations.models import MonthlyDeclaration
from tests.employees.conftest import NOVEMBER, person, table, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def declare(client, clerk, unit):
    def declare(**sent):
        client.force_login(clerk)
        return client.post(reverse("employee_unit_declare", args=[unit.pk]), {"month": NOVEMBER.isoformat(), **sent})

    return declare


@pytest.mark.parametrize("heading", ["", "姓名\t身份证号\t月工资\n"])
def test_pasted_rows_are_read_and_judged(declare, heading):
    rows = "\n".join("\t".join(map(str, person(serial))) for serial in range(3))
    assert declare(pasted=heading + rows).status_code == 302
    work()
    found = MonthlyDeclaration.objects.get()
    assert (found.state, found.people, found.bad) == ("checked", 3, 0)


def test_a_row_that_cannot_be_read_is_one_of_the_month(declare):
    assert declare(pasted="王小明 123 5000").status_code == 302
    work()
    assert MonthlyDeclaration.objects.get().bad == 1


def test_one_of_file_and_rows_is_asked_for(declare):
    assert declare().status_code == 400
    assert declare(pasted="王小明 1 2", file=table([person(1)])).status_code == 400
