# ruff: noqa: E501 — each case stands on one line
"""Clauses that can be read two ways: the reading taken, with both sides of each of its dates."""

import datetime
from decimal import Decimal

import pytest

from subsidies.policy import figures
from subsidies.policy.policies import load, parse
from subsidies.quotes.benefits import cover
from subsidies.quotes.quote import QuoteError, Recognition, in_force, next_month, quote

NEIXIANG, XIXIA, QINSHUI, GAOYANG, TUNLIU = (
    load(i) for i in ("411325-2025", "411323-2026", "140521-2026", "130628-2026", "140405-2026")
)
ADULT = "1970-05-01"


def day(text):
    return text and datetime.date.fromisoformat(text)


def ask(rules, *, paid, birth=ADULT, held=(), **facts):
    identities = [Recognition(name, *(day(text) for text in dates)) for name, *dates in held]
    return quote(rules, birth_date=day(birth), paid_on=day(paid), identities=identities, **facts)


SPECIAL = [
    "特困人员",
    "孤儿（困境儿童）",
    "低保对象",
    "返贫致贫人口",
    "农村易返贫致贫人口",
    "脱贫享受政策人口",
    "重度残疾人",
]


@pytest.mark.parametrize("category", SPECIAL)
@pytest.mark.parametrize(
    ("paid", "years", "start"),
    [
        ("2025-03-01", [2023, 2024], "2025-03-01"),
        ("2025-03-01", [2019], "2025-03-01"),
        ("2025-01-01", [2024], "2025-01-01"),
        ("2024-12-31", [2019], "2025-01-01"),
        ("2025-12-31", [2024], "2025-12-31"),
    ],
)
def test_special_groups_of_neixiang_never_wait(category, paid, years, start):
    """内乡 四（二）2 with 三（二）."""
    answer = ask(NEIXIANG, paid=paid, held=[(category, "2024-06-01")], insured_years=years)
    assert (answer.category, answer.waiting_months, answer.benefit_from) == (category, 0, day(start))
    assert answer.benefit_to == day("2025-12-31")


def test_the_reason_names_both_clauses():
    answer = ask(NEIXIANG, paid="2025-03-01", held=[("低保户", "2024-06-01")], insured_years=[2024])
    assert answer.reasons[-1].says == (
        "低保对象属于特殊群体，没有等待期，从2025年3月1日享受待遇（供参考，以省市文件为准）"
    )
    assert answer.reasons[-1].source.clause == "四（二）2、三（二）"


@pytest.mark.parametrize(
    ("name", "held", "months"),
    [
        ("nobody's category", [], 3),
        ("recognised on the last day of the period", [("低保对象", "2024-12-31")], 0),
        ("recognised the day after", [("低保对象", "2025-01-01")], 3),
        ("ended before the payment", [("低保对象", "2023-06-01", "2025-02-28")], 3),
        ("ended on the day of payment", [("低保对象", "2023-06-01", "2025-03-01")], 3),
        ("ended the day after payment", [("低保对象", "2023-06-01", "2025-03-02")], 0),
    ],
)
def test_who_belongs_to_a_special_group_of_neixiang(name, held, months):
    answer = ask(NEIXIANG, paid="2025-03-01", held=held, insured_years=[2023, 2024])
    assert answer.waiting_months == months


def test_special_groups_of_other_counties_wait_as_everybody():
    """Their notices say nothing of 特殊群体 who are free of waiting."""
    answer = ask(XIXIA, paid="2026-03-01", held=[("低保对象", "2025-06-01")], insured_years=[2025])
    assert answer.waiting_months == 3


@pytest.mark.parametrize(
    ("birth", "paid", "start", "months"),
    [
        ("2023-12-31", "2024-12-31", "2025-01-01", 0),
        ("2023-12-31", "2025-01-01", "2025-04-01", 3),
        ("2024-01-01", "2024-12-31", "2025-01-01", 0),
        ("2024-01-01", "2025-01-01", None, 0),
        ("2024-12-31", "2024-12-31", "2025-01-01", 0),
        ("2024-12-31", "2025-01-01", None, 0),
        ("2024-12-31", "2025-12-31", None, 0),
        ("2025-01-01", "2025-01-01", "2025-01-01", 0),
    ],
)
def test_children_born_in_2024_pay_by_its_last_day(birth, paid, start, months):
    """内乡 四（二）3: 2024年度出生的小孩，必须在2024年12月31日前缴费才能享受次年医保待遇."""
    answer = ask(NEIXIANG, birth=birth, paid=paid)
    assert (answer.benefit_from, answer.waiting_months) == (day(start), months)
    assert answer.benefit_to == (start and day("2025-12-31"))
    assert answer.due == Decimal("400.00")


def test_a_late_child_is_told_by_which_day_to_pay():
    reason = ask(NEIXIANG, birth="2024-06-01", paid="2025-01-15").reasons[-1]
    assert reason.says == (
        "2024年1月1日至2024年12月31日出生的，须在2024年12月31日（含）前缴费才能享受2025年待遇，2025年1月15日缴费的享受不到"
        "（供参考，以省市文件为准）"
    )
    assert reason.source.clause == "四（二）3"


def test_a_child_that_owes_nothing_cannot_pay_too_late():
    answer = ask(NEIXIANG, birth="2024-06-01", paid="2025-01-15", held=[("孤儿", "2024-08-01")])
    assert (answer.due, answer.benefit_from) == (Decimal("0.00"), day("2025-01-15"))
    assert ask(NEIXIANG, birth="2024-06-01", paid="2025-01-15", held=[("低保", "2024-08-01")]).benefit_from is None


@pytest.mark.parametrize(
    ("paid", "months", "start", "told"),
    [
        ("2024-12-31", 0, "2025-01-01", False),
        ("2025-01-01", 3, "2025-04-01", True),
        ("2025-02-28", 3, "2025-05-28", True),
        ("2025-03-01", 3, "2025-06-01", False),
    ],
)
def test_payments_before_the_national_period_ends(paid, months, start, told):
    """内乡 五（二）: 国家规定医保集中征缴期截止2025年2月底; 五: the county's own period ends on 31 December."""
    answer = ask(NEIXIANG, paid=paid, insured_years=[2024])
    assert (answer.waiting_months, answer.benefit_from) == (months, day(start))
    sentence = "国家规定集中征缴期到2025年2月28日止，本县按2024年12月31日止计等待期（供参考，以省市文件为准）"
    assert [r.says for r in answer.reasons if r.source.clause == "五、五（二）"] == [sentence] * told


@pytest.mark.parametrize(("paid", "months"), [("2025-02-28", 0), ("2025-03-01", 3)])
def test_the_other_reading_of_the_national_period_is_one_word_of_the_file(paid, months):
    rules = parse(NEIXIANG.text.replace("in_time = false", "in_time = true"), "411325-2025.toml")
    answer = cover(rules, birth_date=day(ADULT), paid_on=day(paid), insured_years=[2024])
    assert answer.waiting_months == months


DAYS = [
    ("沁水 25th in the period", QINSHUI, ADULT, "2025-11-25", True),
    ("沁水 26th in the period", QINSHUI, ADULT, "2025-11-26", False),
    ("沁水 31st in the period", QINSHUI, ADULT, "2025-12-31", False),
    ("沁水 1st in the period", QINSHUI, ADULT, "2025-11-01", True),
    ("沁水 last day of the period", QINSHUI, ADULT, "2026-02-25", True),
    ("沁水 day after the period, a 26th", QINSHUI, ADULT, "2026-02-26", True),
    ("沁水 31st after the period", QINSHUI, ADULT, "2026-03-31", True),
    ("沁水 day before the period", QINSHUI, ADULT, "2025-10-20", False),
    ("沁水 newborn on a 26th in the period", QINSHUI, "2025-12-01", "2025-12-26", False),
    ("沁水 newborn on a 26th after the period", QINSHUI, "2026-03-01", "2026-03-26", True),
    ("屯留 25th in the period", TUNLIU, ADULT, "2025-12-25", True),
    ("屯留 26th in the period", TUNLIU, ADULT, "2025-12-26", False),
    ("屯留 26th after the period", TUNLIU, ADULT, "2026-02-26", True),
    ("屯留 28th after the period", TUNLIU, ADULT, "2026-04-28", True),
    ("屯留 born in the year, a 26th in the period", TUNLIU, "2026-01-05", "2026-01-26", True),
    ("屯留 born in the year, 30 December", TUNLIU, "2026-01-05", "2026-12-30", True),
    ("屯留 born in the year, after the year", TUNLIU, "2026-01-05", "2027-01-01", False),
    ("屯留 born on 1 January", TUNLIU, "2026-01-01", "2026-01-31", True),
    ("屯留 born on 31 December, day 31 of life", TUNLIU, "2025-12-31", "2026-01-31", True),
    ("屯留 day 90 of life, a 28th", TUNLIU, "2025-10-30", "2026-01-28", True),
    ("屯留 day 91 of life, a 28th", TUNLIU, "2025-10-29", "2026-01-28", False),
    ("屯留 newborn before the period", TUNLIU, "2025-09-20", "2025-10-16", True),
    ("屯留 day 91 of life, before the period", TUNLIU, "2025-07-17", "2025-10-16", False),
]


@pytest.mark.parametrize(("rules", "birth", "paid", "taken"), [c[1:] for c in DAYS], ids=[c[0] for c in DAYS])
def test_days_of_the_month_bind_within_the_period(rules, birth, paid, taken):
    """沁水 四, 屯留 四: 集中征缴期间每月1—25日; 屯留 三: newborns are bound by neither."""
    if taken:
        assert ask(rules, birth=birth, paid=paid).due >= 0
    else:
        with pytest.raises(QuoteError) as caught:
            ask(rules, birth=birth, paid=paid)
        assert caught.value.code == "payment_day_closed"


BIRTH_YEAR = [
    ("屯留 first day of the year", TUNLIU, "2026-01-01", "2026-01-10", None, True, "2026-01-01"),
    ("屯留 last day of the year before", TUNLIU, "2025-12-31", "2026-01-10", None, False, "2026-01-10"),
    ("屯留 day 90", TUNLIU, "2026-05-01", "2026-07-30", None, True, "2026-05-01"),
    ("屯留 day 91", TUNLIU, "2026-05-01", "2026-07-31", None, True, "2026-07-31"),
    ("屯留 a parent insured changes nothing", TUNLIU, "2026-05-01", "2026-05-20", True, True, "2026-05-01"),
    ("屯留 born and registered on the last day", TUNLIU, "2026-12-31", "2026-12-31", None, True, "2026-12-31"),
    ("内乡 a parent insured", NEIXIANG, "2025-02-20", "2025-03-10", True, True, "2025-02-20"),
    ("内乡 a parent insured, day 90", NEIXIANG, "2025-01-01", "2025-04-01", True, True, "2025-01-01"),
    ("内乡 a parent insured, day 91", NEIXIANG, "2025-01-01", "2025-04-02", True, True, "2025-04-02"),
    ("内乡 no parent insured", NEIXIANG, "2025-02-20", "2025-03-10", False, False, "2025-02-20"),
    ("内乡 not known", NEIXIANG, "2025-02-20", "2025-03-10", None, False, "2025-02-20"),
    ("内乡 born the year before, a parent insured", NEIXIANG, "2024-12-31", "2024-12-31", True, False, "2025-01-01"),
    (
        "高阳 a parent insured: the notice knows no such thing",
        GAOYANG,
        "2026-02-20",
        "2026-03-10",
        True,
        False,
        "2026-02-20",
    ),
]


@pytest.mark.parametrize(
    ("rules", "birth", "paid", "parent", "free", "start"), [c[1:] for c in BIRTH_YEAR], ids=[c[0] for c in BIRTH_YEAR]
)
def test_the_year_of_birth(rules, birth, paid, parent, free, start):
    """屯留 三: 出生当年不缴纳基本医疗保险费; 内乡 四（二）3: 新生儿父或母参加我市基本医保的，不用缴费."""
    answer = ask(rules, birth=birth, paid=paid, parent_insured=parent)
    assert (answer.standard == 0) is free
    assert answer.standard == answer.subsidy + answer.due
    assert answer.benefit_from == day(start)
    if free:
        assert (answer.due, answer.funds, answer.category) == (Decimal("0.00"), (), rules.ordinary.name)
        assert [str(amount) for amount in answer[:3]] == ["0.00"] * 3
        assert "出生当年不缴费" in answer.reasons[0].says


def test_the_birth_year_of_a_child_with_a_category_charges_no_fund():
    answer = ask(TUNLIU, birth="2026-05-01", paid="2026-05-20", held=[("孤儿", "2026-05-10")])
    assert (answer.due, answer.funds) == (Decimal("0.00"), ())


def test_the_year_after_birth_is_paid_by_city_and_county():
    answer = ask(TUNLIU, birth="2025-05-01", paid="2025-11-10")
    assert answer.funds == (("市县财政", Decimal("400.00")),)


ENDED = [
    ("高阳 in the period: at once", GAOYANG, "2026-02-10", "2026-02-10", False),
    ("高阳 in the period: the day before", GAOYANG, "2026-02-10", "2026-02-09", True),
    ("高阳 on the last day of the period", GAOYANG, "2026-02-28", "2026-02-28", False),
    ("高阳 first day after it: the month is lasted out", GAOYANG, "2026-03-01", "2026-03-31", True),
    ("高阳 first day after it: the next month", GAOYANG, "2026-03-01", "2026-04-01", False),
    ("高阳 on 31 March", GAOYANG, "2026-03-31", "2026-03-31", True),
    ("高阳 on 31 March: the next month", GAOYANG, "2026-03-31", "2026-04-01", False),
    ("高阳 in December", GAOYANG, "2026-12-05", "2026-12-31", True),
    ("内乡 the day before", NEIXIANG, "2024-11-10", "2024-11-09", True),
    ("内乡 on that day", NEIXIANG, "2024-11-10", "2024-11-10", False),
    ("内乡 after the period: at once", NEIXIANG, "2025-03-10", "2025-03-10", False),
]


@pytest.mark.parametrize(("rules", "ended", "paid", "counts"), [c[1:] for c in ENDED], ids=[c[0] for c in ENDED])
def test_recognitions_that_ended(rules, ended, paid, counts):
    """高阳 二（五）3: 减少人员从次月起取消待遇资格."""
    held = ("低保对象", "2023-06-01", ended)
    assert in_force(rules, Recognition(held[0], day(held[1]), day(ended)), day(paid)) is counts
    answer = ask(rules, paid=paid, held=[held])
    assert (answer.category == "低保对象") is counts


@pytest.mark.parametrize(
    ("day_", "first"), [("2026-03-01", "2026-04-01"), ("2026-03-31", "2026-04-01"), ("2026-12-05", "2027-01-01")]
)
def test_the_first_of_the_next_month(day_, first):
    assert next_month(day(day_)) == day(first)


def test_a_file_may_still_count_a_late_recognition_from_its_own_day():
    """The word of files of 1.0.0, kept readable."""
    rules = parse(GAOYANG.text.replace("from_next_month", "unless_paid"), "130628-2026.toml")
    held = [("低保对象", "2026-03-10")]
    assert [ask(rules, paid=paid, held=held).due for paid in ("2026-03-09", "2026-03-10")] == [400, 40]


READ_TWICE = {
    NEIXIANG: ["不用等待的特殊群体", "国家规定的征缴期", "上年出生的孩子", "出生当年"],
    QINSHUI: ["缴费日"],
    TUNLIU: ["缴费日", "出生当年", "新生儿缴费日"],
    GAOYANG: ["认定日期"],
}


@pytest.mark.parametrize("rules", READ_TWICE, ids=lambda rules: rules.county_name)
def test_both_readings_stand_for_staff(rules):
    listed = {row.about: row for row in figures.readings(rules) if row.other}
    assert set(READ_TWICE[rules]) <= listed.keys()
    assert all(row.says != row.other and row.source.clause for row in listed.values())
    about = {row.about for row in figures.figures(rules)}
    assert set(READ_TWICE[rules]) <= about
