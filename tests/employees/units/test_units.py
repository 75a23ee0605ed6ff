"""Units: registered once, changed with an event, ended with their people; what they owe stays owed."""

import datetime

import pytest

from core.audit.models import Event
from core.refusals import Refused
from core.regions.models import Region
from employees.members.models import Employment
from employees.members.services import end_unit
from employees.payments.selectors import accounts_of_units
from employees.units import services
from employees.units.models import Unit
from tests.employees.conftest import COUNTY, NOVEMBER, credit_code, person

DAY = datetime.date


def test_a_unit_is_registered_once(make_unit):
    unit = make_unit(7, tax_number="411323X")
    assert (unit.county_id, unit.credit_code, unit.get_kind_display()) == (COUNTY, credit_code(7), "企业")
    assert Event.objects.filter(action="unit.register", object_id=str(unit.pk)).count() == 1
    with pytest.raises(Refused, match="已登记为“样例7号厂”"):
        make_unit(7, name="另一个名字")


REFUSED = [
    ("a code with a slip", {"credit_code": credit_code(1)[:-1] + "?"}, "credit_code"),
    ("a kind that is none", {"kind": "farm"}, "kind"),
    ("no name", {"name": " "}, None),
    ("a name of 101 characters", {"name": "厂" * 101}, None),
    ("registered tomorrow", {"registered_on": DAY(2025, 11, 21)}, "registered_on"),
]


@pytest.mark.parametrize(("change", "field"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_not_registered(xixia, clerk, township, change, field):
    facts = {"township": township, "name": "样例厂", "kind": "enterprise", "credit_code": credit_code(1), **change}
    with pytest.raises(Refused) as refused:
        services.register_unit(actor=clerk, **facts)
    assert refused.value.field == field
    assert not Unit.objects.exists()


def test_a_village_is_no_place_for_a_unit(xixia, clerk):
    village = Region.objects.filter(level=Region.Level.VILLAGE).in_region(COUNTY).first()
    with pytest.raises(Refused, match="乡镇"):
        services.register_unit(
            township=village, name="样例厂", kind="enterprise", credit_code=credit_code(1), actor=clerk
        )


def test_a_change_leaves_what_was_before_and_the_same_again_nothing(unit, clerk):
    facts = {"kind": "enterprise", "tax_number": "", "contact_name": "赵经办", "contact_phone": ""}
    for _ in range(2):
        services.change_unit(unit=unit, name="改名厂", actor=clerk, **facts)
    event = Event.objects.get(action="unit.change")
    assert event.before == {"name": "样例1号厂", "contact_name": ""}
    assert event.after == {"name": "改名厂", "contact_name": "赵经办"}


def test_ending_a_unit_ends_its_people_and_keeps_its_arrears(unit, clerk, declare, make_resident, village):
    name, number, _ = person(1)
    resident = make_resident(village, name=name, birth="1980-02-03", id_number=number)
    declare(unit, [person(1), person(2)])
    for _ in range(2):
        end_unit(unit=unit, on=DAY(2025, 11, 20), reason="歇业", actor=clerk)
    assert not Employment.objects.filter(left__isnull=True).exists()
    resident.refresh_from_db()
    assert resident.status == resident.Status.ACTIVE, "whoever leaves the last unit returns to the residents' list"
    assert Event.objects.filter(action="unit.end").count() == 1
    account = accounts_of_units(Unit.objects.all(), until=NOVEMBER)[unit.pk][0]
    assert str(account.arrears) == "1050.00"


@pytest.mark.parametrize("on", [DAY(2025, 1, 1), DAY(2025, 11, 21)])
def test_a_unit_does_not_end_before_it_began_or_tomorrow(unit, clerk, on):
    with pytest.raises(Refused, match="登记日期和今天之间"):
        end_unit(unit=unit, on=on, reason="歇业", actor=clerk)
