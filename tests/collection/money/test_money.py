"""Money in four places: what may move, what is refused, and that the sums always add up."""

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from collection.money import services as money
from collection.money.models import Movement, Place, VillageAccount
from collection.money.selectors import recount
from collection.money.services import Fact, record_first_movements, record_movements, reverse_movements
from core.audit.models import Event
from core.refusals import Refused
from core.regions.models import Region

VILLAGE, OTHER = "411325101200", "411325101201"
DAY = datetime.date(2024, 10, 10)
pytestmark = pytest.mark.django_db


@pytest.fixture
def book(campaign, clerk):
    """`book(("collect", "400"), …)` → movements; keys count up unless given; village and day as default."""
    count = iter(range(10**6))

    def book(*items, village=VILLAGE, on=DAY, **fields):
        facts = [
            Fact(key=f"{kind}:{next(count)}", kind=kind, village=village, amount=Decimal(amount), on=on, **fields)
            for kind, amount in items
        ]
        return record_movements(campaign=campaign, facts=facts, actor=clerk)

    return book


def account(village=VILLAGE):
    return VillageAccount.objects.get(village=village)


def places(village=VILLAGE):
    row = account(village)
    return tuple(str(getattr(row, name)) for name in ("in_hand", "township", "clearing", "treasury", "refunded"))


def test_the_whole_way(book, campaign):
    book(("collect", "400"), ("collect", "320"))
    assert places() == ("720.00", "0.00", "0.00", "0.00", "0.00")
    book(("deposit", "720"))
    assert places() == ("0.00", "720.00", "0.00", "0.00", "0.00")
    book(("remit", "720"))
    book(("post", "720"))
    assert places() == ("0.00", "0.00", "0.00", "720.00", "0.00")
    book(("refund", "400"))
    assert places() == ("0.00", "0.00", "0.00", "320.00", "400.00")
    assert account().collected == 720
    assert recount(campaign=campaign) == []


def test_a_movement_and_an_account_are_called_by_what_they_are():
    movement = Movement(kind="remit", amount=Decimal(12400), on=DAY)
    account = VillageAccount(village=Region(code=VILLAGE, name="师家湾村"))
    assert (str(movement), str(account)) == ("汇缴 12,400.00 元 2024-10-10", "师家湾村资金")


def test_self_payment_enters_the_treasury(book):
    book(("self_pay", "400"))
    assert places() == ("0.00", "0.00", "0.00", "400.00", "0.00")


def test_a_collectives_gift_enters_the_township_account(book):
    book(("collect", "5000"), to_place=Place.TOWNSHIP)
    assert places() == ("0.00", "5000.00", "0.00", "0.00", "0.00")


def test_deposit_ahead_of_the_ledger_is_a_surplus(book):
    book(("deposit", "500"))
    assert places() == ("-500.00", "500.00", "0.00", "0.00", "0.00")
    book(("collect", "400"))
    assert account().in_hand == -100


@pytest.mark.parametrize(
    ("kind", "place"), [("remit", "乡镇账户"), ("post", "待报解专户"), ("refund", "国库")], ids=lambda value: value
)
def test_no_other_place_falls_below_zero(book, kind, place):
    book(("collect", "400"))
    before = places()
    with pytest.raises(Refused, match=f"{place}.*还差 0.01 元"):
        book((kind, "0.01"))
    assert places() == before
    assert Movement.objects.count() == 1


def test_refused_batch_books_nothing_at_all(book):
    with pytest.raises(Refused):
        book(("collect", "400"), ("deposit", "300"), ("remit", "301"))
    assert not Movement.objects.exists()
    assert not VillageAccount.objects.exists()


def test_money_cannot_leave_before_the_day_it_came(book):
    book(("collect", "400"), ("deposit", "400"), on=DAY)
    with pytest.raises(Refused, match="2024-10-09"):
        book(("remit", "400"), on=DAY - datetime.timedelta(days=1))
    book(("remit", "400"), on=DAY)


@pytest.mark.parametrize(
    ("amount", "day", "refused"),
    [
        ("400", 15, False),  # all that had come by then
        ("400.01", 15, True),  # a cent of what came later
        ("500", 15, True),
        ("800", 19, True),
        ("800", 20, False),  # the day the second sum came
    ],
)
def test_no_more_leaves_on_a_past_day_than_stood_there(book, amount, day, refused):
    """400 came on the 10th and 400 on the 20th: today's balance alone would let 500 go on the 15th."""
    for came in (10, 20):
        book(("collect", "400"), ("deposit", "400"), on=DAY.replace(day=came))
    on = DAY.replace(day=day)
    if refused:
        with pytest.raises(Refused, match=rf"到 {on} 为止“乡镇账户”只有 400.00 元.*请核对日期"):
            book(("remit", amount), on=on)
    else:
        book(("remit", amount), on=on)
    assert Movement.objects.filter(kind="remit").exists() != refused


def test_a_past_day_is_looked_at_from_the_first_day_that_money_leaves(book):
    """Two sums leave in one call: the later one may not hide the shortfall of the earlier."""
    book(("collect", "400"), ("deposit", "400"), on=DAY)
    facts = [("remit:a", "100", DAY + datetime.timedelta(days=1)), ("remit:b", "100", DAY - datetime.timedelta(days=1))]
    with pytest.raises(Refused, match="2024-10-09"):
        record_movements(
            campaign=VillageAccount.objects.get().campaign,
            facts=[Fact(key, "remit", VILLAGE, Decimal(amount), on) for key, amount, on in facts],
            actor=None,
        )


def test_one_villages_money_does_not_cover_anothers_past_day(book):
    book(("collect", "400"), ("deposit", "400"), on=DAY, village=OTHER)
    book(("collect", "400"), ("deposit", "400"), on=DAY + datetime.timedelta(days=5))
    with pytest.raises(Refused, match="只有 0.00 元"):
        book(("remit", "400"), on=DAY)


def test_nothing_to_book_or_to_reverse_writes_nothing(campaign, clerk):
    assert record_movements(campaign=campaign, facts=[], actor=clerk) == []
    assert reverse_movements(campaign=campaign, movements=[], reason="台账撤回", actor=clerk) == []
    assert not Event.objects.filter(action__startswith="money.").exists()


def test_a_backdated_reversal_of_a_deposit_may_not_pull_the_ground_from_a_remittance(book, campaign, clerk):
    _, deposit = book(("collect", "400"), ("deposit", "400"))
    (remit,) = book(("remit", "400"), on=DAY + datetime.timedelta(days=2))
    with pytest.raises(Refused, match="乡镇账户"):
        reverse_movements(campaign=campaign, movements=[deposit], reason="回单有误", actor=clerk)
    reverse_movements(campaign=campaign, movements=[remit], reason="退汇", actor=clerk)
    reverse_movements(campaign=campaign, movements=[deposit], reason="回单有误", actor=clerk)
    assert places() == ("400.00", "0.00", "0.00", "0.00", "0.00")


def test_a_repeated_call_books_once(campaign, clerk):
    fact = Fact(key="collect:1", kind="collect", village=VILLAGE, amount=Decimal("400"), on=DAY)
    again = Fact(key="collect:2", kind="collect", village=VILLAGE, amount=Decimal("400"), on=DAY)
    assert len(record_movements(campaign=campaign, facts=[fact], actor=clerk)) == 1
    assert record_movements(campaign=campaign, facts=[fact], actor=clerk) == []
    assert [m.key for m in record_movements(campaign=campaign, facts=[fact, again], actor=clerk)] == ["collect:2"]
    assert account().in_hand == 800


def test_a_first_movement_is_booked_once_all_the_same(campaign, clerk):
    fact = Fact(key="collect:1", kind="collect", village=VILLAGE, amount=Decimal("400"), on=DAY)
    record_first_movements(campaign=campaign, facts=[fact], actor=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        record_first_movements(campaign=campaign, facts=[fact], actor=clerk)
    assert account().in_hand == 400
    movement = Movement.objects.get()
    assert (movement.kind, movement.from_place, movement.to_place, movement.on) == ("collect", *fact.route, DAY)
    assert (movement.amount, movement.actor, movement.key, movement.reason) == (400, clerk, "collect:1", "")
    assert recount(campaign=campaign) == []


def test_a_known_key_with_another_amount_is_refused(book, campaign, clerk):
    fact = Fact(key="collect:x", kind="collect", village=VILLAGE, amount=Decimal("400"), on=DAY)
    record_movements(campaign=campaign, facts=[fact], actor=clerk)
    changed = Fact(key="collect:x", kind="collect", village=VILLAGE, amount=Decimal("401"), on=DAY)
    with pytest.raises(Refused, match="先冲销"):
        record_movements(campaign=campaign, facts=[changed], actor=clerk)


BAD_FACTS = {
    "nothing": {"amount": Decimal("0")},
    "negative": {"amount": Decimal("-1")},
    "three decimals": {"amount": Decimal("1.001")},
    "another county": {"village": "411323100200"},
    "a township": {"village": "411325101"},
    "a way that does not exist": {"kind": "collect", "to_place": Place.TREASURY},
    "cash in hand is voided, not refunded": {"kind": "refund", "from_place": Place.VILLAGE},
    "a reversal by hand": {"kind": "reversal"},
}


@pytest.mark.parametrize("name", BAD_FACTS)
def test_facts_that_make_no_sense(campaign, clerk, name):
    fields = {"key": "k", "kind": "collect", "village": VILLAGE, "amount": Decimal("1"), "on": DAY} | BAD_FACTS[name]
    with pytest.raises(Refused):
        record_movements(campaign=campaign, facts=[Fact(**fields)], actor=clerk)
    assert not Movement.objects.exists()


def test_the_same_key_twice_in_one_call_is_refused(campaign, clerk):
    fact = Fact(key="k", kind="collect", village=VILLAGE, amount=Decimal("1"), on=DAY)
    with pytest.raises(Refused, match="两次"):
        record_movements(campaign=campaign, facts=[fact, fact], actor=clerk)


def test_reversal_takes_back_and_says_why(book, campaign, clerk):
    movements = book(("collect", "400"), ("collect", "320"))
    (opposite,) = reverse_movements(campaign=campaign, movements=movements[:1], reason="收据作废", actor=clerk)
    assert (opposite.reverses, opposite.reason, opposite.amount) == (movements[0], "收据作废", 400)
    assert (account().collected, account().in_hand) == (320, 320)
    assert reverse_movements(campaign=campaign, movements=movements[:1], reason="再点一次", actor=clerk) == []
    assert account().in_hand == 320
    assert recount(campaign=campaign) == []


def test_reversed_refund_comes_back(book, campaign, clerk):
    book(("self_pay", "400"))
    (refund,) = book(("refund", "400"))
    reverse_movements(campaign=campaign, movements=[refund], reason="账号有误退回", actor=clerk)
    assert places() == ("0.00", "0.00", "0.00", "400.00", "0.00")
    assert account().collected == 400
    assert recount(campaign=campaign) == []


def test_reversal_needs_a_reason_and_is_final(book, campaign, clerk):
    movements = book(("collect", "400"))
    with pytest.raises(Refused, match="原因"):
        reverse_movements(campaign=campaign, movements=movements, reason="  ", actor=clerk)
    opposites = reverse_movements(campaign=campaign, movements=movements, reason="收据作废", actor=clerk)
    with pytest.raises(Refused, match="不能再冲销"):
        reverse_movements(campaign=campaign, movements=opposites, reason="反悔", actor=clerk)


def test_closed_campaign_is_frozen(book, campaign, clerk):
    movements = book(("collect", "400"))
    campaign.closed_at = campaign.opened_at
    campaign.save()
    with pytest.raises(Refused, match="已办结"):
        book(("collect", "400"))
    with pytest.raises(Refused, match="已办结"):
        reverse_movements(campaign=campaign, movements=movements, reason="更正", actor=clerk)


def test_nobody_can_update_or_delete_a_movement(book):
    (movement,) = book(("collect", "400"))
    for change in (lambda: Movement.objects.update(amount=1), lambda: movement.delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert Movement.objects.get().amount == 400


@pytest.mark.parametrize(
    "change", [{"in_hand": 1}, {"collected": 401}, {"township": -1, "in_hand": 401}, {"treasury": -1, "in_hand": 401}]
)
def test_the_database_itself_refuses_an_account_that_does_not_add_up(book, change):
    book(("collect", "400"))
    with pytest.raises(IntegrityError), transaction.atomic():
        VillageAccount.objects.update(**change)


def test_recount_finds_an_account_that_lost_a_movement(book, campaign):
    book(("collect", "400"))
    VillageAccount.objects.update(in_hand=300, collected=300)
    (wrong,) = recount(campaign=campaign)
    assert wrong["village"] == VILLAGE
    assert wrong["account"]["in_hand"] == 300
    assert wrong["movements"]["in_hand"] == 400


def test_every_booking_leaves_an_audit_event(book, clerk):
    book(("collect", "400"), ("collect", "320"))
    event = Event.objects.get(action="money.record")
    assert (event.actor, event.region_code) == (clerk, VILLAGE)
    assert (event.after["count"], event.after["amount"]) == (2, "720.00")
    assert event.summary == "收款，共 2 笔 720.00 元"


def test_the_event_names_each_kind_once_and_the_reason(book, campaign, clerk):
    movements = book(("deposit", "320"), ("collect", "400"), ("collect", "320"))
    assert Event.objects.get(action="money.record").summary == "收款、缴存，共 3 笔 1,040.00 元"
    reverse_movements(campaign=campaign, movements=movements[1:2], reason="收据作废", actor=clerk)
    assert Event.objects.get(action="money.reverse").summary == "冲销，共 1 笔 400.00 元：收据作废"


def test_money_of_several_villages_is_the_countys_event(campaign, clerk):
    facts = [Fact(f"c:{code}", "collect", code, Decimal("400"), DAY) for code in (VILLAGE, OTHER)]
    record_movements(campaign=campaign, facts=facts, actor=clerk)
    assert Event.objects.get(action="money.record").region_code == campaign.county_id


def test_statements_do_not_grow_with_the_rows(campaign, clerk):
    def statements(people):
        facts = [
            Fact(key=f"c:{people}:{n}", kind="collect", village=(VILLAGE, OTHER)[n % 2], amount=Decimal("400"), on=DAY)
            for n in range(people)
        ]
        with CaptureQueriesContext(connection) as found:
            record_movements(campaign=campaign, facts=facts, actor=clerk)
        # SQLite takes few values a statement, so that Django splits the one INSERT of movements there.
        return len([q for q in found if not q["sql"].startswith('INSERT INTO "collection_movement"')])

    statements(2)
    assert statements(20) == statements(money.CHUNK)
