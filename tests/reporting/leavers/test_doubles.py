"""Nobody twice: who is insured on both sides is a case until it is settled; who has two units is always seen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.contributions.services import Payment, record_contributions
from employees.members.models import Member
from employees.members.services import follow_register, join_flexible
from reporting.leavers.doubles import doubles, on_both_sides
from residents.people.models import Resident
from subsidies.quotes.selectors import quote_residents
from tests.employees.conftest import (  # noqa: F401
    NOVEMBER,
    clerk,
    declare,
    head,
    make_unit,
    person,
    township,
    unit,
    village,
    xixia,
)
from tests.factories import create_resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def known_later(xixia, village, unit, declare):  # noqa: F811
    """Somebody whom a unit declared before the register came to know them."""
    name, number, _ = person(1)
    declare(unit, [person(1), person(2)])
    return create_resident(village, name=name, id_number=number)


def found(campaign):
    return doubles(campaign, list(on_both_sides(campaign)))


def test_whom_the_register_came_to_know_later_is_settled_on_the_page(client, xixia, known_later, clerk):  # noqa: F811
    (one,) = found(xixia)
    assert (one.resident, one.is_listed) == (known_later, True)
    client.force_login(clerk)
    assert "1 人职工、居民两边参保" in client.get("/").content.decode()
    page = client.get(reverse("employee_doubles")).content.decode()
    assert known_later.name in page and known_later.id_number not in page
    client.post(reverse("employee_double_settle", args=[one.member.pk]))
    known_later.refresh_from_db()
    assert (known_later.status, known_later.status_on) == (Resident.Status.EMPLOYEE, NOVEMBER)
    assert Member.objects.get(pk=one.member.pk).resident_id == known_later.pk and not found(xixia)


def test_who_has_paid_as_a_resident_stands_with_the_refund_that_the_clause_grants(
    xixia,  # noqa: F811
    known_later,
    clerk,  # noqa: F811
):
    day = xixia.policy.period.start
    quote = quote_residents(campaign=xixia, residents=[known_later], paid_on=day)[known_later.pk]
    payment = Payment(known_later.pk, known_later.village_id, "self", day, quote)
    record_contributions(campaign=xixia, payments=[payment], actor=clerk)
    follow_register(member=found(xixia)[0].member, actor=clerk)
    (one,) = found(xixia)
    assert not one.is_listed and one.standing == "退费 400.00 元：待税务初审。"


@pytest.mark.parametrize("name", ["李别名", None], ids=["another name", "not on the register"])
def test_whom_the_register_does_not_mean_is_refused(client, xixia, known_later, clerk, name):  # noqa: F811
    (one,) = found(xixia)
    Resident.objects.filter(pk=known_later.pk).update(**({"name": name} if name else {"id_number": "X"}))
    client.force_login(clerk)
    page = client.post(reverse("employee_double_settle", args=[one.member.pk]), follow=True).content.decode()
    assert ("请照身份证核对" if name else "居民册里没有这个号码") in page
    assert Member.objects.get(pk=one.member.pk).resident_id is None


def test_a_person_of_two_units_stands_on_the_page(client, xixia, make_unit, declare, clerk):  # noqa: F811
    for serial in (1, 2):
        declare(make_unit(serial), [person(1), person(1 + serial)])
    client.force_login(clerk)
    page = client.get(reverse("employee_doubles")).content.decode()
    assert "职工医保不止一处（1 人）" in page and "样例1号厂" in page and "样例2号厂" in page
    assert "两个单位都申报的允许" in page


def test_as_many_statements_for_one_as_for_many(xixia, village, township, clerk):  # noqa: F811
    counts = []
    for serial in range(1, 6):
        name, number, _ = person(serial)
        county = township.parent
        join_flexible(county=county, name=name, id_number=number, month=NOVEMBER, actor=clerk)
        create_resident(village, name=name, id_number=number)
        with CaptureQueriesContext(connection) as asked:
            assert len(found(xixia)) == serial
        counts.append(len(asked))
    assert len(set(counts)) == 1
