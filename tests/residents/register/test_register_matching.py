"""Whose record a row of a register is: former numbers, lookalikes, namesakes, strangers; and its insured years."""

import datetime

import pytest

from core.audit.models import Event
from core.regions.services import BUILT_IN, load_regions, read_regions
from residents.people import facts
from residents.people.facts import FactKind
from residents.people.models import Household, InsuredYear, Resident
from tests.factories import invented_number
from tests.residents.register.sheets import BORN, NUMBERS, line, load, work

HERE = "411325100001"


def codes(batch):
    return [(problem.number, problem.code) for problem in batch.problems.order_by("number")]


def test_a_file_never_renames_a_person_to_a_lookalike(upload, clerk, make_resident):
    make_resident(HERE, name="马小金", id_number=NUMBERS[0], phone="13900000000")
    batch = load(upload, clerk, line(姓名="⻢小⾦"))
    assert (batch.changed, batch.bad) == (1, 0)
    person = Resident.objects.get()
    assert (person.name, person.phone) == ("马小金", "13800000001")
    assert "name" not in Event.objects.get(action="resident.update").after


def test_a_former_number_is_the_same_person(upload, clerk, make_resident):
    person = make_resident(HERE, name="王小明", id_number=NUMBERS[1], birth="1975-06-07")
    person.former_numbers.create(document_type="id_card", id_number=NUMBERS[0], given_up_on="2024-01-01", reason="更正")
    batch = load(upload, clerk, line(NUMBERS[0]))
    assert (batch.new, batch.changed, batch.bad) == (0, 1, 0)
    person.refresh_from_db()
    assert (person.id_number, person.phone, Resident.objects.count()) == (NUMBERS[1], "13800000001", 1)


def test_old_and_new_number_in_one_file_are_one_person_twice(upload, clerk, make_resident):
    person = make_resident(HERE, name="王小明", id_number=NUMBERS[1], birth="1975-06-07")
    person.former_numbers.create(document_type="id_card", id_number=NUMBERS[0], given_up_on="2024-01-01", reason="更正")
    batch = load(upload, clerk, line(NUMBERS[0]), line(NUMBERS[1], 姓名="王小明"))
    assert (batch.changed, codes(batch)) == (1, [(4, "duplicate")])


def test_a_former_number_under_another_name_is_asked_about(upload, clerk, make_resident):
    person = make_resident(HERE, name="王小明", id_number=NUMBERS[1], birth="1975-06-07")
    person.former_numbers.create(document_type="id_card", id_number=NUMBERS[0], given_up_on="2024-01-01", reason="更正")
    assert codes(load(upload, clerk, line(NUMBERS[0], 姓名="李四"))) == [(3, "former_number")]


#: The second row beside 王小明, household 1, born 1975-06-07: is it asked about?
SECOND = {
    "the same name": ({"姓名": "王小明"}, True),
    "a lookalike of the name": ({"姓名": "王⼩明"}, True),
    "a twin": ({"姓名": "王小亮"}, False),
    "another household": ({"姓名": "王小明", "户编号": "2"}, False),
    "no household": ({"姓名": "王小明", "户编号": ""}, False),
}


@pytest.mark.parametrize("case", SECOND)
@pytest.mark.parametrize("is_registered", [False, True])
def test_two_of_one_name_birthday_and_household(upload, clerk, make_resident, case, is_registered):
    changes, asked = SECOND[case]
    second = line(NUMBERS[1], **changes)
    if is_registered:
        household = Household.objects.create(village_id=HERE, number="1")
        make_resident(HERE, name="王小明", id_number=NUMBERS[0], birth="1975-06-07", household=household)
        batch = load(upload, clerk, second)
    else:
        batch = load(upload, clerk, line(), second)
    assert [code for _, code in codes(batch)] == (["namesake"] if asked else [])


def test_a_file_of_strangers_tells_nothing_and_leaves_one_event(upload, clerk, make_resident):
    load_regions(rows=read_regions(BUILT_IN), actor=None, county_code="411323")
    numbers = [invented_number(BORN, "M", serial) for serial in range(25)]
    for serial, number in enumerate(numbers):
        make_resident("411323001001", name=f"陌生{serial}", id_number=number, birth="1975-06-07", status="prison")
    rows = [line(NUMBERS[0], 身份证号码=number, 姓名="王小明", 户编号="") for number in numbers]
    batch = upload(*rows)
    work()
    assert {code for _, code in codes(batch)} == {"withheld"} and len(codes(batch)) == 25
    assert {problem.message for problem in batch.problems.all()} == {"号码已在别处登记或姓名不符，请到乡镇窗口。"}
    assert Event.objects.filter(action="disclosure.probe").count() == 1


@pytest.mark.parametrize(
    ("written", "years"),
    [
        ("2019-2021", [2019, 2020, 2021]),
        ("2022年起", [2022, 2023, 2024]),
        ("2020至2022", [2020, 2021, 2022]),
        ("2021、2022、2024", [2021, 2022, 2024]),
        (2023, [2023]),
        ("", []),
        ("近五年", None),
        ("2025", None),
    ],
)
def test_insured_years_are_read_or_the_cell_is_refused(upload, clerk, written, years):
    batch = load(upload, clerk, line(参保年度=written))
    assert codes(batch) == ([] if years is not None else [(3, "years_invalid")])
    assert sorted(InsuredYear.objects.values_list("year", flat=True)) == (years or [])


def test_years_before_birth_are_asked_about(upload, clerk):
    number = invented_number(datetime.date(2020, 5, 1), "M", 1)
    changes = {"身份证号码": number, "出生日期": "2020-05-01", "参保年度": "2018年起"}
    assert codes(load(upload, clerk, line(NUMBERS[0], **changes))) == [(3, "years_invalid")]


def test_what_a_register_changed_is_told_as_facts(upload, clerk, make_resident, monkeypatch):
    heard = []
    monkeypatch.setattr(facts, "_callbacks", [])
    facts.on_fact(lambda changes, actor, batch: heard.extend((c.kind, c.old, c.new) for c in changes))
    make_resident("411325100002", name="王小名", id_number=NUMBERS[0])
    number = invented_number(datetime.date(2020, 5, 1), "M", 1)
    child = line(NUMBERS[0], 身份证号码=number, 出生日期="2020-05-01")
    load(upload, clerk, line(参保年度="2023"), line(NUMBERS[1]), child)
    assert sum(kind == FactKind.REGISTERED for kind, _, _ in heard) == 1, "nothing follows from a new adult"
    assert set(heard) == {
        (FactKind.NAME, "王小名", "王小明"),
        (FactKind.VILLAGE, "411325100002", HERE),
        (FactKind.INSURED_YEARS, (), (2023,)),
        (FactKind.REGISTERED, None, HERE),
    }
    assert len(heard) == 4
