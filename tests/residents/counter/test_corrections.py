"""Corrections of dated facts at the counter: birth date, insured years, parents, former numbers; all can be undone."""

import datetime

import pytest
from django.urls import reverse

from core.audit.models import Event
from core.refusals import Refused
from residents.counter.corrections import (
    correct_birth_date,
    correct_insured_years,
    set_parent,
    withdraw_former_number,
    withdraw_parent,
)
from residents.people import facts
from residents.people.facts import FactKind, ParentFact
from residents.people.models import Resident
from residents.people.selectors import resident_ids
from residents.statuses.services import set_status
from tests.factories import invented_number

HERE, NEXT, FAR = "411325100001", "411325100002", "411325101200"


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture
def clerk(campaign, make_user):
    return make_user("township", "411325100")


@pytest.fixture
def heard(monkeypatch):
    monkeypatch.setattr(facts, "_callbacks", [])
    calls = []
    facts.on_fact(lambda changes, actor, batch: calls.extend((c.kind, c.old, c.new) for c in changes))
    return calls


@pytest.fixture
def baby(clerk, make_resident):
    return make_resident(
        HERE, name="王小花", birth="2024-05-06", sex="F", document_type="birth", id_number="W123456789"
    )


#: A birth date for somebody registered by a certificate, and part of the refusal.
BIRTHS = {
    "another day": ("2024-05-07", ""),
    "today": ("2024-10-25", ""),
    "tomorrow": ("2024-10-26", "今天以后"),
    "the first that can be": ("1900-01-01", ""),
    "the day before": ("1899-12-31", "早于 1900 年"),
}


@pytest.mark.parametrize("case", BIRTHS)
def test_a_birth_date_is_corrected_by_a_paper(clerk, baby, heard, case):
    on, refusal = BIRTHS[case]
    correct = lambda: correct_birth_date(resident=baby, birth_date=day(on), source="出生证", actor=clerk)  # noqa: E731
    if refusal:
        with pytest.raises(Refused, match=refusal):
            correct()
        assert not heard
        return
    assert correct() and not correct(), "twice is once"
    baby.refresh_from_db()
    assert baby.birth_date == day(on)
    event = Event.objects.get(action="resident.correct_birth")
    assert (event.before, event.after, event.actor) == ({"birth_date": "2024-05-06"}, {"birth_date": on}, clerk)
    assert heard == [(FactKind.BIRTH_DATE, day("2024-05-06"), day(on))]


@pytest.mark.parametrize("case", BIRTHS)
def test_the_page_that_corrects_a_birth_date(client, clerk, baby, case):
    """Within its bounds the day is corrected, with an event; beyond them nothing is, and the page says why."""
    on, refusal = BIRTHS[case]
    client.force_login(clerk)
    page = client.get(reverse("resident_corrections", args=[baby.pk])).content.decode()
    assert reverse("resident_correct_birth", args=[baby.pk]) in page
    fields = {"birth_date": on, "source": "出生证"}
    answer = client.post(reverse("resident_correct_birth", args=[baby.pk]), fields, follow=True)
    baby.refresh_from_db()
    events = Event.objects.filter(action="resident.correct_birth")
    if refusal:
        assert answer.status_code == 400 and refusal in answer.content.decode()
        assert (baby.birth_date, events.count()) == (day("2024-05-06"), 0)
        return
    assert answer.status_code == 200 and "出生日期已更正" in answer.content.decode()
    assert (baby.birth_date, events.get().after) == (day(on), {"birth_date": on})
    assert events.get().actor == clerk and events.get().region_code.startswith(clerk.region_id)
    assert client.post(reverse("resident_correct_birth", args=[baby.pk]), {**fields, "source": ""}).status_code == 400


def test_the_number_decides_where_it_holds_a_birth_date(clerk, make_resident):
    resident = make_resident(HERE, birth="1970-05-01")
    with pytest.raises(Refused, match="请更正证件号码"):
        correct_birth_date(resident=resident, birth_date=day("1970-05-02"), source="户口簿", actor=clerk)
    Resident.objects.update(birth_date="1971-05-01")
    assert correct_birth_date(resident=resident, birth_date=day("1970-05-01"), source="户口簿", actor=clerk)


def test_nobody_is_born_after_a_registered_status(clerk, baby):
    set_status(resident=baby, status="dead", since=day("2024-06-01"), source="证明", actor=clerk)
    with pytest.raises(Refused, match="请先撤回"):
        correct_birth_date(resident=baby, birth_date=day("2024-06-02"), source="出生证", actor=clerk)
    assert correct_birth_date(resident=baby, birth_date=day("2024-06-01"), source="出生证", actor=clerk)


def test_years_are_added_and_taken_back(clerk, make_resident, heard):
    resident = make_resident(HERE, birth="1970-05-01")
    resident.insured_years.create(year=2022, source="居民登记册")
    correct = lambda: correct_insured_years(  # noqa: E731
        resident=resident, add=[2020, 2021], remove=[2022, 2019], source="社保局证明", actor=clerk
    )
    assert correct() and not correct(), "twice is once"
    assert sorted(row.year for row in resident.insured_years.all()) == [2020, 2021]
    event = Event.objects.get(action="resident.correct_years")
    assert (event.before, event.after) == ({"insured_years": [2022]}, {"insured_years": [2020, 2021]})
    assert heard == [(FactKind.INSURED_YEARS, (2022,), (2020, 2021))]


@pytest.mark.parametrize(
    ("add", "remove", "refusal"),
    [
        ([2002], [], "不在 2003 年至 2024 年之间"),
        ([2003], [], ""),
        ([2024], [], ""),
        ([2025], [], "不在 2003 年至 2024 年之间"),
        ([], [2024], "来自缴费"),
    ],
)
def test_which_years_can_be_corrected_here(clerk, make_resident, add, remove, refusal):
    resident = make_resident(HERE, birth="1970-05-01")
    resident.insured_years.create(year=2024, source="申报表 7 入库")
    correct = lambda: correct_insured_years(resident=resident, add=add, remove=remove, source="证明", actor=clerk)  # noqa: E731
    if not refusal:
        correct()
        return
    with pytest.raises(Refused, match=refusal):
        correct()
    assert [row.year for row in resident.insured_years.all()] == [2024]


def test_nobody_was_insured_before_being_born(clerk, make_resident):
    resident = make_resident(HERE, birth="2020-05-01")
    with pytest.raises(Refused, match="2020 年至"):
        correct_insured_years(resident=resident, add=[2019], remove=[], source="证明", actor=clerk)


#: Who is named as whose mother, and part of the refusal.
MOTHERS = {
    "right": ({}, {}, ""),
    "in another township, name and number right": ({"village": FAR}, {}, ""),
    "in another township, name wrong": ({"village": FAR}, {"name": "李秀兰"}, "号码已在别处登记或姓名不符"),
    "in the own township, name wrong": ({}, {"name": "李秀兰"}, "登记的姓名是“李秀英”"),
    "nobody": ({}, {"id_number": invented_number(datetime.date(1990, 1, 1), "F", 77)}, "没有登记这个号码"),
    "a slip in the number": ({}, {"id_number": "123"}, "18位"),
    "a man": ({"sex": "M"}, {}, "性别与“母亲”不符"),
    "fourteen on the day of birth": ({"birth": "2010-05-06"}, {}, ""),
    "a day younger": ({"birth": "2010-05-07"}, {}, "相差不到 14 年"),
    "died on the day of birth": ({"status": "dead", "status_on": day("2024-05-06")}, {}, ""),
    "died the day before": ({"status": "dead", "status_on": day("2024-05-05")}, {}, "死亡日期早于"),
}


@pytest.mark.parametrize("case", MOTHERS)
def test_a_mother_is_named_and_checked(clerk, baby, make_resident, case):
    person, entry, refusal = MOTHERS[case]
    mother = make_resident(**{"village": NEXT, "name": "李秀英", "birth": "1990-01-01", "sex": "F", **person})
    entry = {"relation": "mother", "name": "李秀英", "id_number": mother.id_number, "source": "出生证", **entry}
    if refusal:
        with pytest.raises(Refused, match=refusal):
            set_parent(child=baby, actor=clerk, **entry)
        assert not baby.parent_links.exists()
        return
    assert set_parent(child=baby, actor=clerk, **entry) == set_parent(child=baby, actor=clerk, **entry)
    assert baby.parent_links.get().parent == mother
    assert Event.objects.filter(action="resident.set_parent").count() == 1


def test_a_parent_is_taken_back_before_another_is_named(clerk, baby, make_resident, heard):
    one = make_resident(NEXT, name="李秀英", birth="1990-01-01", sex="F")
    other = make_resident(NEXT, name="李秀兰", birth="1991-01-01", sex="F")
    entry = {"child": baby, "relation": "mother", "source": "出生证", "actor": clerk}
    link = set_parent(name=one.name, id_number=one.id_number, **entry)
    with pytest.raises(Refused, match="请先撤回"):
        set_parent(name=other.name, id_number=other.id_number, **entry)
    assert withdraw_parent(link=link, reason="填错", actor=clerk)
    assert not withdraw_parent(link=link, reason="填错", actor=clerk)
    set_parent(name=other.name, id_number=other.id_number, **entry)
    assert heard == [
        (FactKind.PARENT, None, ParentFact("mother", one.pk)),
        (FactKind.PARENT, ParentFact("mother", one.pk), None),
        (FactKind.PARENT, None, ParentFact("mother", other.pk)),
    ]


def test_a_birth_date_that_contradicts_the_family_is_refused(clerk, baby, make_resident):
    mother = make_resident(NEXT, name="李秀英", birth="1990-01-01", sex="F", document_type="birth", id_number="W7")
    Resident.objects.filter(pk=mother.pk).update(id_number="W123456780")
    entry = {"relation": "mother", "name": "李秀英", "id_number": "W123456780", "source": "出生证"}
    set_parent(child=baby, actor=clerk, **entry)
    with pytest.raises(Refused, match="母亲李秀英与这个出生日期不符"):
        correct_birth_date(resident=baby, birth_date=day("2003-12-31"), source="证", actor=clerk)
    with pytest.raises(Refused, match="子女王小花与这个出生日期不符"):
        correct_birth_date(resident=mother, birth_date=day("2015-01-01"), source="证", actor=clerk)


def test_a_former_number_that_was_never_theirs_is_taken_back(clerk, make_resident, heard):
    resident, old = make_resident(HERE), "411325197005010014"
    former = resident.former_numbers.create(
        document_type="id_card", id_number=old, given_up_on="2024-01-01", reason="更正"
    )
    assert withdraw_former_number(former=former, actor=clerk) and not withdraw_former_number(former=former, actor=clerk)
    assert resident_ids([old]) == {} and len(heard) == 1


def test_the_page(client, clerk, baby, make_resident):
    client.force_login(clerk)
    mother = make_resident(NEXT, name="李秀英", birth="1990-01-01", sex="F")
    page = reverse("resident_corrections", args=[baby.pk])
    assert "登记以来一直在册" in client.get(page).content.decode()

    def post(page_name, /, **data):
        return client.post(reverse(page_name, args=[baby.pk]), data)

    answer = post("resident_correct_birth", birth_date="2024-10-26", source="证")
    assert answer.status_code == 400 and "今天以后" in answer.content.decode()
    assert post("resident_correct_birth", birth_date="2024-05-05", source="证").status_code == 302
    answer = post("resident_correct_years", add="近五年", remove="", source="证")
    assert answer.status_code == 400 and "看不懂" in answer.content.decode()
    assert post("resident_correct_years", add="", remove="", source="证").status_code == 400
    assert post("resident_correct_years", add="2024", remove="", source="证").status_code == 302
    parent = {"relation": "mother", "name": "李秀英", "id_number": mother.id_number, "source": "出生证"}
    assert post("resident_set_parent", **{**parent, "relation": "father"}).status_code == 400
    assert post("resident_set_parent", **parent).status_code == 302
    set_status(resident=baby, status="moved", since=day("2024-06-01"), source="证明", actor=clerk)
    shown = client.get(page).content.decode()
    for text in ("李秀英", "迁出", "2024"):
        assert text in shown
    entry = reverse("resident_withdraw_status", args=[baby.pk, baby.statuses.get().pk])
    client.post(entry, {"reason": ""})
    assert baby.statuses.get().withdrawn_at is None
    client.post(entry, {"reason": "误登"})
    baby.refresh_from_db()
    assert (baby.status, baby.birth_date) == ("active", day("2024-05-05"))
    link = baby.parent_links.get()
    other = make_resident(NEXT)
    assert (
        client.post(reverse("resident_withdraw_parent", args=[other.pk, link.pk]), {"reason": "x"}).status_code == 404
    )
    client.post(reverse("resident_withdraw_parent", args=[baby.pk, link.pk]), {"reason": "误登"})
    link.refresh_from_db()
    assert link.withdrawn_at is not None
