"""Flexible workers, and the passage between unit, flexible and residents' insurance."""

import datetime

import pytest

from core.refusals import Refused
from employees.members import services
from employees.members.models import Employment, Member
from employees.members.selectors import insured_as_employees
from residents.people.models import Resident
from tests.employees.conftest import NOVEMBER, person

OCTOBER = datetime.date(2025, 10, 1)


@pytest.fixture
def join(xixia, clerk):
    def run(serial=1, month=NOVEMBER, **changes):
        name, number, _ = person(serial)
        facts = {"name": name, "id_number": number, "month": month, **changes}
        return services.join_flexible(county=xixia.county, actor=clerk, **facts)

    return run


def test_joining_twice_is_joining_once(join):
    assert join() == join()
    assert Employment.objects.count() == Member.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id_number": "411323198002030015"}, "id_number"),
        ({"id_number": ""}, "id_number"),
        ({"name": "12"}, "name"),
    ],
)
def test_what_is_refused(join, changes, field):
    with pytest.raises(Refused) as refused:
        join(**changes)
    assert refused.value.field == field
    assert not Member.objects.exists()


def test_a_number_with_another_name_is_refused(join):
    join()
    with pytest.raises(Refused, match="别的姓名") as refused:
        join(name="孙六")
    assert person(1)[0] not in str(refused.value)


def test_whoever_has_a_unit_cannot_be_flexible(join, unit, declare):
    declare(unit, [person(1)])
    with pytest.raises(Refused, match="不能同时按灵活就业"):
        join()


def test_a_unit_cannot_declare_a_flexible_worker_until_that_has_ended(join, unit, declare, clerk):
    employment = join(month=OCTOBER)
    assert declare(unit, [person(1)], book=False).bad == 1
    services.end_flexible(employment=employment, month=NOVEMBER, actor=clerk)
    assert declare(unit, [person(1), person(2)]).people == 2


def test_ending_twice_is_ending_once_and_never_before_the_beginning(join, clerk):
    employment = join()
    with pytest.raises(Refused, match="早于参保月份"):
        services.end_flexible(employment=employment, month=OCTOBER, actor=clerk)
    ended = services.end_flexible(employment=employment, month=NOVEMBER, actor=clerk)
    assert services.end_flexible(employment=ended, month=datetime.date(2025, 12, 1), actor=clerk).left == NOVEMBER


def test_a_unit_employment_is_not_ended_by_hand(unit, declare, clerk):
    declare(unit, [person(1)])
    with pytest.raises(Refused, match="月度申报"):
        services.end_flexible(employment=Employment.objects.get(), month=NOVEMBER, actor=clerk)


def test_the_residents_list_follows(join, clerk, make_resident, village):
    name, number, _ = person(1)
    resident = make_resident(village, name=name, birth="1980-02-03", id_number=number)
    employment = join()
    resident.refresh_from_db()
    assert resident.status == Resident.Status.EMPLOYEE
    services.end_flexible(employment=employment, month=datetime.date(2025, 12, 1), actor=clerk)
    resident.refresh_from_db()
    assert resident.status == Resident.Status.ACTIVE


def test_a_county_without_employees_insurance_refuses(campaign, make_user):
    name, number, _ = person(1)
    with pytest.raises(Refused, match="政策文件没有职工医保"):
        services.join_flexible(
            county=campaign.county, name=name, id_number=number, month=NOVEMBER, actor=make_user("county", "411325")
        )


def test_departments_lists_are_compared_with_those_insured(join, unit, declare):
    join()
    declare(unit, [person(7)])
    numbers = Member.objects.values("id_number")
    found = insured_as_employees("411323", numbers)
    assert sorted(found.values()) == [
        "职工医保在册：灵活就业，2025年11月起参保。",
        f"职工医保在册：由“{unit}”申报，2025年11月起参保。",
    ]
    assert insured_as_employees("411325", numbers) == {}
