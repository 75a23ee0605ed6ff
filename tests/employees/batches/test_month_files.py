"""One table for many units: each unit's rows are judged and booked as its own table would be."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.refusals import Refused
from core.regions.models import Region
from employees.batches import services
from employees.batches.models import MonthFile
from employees.declarations.models import DeclaredLine, MonthlyDeclaration
from employees.members.models import Employment
from residents.people.models import Resident
from tests.employees.conftest import COUNTY, NOVEMBER, credit_code, person, table, work
from tests.factories import create_resident

pytestmark = pytest.mark.django_db
HEADING = ("统一社会信用代码", "姓名", "证件号码", "月工资")
DECEMBER = NOVEMBER.replace(month=12)


def rows_of(unit: int, *serials: int, wage: object = 5000):
    return [(credit_code(unit), *person(serial, wage)) for serial in serials]


@pytest.fixture
def upload(xixia, clerk):
    def upload(rows, month=NOVEMBER, actor=clerk):
        file = table(rows, heading=HEADING, name="全县.xlsx")
        county = Region.objects.get(pk=COUNTY)
        kept, _ = services.upload_month(county=county, month=month, file=file, name=file.name, actor=actor)
        work()
        kept.refresh_from_db()
        return kept

    return upload


@pytest.fixture
def book(head):
    def book(file, actor=head):
        services.ask_to_book(file=file, actor=actor)
        work()
        file.refresh_from_db()
        return file

    return book


def states():
    return dict(MonthlyDeclaration.objects.values_list("unit__name", "state"))


def test_each_unit_has_its_own_declaration_and_all_are_booked_at_once(make_unit, upload, book, declare):
    first, second = make_unit(1), make_unit(2, "government")
    file = upload([*rows_of(1, 1, 2), *rows_of(2, 3)])
    assert file.state == "checked"
    one = MonthlyDeclaration.objects.get(unit=first)
    assert (one.people, one.joined, one.bad, one.amount) == (2, 2, 0, 1050)
    assert MonthlyDeclaration.objects.get(unit=second).amount == 500
    book(file)
    assert states() == {"样例1号厂": "booked", "样例2号厂": "booked"}
    assert Employment.objects.filter(left__isnull=True).count() == 3
    assert book(file) == file and MonthlyDeclaration.objects.count() == 2


def test_it_says_what_a_units_own_table_would_say(make_unit, upload, declare):
    make_unit(1), make_unit(2)
    rows = [*rows_of(1, 1, wage=0), *rows_of(1, 2, 2), *rows_of(1, 4, wage=2000)]
    upload(rows)
    together = list(DeclaredLine.objects.order_by("row").values_list("name", "base", "change", "message"))
    MonthlyDeclaration.objects.all().delete()
    MonthFile.objects.all().delete()
    from employees.units.models import Unit

    declare(Unit.objects.get(name="样例1号厂"), [row[1:] for row in rows], book=False)
    assert list(DeclaredLine.objects.order_by("row").values_list("name", "base", "change", "message")) == together


def test_a_unit_with_a_wrong_row_waits_and_the_others_are_booked(make_unit, upload, book):
    make_unit(1), make_unit(2)
    book(upload([*rows_of(1, 1, wage=0), *rows_of(2, 2)]))
    assert states() == {"样例1号厂": "checked", "样例2号厂": "booked"}


def test_rows_that_belong_to_no_unit_are_named(make_unit, upload):
    make_unit(1)
    file = upload([("91411323", *person(1)), *rows_of(9, 2), *rows_of(1, 3)])
    assert [(row, why[:10]) for row, why in file.lost] == [(2, "统一社会信用代码没有"), (3, "本地没有登记这个统一")]
    assert MonthlyDeclaration.objects.get().people == 1


def test_a_person_in_two_units_of_the_table_is_seen(make_unit, upload, xixia):
    make_unit(1), make_unit(2)
    upload([*rows_of(1, 1), *rows_of(2, 1)])
    lines = {line.declaration.unit.name: line for line in DeclaredLine.objects.select_related("declaration__unit")}
    assert lines["样例1号厂"].change == "joined" and "样例1号厂" in lines["样例2号厂"].message


def test_much_change_waits_for_somebody_else(make_unit, upload, book, clerk, head, business_clock):
    make_unit(1)
    book(upload(rows_of(1, 1, 2, 3)))
    business_clock("2025-12-20T10:00")
    file = book(upload(rows_of(1, 1, 2, 3, wage=9000), month=DECEMBER), actor=clerk)
    assert file.state == "booked" and set(MonthlyDeclaration.objects.filter(month=DECEMBER).values_list("state")) == {
        ("checked",)
    }


def test_who_is_in_the_table_no_more_has_left_and_stands_on_the_village_list(
    make_unit, upload, book, village, business_clock
):
    make_unit(1)
    name, number, _ = person(3)
    resident = create_resident(village, name=name, id_number=number, birth="1980-04-03")
    book(upload(rows_of(1, 1, 2, 3)))
    resident.refresh_from_db()
    assert resident.status == Resident.Status.EMPLOYEE
    business_clock("2025-12-20T10:00")
    book(upload(rows_of(1, 1, 2), month=DECEMBER))
    resident.refresh_from_db()
    assert resident.status == Resident.Status.ACTIVE
    assert Employment.objects.get(member__id_number=number).left == DECEMBER


def test_a_month_that_is_booked_or_not_come_is_refused(make_unit, upload, book):
    make_unit(1)
    book(upload(rows_of(1, 1)))
    again = upload(rows_of(1, 1, 2))
    assert "已申报记账" in again.lost[0][1] and MonthlyDeclaration.objects.count() == 1
    with pytest.raises(Refused, match="还没有到"):
        upload(rows_of(1, 5), month=DECEMBER)


def test_the_pages(client, clerk, head, make_unit, xixia):
    make_unit(1)
    client.force_login(clerk)
    sent = {"month": NOVEMBER.isoformat(), "file": table(rows_of(1, 1), heading=HEADING)}
    answer = client.post(reverse("employee_months"), sent)
    work()
    page = client.get(answer.url).content.decode()
    assert "样例1号厂" in page and "525.00" in page
    client.force_login(head)
    client.post(reverse("employee_month_book", args=[MonthFile.objects.get().pk]))
    work()
    assert "已记账" in client.get(answer.url).content.decode()


@pytest.mark.parametrize("units", [2, 12])
def test_as_many_statements_for_two_units_as_for_twelve(make_unit, upload, book, units):
    for serial in range(units):
        make_unit(serial)
    with CaptureQueriesContext(connection) as asked:
        book(upload([row for serial in range(units) for row in rows_of(serial, 2 * serial, 2 * serial + 1)]))
    assert MonthlyDeclaration.objects.filter(state="booked").count() == units
    assert len(asked) <= 75
