"""Slips: recorded once, verified by another person, rejected with a reason; what each does to money and clock."""

import datetime
import io
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from collection.cash import services as deposits
from collection.cash.models import Deposit
from collection.duties import services as duties
from collection.duties.models import VillageDuty
from collection.duties.rules import Status
from collection.money import selectors as balances
from collection.money import services as money
from collection.money.models import Movement, VillageAccount
from core.audit.models import Event
from core.files.models import Attachment
from core.files.photos import read_photo
from core.refusals import Refused
from core.regions.models import Region
from tests.factories import photo

VILLAGE, OTHER = "411325101200", "411325101201"
DAY = datetime.date(2024, 10, 20)
pytestmark = pytest.mark.django_db


def picture(colour="white"):
    return read_photo(io.BytesIO(photo(colour)))


PHOTO = picture()


@pytest.fixture
def helper(make_user):
    return make_user("village", VILLAGE)


@pytest.fixture
def reviewer(make_user):
    return make_user("township", "411325101")


@pytest.fixture
def record(campaign, helper):
    def record(amount="400", **changes):
        facts = {
            "village": VILLAGE,
            "slip_no": "HD20241020001",
            "paid_on": DAY,
            "amount": Decimal(amount),
            "account": "财政所结算账户",
            "photo": PHOTO,
            "actor": helper,
        }
        return deposits.record_deposit(campaign=campaign, **facts | changes)

    return record


@pytest.fixture
def cash(campaign, helper):
    def cash(amount, day, key="c1"):
        fact = money.Fact(key=key, kind="collect", village=VILLAGE, amount=Decimal(amount), on=day)
        return money.record_movements(campaign=campaign, facts=[fact], actor=helper)

    return cash


def line(campaign):
    return duties.of_village(campaign=campaign, village=Region.objects.get(pk=VILLAGE))


def account():
    return VillageAccount.objects.get(village=VILLAGE)


def test_recording_stops_the_clock_and_verifying_moves_the_money(campaign, record, cash, reviewer):
    cash("400", DAY)
    assert line(campaign).standing.status == Status.DUE_TODAY
    deposit = record(paid_on=datetime.date(2024, 10, 24))
    assert line(campaign).standing.status == Status.CLEAR
    assert (line(campaign).unverified, line(campaign).unverified_since) == (400, datetime.date(2024, 10, 24))
    assert (account().in_hand, account().township) == (400, 0)
    deposits.verify_deposit(deposit=deposit, actor=reviewer)
    assert (account().in_hand, account().township) == (0, 400)
    assert line(campaign).unverified == 0
    assert Movement.objects.get(deposit=deposit).on == deposit.paid_on


def test_a_second_click_is_the_first_slip(record):
    assert record() == record()
    assert Deposit.objects.count() == Attachment.objects.count() == 1
    assert Event.objects.filter(action="deposit.record").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Decimal("401")},
        {"paid_on": DAY - datetime.timedelta(days=1)},
        {"village": OTHER},
        {"photo": picture("black")},
        {"slip_no": " hd2024-1020 001 ", "amount": Decimal("1")},
    ],
    ids=str,
)
def test_a_slip_number_is_used_once(record, changes):
    record()
    with pytest.raises(Refused, match="已经用过"):
        record(**changes)
    assert Deposit.objects.count() == Attachment.objects.count() == 1


def test_refusal_tells_another_village_no_amounts(record):
    record(village=OTHER)
    with pytest.raises(Refused) as refused:
        record()
    assert "400" not in str(refused.value)


def test_the_database_refuses_the_same_slip_too(record):
    deposit = record()
    deposit.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        deposit.save(force_insert=True)


BAD_SLIPS = {
    "no number": ({"slip_no": " - "}, "回单号"),
    "nothing": ({"amount": Decimal("0")}, "金额"),
    "negative": ({"amount": Decimal("-1")}, "金额"),
    "a tenth of a cent": ({"amount": Decimal("1.001")}, "金额"),
    "too much": ({"amount": Decimal("10000000")}, "金额"),
    "tomorrow": ({"paid_on": datetime.date(2024, 10, 26)}, "还没有到"),
    "before the campaign": ({"paid_on": datetime.date(2024, 8, 31)}, "早于"),
    "no account": ({"account": " "}, "账户"),
}


@pytest.mark.parametrize("name", BAD_SLIPS)
def test_bad_slips(record, name):
    changes, why = BAD_SLIPS[name]
    with pytest.raises(Refused, match=why):
        record(**changes)
    assert not Deposit.objects.exists()


@pytest.mark.parametrize("paid_on", [datetime.date(2024, 9, 1), datetime.date(2024, 10, 25)])
def test_first_day_and_today_are_good(record, paid_on):
    assert record(paid_on=paid_on).pk


def test_closed_campaign(record, campaign):
    campaign.closed_at = campaign.opened_at
    campaign.save()
    with pytest.raises(Refused, match="已办结"):
        record()


def test_a_slip_of_a_closed_campaign_is_neither_verified_nor_rejected(record, cash, campaign, reviewer):
    cash("400", DAY)
    deposit = record()
    type(campaign).objects.filter(pk=campaign.pk).update(closed_at=campaign.opened_at)
    for step in (deposits.verify_deposit, deposits.reject_deposit):
        facts = {"reason": "照片看不清"} if step is deposits.reject_deposit else {}
        with pytest.raises(Refused, match="已办结"):
            step(deposit=deposit, actor=reviewer, **facts)
    deposit.refresh_from_db()
    assert (deposit.state, account().in_hand) == ("pending", 400)


def test_two_banks_may_share_a_number_if_it_says_whose(record):
    record(account="农商行医保缴费专户")
    with pytest.raises(Refused, match="在号码前加银行名称"):
        record(account="乡镇财政所会计农税结算中心账户", amount="500")
    assert record("500", slip_no="农商 HD20241020001").slip_no == "农商HD20241020001"


def test_nobody_verifies_his_own(record, helper):
    deposit = record()
    with pytest.raises(Refused, match="自己"):
        deposits.verify_deposit(deposit=deposit, actor=helper)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deposit.objects.update(verified_by=helper)


def test_verifying_twice_moves_once(record, cash, reviewer):
    cash("400", DAY)
    deposit = record()
    for _ in range(2):
        deposits.verify_deposit(deposit=deposit, actor=reviewer)
    assert account().township == 400
    assert Movement.objects.filter(kind="deposit").count() == 1


def test_a_rejected_slip_counts_as_if_it_had_never_been(campaign, record, cash, reviewer):
    cash("400", datetime.date(2024, 10, 15))
    deposit = record()
    assert line(campaign).standing.status == Status.CLEAR
    deposits.reject_deposit(deposit=deposit, reason="照片看不清", actor=reviewer)
    found = line(campaign)
    assert (found.standing.status, found.days_late, found.standing.late) == (Status.OVERDUE, 5, 400)
    assert found.unverified == 0
    with pytest.raises(Refused, match="照片看不清"):
        deposits.verify_deposit(deposit=deposit, actor=reviewer)
    assert record().pk != deposit.pk


def test_rejecting_a_verified_slip_takes_the_money_back(campaign, record, cash, reviewer):
    cash("400", DAY)
    deposit = deposits.verify_deposit(deposit=record(), actor=reviewer)
    deposits.reject_deposit(deposit=deposit, reason="银行冲正", actor=reviewer)
    deposits.reject_deposit(deposit=deposit, reason="再点一次", actor=reviewer)
    assert (account().in_hand, account().township) == (400, 0)
    assert Movement.objects.get(kind="reversal").reason == "回单退回：银行冲正"
    assert balances.recount(campaign=campaign) == []


def test_rejecting_is_refused_once_the_money_is_remitted(campaign, record, cash, reviewer):
    cash("400", DAY)
    deposit = deposits.verify_deposit(deposit=record(), actor=reviewer)
    fact = money.Fact(key="remit:1", kind="remit", village=VILLAGE, amount=Decimal("400"), on=DAY)
    money.record_movements(campaign=campaign, facts=[fact], actor=reviewer)
    with pytest.raises(Refused, match="乡镇账户"):
        deposits.reject_deposit(deposit=deposit, reason="银行冲正", actor=reviewer)
    deposit.refresh_from_db()
    assert deposit.state == "verified"


def test_rejecting_needs_a_reason(record, reviewer):
    with pytest.raises(Refused, match="原因"):
        deposits.reject_deposit(deposit=record(), reason=" ", actor=reviewer)


def test_part_deposits_and_a_surplus(campaign, record, cash, reviewer):
    cash("1000", DAY)
    record("600", slip_no="A001")
    assert line(campaign).standing.in_hand == 400
    record("500", slip_no="A002")
    assert (line(campaign).standing.in_hand, line(campaign).standing.surplus) == (0, 100)


def test_voided_cash_leaves_the_clock_as_if_never_taken(campaign, cash, helper):
    movements = cash("400", datetime.date(2024, 10, 1))
    assert line(campaign).standing.status == Status.OVERDUE
    money.reverse_movements(campaign=campaign, movements=movements, reason="收据作废", actor=helper)
    assert line(campaign).standing.status == Status.CLEAR
    assert line(campaign).standing.duties == ()


def test_only_the_helpers_cash_runs_the_clock(campaign, helper):
    facts = [
        money.Fact(key="s", kind="self_pay", village=VILLAGE, amount=Decimal("400"), on=DAY),
        money.Fact(key="g", kind="collect", village=VILLAGE, amount=Decimal("400"), on=DAY, to_place="township"),
    ]
    money.record_movements(campaign=campaign, facts=facts, actor=helper)
    assert line(campaign).standing.in_hand == 0


def test_positions_survive_json(campaign, record, cash):
    cash("12000.50", datetime.date(2024, 10, 2))
    cash("400", DAY, key="c2")
    record("13000")
    kept = VillageDuty.objects.get(village=VILLAGE).position
    assert duties.to_json(duties.from_json(kept)) == kept
    VillageDuty.objects.all().delete()
    assert duties.rebuild(campaign=campaign) == 1
    assert VillageDuty.objects.get(village=VILLAGE).position == kept


def test_the_board_knows_past_days(campaign, record, cash):
    cash("400", datetime.date(2024, 10, 1))
    record(paid_on=datetime.date(2024, 10, 20))
    (then,) = duties.board(campaign=campaign, region=VILLAGE, as_of=datetime.date(2024, 10, 10))
    assert (then.standing.status, then.days_late) == (Status.OVERDUE, 4)
    assert line(campaign).standing.status == Status.CLEAR


def test_the_board_puts_the_worst_first(campaign, helper):
    cash = {
        "411325101200": ("400", 10),  # 10 days late
        "411325101201": ("900", 18),  # 2 days late
        "411325101202": ("800", 18),  # 2 days late, less
        "411325101203": ("400", 20),  # due today
        "411325101204": ("400", 22),  # due in two days
    }
    facts = [
        money.Fact(key=code, kind="collect", village=code, amount=Decimal(amount), on=datetime.date(2024, 10, day))
        for code, (amount, day) in cash.items()
    ]
    money.record_movements(campaign=campaign, facts=facts, actor=helper)
    lines = duties.board(campaign=campaign, region="411325")
    assert [found.village.pk for found in lines[:5]] == list(cash)
    assert {found.standing.status for found in lines[5:]} == {Status.CLEAR}
    assert lines[0].outlook.days_late == 11


def test_the_boards_statements_do_not_grow(campaign, cash):
    def statements(region):
        campaign.policy_version.policy  # noqa: B018  (read once a process)
        with CaptureQueriesContext(connection) as found:
            duties.board(campaign=campaign, region=region)
        return len(found)

    cash("400", DAY)
    assert statements(VILLAGE) == statements("411325") == 2


def test_a_county_without_the_two_limits_has_no_board(campaign, cash, monkeypatch):
    cash("400", DAY)
    monkeypatch.setattr(duties, "limit_of", lambda campaign: None)
    assert duties.board(campaign=campaign, region="411325") == []
    assert line(campaign) is None


def test_a_helper_takes_back_only_the_own_unverified_slip(record, helper, reviewer, make_user):
    deposit = record()
    with pytest.raises(Refused, match="自己登记"):
        deposits.reject_deposit(deposit=deposit, reason="写错", actor=make_user("village", VILLAGE))
    deposits.reject_deposit(deposit=deposit, reason="写错", actor=helper)
    again = deposits.verify_deposit(deposit=record(), actor=reviewer)
    with pytest.raises(Refused, match="还没有核验"):
        deposits.reject_deposit(deposit=again, reason="写错", actor=helper)
