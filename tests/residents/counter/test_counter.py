"""The counter: registration, moves, changes, newborns, numbers and statuses, with what each refuses."""

import datetime
import re

import pytest
from django.urls import reverse

from collection.villages.moves import move_village
from core.audit.models import Event
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import BUILT_IN, load_regions, read_regions
from residents.counter.corrections import change_number
from residents.counter.numbers import read_number
from residents.counter.services import change_resident, register_resident
from residents.people import facts
from residents.people.models import Resident
from residents.people.selectors import resident_ids
from residents.statuses.services import set_status
from subsidies.campaigns.models import Campaign
from tests.at_once import waits_for
from tests.factories import invented_number

HERE, NEXT, FAR, ABROAD = "411325100001", "411325100002", "411325101200", "411323001001"
BORN = datetime.date(2024, 5, 6)
NUMBER = invented_number(BORN, "F", 3)


def village(code):
    return Region.objects.get(code=code)


@pytest.fixture
def clerk(campaign, make_user):
    return make_user("township", "411325100")


def register(clerk, **facts):
    return register_resident(
        **{"name": "王小花", "id_number": NUMBER, "village": village(HERE), "actor": clerk, **facts}
    )


def test_a_number_is_read_as_it_is_typed(clerk):
    assert read_number(NUMBER[:10], scope=HERE).problem
    reading = read_number(NUMBER, scope=HERE)
    assert (reading.birth_date, reading.sex, reading.known, reading.years) == (BORN, "F", None, ())
    resident = register(clerk)
    resident.insured_years.create(year=2023, source="往年")
    reading = read_number(NUMBER, scope=HERE)
    assert (reading.known, reading.years) == (resident, (2023,))
    elsewhere = read_number(NUMBER, scope=NEXT)
    assert elsewhere.is_elsewhere and (elsewhere.known, elsewhere.years) == (None, ())


def test_first_registration(clerk):
    resident = register(clerk, household="8", is_head=True)
    assert (resident.birth_date, resident.sex, resident.household.head_name) == (BORN, "F", "王小花")
    event = Event.objects.get(action="resident.register")
    assert (event.actor, event.region_code) == (clerk, HERE) and NUMBER not in event.summary


@pytest.mark.parametrize(
    ("entries", "field"),
    [
        ({"id_number": NUMBER[:17]}, "id_number"),
        ({"name": "?"}, "name"),
        ({"id_number": "W123456789"}, "birth_date"),
        ({"id_number": "W123456789", "birth_date": datetime.date(2024, 10, 26)}, "birth_date"),
        ({"id_number": "W123456789", "birth_date": datetime.date(2024, 10, 25)}, "sex"),
        ({"id_number": invented_number(datetime.date(2024, 10, 26), "F", 1)}, "id_number"),
    ],
)
def test_what_a_registration_refuses(clerk, entries, field):
    with pytest.raises(Refused) as refusal:
        register(clerk, **entries)
    assert refusal.value.field == field and not Resident.objects.exists()


def test_somebody_of_another_township_moves_in_under_the_same_name_only(clerk, make_resident):
    known = make_resident(FAR, name="王小花", id_number=NUMBER, birth="2024-05-06", sex="F")
    with pytest.raises(Refused, match="号码已在别处登记或姓名不符，请到乡镇窗口"):
        register(clerk, name="王大花")
    assert register(clerk) == known
    with pytest.raises(Refused, match="另一个姓名"):
        register(clerk, name="王大花")
    known.refresh_from_db()
    assert known.village_id == HERE and Event.objects.get(action="resident.move").before["village"] == FAR
    with pytest.raises(Refused, match="已在本村登记"):
        register(clerk)


#: How a number is typed, and what the record then has.
TYPED = {
    "lower-case x": ("11010519491231002x", "11010519491231002X"),
    "spaces": ("110105 19491231 002X ", "11010519491231002X"),
    "a space after every digit": (" ".join("11010519491231002X"), "11010519491231002X"),
    "full width": ("１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"),
    "Excel's leading quote": ("'11010519491231002X", "11010519491231002X"),
    "a birth certificate in small letters": ("ｗ123 456 789", "W123456789"),
}


@pytest.mark.parametrize("case", TYPED)
def test_a_number_typed_any_way_is_one_person(client, clerk, case):
    typed, kept = TYPED[case]
    client.force_login(clerk)
    data = {"id_number": typed, "name": "王小花", "village": HERE, "birth_date": "2024-05-06", "sex": "F"}
    assert client.post(reverse("resident_add"), data).status_code == 302
    assert Resident.objects.get().id_number == kept
    assert "已在本村登记" in client.post(reverse("resident_add"), {**data, "id_number": kept}).content.decode()


#: Somebody who is registered comes to the counter again: where, as what, and what is said or made of it.
COMES_AGAIN = {
    "other township": (FAR, "active", None, "active"),
    "other township, moved away": (FAR, "moved", None, "active"),
    "same village, moved away": (HERE, "moved", None, "active"),
    "other county, moved away": (ABROAD, "moved", None, "active"),
    "other county": (ABROAD, "active", "外县登记", None),
    "other county, dead": (ABROAD, "dead", "外县登记", None),
    "other township, dead": (FAR, "dead", "登记死亡", None),
    "same village, dead": (HERE, "dead", "登记死亡", None),
    "same village": (HERE, "active", "已在本村登记", None),
    "same village, in the army": (HERE, "army", "已在本村登记", None),
    "other township, in the army": (FAR, "army", None, "army"),
    "merged": (FAR, "merged", "已并入", None),
}


@pytest.mark.parametrize("case", COMES_AGAIN)
def test_somebody_who_is_registered_comes_again(clerk, make_resident, case):
    load_regions(rows=read_regions(BUILT_IN), actor=None, county_code=ABROAD[:6])
    where, status, refusal, becomes = COMES_AGAIN[case]
    known = make_resident(
        where,
        name="王小花",
        id_number=NUMBER,
        birth="2024-05-06",
        sex="F",
        phone="13800001111",
        status=status,
        status_on=None if status == "active" else datetime.date(2024, 9, 1),
    )
    if refusal:
        with pytest.raises(Refused, match=refusal):
            register(clerk, phone="13900002222")
        assert (Resident.objects.get().village_id, Resident.objects.get().status) == (where, status)
        return
    again = register(clerk, phone="13900002222")
    assert (again.pk, again.village_id, again.status, again.phone) == (known.pk, HERE, becomes, "13900002222")
    assert Resident.objects.get().status == becomes


def test_a_number_corrected_stays_known_as_a_former_one(clerk, make_resident):
    resident = make_resident(HERE, name="王小花", birth="2024-05-06", sex="F")
    old = resident.id_number
    change_number(resident=resident, id_number=NUMBER, actor=clerk)
    assert resident_ids([old, NUMBER]) == dict.fromkeys([old, NUMBER], resident.pk)
    with pytest.raises(Refused, match="以前用过的号码"):
        register(clerk, id_number=old)
    assert read_number(old, scope=HERE).is_former
    owner = register(clerk, id_number=old, name="王小草")
    assert resident_ids([old]) == {old: owner.pk}, "whose number it really is goes before who had it by mistake"


def test_a_number_corrected_back_leaves_one_former_number(clerk, make_resident):
    resident = make_resident(HERE, name="王小花", birth="2024-05-06", sex="F")
    old = resident.id_number
    for number in (NUMBER, old, NUMBER):
        change_number(resident=resident, id_number=number, actor=clerk)
    live = resident.former_numbers.filter(withdrawn_at__isnull=True)
    assert [row.id_number for row in live] == [old]


#: 王小花 of household 3 is registered; another comes: asked about first?
COMES_AS_WELL = {
    "the same name, day and household": ({"household": "3"}, True),
    "no household said": ({}, True),
    "a twin": ({"household": "3", "name": "王小草"}, False),
    "another household": ({"household": "4"}, False),
    "another village": ({"household": "3", "village": NEXT}, False),
    "another day": ({"household": "3", "born": datetime.date(2024, 5, 7)}, False),
}


@pytest.mark.parametrize("case", COMES_AS_WELL)
def test_the_second_of_one_name_and_day_is_asked_about(clerk, case):
    entries, asked = COMES_AS_WELL[case]
    entries = dict(entries)
    register(clerk, household="3")
    born, code = entries.pop("born", BORN), entries.pop("village", HERE)
    entries |= {"id_number": invented_number(born, "F", 44), "village": village(code)}
    if asked:
        with pytest.raises(Refused, match="同名、同日出生") as refusal:
            register(clerk, **entries)
        assert refusal.value.field == "is_another"
        entries["is_another"] = True
    register(clerk, **entries)
    assert Resident.objects.count() == 2


def test_a_newborn_is_registered_with_the_parents_whom_the_certificate_names(client, clerk, make_resident):
    mother = make_resident(NEXT, name="李秀英", birth="1995-01-01", sex="F")
    client.force_login(clerk)
    data = {"id_number": "W123456789", "name": "王小花", "village": HERE, "birth_date": "2024-05-06", "sex": "F"}
    data |= {"mother_name": "李秀英", "mother_number": mother.id_number}
    page = client.post(reverse("resident_add"), {**data, "father_name": "王大山"})
    assert page.status_code == 400 and "父亲的姓名和证件号码要一起填写" in page.content.decode()
    page = client.post(reverse("resident_add"), {**data, "mother_name": "李秀兰"})
    assert page.status_code == 400 and "登记的姓名是“李秀英”" in page.content.decode()
    assert Resident.objects.count() == 1, "all of it or nothing"
    assert client.post(reverse("resident_add"), data).status_code == 302
    baby = Resident.objects.get(id_number="W123456789")
    assert [(link.relation, link.parent) for link in baby.parent_links.all()] == [("mother", mother)]
    change_number(resident=baby, id_number=NUMBER, actor=clerk)
    assert resident_ids(["W123456789", NUMBER]) == dict.fromkeys(["W123456789", NUMBER], baby.pk)
    assert baby.parent_links.count() == 1, "the same person with the same parents"


def test_the_facts_that_changed_are_told(clerk, make_resident, monkeypatch):
    heard = []
    monkeypatch.setattr(facts, "_callbacks", [])
    facts.on_fact(lambda changes, actor, batch: heard.extend((c.kind.value, c.old, c.new) for c in changes))
    resident = register(clerk)
    change_resident(resident=resident, actor=clerk, name="王小华", village=village(NEXT), phone="1")
    change_resident(resident=resident, actor=clerk, name="王小华")
    other = invented_number(datetime.date(2024, 5, 7), "F", 3)
    change_number(resident=resident, id_number=other, actor=clerk)
    assert heard == [
        ("registered", None, HERE),
        ("name", "王小花", "王小华"),
        ("village", HERE, NEXT),
        ("number", facts.NumberFact("id_card", NUMBER), facts.NumberFact("id_card", other)),
        ("birth_date", BORN, datetime.date(2024, 5, 7)),
    ]


def test_a_change_of_name_says_both(clerk, make_resident):
    resident = make_resident(HERE, name="王小花")
    change_resident(resident=resident, actor=clerk, name=" 王 小 华 ")
    event = Event.objects.get(action="resident.change")
    assert (event.before, event.after, event.actor) == ({"name": "王小花"}, {"name": "王小华"}, clerk)
    with pytest.raises(Refused, match="不是姓名的内容"):
        change_resident(resident=resident, actor=clerk, name="王小华（已婚）1")


def test_a_corrected_number_says_what_came_with_it(clerk, make_resident):
    resident = make_resident(HERE, name="王小花", birth="2024-05-07", sex="M")
    change_number(resident=resident, id_number=NUMBER, actor=clerk)
    event = Event.objects.get(action="resident.change_number")
    assert (event.before["birth_date"], event.after["birth_date"]) == ("2024-05-07", "2024-05-06")
    assert (event.before["sex"], event.after["sex"]) == ("M", "F") and NUMBER not in str(event.after)


def test_the_number_of_a_merged_record_can_be_taken_over(clerk, make_resident):
    keep = make_resident(HERE, name="王小花", birth="1970-05-01")
    wrong = keep.id_number
    drop = make_resident(HERE, name="王小花", id_number=NUMBER, birth="2024-05-06", status="merged", merged_into=keep)
    change_number(resident=keep, id_number=NUMBER, actor=clerk)
    keep.refresh_from_db()
    drop.refresh_from_db()
    assert (keep.id_number, drop.id_number) == (NUMBER, wrong)
    with pytest.raises(Refused, match="已经并入"):
        change_number(resident=drop, id_number=invented_number(BORN, "F", 9), actor=clerk)


def test_a_number_of_another_county_is_not_joined(clerk, make_resident):
    load_regions(rows=read_regions(BUILT_IN), actor=None, county_code=ABROAD[:6])
    there = make_resident(ABROAD, name="别县的人", id_number=NUMBER, birth="2024-05-06")
    baby = register(clerk, id_number="W123456789", birth_date=BORN, sex="F")
    with pytest.raises(Refused, match="号码已在别处登记或姓名不符"):
        change_number(resident=baby, id_number=NUMBER, actor=clerk)
    Resident.objects.filter(pk=there.pk).update(name=baby.name)
    with pytest.raises(Refused, match="外县登记"):
        change_number(resident=baby, id_number=NUMBER, actor=clerk)


def test_a_newborn_gets_the_number_later(clerk):
    baby = register(clerk, id_number="W123456789", birth_date=BORN, sex="F")
    assert baby.document_type == "birth"
    with pytest.raises(Refused, match="不一致"):
        change_number(resident=baby, id_number=invented_number(datetime.date(2024, 5, 7), "F", 1), actor=clerk)
    change_number(resident=baby, id_number=NUMBER, actor=clerk)
    change_number(resident=baby, id_number=NUMBER, actor=clerk)
    baby.refresh_from_db()
    assert (baby.document_type, baby.id_number) == ("id_card", NUMBER)
    assert Event.objects.filter(action="resident.change_number").count() == 1


def test_a_number_that_has_a_record_is_for_merging(clerk, make_resident):
    make_resident(HERE, id_number=NUMBER, birth="2024-05-06")
    baby = register(clerk, id_number="W123456789", birth_date=BORN, sex="F")
    with pytest.raises(Refused, match="重复档案"):
        change_number(resident=baby, id_number=NUMBER, actor=clerk)


def test_a_change_says_what_it_was_and_no_change_says_nothing(clerk, make_resident):
    resident = make_resident(HERE, name="王小花", phone="13800001111")
    change_resident(resident=resident, actor=clerk, name="王小花")
    assert not Event.objects.filter(object_type="resident").exists()
    change_resident(resident=resident, actor=clerk, name="王小华", phone="13900002222", household="3")
    event = Event.objects.get(action="resident.change")
    assert event.before == {"name": "王小花", "phone": "138****1111", "household": ""}
    change_resident(resident=resident, actor=clerk, village=village(NEXT))
    resident.refresh_from_db()
    assert resident.household is None and resident.village_id == NEXT


@pytest.mark.parametrize(
    ("status", "since", "refused"),
    [
        ("dead", "2024-10-25", None),
        ("dead", "2024-10-26", "今天以后"),
        ("moved", "1960-01-01", "早于出生日期"),
        ("merged", "2024-01-01", "不能改状态"),
        ("army", "2024-01-01", None),
    ],
)
def test_a_status_has_a_day(clerk, make_resident, status, since, refused):
    resident = make_resident(HERE)
    day = datetime.date.fromisoformat(since)
    if refused:
        with pytest.raises(Refused, match=refused):
            set_status(resident=resident, status=status, since=day, source="证明", actor=clerk)
        return
    assert set_status(resident=resident, status=status, since=day, source="证明", actor=clerk)
    assert not set_status(resident=resident, status=status, since=day, source="证明", actor=clerk)
    resident.refresh_from_db()
    assert (resident.status, resident.status_on, resident.statuses.count()) == (status, day, 1)
    assert Event.objects.filter(action="status.set").count() == 1


def test_a_status_ends_the_one_before_and_the_dead_stay_dead_until_corrected(clerk, make_resident):
    resident = make_resident(HERE)

    def put(status, day):
        return set_status(
            resident=resident, status=status, since=datetime.date.fromisoformat(day), source="证明", actor=clerk
        )

    put("army", "2023-01-01")
    put("active", "2024-01-01")
    assert [str(e.until) for e in resident.statuses.order_by("since")] == ["2024-01-01", "None"]
    with pytest.raises(Refused, match="不能早于它"):
        put("moved", "2023-06-01")
    put("dead", "2024-05-01")
    with pytest.raises(Refused, match="已登记死亡"):
        put("moved", "2024-06-01")
    put("active", "2024-06-01")


def test_the_pages(client, clerk, make_resident):
    far = make_resident(FAR, name="远处的人")
    mine = make_resident(HERE, name="近处的人")
    client.force_login(clerk)
    check = reverse("resident_number_check")
    assert "近处的人" in client.post(check, {"id_number": mine.id_number}).content.decode()
    answer = client.post(check, {"id_number": far.id_number}).content.decode()
    assert "已在别处登记" in answer and "远处的人" not in answer
    assert "没有登记过" in client.post(check, {"id_number": NUMBER}).content.decode()
    data = {"id_number": NUMBER, "name": "王小花", "village": HERE}
    assert client.post(reverse("resident_add"), {**data, "village": FAR}).status_code == 400
    assert client.post(reverse("resident_add"), data).status_code == 302
    added = Resident.objects.get(id_number=NUMBER)
    change = reverse("resident_change", args=[added.pk])
    assert client.post(change, {"name": "王小华", "village": NEXT}).status_code == 302
    status = reverse("resident_status", args=[added.pk])
    assert (
        "今天以后" in client.post(status, {"status": "dead", "since": "2030-01-01", "source": "证明"}).content.decode()
    )
    assert client.post(status, {"status": "moved", "since": "2024-10-01", "source": "证明"}).status_code == 302
    added.refresh_from_db()
    assert (added.name, added.village_id, added.status) == ("王小华", NEXT, "moved")
    assert client.get(reverse("resident_change", args=[far.pk])).status_code == 404


def test_a_page_opened_earlier_takes_back_nothing(client, campaign, make_user, make_resident):
    """While the clerk looks at it, a colleague corrects the name by the card and writes the address."""
    resident = make_resident(HERE, name="王小名")
    client.force_login(make_user("township", HERE[:9]))
    change = reverse("resident_change", args=[resident.pk])
    page = client.get(change).content.decode()
    shown = dict(re.findall(r'name="(initial-[a-z]+)" value="([^"]*)"', page))
    assert shown["initial-name"] == "王小名" and shown["initial-village"] == HERE
    change_resident(resident=resident, actor=None, name="王小明", address="一组")
    data = {"name": "王小名", "village": HERE, "household": "7", "phone": "", "address": "", "initial-address": ""}
    assert client.post(change, {**data, **shown}).status_code == 302
    resident.refresh_from_db()
    assert (resident.name, resident.address, resident.household.number) == ("王小明", "一组", "7")


def test_nobody_is_registered_in_a_village_that_was_moved_meanwhile(clerk, make_resident):
    somebody, here, to = make_resident(NEXT), village(HERE), Region.objects.get(pk="411325101")
    move_village(campaign=Campaign.objects.get(), village=here, township=to, code="411325101999", actor=None)
    for attempt in (
        lambda: register(clerk, village=here),
        lambda: change_resident(resident=somebody, actor=clerk, village=here),
    ):
        with pytest.raises(Refused, match="已划走，现在的代码是 411325101999") as refused:
            attempt()
        assert refused.value.field == "village"
    assert not Resident.objects.filter(village=here).exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_registration_and_the_move_of_its_village_wait_for_each_other(clerk):
    here, to = village(HERE), Region.objects.get(pk="411325101")
    facts = {"campaign": Campaign.objects.get(), "village": here, "township": to, "code": "411325101999"}
    moving = lambda: move_village(**facts, actor=None)  # noqa: E731
    registering = lambda: register(clerk, village=here)  # noqa: E731
    assert waits_for(moving, registering) and waits_for(registering, moving)
