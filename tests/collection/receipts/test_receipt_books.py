"""Receipt books: who may hand on what, what goes back, and what of a book is spent, skipped or still blank."""

import pytest

from collection.receipts import books as receipt_books
from collection.receipts import selectors as receipt_selectors
from collection.receipts import services as receipts
from collection.receipts.books import ReceiptRefused
from collection.receipts.models import Receipt, ReceiptBook
from core.audit.models import Event
from core.regions.models import Region
from tests.collection.paid_people import OTHER, VILLAGE
from tests.collection.paid_people import TOWNSHIP as TOWN

COUNTY, OTHER_TOWN = "411325", "411325102"
pytestmark = pytest.mark.django_db


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
        receipt_books.register_book(campaign=campaign, first="NX0999", last="NX1100", actor=clerk)
    receipt_books.register_book(campaign=campaign, first="NX1000", last="NX1100", actor=clerk)


def test_a_book_registered_late_takes_in_what_was_used_of_it(books, use, issue, campaign):
    use("NX0121", "NX0130", "NX0141", "NX00125", "NZ0125")
    late = issue(VILLAGE, "NX0121", "NX0140")
    assert set(Receipt.objects.filter(book=late).values_list("number", flat=True)) == {"NX0121", "NX0130"}
    assert receipt_selectors.without_book(campaign=campaign, region=VILLAGE).count() == 3


def test_totals_and_skipped_numbers(books, use, campaign, clerk):
    use("NX0101", "NX0104", "NX0105")
    receipts.explain_number(
        campaign=campaign, village=VILLAGE, number="NX0103", state="lost", reason="雨淋", actor=clerk
    )
    receipts.void_receipt(receipt=Receipt.objects.get(number="NX0105"), reason="重复", actor=clerk)
    (totals,) = receipt_selectors.book_totals(campaign=campaign, region=VILLAGE)
    assert (totals.used, totals.voided, totals.lost, totals.amount) == (2, 1, 1, 800)
    assert (totals.skipped, totals.unused) == (1, 15)
    assert receipt_selectors.skipped_numbers(book=books) == ["NX0102"]


def test_a_released_number_is_neither_spent_nor_in_the_way(books, use, campaign, clerk):
    use("NX0101", "NX0102", "NX0103")
    Receipt.objects.filter(number__in=["NX0102", "NX0103"]).update(state="released", amount=0)
    (totals,) = receipt_selectors.book_totals(campaign=campaign, region=VILLAGE)
    assert (totals.spent, totals.skipped, totals.unused) == (1, 0, 19)
    use("NX0103")
    assert receipt_selectors.skipped_numbers(book=books) == ["NX0102"]
    explained = receipts.explain_number(
        campaign=campaign, village=VILLAGE, number="NX0102", state="lost", reason="雨淋", actor=clerk
    )
    assert explained.state == "lost"
    assert receipt_selectors.skipped_numbers(book=books) == []


def test_untouched_book_has_skipped_nothing(books, campaign):
    (totals,) = receipt_selectors.book_totals(campaign=campaign, region=COUNTY)
    assert (totals.spent, totals.amount, totals.skipped, totals.unused) == (0, 0, 0, 20)
    assert receipt_selectors.skipped_numbers(book=books) == []


def test_skipped_numbers_are_cut_off(books, use):
    use("NX0120")
    assert receipt_selectors.skipped_numbers(book=books, at_most=3) == ["NX0101", "NX0102", "NX0103"]


@pytest.fixture
def hand_back(clerk):
    return lambda book, first: receipt_books.return_book(book=book, first=first, actor=clerk)


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
    (totals,) = receipt_selectors.book_totals(campaign=campaign, region=VILLAGE)
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
    village = receipt_selectors.village_books(campaign=campaign, village=VILLAGE)
    assert receipt_selectors.book_of("NX0110", village) and receipt_selectors.book_of("NX0111", village) is None


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


def test_blank_numbers_between_spent_ones_are_explained_not_handed_back(books, use, hand_back):
    use("NX0101", "NX0103")
    says = "NX0103 .*只能从 NX0104 起交回；中间没有开出的空白号请在本村收据页登记为作废"
    with pytest.raises(ReceiptRefused, match=says):
        hand_back(books, "NX0102")


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
    return lambda lines: receipt_books.issue_books(campaign=campaign, lines=lines, actor=clerk)


def test_the_same_for_all_one_after_the_other(books, villages, issue_all):
    lines = receipt_books.same_for_all(first="nx0121", books=2, numbers=5, holders=villages)
    made = issue_all(lines)
    assert [book.text for book in made][:3] == ["NX0121—NX0125", "NX0126—NX0130", "NX0131—NX0135"]
    assert [book.holder for book in made] == [village for village in villages for _ in range(2)]
    assert issue_all(lines) == made
    assert ReceiptBook.objects.count() == 3 + 8


def test_many_are_all_or_none_and_the_overlap_is_named(books, villages, issue_all, campaign):
    lines = [
        receipt_books.BookLine(villages[1], "NX0121", "NX0130"),
        receipt_books.BookLine(villages[2], "NX0130", "NX0140"),
        receipt_books.BookLine(villages[3], "NX0115", "NX0116"),
        receipt_books.BookLine(villages[3], "NX0201", "NX0210"),
        receipt_books.BookLine(villages[3], "NX0141", "NX014"),
    ]
    found = receipt_books.examine_lines(campaign=campaign, lines=lines)
    assert [(verdict.why[:13], verdict.count) for verdict in found] == [
        ("", 10),
        ("NX0121—NX0130", 0),
        ("NX0101—NX0120", 0),
        (found[3].why[:13], 0),
        ("起号和止号的字头、位数要一", 0),
    ]
    assert f"已发给{villages[1].name}" in found[1].why and "没有领用" in found[3].why
    with pytest.raises(ReceiptRefused, match="NX0121—NX0130 已发给.*共 4 处"):
        issue_all(lines)
    assert ReceiptBook.objects.count() == 3


def test_too_many_at_once(books, villages):
    with pytest.raises(ReceiptRefused, match="最多发放 2000 本"):
        receipt_books.same_for_all(first="NX0121", books=501, numbers=1, holders=villages)
    with pytest.raises(ReceiptRefused, match="字头加数字"):
        receipt_books.same_for_all(first="NX", books=1, numbers=1, holders=villages)


def test_examining_asks_three_questions_however_many_lines(books, villages, campaign, django_assert_num_queries):
    lines = receipt_books.same_for_all(first="NX0121", books=10, numbers=2, holders=villages)
    [line.holder.parent.name for line in lines]
    with django_assert_num_queries(3):
        assert not any(verdict.why for verdict in receipt_books.examine_lines(campaign=campaign, lines=lines))


# --- One of two on a receipt ------------------------------------------------------------------------------------------


def test_a_closed_campaign_hands_out_no_more_books(books, issue, hand_back, campaign, clerk):
    type(campaign).objects.filter(pk=campaign.pk).update(closed_at=campaign.opened_at)
    with pytest.raises(ReceiptRefused, match="已办结，不能再登记或发放收据本"):
        receipt_books.register_book(campaign=campaign, first="NX1000", last="NX1999", actor=clerk)
    with pytest.raises(ReceiptRefused, match="已办结，不能再登记或发放收据本"):
        issue(OTHER, "NX0121", "NX0140")
    assert ReceiptBook.objects.count() == 3
    assert hand_back(books, "NX0101").returned == 20, "the paper that is left still goes back"


def test_a_village_that_was_moved_gets_no_books(books, issue, campaign):
    moved = Region.objects.create(code="411325102999", name="划走村", level="village", parent_id=OTHER_TOWN)
    Region.objects.filter(pk=OTHER).update(replaced_by=moved)
    with pytest.raises(ReceiptRefused, match="已划走"):
        issue(OTHER, "NX0121", "NX0140")
