"""Whose number it is: present, former, of a merged record; and who is like somebody already."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from residents.people.models import FormerNumber, Household, Resident
from residents.people.selectors import Candidate, find_by_number, find_namesakes, resident_ids

HERE, NEXT = "411325100001", "411325100002"
OLD = "411325197005010014"


def former(resident, number, day="2024-01-01", **fields):
    return FormerNumber.objects.create(
        resident=resident, document_type="id_card", id_number=number, given_up_on=day, reason="更正", **fields
    )


def test_a_number_leads_to_who_has_it_had_it_or_stands_for_who_had_it(campaign, make_resident):
    one, two, three = (make_resident(HERE, name=f"王{n}") for n in "一二三")
    former(one, OLD)
    Resident.objects.filter(pk=two.pk).update(status="merged", merged_into=one)
    Resident.objects.filter(pk=one.pk).update(status="merged", merged_into=three)
    ids = resident_ids([one.id_number, two.id_number, three.id_number, OLD, "nobody"])
    assert ids == dict.fromkeys([one.id_number, two.id_number, three.id_number, OLD], three.pk)


def test_who_has_a_number_goes_before_who_had_it_and_the_last_who_had_it_before_the_first(campaign, make_resident):
    first, last = make_resident(HERE), make_resident(HERE)
    former(last, OLD, "2024-02-01")
    former(first, OLD, "2024-01-01")
    assert resident_ids([OLD]) == {OLD: last.pk}
    holder = make_resident(HERE, id_number=OLD)
    assert resident_ids([OLD]) == {OLD: holder.pk}


def test_a_former_number_that_was_taken_back_is_nobody_s(campaign, make_resident):
    former(make_resident(HERE), OLD, withdrawn_at="2024-05-01T00:00Z")
    assert resident_ids([OLD]) == {}


def test_found_residents_end_at_the_queryset(campaign, make_resident):
    here, there = make_resident(HERE), make_resident(NEXT)
    among = Resident.objects.in_region(HERE)
    assert find_by_number([here.id_number, there.id_number], among=among) == {here.id_number: here}
    assert find_by_number([there.id_number]) == {there.id_number: there}


def test_as_many_questions_for_one_number_as_for_a_thousand(campaign, make_resident, django_assert_num_queries):
    resident = make_resident(HERE)
    former(resident, OLD)
    with CaptureQueriesContext(connection) as one:
        resident_ids([resident.id_number, OLD])
    assert len(one) <= 3
    with django_assert_num_queries(len(one)):
        resident_ids([resident.id_number, OLD, *(f"{n:018d}" for n in range(1000))])


#: 王小花, born 2024-05-06, household 3; another of …: is the second asked about?
ALIKE = {
    "same name, day and household": ({}, True),
    "a twin": ({"name": "王小草"}, False),
    "a lookalike of the name": ({"name": "王⼩花"}, False),  # the register holds folded names only
    "another day": ({"birth_date": datetime.date(2024, 5, 7)}, False),
    "another household": ({"household": "4"}, False),
    "no household said": ({"household": ""}, True),
    "another village": ({"village": NEXT}, False),
}


@pytest.mark.parametrize("case", ALIKE)
def test_who_is_asked_about(campaign, make_resident, case):
    changes, asked = ALIKE[case]
    household = Household.objects.create(village_id=HERE, number="3")
    known = make_resident(HERE, name="王小花", birth="2024-05-06", household=household)
    facts = {"name": "王小花", "birth_date": datetime.date(2024, 5, 6), "village": HERE, "household": "3", **changes}
    found = find_namesakes([Candidate(id_number=OLD, **facts)])
    assert found == ({OLD: [known]} if asked else {})


def test_nobody_is_their_own_namesake_and_a_merged_record_is_nobody_s(campaign, make_resident):
    known = make_resident(HERE, name="王小花", birth="2024-05-06")
    facts = {"name": "王小花", "birth_date": known.birth_date, "village": HERE, "household": ""}
    assert find_namesakes([Candidate(id_number=known.id_number, **facts)]) == {}
    Resident.objects.update(status="merged")
    assert find_namesakes([Candidate(id_number=OLD, **facts)]) == {}
