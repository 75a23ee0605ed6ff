"""A receipt taken at a door: booked as a ledger's row is, once, and never lost where it meets another truth."""

import datetime
import uuid

import pytest

from collection.closing.services import open_items
from collection.contributions.models import Contribution
from collection.door.cases import accept_case, record_return, settle_as_booked
from collection.door.models import DoorEntry
from collection.door.phones import cut_off_phone, register_phone
from collection.ledgers import confirm as ledger_confirm
from collection.ledgers.mending import mend_row
from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.receipts.models import Receipt
from core.audit.models import Event
from core.refusals import Refused
from subsidies.campaigns.models import Campaign
from tests.collection.door.door_world import VILLAGE, cash_by_day, household, in_hand, message, take
from tests.collection.ledgers.test_ledgers import work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]
DAY = datetime.date(2024, 10, 25)


@pytest.fixture
def helper(make_user):
    return make_user("village", VILLAGE)


@pytest.fixture
def family(make_resident):
    return household(make_resident, "0001", "李春生", "李秀英", "李小满")


def codes(batch):
    return [[problem["code"] for problem in row.problems] for row in batch.rows.order_by("number")]


def states(batch):
    return [row.state for row in batch.rows.order_by("number")]


def test_a_household_is_booked_as_rows_of_the_days_ledger(campaign, helper, family):
    outcome = take(campaign, helper, message(family, "NX0101"))
    assert (outcome.state, outcome.says) == ("booked", ())
    batch = LedgerBatch.objects.get(pk=outcome.batch)
    assert (batch.taken_on, batch.state, batch.attachment, batch.title) == (DAY, "confirmed", None, "10月25日入户收款")
    assert states(batch) == ["confirmed"] * 3
    paid = Contribution.objects.all()
    assert {(one.amount, one.paid_on, one.receipt.number, one.recorded_by) for one in paid} == {
        (400, DAY, "NX0101", helper)
    }
    receipt = Receipt.objects.get(number="NX0101")
    assert (receipt.amount, receipt.household) == (1200, "0001")
    assert in_hand() == 1200
    assert {"door.take", "receipt.use", "contribution.record", "money.record"} <= set(
        Event.objects.values_list("action", flat=True)
    )


def test_a_day_and_a_helper_is_one_ledger(campaign, helper, family, make_resident, make_user):
    other = household(make_resident, "0002", "王建国")
    first = take(campaign, helper, message(family[:1], "NX0101"))
    second = take(campaign, helper, message(other, "NX0102"))
    third = take(campaign, helper, message(family[1:], "NX0103", paid_on="2024-10-24", listed_on="2024-10-24"))
    fourth = take(
        campaign, make_user("township", VILLAGE[:9]), message(household(make_resident, "0003", "赵一"), "NX0104")
    )
    assert first.batch == second.batch
    assert len({first.batch, third.batch, fourth.batch}) == 3
    assert [row.number for row in LedgerBatch.objects.get(pk=first.batch).rows.order_by("number")] == [1, 2]


def test_the_same_entry_twice_counts_once(campaign, helper, family):
    sent = message(family, "NX0101")
    assert take(campaign, helper, sent) == take(campaign, helper, sent)
    assert (DoorEntry.objects.count(), LedgerRow.objects.count(), in_hand()) == (1, 3, 1200)


def test_what_is_booked_already_from_the_village_s_file_is_the_same_payment(campaign, helper, family):
    take(campaign, helper, message(family, "NX0101"))
    again = take(campaign, helper, message(family, "NX0101"))
    assert again.state == "booked"
    assert states(LedgerBatch.objects.get(pk=again.batch))[3:] == ["recorded"] * 3
    assert in_hand() == 1200


def held(campaign, helper, sent, **more):
    """(codes of the problems by row, what is in hand) after something that cannot be booked."""
    outcome = take(campaign, helper, sent, **more)
    assert outcome.state == "case" and outcome.says
    return LedgerBatch.objects.get(pk=outcome.batch)


def test_a_receipt_of_another_household_becomes_a_case_whose_cash_counts(campaign, helper, family, make_resident):
    take(campaign, helper, message(household(make_resident, "0002", "王建国"), "NX0101"))
    batch = held(campaign, helper, message(family[:1], "NX0101", paid_on="2024-10-25", listed_on="2024-10-24"))
    assert codes(batch)[1] == ["receipt_reused"]
    assert (in_hand(), cash_by_day()) == (800, {DAY: 800})


def test_one_of_three_paid_elsewhere_holds_only_that_one(campaign, helper, family):
    take(campaign, helper, message(family[:1], "NX0101", paid_on="2024-10-22", listed_on="2024-10-20"))
    batch = held(campaign, helper, message(family, "NX0102"))
    assert codes(batch) == [["already_paid"], [], []]
    assert states(batch) == ["bad", "confirmed", "confirmed"]
    assert cash_by_day() == {datetime.date(2024, 10, 22): 400, DAY: 1200}


DAYS = {
    "a day that has not come": ("2024-10-26", "2024-10-25", DAY),
    "a day before the list was fetched": ("2024-10-23", "2024-10-24", DAY),
    "a day that nobody can read": ("0000-00-00", "2024-10-24", DAY),
}


@pytest.mark.parametrize("case", DAYS)
def test_an_impossible_day_is_asked_about(campaign, helper, family, case):
    paid_on, listed_on, counts_from = DAYS[case]
    batch = held(campaign, helper, message(family[:1], "NX0101", paid_on=paid_on, listed_on=listed_on))
    assert "day_impossible" in codes(batch)[0]
    assert cash_by_day() == {counts_from: 400}


def test_who_has_moved_away_becomes_a_case_that_tells_nothing(campaign, helper, family, make_resident):
    moved = make_resident("411325101201", name="李别村")
    moved.household = family[0].household
    batch = held(campaign, helper, message([moved], "NX0101"))
    assert "person_moved" in codes(batch)[0]
    row = batch.rows.get()
    assert moved.id_number not in str(row.raw) and "411325101201" not in str(row.problems)


def test_another_name_for_somebody_of_the_village_is_not_believed(campaign, helper, family):
    sent = message(family[:1], "NX0101")
    sent["members"][0]["name"] = "李四"
    batch = held(campaign, helper, sent)
    assert "person_moved" in codes(batch)[0] and family[0].id_number not in str(batch.rows.get().raw)


def test_a_phone_that_is_cut_off_sends_cases(campaign, helper, family, make_user):
    phone = register_phone(user=helper, village=helper.region, label="安卓手机").phone
    phone = cut_off_phone(phone=phone, reason="手机丢失", actor=make_user("township", VILLAGE[:9]))
    batch = held(campaign, helper, message(family[:1], "NX0101"), phone=phone)
    assert codes(batch) == [["phone_cut_off"]]
    assert in_hand() == 400


def test_a_helper_who_has_been_replaced_sends_cases(campaign, helper, family):
    helper.is_active = False
    helper.save()
    assert codes(held(campaign, helper, message(family[:1], "NX0101"))) == [["helper_replaced"]]
    assert in_hand() == 400


def test_what_comes_after_the_closing_is_kept_without_a_booking(campaign, helper, family):
    Campaign.objects.update(closed_at="2024-10-25T10:00+08:00")
    batch = held(campaign, helper, message(family[:1], "NX0101"))
    assert codes(batch) == [["campaign_closed"]]
    assert (Contribution.objects.count(), batch.rows.get().amount) == (0, 400)
    with pytest.raises(Refused, match="已办结"):
        accept_case(row=batch.rows.get(), actor=helper)


def test_the_closing_asks_for_a_reason_for_what_is_not_decided(campaign, helper, family, make_user):
    row = held(campaign, helper, message(family[:1], "NX0101", paid_on="2024-10-26")).rows.get()
    held(campaign, helper, message(family[1:2], "NX0102", paid_on="2024-10-26"))
    kinds = {item.kind: item for item in open_items(campaign=campaign)}
    assert (kinds["door_cases"].count, kinds["door_cases"].amount) == (2, 800)
    assert [(who, what) for _, who, what in kinds["door_cases"].rows] == [
        ("李*生", "400.00 元，2024-10-25 收"),
        ("李*英", "400.00 元，2024-10-25 收"),
    ]
    record_return(row=row, returned_on=DAY, note="退给李春生本人", actor=make_user("township", VILLAGE[:9]))
    [left] = [item for item in open_items(campaign=campaign, limit=None) if item.kind == "door_cases"]
    assert (left.count, left.amount, [who for _, who, _ in left.rows]) == (1, 400, ["李*英"])


def test_a_held_payment_is_booked_once_the_township_has_looked(campaign, helper, family, make_user):
    helper.is_active = False
    helper.save()
    clerk = make_user("township", VILLAGE[:9])
    row = held(campaign, helper, message(family[:1], "NX0101", paid_on="2024-10-25", listed_on="2024-10-20")).rows.get()
    for _ in range(2):
        assert accept_case(row=row, actor=clerk).state == "confirmed"
    assert (in_hand(), cash_by_day()) == (400, {DAY: 400})
    assert Contribution.objects.get().recorded_by == clerk


def test_what_is_wrong_besides_stays_a_case(campaign, helper, family):
    take(campaign, helper, message(family[:1], "NX0101"))
    helper.is_active = False
    helper.save()
    row = held(campaign, helper, message(family[:1], "NX0102")).rows.order_by("-number").first()
    assert accept_case(row=row, actor=helper).state == "bad"
    row.refresh_from_db()
    assert [problem["code"] for problem in row.problems] == ["already_paid"] and in_hand() == 800


def test_money_given_back_leaves_the_hands_and_is_written_down_once(campaign, helper, family, make_user):
    take(campaign, helper, message(family[:1], "NX0101"))
    row = held(campaign, helper, message(family[:1], "NX0102")).rows.order_by("-number").first()
    clerk = make_user("township", VILLAGE[:9])
    with pytest.raises(Refused, match="退还日期"):
        record_return(row=row, returned_on=datetime.date(2024, 10, 26), note="退给本人", actor=clerk)
    for _ in range(2):
        record_return(row=row, returned_on=DAY, note="退给本人，电话核实", actor=clerk)
    row.refresh_from_db()
    assert (row.state, row.cash_return.note, in_hand()) == ("returned", "退给本人，电话核实", 400)
    with pytest.raises(Refused, match="不用再办"):
        accept_case(row=row, actor=clerk)


def test_the_same_payment_under_another_day_is_settled_with_the_booked_one(campaign, helper, family):
    take(campaign, helper, message(family[:1], "NX0101", paid_on="2024-10-24", listed_on="2024-10-20"))
    row = held(campaign, helper, message(family[:1], "NX0101")).rows.get()
    assert in_hand() == 800
    for _ in range(2):
        assert settle_as_booked(row=row, actor=helper).state == "mended"
    assert in_hand() == 400


def test_a_held_payment_that_is_booked_meanwhile_counts_once_when_it_is_accepted(campaign, helper, family, make_user):
    helper.is_active = False
    helper.save()
    row = held(campaign, helper, message(family[:1], "NX0101")).rows.get()
    take(campaign, make_user("village", VILLAGE), message(family[:1], "NX0101"))
    assert in_hand() == 800
    for _ in range(2):
        assert accept_case(row=row, actor=helper).state == "recorded"
    assert (in_hand(), cash_by_day()) == (400, {DAY: 400})


def test_a_case_mended_into_a_payment_that_is_booked_counts_once(campaign, helper, family):
    sent = message(family[:1], "NX0101", paid_on="2024-10-26", listed_on="2024-10-25")
    row = held(campaign, helper, sent).rows.get()
    take(campaign, helper, message(family[:1], "NX0101"))
    assert in_hand() == 800
    mended = mend_row(row=row, cells={"paid_on": DAY.isoformat()}, actor=helper)
    assert (mended.state, in_hand(), cash_by_day()) == ("recorded", 400, {DAY: 400})


def test_a_mended_case_that_is_booked_before_it_is_confirmed_counts_once(campaign, helper, family, silent_queue):
    sent = message(family[:1], "NX0101", paid_on="2024-10-26", listed_on="2024-10-25")
    row = held(campaign, helper, sent).rows.get()
    assert mend_row(row=row, cells={"paid_on": DAY.isoformat()}, actor=helper).state == "good"
    take(campaign, helper, message(family[:1], "NX0101"))
    ledger_confirm.confirm_ledger(batch=row.batch, actor=helper)
    work()
    row.refresh_from_db()
    assert (row.state, in_hand(), cash_by_day()) == ("recorded", 400, {DAY: 400})


def test_another_receipt_is_not_the_same_payment(campaign, helper, family):
    take(campaign, helper, message(family[:1], "NX0101"))
    row = held(campaign, helper, message(family[:1], "NX0102")).rows.order_by("-number").first()
    with pytest.raises(Refused, match="没有找到"):
        settle_as_booked(row=row, actor=helper)


def test_the_days_ledger_is_taken_back_as_any_other_and_cases_stay(campaign, helper, family, make_resident):
    take(campaign, helper, message(family[:1], "NX0101"))
    outcome = take(campaign, helper, message(household(make_resident, "0002", "王建国"), "NX0101"))
    batch = LedgerBatch.objects.get(pk=outcome.batch)
    assert ledger_confirm.withdraw_ledger(batch=batch, reason="登记错了", actor=helper) == []
    batch.refresh_from_db()
    assert (states(batch), batch.state, in_hand()) == (["withdrawn", "bad"], "confirmed", 400)
    again = take(campaign, helper, message(family[:1], "NX0101"))
    assert again.state == "booked" and again.batch == batch.pk


def test_a_ledger_taken_back_whole_gives_way_to_a_new_one(campaign, helper, family):
    sent = message(family, "NX0101")
    first = take(campaign, helper, sent)
    ledger_confirm.withdraw_ledger(batch=LedgerBatch.objects.get(pk=first.batch), reason="登记错了", actor=helper)
    assert take(campaign, helper, sent).state == "withdrawn"
    again = take(campaign, helper, message(family, "NX0101"))
    assert again.state == "booked" and again.batch != first.batch and in_hand() == 1200


def test_spoilt_numbers_are_explained_and_what_cannot_be_is_noted(campaign, helper, family):
    outcome = take(campaign, helper, message(family, "NX0103", spoilt=["NX0101", "NX9999"]))
    assert outcome.state == "booked"
    receipt = Receipt.objects.get(number="NX0101")
    assert (receipt.state, receipt.void_reason) == ("voided", "入户收款时写坏")
    assert "NX9999" in str(LedgerBatch.objects.get(pk=outcome.batch).warnings)


def test_somebody_without_a_household_gets_a_receipt_of_their_own(campaign, helper, make_resident):
    alone = make_resident(VILLAGE, name="王独居")
    assert take(campaign, helper, message([alone], "NX0101")).state == "booked"


def test_an_amount_that_is_not_the_quote_s_is_a_case(campaign, helper, family):
    assert codes(held(campaign, helper, message(family[:1], "NX0101", amount="320.00"))) == [["amount_mismatch"]]
    assert in_hand() == 320


def test_the_id_is_the_phones(campaign, helper, family):
    entry_id = uuid.uuid4()
    take(campaign, helper, message(family, "NX0101", entry_id=entry_id))
    assert DoorEntry.objects.get().pk == entry_id
