"""A village as households: who owes what and why, what is kept out of the page, and statements that do not grow."""

import re
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.contributions.models import Contribution
from collection.door.models import DoorEntry
from collection.households.kept import OF_VILLAGE, SILENT, make_list, mend_list, parents_may_decide
from collection.households.selectors import LAST_YEAR, NEWBORN, PROMISED, SPECIAL
from collection.ledgers.confirm import withdraw_ledger
from core.audit.changes import Change
from core.audit.models import Event
from core.regions.models import Region
from residents.people.models import Household, InsuredYear
from residents.people.pinyin import readings
from subsidies.rosters.models import Identity
from tests.collection.door.door_world import listed, message, promise, take
from tests.collection.villages.test_village import pay

VILLAGE = "411325101200"
pytestmark = pytest.mark.django_db


@pytest.fixture
def home(make_resident):
    """`home("3-1", names…)` → the residents of a household, the first its head."""

    def home(number, *names, **fields):
        made, _ = Household.objects.get_or_create(village_id=VILLAGE, number=number, defaults={"head_name": names[0]})
        return [make_resident(VILLAGE, name=name, household=made, **fields) for name in names]

    return home


def data_of(campaign):
    """The page's data, as the browser gets it."""
    return listed(*make_list(campaign=campaign, village=Region.objects.get(pk=VILLAGE)).pieces)


def members(campaign):
    """{name: (channel, due, marks)}."""
    return {m[1]: (m[4], m[5], m[7]) for home in data_of(campaign)["homes"] for m in home[3]}


def test_what_everybody_owes_and_how_they_stand(campaign, home, make_resident):
    head, wife, poor, insured = home("0001", "李春生", "李秀英", "李低保", "李去年")
    (baby,) = home("0001", "李宝宝", birth="2024-10-01")
    make_resident(VILLAGE, name="王独居")
    Identity.objects.create(resident=poor, kind="低保对象", recognised_on="2024-01-01")
    InsuredYear.objects.create(resident=insured, year=2024, source="登记册")
    pay(campaign, head)
    pay(campaign, wife, "self")
    found = members(campaign)
    assert found["李春生"] == ("cash", None, 0)
    assert found["李秀英"] == ("self", None, 0)
    assert found["李低保"] == ("", "320.00", SPECIAL)
    assert found["李去年"] == ("", "400.00", LAST_YEAR)
    assert found["李宝宝"][2] == NEWBORN and baby.name in found
    homes = {(home[1], home[2], len(home[3])) for home in data_of(campaign)["homes"]}
    assert homes == {("0001", "李春生", 5), ("", "王独居", 1)}
    assert any("《" in member[6] for home in data_of(campaign)["homes"] for member in home[3])


def test_who_promised_for_today_is_marked_and_what_was_tried_is_on_the_card(client, campaign, home, make_user):
    helper = make_user("village", VILLAGE)
    today, tomorrow = home("0001", "李春生", "李秀英")
    promise(campaign, today, helper, "2024-10-25")
    promise(campaign, tomorrow, helper, "2024-10-26")
    found = members(campaign)
    assert (found["李春生"][2], found["李秀英"][2]) == (PROMISED, 0)
    client.force_login(helper)
    card = client.get(reverse("household_card", args=[VILLAGE, today.household_id])).content.decode()
    assert "等儿子寄钱" in card and "约定今天缴" in card and "10月26日再看" in card


def test_no_whole_number_and_no_birth_date_stands_in_the_page(client, campaign, home, make_user):
    (person,) = home("0001", "李春生", birth="1971-03-09", phone="13900001111")
    client.force_login(make_user("village", VILLAGE))
    for address in (
        reverse("households", args=[VILLAGE]),
        reverse("household_card", args=[VILLAGE, person.household_id]),
    ):
        text = client.get(address).content.decode()
        assert "李春生" in text and person.id_number not in text
        assert "19710309" not in text and "1971-03-09" not in text
        assert not re.search(r"\d{17}[\dX]", text)
    seen = Event.objects.filter(action="ledger.unpaid_list").values_list("summary", flat=True)
    assert any("各户名单" in summary for summary in seen) and any("李春生户" in summary for summary in seen)


def test_the_statements_do_not_grow_with_the_people(client, campaign, home, make_user):
    client.force_login(make_user("village", VILLAGE))
    home("0001", "李春生")
    card = Household.objects.get().pk
    for address in (reverse("households", args=[VILLAGE]), reverse("household_card", args=[VILLAGE, card])):
        client.get(address)
        with CaptureQueriesContext(connection) as few:
            client.get(address)
        for number in range(20):
            _, paid = home(f"1{number:03d}", "张海", "张洋")
            pay(campaign, paid)
        for person in home("0001", *["李甲乙"] * 5):
            pay(campaign, person)
        with CaptureQueriesContext(connection) as many:
            client.get(address)
        assert len(many) == len(few) <= 28


def test_a_helper_comes_to_the_own_village_and_a_household_only_under_its_village(client, campaign, home, make_user):
    (person,) = home("0001", "李春生")
    client.force_login(make_user("village", VILLAGE))
    assert client.get(reverse("own_households")).url == reverse("households", args=[VILLAGE])
    assert client.get(reverse("household_card", args=["411325101201", person.household_id])).status_code == 404
    client.force_login(make_user("village", "411325101201"))
    assert client.get(reverse("household_card", args=["411325101201", person.household_id])).status_code == 404
    assert client.get(reverse("resident_card", args=["411325101201", person.pk])).status_code == 404


def test_the_card_says_where_the_money_stands(client, campaign, home, make_user):
    head, wife = home("0001", "李春生", "李秀英", phone="13900001111")
    pay(campaign, head)
    client.force_login(make_user("village", VILLAGE))
    text = client.get(reverse("household_card", args=[VILLAGE, head.household_id])).content.decode()
    assert "10月1日 现金代收 400.00 元" in text and "已收未申报" in text
    assert 'href="tel:13900001111"' in text
    assert "三（二）" in text


def test_names_are_read_as_people_type_them():
    usual, surnames = readings(["李春生", "曾小单", "单雄信", "马Ａ"])
    assert [usual[c] for c in "李春生曾小雄信马"] == ["li", "chun", "sheng", "ceng", "xiao", "xiong", "xin", "ma"]
    assert surnames == {"曾": "zeng", "单": "shan"}
    assert "Ａ" not in usual


@pytest.mark.django_db(transaction=True)
def test_the_page_is_kept_until_somebody_changes_something(client, campaign, books, home, make_user):
    """Looking changes nothing; a booking, or taking it back, is in the very next page."""
    helper, address = make_user("village", VILLAGE), reverse("households", args=[VILLAGE])
    head, wife = home("0001", "李春生", "李秀英")
    client.force_login(helper)

    def channels():
        shown = listed(client.get(address).content)
        assert shown == data_of(campaign)
        return [member[4] for member in shown["homes"][0][3]]

    assert channels() == ["", ""]
    with CaptureQueriesContext(connection) as again:
        client.get(address)
    # PostgreSQL keeps nothing while anybody on the server writes, and other tests may.
    assert connection.vendor == "postgresql" or not any("residents_household" in one["sql"] for one in again)
    take(campaign, helper, message([head], "NX0101"))
    assert channels() == ["cash", ""]
    with transaction.atomic():  # what is not committed yet is read by nobody else, and not kept for anybody
        take(campaign, helper, message([wife], "NX0102"))
        assert channels() == ["cash", "cash"]
        transaction.set_rollback(True)
    assert channels() == ["cash", ""]
    withdraw_ledger(batch=DoorEntry.objects.get().batch, reason="登记错了", actor=make_user("township", VILLAGE[:9]))
    assert channels() == ["", ""]


def changes(*told):
    """Changes of which events with these actions, objects and regions tell."""
    return [Change(number, action, str(pk), region) for number, (action, pk, region) in enumerate(told, 1)]


def test_a_change_is_mended_where_it_happened_or_the_list_made_anew(campaign, books, home, make_user, make_resident):
    helper, village = make_user("village", VILLAGE), Region.objects.get(pk=VILLAGE)
    poor, _ = home("0001", "李春生", "李秀英")
    (neighbour,) = home("0002", "王建国")
    alone = make_resident(VILLAGE, name="王独居")
    where = {"campaign": campaign, "village": village}
    before = make_list(**where)

    def mended(*told):
        return mend_list(before, changes(*told), **where)

    # What happens in another village, and what says nothing of who owes what, leaves the list as it is.
    there = pay(campaign, make_resident("411325101201", name="张远"), village_id="411325101201")
    elsewhere = [(action, 1, "411325101201") for action in (*OF_VILLAGE, *SILENT)]
    assert mended(("contribution.record", there.pk, "411325101201"), *elsewhere) is before
    # Somebody without a household, a visit, a receipt with cash: only those households are others.
    paid, visit = pay(campaign, alone, "self"), promise(campaign, poor, helper, "2024-10-25")
    take(campaign, helper, message([neighbour], "NX0101"))
    booked = Contribution.objects.get(resident=neighbour)
    told = [("contribution.record", one.pk, VILLAGE) for one in (paid, booked)]
    after = mended(*told, ("visit.record", visit.pk, VILLAGE), ("door.take", "1", VILLAGE))
    assert listed(*after.pieces) == data_of(campaign) != listed(*before.pieces)
    assert after.money != before.money and len(set(after.homes.values()) - set(before.homes.values())) == 3
    # What may have changed more than is known here, and who is not in the list yet.
    assert mended(("roster.apply", 1, "411325")) is None
    (late,) = home("0003", "李晚来")
    assert mended(("contribution.record", pay(campaign, late).pk, VILLAGE)) is None


def test_a_payment_is_written_into_its_line_as_if_the_list_were_made_anew(campaign, home, make_user):
    awaited, poor, late, taken_back, rest = home("0001", "李春生", "李秀英", "李去年", "李退款", "李小宝")
    InsuredYear.objects.create(resident=awaited, year=2024, source="登记册")
    promise(campaign, awaited, make_user("village", VILLAGE), "2024-10-25")
    where = {"campaign": campaign, "village": Region.objects.get(pk=VILLAGE)}
    before = make_list(**where)
    paid = {
        "李春生": pay(campaign, awaited),
        "李秀英": pay(campaign, poor, "self"),
    }
    Contribution.objects.filter(resident=poor).update(category="低保对象")

    def mended():
        return mend_list(before, changes(*(("contribution.record", one.pk, VILLAGE) for one in paid.values())), **where)

    assert listed(*mended().pieces) == data_of(campaign) != listed(*before.pieces)
    found = members(campaign)
    assert (found["李春生"], found["李秀英"]) == (("cash", None, LAST_YEAR), ("self", None, SPECIAL))
    # A payment of another year, and one that was taken back, say nothing of what is owed: the household is read again.
    paid["李去年"] = pay(campaign, late)
    Contribution.objects.filter(resident=late).update(year=campaign.year - 1)
    paid["李退款"] = pay(campaign, taken_back, ended_at="2024-10-02T10:00+08:00")
    assert listed(*mended().pieces) == data_of(campaign)
    assert (members(campaign)["李去年"], members(campaign)["李退款"][0]) == (("", "400.00", LAST_YEAR), "")
    assert members(campaign)[rest.name][0] == ""


def test_parents_decide_only_where_the_period_reaches_into_the_year(campaign):
    """Then a payment elsewhere may change a household here. No county here has it; an uploaded policy may."""
    policy = campaign.policy
    assert not parents_may_decide(policy)
    assert parents_may_decide(replace(policy, period=replace(policy.period, end=policy.year_start)))
