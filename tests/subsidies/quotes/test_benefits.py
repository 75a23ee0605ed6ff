# ruff: noqa: E501 — each case stands on one line
"""Cover, waiting, newborns and the large-illness incentives: both sides of each boundary."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidies.policy.policies import available, load
from subsidies.quotes.awards import large_illness
from subsidies.quotes.benefits import add_months, cover, gap_years, is_under, newborn_deadline, waiting_months

NEIXIANG, XIXIA, QINSHUI, GAOYANG, TUNLIU = (
    load(i) for i in ("411325-2025", "411323-2026", "140521-2026", "130628-2026", "140405-2026")
)
ADULT = datetime.date(1970, 5, 1)


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2025-03-10", 3, "2025-06-10"),
        ("2024-11-30", 3, "2025-02-28"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2025-02-28", 12, "2026-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-05-05", 0, "2025-05-05"),
    ],
)
def test_add_months(start, months, end):
    assert add_months(day(start), months) == day(end)


@pytest.mark.parametrize(
    ("birth", "on", "under"),
    [
        ("2023-01-10", "2026-01-09", True),
        ("2023-01-10", "2026-01-10", False),
        ("2024-02-29", "2027-02-28", True),
        ("2024-02-29", "2027-03-01", False),
        ("2023-02-28", "2026-02-27", True),
        ("2023-02-28", "2026-02-28", False),
        ("2023-12-31", "2026-12-30", True),
        ("2023-12-31", "2026-12-31", False),
    ],
)
def test_third_birthday(birth, on, under):
    assert is_under(3, day(birth), day(on)) is under


@pytest.mark.parametrize(
    ("insured", "gap"),
    [
        (None, 0),
        ([], 0),
        ([2024], 0),
        ([2023], 1),
        ([2020, 2021], 3),
        ([2020, 2024], 0),
        ([2025], 0),
        ([2022, 2025], 2),
    ],
)
def test_gap_before_2025(insured, gap):
    assert gap_years(2025, insured) == gap


@pytest.mark.parametrize(
    ("late", "gap", "repaid", "months"),
    [
        (False, 0, 0, 0),
        (True, 0, 0, 3),
        (False, 1, 0, 4),
        (True, 1, 0, 4),
        (True, 2, 0, 5),
        (True, 2, 1, 4),
        (True, 2, 2, 3),
        (True, 2, 9, 3),
        (True, 3, 0, 6),
        (True, 3, 3, 3),
        (True, 4, 0, 7),
        (True, 4, 1, 6),
        (True, 4, 2, 6),
        (True, 4, 4, 6),
        (True, 5, 5, 6),
        (True, 9, 0, 12),
        (True, 0, 3, 3),
        (False, 3, 0, 6),
        (False, 3, 1, 5),
        (False, 4, 0, 7),
        (False, 4, 2, 6),
        (False, 6, 0, 9),
        (False, 6, 3, 6),
        (False, 6, 6, 6),
        (False, 2, 2, 3),
    ],
)
def test_waiting_months_of_neixiang(late, gap, repaid, months):
    assert waiting_months(NEIXIANG, late=late, gap=gap, repaid=repaid) == months


COVER = [
    ("内乡 last day of the period", NEIXIANG, ADULT, "2024-12-31", [2024], "2025-01-01", 0),
    ("内乡 first day after", NEIXIANG, ADULT, "2025-01-01", [2024], "2025-04-01", 3),
    ("内乡 in the period with a gap: from January on", NEIXIANG, ADULT, "2024-10-10", [2023], "2025-05-01", 4),
    ("内乡 30 November: cover begins in February, next year", NEIXIANG, ADULT, "2025-11-30", [2024], None, 3),
    (
        "内乡 30 September: the last day that still begins in the year",
        NEIXIANG,
        ADULT,
        "2025-09-30",
        [2024],
        "2025-12-30",
        3,
    ),
    ("内乡 never insured before", NEIXIANG, ADULT, "2024-10-10", [], "2025-01-01", 0),
    ("西峡 in the period", XIXIA, ADULT, "2025-12-31", [2025], "2026-01-01", 0),
    ("西峡 after it", XIXIA, ADULT, "2026-01-01", [2025], "2026-04-01", 3),
    ("沁水 December", QINSHUI, ADULT, "2025-12-25", None, "2026-01-01", 0),
    ("沁水 January", QINSHUI, ADULT, "2026-01-01", None, "2026-01-01", 0),
    ("沁水 January, later", QINSHUI, ADULT, "2026-01-02", None, "2026-01-02", 0),
    ("沁水 last day", QINSHUI, ADULT, "2026-02-25", [2025], "2026-02-25", 0),
    ("沁水 March", QINSHUI, ADULT, "2026-03-02", [2025], "2026-06-02", 3),
    ("屯留 31 December", TUNLIU, ADULT, "2025-12-31", None, "2026-01-01", 0),
    ("屯留 last day", TUNLIU, ADULT, "2026-02-25", None, "2026-02-25", 0),
    ("高阳 31 December", GAOYANG, ADULT, "2025-12-31", [2025], "2026-01-01", 0),
    ("高阳 28 February", GAOYANG, ADULT, "2026-02-28", [2025], "2026-02-28", 0),
    ("高阳 1 January", GAOYANG, ADULT, "2026-01-01", [2025], "2026-01-01", 0),
    ("高阳 2 January", GAOYANG, ADULT, "2026-01-02", [2025], "2026-01-02", 0),
    ("高阳 1 March", GAOYANG, ADULT, "2026-03-01", [2025], "2026-06-01", 3),
    ("高阳 not insured in 2025", GAOYANG, ADULT, "2025-11-10", [2024], "2026-05-01", 4),
    ("内乡 31 January, late: the last day of April", NEIXIANG, ADULT, "2025-01-31", [2024], "2025-04-30", 3),
    (
        "内乡 six broken years, in the period: 9 months from January",
        NEIXIANG,
        ADULT,
        "2024-10-10",
        [2018],
        "2025-10-01",
        9,
    ),
    ("内乡 nine broken years: cover would begin next year", NEIXIANG, ADULT, "2024-10-10", [2015], None, 12),
    ("内乡 newborn on 1 January", NEIXIANG, "2025-01-01", "2025-04-01", None, "2025-01-01", 0),
    ("内乡 newborn, day 91", NEIXIANG, "2025-01-01", "2025-04-02", None, "2025-04-02", 0),
    ("内乡 born on 31 December 2024, paid a day late: no cover", NEIXIANG, "2024-12-31", "2025-01-01", None, None, 0),
    ("内乡 born on 1 January 2024, paid a day late: no cover", NEIXIANG, "2024-01-01", "2025-01-01", None, None, 0),
    (
        "内乡 born on 31 December 2023 waits like all who are late",
        NEIXIANG,
        "2023-12-31",
        "2025-01-01",
        None,
        "2025-04-01",
        3,
    ),
    ("内乡 born in 2024, paid in time", NEIXIANG, "2024-12-31", "2024-12-31", None, "2025-01-01", 0),
    ("西峡 newborn, day 90", XIXIA, "2026-03-01", "2026-05-30", None, "2026-03-01", 0),
    ("西峡 newborn, day 91", XIXIA, "2026-03-01", "2026-05-31", None, "2026-05-31", 0),
    ("沁水 newborn after the period: from payment", QINSHUI, "2026-03-01", "2026-05-10", None, "2026-05-10", 0),
    ("沁水 born in December, day 90", QINSHUI, "2025-12-15", "2026-03-15", None, "2026-03-15", 0),
    ("沁水 born in December, day 91", QINSHUI, "2025-12-15", "2026-03-16", None, "2026-06-16", 3),
    ("屯留 newborn of the year, day 90", TUNLIU, "2026-03-01", "2026-05-30", None, "2026-03-01", 0),
    ("屯留 newborn of the year, day 91", TUNLIU, "2026-03-01", "2026-05-31", None, "2026-05-31", 0),
    ("屯留 born in December, day 90: no waiting", TUNLIU, "2025-12-15", "2026-03-15", None, "2026-03-15", 0),
    ("屯留 born in December, day 91", TUNLIU, "2025-12-15", "2026-03-16", None, "2026-06-16", 3),
    ("高阳 newborn, day 90", GAOYANG, "2026-01-01", "2026-04-01", None, "2026-01-01", 0),
    ("高阳 newborn, day 91", GAOYANG, "2026-01-01", "2026-04-02", None, "2026-04-02", 0),
    ("高阳 born on 31 December", GAOYANG, "2025-12-31", "2026-06-01", None, "2025-12-31", 0),
    ("高阳 born on 1 September", GAOYANG, "2025-09-01", "2025-12-20", None, "2025-09-01", 0),
    ("高阳 born on 31 August", GAOYANG, "2025-08-31", "2025-12-20", None, "2026-01-01", 0),
]


@pytest.mark.parametrize(
    ("rules", "birth", "paid", "insured", "start", "months"), [c[1:] for c in COVER], ids=[c[0] for c in COVER]
)
def test_cover(rules, birth, paid, insured, start, months):
    birth = birth if isinstance(birth, datetime.date) else day(birth)
    answer = cover(rules, birth_date=birth, paid_on=day(paid), insured_years=insured)
    assert answer.start == (start and day(start))
    assert answer.end == (start and datetime.date(rules.year, 12, 31))
    assert answer.waiting_months == months
    assert all("以省市文件为准" in r.says or r.says in rules.newborn.notes for r in answer.reasons)


@given(
    st.sampled_from(available()),
    st.dates(datetime.date(1930, 1, 1), datetime.date(2024, 8, 1)),
    st.integers(0, 400),
    st.lists(st.integers(2015, 2025), max_size=9),
    st.integers(0, 9),
)
def test_cover_always_lies_within_reason(policy_id, birth, days, insured, repaid):
    rules = load(policy_id)
    paid = rules.period.start + datetime.timedelta(days=days)
    answer = cover(rules, birth_date=birth, paid_on=paid, insured_years=insured, repaid_years=repaid)
    assert answer.waiting_months == 0 or answer.waiting_months >= rules.benefits.waiting.fixed_months
    if answer.start:
        assert max(paid, rules.year_start) <= answer.start <= answer.end == rules.year_end
    more = cover(rules, birth_date=birth, paid_on=paid, insured_years=insured, repaid_years=repaid + 1)
    assert more.waiting_months <= answer.waiting_months
    if gap_years(rules.year, insured) >= 4:
        assert answer.waiting_months >= 6


CAP = Decimal("400000.00")


@pytest.mark.parametrize(
    ("insured", "zero", "used", "continuous", "claims", "raised"),
    [
        ([2022, 2023, 2024], [], None, 0, 0, "0"),
        ([2021, 2022, 2023, 2024], [], None, 1, 0, "1000"),
        ([2015, 2016, 2017, 2018, 2019, 2020, 2021, 2022, 2023, 2024], [], None, 1, 0, "1000"),
        ([2019, 2020, 2021, 2022, 2024], [], None, 0, 0, "0"),
        ([2021, 2022, 2023, 2024], [2024], None, 1, 0, "1000"),
    ],
)
def test_large_illness_incentives_begin_in_2025(insured, zero, used, continuous, claims, raised):
    award = large_illness(NEIXIANG, cap=CAP, insured_years=insured, zero_claim_years=zero, award_used_in=used)
    assert (award.continuous_steps, award.zero_claim_steps, award.raised) == (continuous, claims, Decimal(raised))
    assert award.cap == CAP + award.raised


def test_large_illness_incentives_of_a_later_year():
    text = (
        NEIXIANG.text.replace("year = 2025", "year = 2030", 1)
        .replace("2024-", "2029-")
        .replace("2025-01-01", "2030-01-01")
        .replace("2025-02-28", "2030-02-28")
    )
    from subsidies.policy.policies import parse

    later = parse(text, "411325-2030.toml")
    insured = range(2020, 2030)
    award = large_illness(later, cap=CAP, insured_years=insured, zero_claim_years=[2024, 2025, 2026, 2027])
    assert (award.continuous_steps, award.zero_claim_steps, award.raised) == (6, 3, Decimal("9000"))
    award = large_illness(
        later, cap=CAP, insured_years=insured, zero_claim_years=[2025, 2026, 2027], award_used_in=2026
    )
    assert award.zero_claim_steps == 1
    award = large_illness(later, cap=Decimal("20000.00"), insured_years=insured, zero_claim_years=[2025, 2026])
    assert award.raised == Decimal("4000.00")


def test_large_illness_incentives_say_what_is_not_known():
    award = large_illness(NEIXIANG, insured_years=[2020, 2021, 2022, 2023, 2024])
    assert (award.continuous_steps, award.raised, award.cap) == (1, Decimal("1000.00"), None)
    assert "另看报销记录" in award.reasons[0].says and "以省市文件为准" in award.reasons[0].says
    assert "降低" not in award.reasons[0].says
    (reason,) = large_illness(NEIXIANG, insured_years=[2020, 2021, 2022, 2023]).reasons
    assert "连续参保 1 年" in reason.says and "限额要降低" in reason.says


def test_counties_whose_notice_knows_no_incentives():
    assert large_illness(GAOYANG, cap=CAP, insured_years=[2024]) is None


LOST, FROM_BIRTH, NO_WAITING = (
    "过期缴费享受不到2025年待遇",
    "期内参保从出生之日起享受待遇，过期从缴费之日起",
    "期内参保没有等待期",
)
DEADLINES = [
    ("内乡 born the day before the year of 四（二）3", NEIXIANG, "2023-12-31", None, ""),
    ("内乡 the first day of it", NEIXIANG, "2024-01-01", "2024-12-31", LOST),
    ("内乡 its last day", NEIXIANG, "2024-12-31", "2024-12-31", LOST),
    ("内乡 born in the year itself: ninety days", NEIXIANG, "2025-01-01", "2025-04-01", FROM_BIRTH),
    ("西峡 born the day before", XIXIA, "2025-12-31", None, ""),
    ("西峡 the first newborn", XIXIA, "2026-01-01", "2026-04-01", FROM_BIRTH),
    ("沁水 born the day before", QINSHUI, "2025-10-31", None, ""),
    ("沁水 the first newborn, covered from payment", QINSHUI, "2025-11-01", "2026-01-30", NO_WAITING),
    ("沁水 from payment in the year, too", QINSHUI, "2026-01-01", "2026-04-01", NO_WAITING),
    ("高阳 born the day before 二（五）4", GAOYANG, "2025-08-31", None, ""),
    ("高阳 covered from birth whenever it is paid", GAOYANG, "2025-09-01", None, ""),
    ("高阳 the last of these", GAOYANG, "2025-12-31", None, ""),
    ("高阳 born in the year", GAOYANG, "2026-01-01", "2026-04-01", FROM_BIRTH),
    ("屯留 born the day before", TUNLIU, "2025-10-31", None, ""),
    ("屯留 the first newborn", TUNLIU, "2025-11-01", "2026-01-30", NO_WAITING),
    ("屯留 the last day before the year", TUNLIU, "2025-12-31", "2026-03-31", NO_WAITING),
    ("屯留 from birth, born in the year", TUNLIU, "2026-01-01", "2026-04-01", FROM_BIRTH),
]


@pytest.mark.parametrize(("rules", "birth", "last", "says"), [c[1:] for c in DEADLINES], ids=[c[0] for c in DEADLINES])
def test_the_last_day_for_a_newborn(rules, birth, last, says):
    found = newborn_deadline(rules, day(birth))
    assert (found and (found.day, found.says)) == (last and (day(last), says))


def test_payment_in_the_period_is_told_in_words():
    answer = cover(NEIXIANG, birth_date=ADULT, paid_on=day("2024-10-10"), insured_years=(2024,))
    assert [reason.says for reason in answer.reasons] == [
        "集中征缴期内缴费，从2025年1月1日享受待遇（供参考，以省市文件为准）"
    ]
