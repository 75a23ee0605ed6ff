"""Receipt books and numbers: who may hand on what, what a number may be used for, what is on the worklist."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collection.models import Contribution, Receipt, ReceiptBook, VillageAccount
from collection.services import contributions, receipts
from collection.services.receipts import ReceiptRefused, Use
from residents.models import Event, Region
from subsidies import quote as quotes

COUNTY, TOWN, OTHER_TOWN = "411325", "411325101", "411325102"
VILLAGE, OTHER = "411325101200", "411325101201"
DAY = datetime.date(2024, 10, 10)
pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(make_user):
    return make_user("township", TOWN)


@pytest.fixture
def issue(campaign, clerk):
    def issue(holder, first, last):
        holder = Region.objects.get(pk=holder)
        return receipts.issue_book(campaign=campaign, holder=holder, first=first, last=last, actor=clerk)

    return issue


@pytest.fixture
def books(campaign, clerk, issue):
    """The county has NX0001—NX0999, the township NX0101—NX0200, the village NX0101—NX0120."""
    receipts.register_book(campaign=campaign, first="NX0001", last="NX0999", actor=clerk)
    issue(TOWN, "NX0101", "NX0200")
    return issue(VILLAGE, "NX0101", "NX0120")


@pytest.fixture
def use(campaign, clerk):
    def use(*numbers, village=VILLAGE, household="", amount="400"):
        uses = [Use(number, household, Decimal(amount), DAY) for number in numbers]
        return receipts.use_receipts(campaign=campaign, village=village, uses=uses, actor=clerk)

    return use


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
    assert receipts.written(number) == written
    found = receipts.take_apart(number)
    assert (found and found.serial) == digits
    assert found is None or found.text == written


def test_books_go_down_the_three_levels(books, issue):
    assert books.text == "NX0101—NX0120"
    assert (books.holder_id, books.parent.holder_id, books.parent.parent.holder_id) == (VILLAGE, TOWN, COUNTY)
    assert issue(VILLAGE, "NX0101", "NX0120") == books
    assert ReceiptBook.objects.count() == 3
    assert Event.objects.filter(action="receipt_book.issue").count() == 3


BAD_BOOKS = {
    "past the end of the township's": (VILLAGE, "NX0190", "NX0201", "没有领用"),
    "another prefix": (VILLAGE, "NY0121", "NY0130", "没有领用"),
    "another width": (VILLAGE, "NX00121", "NX00130", "没有领用"),
    "overlaps by its last number": (OTHER, "NX0120", "NX0130", "重叠"),
    "lies within": (OTHER, "NX0105", "NX0106", "重叠"),
    "a township that has none": ("411325102200", "NX0121", "NX0130", "没有领用"),
    "straight from the county": ("411325102200", "NX0301", "NX0310", "没有领用"),
    "another township's": (OTHER_TOWN, "NX0150", "NX0250", "重叠"),
    "backwards": (OTHER, "NX0130", "NX0121", "不能小于"),
    "two prefixes": (OTHER, "NX0121", "NY0130", "一致"),
    "no number": (OTHER, "NX", "NX0130", "数字"),
}


@pytest.mark.parametrize("name", BAD_BOOKS)
def test_books_that_cannot_be_issued(books, issue, name):
    holder, first, last, why = BAD_BOOKS[name]
    with pytest.raises(ReceiptRefused, match=why):
        issue(holder, first, last)
    assert ReceiptBook.objects.count() == 3


def test_the_number_right_after_is_free(books, issue):
    assert issue(OTHER, "NX0121", "NX0140").parent == books.parent


def test_roots_do_not_overlap(books, campaign, clerk):
    with pytest.raises(ReceiptRefused, match="重叠"):
        receipts.register_book(campaign=campaign, first="NX0999", last="NX1100", actor=clerk)
    receipts.register_book(campaign=campaign, first="NX1000", last="NX1100", actor=clerk)


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
    assert [r.number for r in receipts.without_book(campaign=campaign, region=TOWN)] == ["NX0121", "XY1"]
    assert not receipts.without_book(campaign=campaign, region=OTHER_TOWN)


def test_a_book_registered_late_takes_in_what_was_used_of_it(books, use, issue, campaign):
    use("NX0121", "NX0130", "NX0141", "NX00125", "NZ0125")
    late = issue(VILLAGE, "NX0121", "NX0140")
    assert set(Receipt.objects.filter(book=late).values_list("number", flat=True)) == {"NX0121", "NX0130"}
    assert receipts.without_book(campaign=campaign, region=VILLAGE).count() == 3


def test_using_many_takes_few_statements(books, use, campaign):
    def statements(start, count):
        with CaptureQueriesContext(connection) as found:
            use(*(f"ZZ{n:06d}" for n in range(start, start + count)))
        return len([q for q in found if not q["sql"].startswith('INSERT INTO "collection_receipt"')])

    statements(0, 1)
    assert statements(10, 20) == statements(100, 1500)


def test_totals_and_skipped_numbers(books, use, campaign, clerk):
    use("NX0101", "NX0104", "NX0105")
    receipts.explain_number(
        campaign=campaign, village=VILLAGE, number="NX0103", state="lost", reason="雨淋", actor=clerk
    )
    receipts.void_receipt(receipt=Receipt.objects.get(number="NX0105"), reason="重复", actor=clerk)
    (totals,) = receipts.book_totals(campaign=campaign, region=VILLAGE)
    assert (totals.used, totals.voided, totals.lost, totals.amount) == (2, 1, 1, 800)
    assert (totals.skipped, totals.unused) == (1, 15)
    assert receipts.skipped_numbers(book=books) == ["NX0102"]


def test_a_released_number_is_neither_spent_nor_in_the_way(books, use, campaign, clerk):
    use("NX0101", "NX0102", "NX0103")
    Receipt.objects.filter(number__in=["NX0102", "NX0103"]).update(state="released", amount=0)
    (totals,) = receipts.book_totals(campaign=campaign, region=VILLAGE)
    assert (totals.spent, totals.skipped, totals.unused) == (1, 0, 19)
    use("NX0103")
    assert receipts.skipped_numbers(book=books) == ["NX0102"]
    explained = receipts.explain_number(
        campaign=campaign, village=VILLAGE, number="NX0102", state="lost", reason="雨淋", actor=clerk
    )
    assert explained.state == "lost"
    assert receipts.skipped_numbers(book=books) == []


def test_untouched_book_has_skipped_nothing(books, campaign):
    (totals,) = receipts.book_totals(campaign=campaign, region=COUNTY)
    assert (totals.spent, totals.amount, totals.skipped, totals.unused) == (0, 0, 0, 20)
    assert receipts.skipped_numbers(book=books) == []


def test_skipped_numbers_are_cut_off(books, use):
    use("NX0120")
    assert receipts.skipped_numbers(book=books, at_most=3) == ["NX0101", "NX0102", "NX0103"]


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


@pytest.fixture
def hand_back(clerk):
    return lambda book, first: receipts.return_book(book=book, first=first, actor=clerk)


def held(book):
    """(numbers still the holder's, numbers handed back)."""
    book = ReceiptBook.objects.get(pk=book.pk)
    return book.end - book.first + 1, book.returned


def test_the_unused_end_goes_back_and_can_be_handed_on(books, use, issue, hand_back, clerk, campaign):
    use("NX0101", "NX0103")
    back = hand_back(books, "NX0111")
    assert (back.returned_text, back.returned_by, held(books)) == ("NX0111—NX0120", clerk, (10, 10))
    assert back.returned_at is not None
    event = Event.objects.get(action="receipt_book.return")
    assert "NX0111—NX0120" in event.summary and event.actor_id == clerk.pk
    (totals,) = receipts.book_totals(campaign=campaign, region=VILLAGE)
    assert (totals.used, totals.skipped, totals.unused, totals.book.returned) == (2, 1, 7, 10)
    assert issue(OTHER, "NX0111", "NX0120").parent == books.parent
    with pytest.raises(ReceiptRefused, match="NX0101—NX0110 已发给"):
        issue(OTHER, "NX0110", "NX0110")


def test_a_number_handed_back_is_not_the_villages_any_more(books, use, hand_back, campaign, clerk):
    hand_back(books, "NX0111")
    use("NX0110")
    with pytest.raises(ReceiptRefused, match="NX0111 已在 2024-10-25 交回"):
        use("NX0111")
    with pytest.raises(ReceiptRefused, match="不在本村"):
        receipts.explain_number(
            campaign=campaign, village=VILLAGE, number="NX0111", state="lost", reason="x", actor=clerk
        )
    village = receipts.village_books(campaign=campaign, village=VILLAGE)
    assert receipts.book_of("NX0110", village) and receipts.book_of("NX0111", village) is None


def test_all_of_a_book_goes_back_and_comes_again(books, use, issue, hand_back, campaign):
    hand_back(books, "NX0101")
    assert held(books) == (0, 20)
    with pytest.raises(ReceiptRefused, match="交回"):
        use("NX0105")
    again = issue(VILLAGE, "NX0101", "NX0120")
    assert again != books
    use("NX0105")
    assert Receipt.objects.get().book == again


def test_handing_back_in_two_steps(books, hand_back):
    hand_back(books, "NX0115")
    hand_back(books, "NX0115")
    assert Event.objects.filter(action="receipt_book.return").count() == 1
    hand_back(books, "NX0110")
    assert held(books) == (9, 11)
    with pytest.raises(ReceiptRefused, match="NX0112 已经交回"):
        hand_back(books, "NX0112")


@pytest.mark.parametrize("spent", ["used", "voided", "lost"])
def test_a_spent_number_stays(books, use, hand_back, campaign, clerk, spent):
    if spent == "lost":
        receipts.explain_number(
            campaign=campaign, village=VILLAGE, number="NX0105", state="lost", reason="雨淋", actor=clerk
        )
    else:
        receipt = use("NX0105")["NX0105"]
        if spent == "voided":
            receipts.void_receipt(receipt=receipt, reason="写错", actor=clerk)
    with pytest.raises(ReceiptRefused, match="NX0105 已经开出、作废或遗失，只能从 NX0106 起"):
        hand_back(books, "NX0105")
    hand_back(books, "NX0106")


def test_a_full_book_has_nothing_to_hand_back(books, use, hand_back):
    use("NX0120")
    with pytest.raises(ReceiptRefused, match="没有可交回"):
        hand_back(books, "NX0120")


@pytest.mark.parametrize("number", ["NX0100", "NX0121", "NY0105", "NX00105", "NX"])
def test_numbers_that_are_not_in_the_book(books, hand_back, number):
    with pytest.raises(ReceiptRefused, match="不在这本收据"):
        hand_back(books, number)


def test_a_township_hands_back_what_its_villages_have_not(books, issue, hand_back):
    town = books.parent
    with pytest.raises(ReceiptRefused, match="NX0101—NX0120 还在"):
        hand_back(town, "NX0120")
    hand_back(town, "NX0121")
    with pytest.raises(ReceiptRefused, match="没有领用"):
        issue(OTHER, "NX0121", "NX0130")
    assert issue(OTHER_TOWN, "NX0121", "NX0130").parent == town.parent
    hand_back(books, "NX0101")
    hand_back(town, "NX0101")
    assert held(town) == (0, 100)
    with pytest.raises(ReceiptRefused, match="没有上级"):
        hand_back(town.parent, "NX0900")


# --- Many at once -----------------------------------------------------------------------------------------------------


@pytest.fixture
def villages(campaign):
    return list(Region.objects.filter(parent_id=TOWN).order_by("code")[:4])


@pytest.fixture
def issue_all(campaign, clerk):
    return lambda lines: receipts.issue_books(campaign=campaign, lines=lines, actor=clerk)


def test_the_same_for_all_one_after_the_other(books, villages, issue_all):
    lines = receipts.same_for_all(first="nx0121", books=2, numbers=5, holders=villages)
    made = issue_all(lines)
    assert [book.text for book in made][:3] == ["NX0121—NX0125", "NX0126—NX0130", "NX0131—NX0135"]
    assert [book.holder for book in made] == [village for village in villages for _ in range(2)]
    assert issue_all(lines) == made
    assert ReceiptBook.objects.count() == 3 + 8


def test_many_are_all_or_none_and_the_overlap_is_named(books, villages, issue_all, campaign):
    lines = [
        receipts.Line(villages[1], "NX0121", "NX0130"),
        receipts.Line(villages[2], "NX0130", "NX0140"),
        receipts.Line(villages[3], "NX0115", "NX0116"),
        receipts.Line(villages[3], "NX0201", "NX0210"),
        receipts.Line(villages[3], "NX0141", "NX014"),
    ]
    found = receipts.examine_lines(campaign=campaign, lines=lines)
    assert [(verdict.why[:13], verdict.count) for verdict in found] == [
        ("", 10), ("NX0121—NX0130", 0), ("NX0101—NX0120", 0), (found[3].why[:13], 0), ("起号和止号的字头、位数要一", 0)
    ]
    assert f"已发给{villages[1].name}" in found[1].why and "没有领用" in found[3].why
    with pytest.raises(ReceiptRefused, match="NX0121—NX0130 已发给.*共 4 处"):
        issue_all(lines)
    assert ReceiptBook.objects.count() == 3


def test_too_many_at_once(books, villages):
    with pytest.raises(ReceiptRefused, match="最多发放 2000 本"):
        receipts.same_for_all(first="NX0121", books=501, numbers=1, holders=villages)
    with pytest.raises(ReceiptRefused, match="字头加数字"):
        receipts.same_for_all(first="NX", books=1, numbers=1, holders=villages)


def test_examining_asks_three_questions_however_many_lines(books, villages, campaign, django_assert_num_queries):
    lines = receipts.same_for_all(first="NX0121", books=10, numbers=2, holders=villages)
    [line.holder.parent.name for line in lines]
    with django_assert_num_queries(2):
        assert not any(verdict.why for verdict in receipts.examine_lines(campaign=campaign, lines=lines))


# --- One of two on a receipt ------------------------------------------------------------------------------------------


def test_a_household_receipt_of_which_one_member_is_taken_back(books, paid, use, campaign, clerk):
    receipt, (first, second) = paid
    gone = contributions.reverse_contributions(campaign=campaign, contributions=[first], reason="填错", actor=clerk)
    assert receipts.release_receipts(campaign=campaign, contributions=gone, actor=clerk) == 0
    receipt.refresh_from_db()
    assert (receipt.state, receipt.amount) == ("used", 400)
    assert VillageAccount.objects.get().in_hand == 400
    assert receipts.book_totals(campaign=campaign, region=VILLAGE)[0].amount == 400
    with pytest.raises(ReceiptRefused, match="已在"):
        use("NX0101", household="8")
    receipts.void_receipt(receipt=receipt, reason="整张作废", actor=clerk)
    assert VillageAccount.objects.get().in_hand == 0
    assert set(Contribution.objects.values_list("end_reason", flat=True)) == {"填错", "收据 NX0101 作废：整张作废"}


def test_a_number_without_its_zeros_is_another_number(books, use, campaign):
    use("NX101", "101", "0101")
    assert [r.number for r in receipts.without_book(campaign=campaign, region=VILLAGE)] == ["0101", "101", "NX101"]
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
