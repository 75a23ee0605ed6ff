"""What is held for a person to look into, and what is no entry at all; both sides of each boundary."""

import datetime
import uuid
from decimal import Decimal

import pytest

from collection.door.payload import MOST_MEMBERS, PayloadError, read_entry
from collection.door.rules import Arrival, day_in_hand, why_held

TODAY = datetime.date(2024, 10, 25)
LISTED = datetime.date(2024, 10, 20)

HELD = {
    "today": (Arrival(TODAY, LISTED, TODAY), None, TODAY),
    "tomorrow": (Arrival(TODAY + datetime.timedelta(1), LISTED, TODAY), "day_impossible", TODAY),
    "the day the list was fetched": (Arrival(LISTED, LISTED, TODAY), None, LISTED),
    "the day before it": (Arrival(LISTED - datetime.timedelta(1), LISTED, TODAY), "day_impossible", TODAY),
    "an unknown list": (Arrival(LISTED, None, TODAY), None, LISTED),
    "no day": (Arrival(None, LISTED, TODAY), "day_impossible", TODAY),
    "closed": (Arrival(LISTED, LISTED, TODAY, "内乡县2025年度", is_closed=True), "campaign_closed", LISTED),
    "cut off": (Arrival(LISTED, LISTED, TODAY, is_cut_off=True), "phone_cut_off", LISTED),
    "replaced": (Arrival(LISTED, LISTED, TODAY, is_replaced=True), "helper_replaced", LISTED),
    "closed goes first": (
        Arrival(None, LISTED, TODAY, is_closed=True, is_cut_off=True, is_replaced=True),
        "campaign_closed",
        TODAY,
    ),
    "cut off goes before replaced": (
        Arrival(LISTED, LISTED, TODAY, is_cut_off=True, is_replaced=True),
        "phone_cut_off",
        LISTED,
    ),
}


@pytest.mark.parametrize("case", HELD)
def test_why_an_entry_is_held_and_from_when_its_cash_counts(case):
    arrival, code, counts_from = HELD[case]
    held = why_held(arrival)
    assert (held and held[1], day_in_hand(arrival)) == (code, counts_from)
    assert held is None or held[2].endswith("。")
    assert held is None or held[0] == ("paid_on" if code == "day_impossible" else "")


def entry(**changed):
    return {
        "id": str(uuid.UUID(int=7)),
        "year": 2025,
        "paid_on": "2024-10-25",
        "listed_on": "2024-10-25",
        "household": "0001",
        "receipt_no": " NX0101 ",
        "spoilt": [],
        "members": [member()],
    } | changed


def member(**changed):
    return {"pk": 7, "name": "李春生", "tail": "0014", "amount": "400.00"} | changed


def test_an_entry_is_read():
    told = read_entry(entry(spoilt=["NX0100"], members=[member(), member(pk=8, amount="320")]))
    assert (told.receipt_no, told.amount, told.spoilt) == ("NX0101", Decimal("720.00"), ("NX0100",))
    assert told.as_json()["members"][1] == [8, "李春生", "0014", "320.00"]


def test_a_day_that_cannot_be_read_is_asked_about_and_not_refused():
    for text in ("2024-13-01", "昨天", "", None, 20241025):
        assert read_entry(entry(paid_on=text)).paid_on is None


NO_ENTRIES = {
    "a list": [],
    "no members": entry(members=[]),
    "too many members": entry(members=[member(pk=n + 1) for n in range(MOST_MEMBERS + 1)]),
    "the same person twice": entry(members=[member(), member()]),
    "no id": entry(id=None),
    "an odd id": entry(id="1; DROP"),
    "a year of words": entry(year="2025"),
    "a true year": entry(year=True),
    "a member of words": entry(members=["李春生"]),
    "no amount": entry(members=[member(amount="0")]),
    "a negative amount": entry(members=[member(amount="-400")]),
    "an amount of three decimals": entry(members=[member(amount="400.001")]),
    "no number": entry(members=[member(amount="NaN")]),
    "a number instead of text": entry(members=[member(amount=400)]),
    "too much": entry(members=[member(amount="100000.01")]),
    "a long name": entry(members=[member(name="李" * 61)]),
    "a character that no database keeps": entry(receipt_no="NX\0"),
    "half a character": entry(household="\ud800"),
    "spoilt numbers without end": entry(spoilt=["NX1"] * 21),
}


@pytest.mark.parametrize("case", NO_ENTRIES)
def test_what_no_page_sends_is_refused(case):
    with pytest.raises(PayloadError):
        read_entry(NO_ENTRIES[case])
