"""Receipt numbers: what a number may be used for, voiding, and what is explained."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collection.contributions import services as contributions
from collection.contributions.models import Contribution
from collection.money.models import VillageAccount
from collection.receipts import numbers
from collection.receipts import selectors as receipt_selectors
from collection.receipts import services as receipts
from collection.receipts.books import ReceiptRefused
from collection.receipts.models import Receipt
from core.audit.models import Event
from subsidies.quotes import quote as quotes
from tests.collection.paid_people import OTHER, VILLAGE
from tests.collection.paid_people import TOWNSHIP as TOWN

OTHER_TOWN = "411325102"
DAY = datetime.date(2024, 10, 10)
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("number", "written", "digits"),
    [
        ("NX24896580", "NX24896580", 24896580),
        (" nx 0012 ", "NX0012", 12),
        ("ＮＸ００１２", "NX0012", 12),
        ("0012", "0012", 12),
        ("NX-0012", "NX-0012", 12),
        ("收0012", "收0012", 12),
        ("NX12A", "NX12A", None),
        ("NX", "NX", None),
    ],
)
def test_numbers_taken_apart(number, written, digits):
    assert numbers.normalize_number(number) == written
    found = numbers.parse_number(number)
    assert (found and found.serial) == digits
    assert found is None or found.text == written


def test_a_number_is_used_once(books, use):
    use("NX0101", "NX0102")
    with pytest.raises(ReceiptRefused, match="NX0102 已在 2024-10-10 开给另一人"):
        use("NX0103", "NX0102")
    assert set(Receipt.objects.values_list("number", flat=True)) == {"NX0101", "NX0102"}


def test_twice_in_one_call_is_twice(books, use):
    with pytest.raises(ReceiptRefused, match="一户一次"):
        use("NX0101", "nx 0101")


def test_a_household_shares_its_receipt(books, use):
    use("NX0101", "NX0101", household="12")
    use("NX0101", household="12", amount="320")
    receipt = Receipt.objects.get()
    assert (receipt.amount, receipt.household, receipt.book) == (1120, "12", books)
    with pytest.raises(ReceiptRefused, match="户 12"):
        use("NX0101", household="13")


def test_another_villages_number_is_refused(books, use):
    use("NX0101")
    with pytest.raises(ReceiptRefused, match="已由.*使用"):
        use("NX0101", village=OTHER)


def test_a_voided_number_is_not_used_again(books, use, campaign, clerk):
    receipt = use("NX0101")["NX0101"]
    receipts.void_receipt(receipt=receipt, reason="金额写错", actor=clerk)
    with pytest.raises(ReceiptRefused, match="已作废（金额写错）"):
        use("NX0101")


def test_a_number_outside_the_books_goes_on_the_worklist(books, use, campaign):
    use("NX0121", "XY1")
    assert [r.number for r in receipt_selectors.without_book(campaign=campaign, region=TOWN)] == ["NX0121", "XY1"]
    assert not receipt_selectors.without_book(campaign=campaign, region=OTHER_TOWN)


def test_using_many_takes_few_statements(books, use, campaign):
    def statements(start, count):
        with CaptureQueriesContext(connection) as found:
            use(*(f"ZZ{n:06d}" for n in range(start, start + count)))
        return len([q for q in found if not q["sql"].startswith('INSERT INTO "collection_receipt"')])

    statements(0, 1)
    assert statements(10, 20) == statements(100, 1500)


def test_explaining_a_number(books, use, campaign, clerk):
    explain = lambda number, state="voided", reason="写坏": receipts.explain_number(  # noqa: E731
        campaign=campaign, village=VILLAGE, number=number, state=state, reason=reason, actor=clerk
    )
    assert explain("NX0101") == explain("NX0101")
    with pytest.raises(ReceiptRefused, match="不在本村"):
        explain("NX0121")
    with pytest.raises(ReceiptRefused, match="原因"):
        explain("NX0102", reason=" ")
    with pytest.raises(ReceiptRefused, match="只能"):
        explain("NX0102", state="used")
    use("NX0102")
    with pytest.raises(ReceiptRefused, match="已开出 400.00 元"):
        explain("NX0102")


@pytest.fixture
def paid(campaign, make_resident, clerk, use):
    """Two people paid ¥400 each in cash on one household receipt."""
    receipt = use("NX0101", "NX0101", household="7")["NX0101"]
    people = [make_resident(VILLAGE, name=name) for name in ("甲一", "甲二")]
    quote = quotes.quote(campaign.policy, birth_date=people[0].birth_date, identities=[], paid_on=DAY)
    return receipt, contributions.record_contributions(
        campaign=campaign,
        actor=clerk,
        payments=[
            contributions.Payment(
                resident_id=p.pk, village=VILLAGE, channel="cash", paid_on=DAY, quote=quote, receipt_id=receipt.pk
            )
            for p in people
        ],
    )


def test_voiding_takes_back_contributions_and_cash(books, paid, clerk):
    receipt, made = paid
    assert VillageAccount.objects.get().in_hand == 800
    receipts.void_receipt(receipt=receipt, reason="写错名字", actor=clerk)
    receipts.void_receipt(receipt=receipt, reason="再点一次", actor=clerk)
    assert VillageAccount.objects.get().in_hand == VillageAccount.objects.get().collected == 0
    assert set(Contribution.objects.values_list("state", flat=True)) == {"reversed"}
    receipt.refresh_from_db()
    assert (receipt.state, receipt.void_reason, receipt.voided_by) == ("voided", "写错名字", clerk)
    assert Event.objects.filter(action="receipt.void").count() == 1


def test_a_declared_receipt_is_not_voided(books, paid, clerk):
    receipt, made = paid
    Contribution.objects.filter(pk=made[0].pk).update(state="declared")
    with pytest.raises(contributions.ContributionRefused, match="退费"):
        receipts.void_receipt(receipt=receipt, reason="写错名字", actor=clerk)
    receipt.refresh_from_db()
    assert receipt.state == "used"
    assert VillageAccount.objects.get().in_hand == 800


def test_voiding_needs_a_reason(books, paid, clerk):
    with pytest.raises(ReceiptRefused, match="原因"):
        receipts.void_receipt(receipt=paid[0], reason="", actor=clerk)


# --- Handed back ------------------------------------------------------------------------------------------------------


def test_a_household_receipt_of_which_one_member_is_taken_back(books, paid, use, campaign, clerk):
    receipt, (first, second) = paid
    gone = contributions.reverse_contributions(campaign=campaign, contributions=[first], reason="填错", actor=clerk)
    assert receipts.release_receipts(campaign=campaign, contributions=gone, actor=clerk) == 0
    receipt.refresh_from_db()
    assert (receipt.state, receipt.amount) == ("used", 400)
    assert VillageAccount.objects.get().in_hand == 400
    assert receipt_selectors.book_totals(campaign=campaign, region=VILLAGE)[0].amount == 400
    with pytest.raises(ReceiptRefused, match="已在"):
        use("NX0101", household="8")
    receipts.void_receipt(receipt=receipt, reason="整张作废", actor=clerk)
    assert VillageAccount.objects.get().in_hand == 0
    assert set(Contribution.objects.values_list("end_reason", flat=True)) == {"填错", "收据 NX0101 作废：整张作废"}


def test_a_number_without_its_zeros_is_another_number(books, use, campaign):
    use("NX101", "101", "0101")
    assert [r.number for r in receipt_selectors.without_book(campaign=campaign, region=VILLAGE)] == [
        "0101",
        "101",
        "NX101",
    ]
    assert use("NX0101")["NX0101"].book == books


def test_a_closed_campaigns_receipts_stay_as_they_are(books, paid, use, campaign, clerk):
    type(campaign).objects.filter(pk=campaign.pk).update(closed_at=campaign.opened_at)
    for change in (
        lambda: use("NX0102"),
        lambda: receipts.void_receipt(receipt=paid[0], reason="写错", actor=clerk),
        lambda: receipts.explain_number(
            campaign=campaign, village=VILLAGE, number="NX0103", state="lost", reason="雨淋", actor=clerk
        ),
    ):
        with pytest.raises(ReceiptRefused, match="已办结"):
            change()
    assert set(Receipt.objects.values_list("number", "state")) == {("NX0101", "used")}
