# ruff: noqa: E501 — each case stands on one line
"""应缴核算: who pays what, county by county, with both sides of every boundary."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import long_date
from subsidies.policy.policies import available, load
from subsidies.quotes.quote import QuoteError, Recognition, quote

NEIXIANG, XIXIA, QINSHUI, GAOYANG, TUNLIU = (
    load(i) for i in ("411325-2025", "411323-2026", "140521-2026", "130628-2026", "140405-2026")
)
ADULT = "1970-05-01"
EARLY = "2024-06-01"


def day(text):
    return datetime.date.fromisoformat(text)


def ask(rules, *identities, paid=None, birth=ADULT, **facts):
    paid = paid or f"{rules.year - 1}-11-10"
    marks = [Recognition(*(i if isinstance(i, tuple) else (i, EARLY))) for i in identities]
    marks = [Recognition(i.category, day(i.recognised_on)) for i in marks]
    return quote(rules, birth_date=day(birth), paid_on=day(paid), identities=marks, **facts)


def code(rules, *identities, **facts):
    with pytest.raises(QuoteError) as caught:
        ask(rules, *identities, **facts)
    assert caught.value.message
    return caught.value.code


AMOUNTS = [
    ("内乡 nobody's mark", NEIXIANG, [], "400.00", "普通居民", None),
    ("内乡 a child in distress pays nothing", NEIXIANG, ["困境儿童"], "0.00", "孤儿（困境儿童）", "医疗救助资金"),
    ("内乡 返贫致贫", NEIXIANG, ["返贫致贫人口"], "320.00", "返贫致贫人口", "医疗救助资金"),
    ("内乡 易返贫致贫", NEIXIANG, ["农村易返贫致贫人口"], "320.00", "农村易返贫致贫人口", "医疗救助资金"),
    ("内乡 脱贫享受政策户", NEIXIANG, ["脱贫享受政策户"], "320.00", "脱贫享受政策人口", "医疗救助资金"),
    (
        "内乡 tie: the one listed first, whatever the order asked",
        NEIXIANG,
        ["重度残疾人", "返贫致贫人口", "低保对象"],
        "320.00",
        "低保对象",
        "医疗救助资金",
    ),
    ("西峡 孤儿", XIXIA, ["事实无人抚养儿童"], "0.00", "孤儿", "医疗救助资金"),
    ("西峡 tie between two funds", XIXIA, ["监测户", "低保对象"], "310.00", "低保对象", "医疗救助资金"),
    ("西峡 四集中 alone is nothing", XIXIA, ["四集中机构入驻对象"], "400.00", "普通居民", None),
    ("西峡 四集中 and 监测户", XIXIA, ["四集中机构入驻对象", "监测户"], "0.00", "四集中机构入驻对象", "县财政"),
    (
        "西峡 四集中 and 脱贫享受政策户",
        XIXIA,
        ["脱贫享受政策户", "“四集中”机构入驻对象"],
        "0.00",
        "四集中机构入驻对象",
        "县财政",
    ),
    ("西峡 四集中 and 特困", XIXIA, ["四集中机构入驻对象", "特困人员"], "0.00", "特困人员", "医疗救助资金"),
    ("沁水 nobody's mark", QINSHUI, [], "320.00", "普通居民", "县财政"),
    ("沁水 孤儿 is 特困", QINSHUI, ["孤儿"], "0.00", "特困人员", "医疗救助资金"),
    ("沁水 监测对象 who is 低保", QINSHUI, ["边缘易致贫人口", "低保对象"], "80.00", "低保对象", "医疗救助资金"),
    (
        "沁水 全额 needs no amount for the other mark",
        QINSHUI,
        ["重度残疾人", "特困人员"],
        "0.00",
        "特困人员",
        "医疗救助资金",
    ),
    ("高阳 脱贫不稳定", GAOYANG, ["脱贫不稳定人口"], "40.00", "脱贫不稳定人口", "医疗救助资金"),
    ("高阳 重度残疾", GAOYANG, ["重度残疾人（一、二级）"], "80.00", "重度残疾人", "医疗救助资金"),
    (
        "高阳 突发, half-width brackets",
        GAOYANG,
        ["突发严重困难人口(一般农户)"],
        "160.00",
        "突发严重困难人口（一般农户）",
        "医疗救助资金",
    ),
    ("屯留 脱贫不稳定", TUNLIU, ["脱贫不稳定人员"], "120.00", "脱贫不稳定人员", "医疗救助资金"),
    ("屯留 边缘易致贫", TUNLIU, ["边缘易致贫人口"], "120.00", "边缘易致贫人员", "医疗救助资金"),
    ("屯留 福利机构儿童", TUNLIU, ["儿童福利机构收留抚养儿童"], "0.00", "特困人员", "医疗救助资金"),
    (
        "屯留 稳定脱贫 beside a real subsidy",
        TUNLIU,
        ["稳定脱贫人员", "脱贫不稳定人员"],
        "120.00",
        "脱贫不稳定人员",
        "医疗救助资金",
    ),
]


@pytest.mark.parametrize(
    ("rules", "identities", "due", "category", "fund"), [c[1:] for c in AMOUNTS], ids=[c[0] for c in AMOUNTS]
)
def test_amounts(rules, identities, due, category, fund):
    answer = ask(rules, *identities)
    assert (answer.due, answer.category) == (Decimal(due), category)
    assert answer.subsidy == answer.standard - answer.due
    assert answer.funds == (((fund, answer.subsidy),) if fund else ())


#: What each notice gives each kind of person it names, and from which money.
MEDICAL, COUNTY, DISABLED = "医疗救助资金", "县财政", "残疾人就业保障金"
NOTICES = {
    NEIXIANG: {
        "普通居民": ("0", None),
        "特困人员": ("400", MEDICAL),
        "孤儿（困境儿童）": ("400", MEDICAL),
        "低保对象": ("80", MEDICAL),
        "返贫致贫人口": ("80", MEDICAL),
        "农村易返贫致贫人口": ("80", MEDICAL),
        "脱贫享受政策人口": ("80", MEDICAL),
        "重度残疾人": ("80", MEDICAL),
    },
    XIXIA: {
        "普通居民": ("0", None),
        "特困人员": ("400", MEDICAL),
        "孤儿": ("400", MEDICAL),
        "低保对象": ("90", MEDICAL),
        "脱贫享受政策户": ("90", COUNTY),
        "监测户": ("90", COUNTY),
        "四集中机构入驻对象": ("0", None),
    },
    QINSHUI: {
        "普通居民": ("80", COUNTY),
        "防止返贫监测对象": ("280", MEDICAL),
        "返贫致贫人口": ("360", MEDICAL),
        "低保对象": ("320", MEDICAL),
        "特困人员": ("400", MEDICAL),
        "在乡重点优抚对象": None,
        "重度残疾人": None,
        "稳定脱贫人口": ("200", COUNTY),
    },
    GAOYANG: {
        "普通居民": ("0", None),
        "特困人员": ("400", MEDICAL),
        "孤儿": ("400", MEDICAL),
        "低保对象": ("360", MEDICAL),
        "脱贫不稳定人口": ("360", MEDICAL),
        "突发严重困难人口（脱贫人口）": ("360", MEDICAL),
        "边缘易致贫人口": ("240", MEDICAL),
        "突发严重困难人口（一般农户）": ("240", MEDICAL),
        "重度残疾人": ("320", MEDICAL),
        # Named for full coverage alone; the notice gives them no money.
        "残疾人": ("0", None),
        "留守困境儿童": ("0", None),
        "失独老年人": ("0", None),
        "失能老年人": ("0", None),
        "独居老年人": ("0", None),
        "高龄老年人": ("0", None),
        "特殊困难留守老年人": ("0", None),
        "严重精神障碍患者": ("0", None),
    },
    TUNLIU: {
        "普通人员": ("0", None),
        "稳定脱贫人员": ("0", None),
        "特困人员": ("400", MEDICAL),
        "低保人员": ("320", MEDICAL),
        "返贫致贫人员": ("360", MEDICAL),
        "脱贫不稳定人员": ("280", MEDICAL),
        "边缘易致贫人员": ("280", MEDICAL),
        "突发严重困难人口": ("280", MEDICAL),
        "重度残疾人": ("320", DISABLED),
        "未满3周岁婴幼儿": ("0", None),
        # Named for full coverage alone; the notice gives them no money.
        "退役军人": ("0", None),
        "优抚对象": ("0", None),
        "重度精神病人": ("0", None),
        "独生子女家庭": ("0", None),
        "双女户家庭": ("0", None),
    },
}


@pytest.mark.parametrize("rules", NOTICES, ids=lambda rules: rules.county_name)
def test_every_category_of_a_notice(rules):
    assert [c.name for c in rules.categories] == list(NOTICES[rules])
    for category, expected in NOTICES[rules].items():
        if expected is None:
            assert code(rules, category) == "amount_not_set"
            continue
        answer = ask(rules, category)
        subsidy, fund = Decimal(expected[0]), expected[1]
        assert (answer.subsidy, answer.due) == (subsidy, 400 - subsidy), category
        assert answer.funds == (((fund, subsidy),) if fund else ()), category


RECOGNISED = [
    ("内乡 last day", NEIXIANG, "低保对象", "2024-12-31", "2024-12-31", "320.00"),
    ("内乡 day after", NEIXIANG, "低保对象", "2025-01-01", "2025-01-10", "400.00"),
    ("内乡 in the period, after having paid", NEIXIANG, "低保对象", "2024-11-20", "2024-10-10", "320.00"),
    ("内乡 feast of a later year", NEIXIANG, "特困人员", "2026-05-01", "2024-10-10", "400.00"),
    ("西峡 last day", XIXIA, "监测户", "2025-12-31", "2025-12-31", "310.00"),
    ("西峡 after the period", XIXIA, "监测户", "2026-03-01", "2026-03-05", "400.00"),
    ("沁水 last day", QINSHUI, "低保对象", "2026-02-25", "2026-02-25", "80.00"),
    ("沁水 last day, paid before", QINSHUI, "低保对象", "2026-02-25", "2025-11-10", "80.00"),
    ("沁水 day after, paid before", QINSHUI, "低保对象", "2026-02-26", "2025-11-10", "320.00"),
    ("沁水 day after", QINSHUI, "低保对象", "2026-02-26", "2026-03-05", "320.00"),
    ("屯留 last day, paid after the period", TUNLIU, "低保人员", "2026-02-25", "2026-03-05", "80.00"),
    ("屯留 day after", TUNLIU, "低保人员", "2026-02-26", "2026-03-05", "400.00"),
    (
        "高阳 last day, paid before: the difference is refunded",
        GAOYANG,
        "低保对象",
        "2026-02-28",
        "2025-11-10",
        "40.00",
    ),
    ("高阳 last day, paid after the period", GAOYANG, "低保对象", "2026-02-28", "2026-03-01", "40.00"),
    ("高阳 after the period, paid before: nothing", GAOYANG, "低保对象", "2026-03-01", "2026-02-28", "400.00"),
    ("高阳 after the period, paid the day before", GAOYANG, "低保对象", "2026-03-10", "2026-03-09", "400.00"),
    ("高阳 after the period, paid on that day: not yet", GAOYANG, "低保对象", "2026-03-10", "2026-03-10", "400.00"),
    ("高阳 after the period, last day of that month", GAOYANG, "低保对象", "2026-03-10", "2026-03-31", "400.00"),
    ("高阳 after the period, first of the next month", GAOYANG, "低保对象", "2026-03-10", "2026-04-01", "40.00"),
    ("高阳 first day after the period, still March", GAOYANG, "低保对象", "2026-03-01", "2026-03-31", "400.00"),
    ("高阳 first day after the period, April", GAOYANG, "低保对象", "2026-03-01", "2026-04-01", "40.00"),
    ("高阳 recognised on 31 March", GAOYANG, "低保对象", "2026-03-31", "2026-04-01", "40.00"),
    ("高阳 recognised on 1 April, paid in April", GAOYANG, "低保对象", "2026-04-01", "2026-04-30", "400.00"),
    ("高阳 recognised in December: next year", GAOYANG, "低保对象", "2026-12-01", "2026-12-31", "400.00"),
]


@pytest.mark.parametrize(
    ("rules", "category", "recognised", "paid", "due"), [c[1:] for c in RECOGNISED], ids=[c[0] for c in RECOGNISED]
)
def test_recognition_dates(rules, category, recognised, paid, due):
    answer = ask(rules, (category, recognised), paid=paid)
    assert answer.due == Decimal(due)
    if answer.subsidy == load(rules.id).ordinary.subsidy:
        said = long_date(datetime.date.fromisoformat(recognised))
        assert any(said in reason.says for reason in answer.reasons)


INFANTS = [
    ("born on the first day", "2023-01-01", "2025-12-25", "0.00"),
    ("born the day before", "2022-12-31", "2025-11-10", "400.00"),
    ("born on the first day, registered on the third birthday", "2023-01-01", "2026-01-01", "400.00"),
    ("the third birthday is the last day of the period", "2023-02-25", "2026-02-25", "400.00"),
    ("three on the day after the period", "2023-02-26", "2026-02-25", "0.00"),
    ("the day before the third birthday", "2023-01-10", "2026-01-09", "0.00"),
    ("the third birthday", "2023-01-10", "2026-01-10", "400.00"),
    ("last day of the period", "2024-05-01", "2026-02-25", "0.00"),
    ("after the period", "2024-05-01", "2026-03-02", "400.00"),
    ("born in December, day 90, after the period", "2025-12-15", "2026-03-15", "0.00"),
    ("born in December, day 91, after the period", "2025-12-15", "2026-03-16", "400.00"),
    ("born on the last day of the year before", "2025-12-31", "2026-02-25", "0.00"),
]


@pytest.mark.parametrize(("birth", "paid", "due"), [c[1:] for c in INFANTS], ids=[c[0] for c in INFANTS])
def test_infants_of_tunliu(birth, paid, due):
    answer = ask(TUNLIU, birth=birth, paid=paid)
    assert answer.due == Decimal(due)
    assert answer.category == ("未满3周岁婴幼儿" if due == "0.00" else "普通人员")
    assert answer.funds == ((("市县财政", Decimal("400.00")),) if due == "0.00" else ())


def test_a_mark_makes_nobody_an_infant():
    answer = ask(TUNLIU, "低保人员", birth="2022-12-31", paid="2025-11-10")
    assert (answer.category, answer.due) == ("低保人员", Decimal("80.00"))


def test_an_infant_with_another_full_subsidy_gets_one_of_them():
    answer = ask(TUNLIU, "孤儿", birth="2024-05-01")
    assert (answer.category, answer.funds) == ("特困人员", (("医疗救助资金", Decimal("400.00")),))


@pytest.mark.parametrize(
    ("rules", "paid", "closed"),
    [
        (QINSHUI, "2025-11-25", False),
        (QINSHUI, "2025-11-26", True),
        (QINSHUI, "2025-11-01", False),
        (QINSHUI, "2025-10-20", True),
        (QINSHUI, "2025-10-21", False),
        (QINSHUI, "2026-02-25", False),
        (QINSHUI, "2026-02-26", False),
        (QINSHUI, "2026-02-28", False),
        (TUNLIU, "2025-10-16", True),
        (TUNLIU, "2025-10-17", False),
        (TUNLIU, "2025-12-31", True),
        (TUNLIU, "2026-01-25", False),
        (NEIXIANG, "2024-08-31", True),
        (NEIXIANG, "2024-09-01", False),
        (NEIXIANG, "2024-12-31", False),
        (NEIXIANG, "2025-12-31", False),
        (NEIXIANG, "2026-01-01", True),
        (GAOYANG, "2025-10-19", True),
        (GAOYANG, "2025-10-31", False),
        (GAOYANG, "2025-10-20", False),
        (XIXIA, "2025-08-31", True),
    ],
)
def test_days_on_which_payment_is_closed(rules, paid, closed):
    if closed:
        assert code(rules, paid=paid) == "payment_day_closed"
        assert ask(rules, paid=paid, taking_payment=False).standard == rules.standard
    else:
        assert ask(rules, paid=paid).standard == rules.standard


def test_a_newborn_of_gaoyang_may_pay_before_the_period_opens():
    assert ask(GAOYANG, birth="2025-09-05", paid="2025-09-30").benefit_from == day("2025-09-05")


REFUSED = [
    ("unknown category", NEIXIANG, ["退役军人"], {}, "unknown_category"),
    ("a category of another county", NEIXIANG, ["四集中机构入驻对象"], {}, "unknown_category"),
    ("a word that means two categories", GAOYANG, ["突发严重困难人口"], {}, "unknown_category"),
    ("a word that means four categories", GAOYANG, ["防止返贫监测对象"], {}, "unknown_category"),
    ("amount not set", QINSHUI, ["重度残疾人（Ⅰ级、Ⅱ级）"], {}, "amount_not_set"),
    ("amount not set, beside a smaller one", QINSHUI, ["低保对象", "在乡重点优抚对象"], {}, "amount_not_set"),
    ("born after payment", NEIXIANG, [], {"birth": "2024-10-11", "paid": "2024-10-10"}, "bad_input"),
    ("born 131 years ago", NEIXIANG, [], {"birth": "1893-10-11"}, "bad_input"),
    ("insured before birth", NEIXIANG, [], {"birth": "2020-01-01", "insured_years": [2019]}, "bad_input"),
    ("insured in a year to come", NEIXIANG, [], {"insured_years": [2026]}, "bad_input"),
    ("fewer than no years paid back", NEIXIANG, [], {"repaid_years": -1}, "bad_input"),
]


@pytest.mark.parametrize(
    ("rules", "identities", "facts", "expected"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_refused(rules, identities, facts, expected):
    assert code(rules, *identities, **facts) == expected


def test_born_on_the_day_of_payment():
    assert ask(GAOYANG, birth="2026-03-01", paid="2026-03-01").benefit_from == day("2026-03-01")


def test_an_unknown_category_lists_the_known_ones():
    with pytest.raises(QuoteError) as caught:
        ask(NEIXIANG, "退役军人")
    assert "特困人员" in caught.value.message and "重度残疾人" in caught.value.message


def test_an_unclear_category_says_between_which_to_choose():
    with pytest.raises(QuoteError) as caught:
        ask(GAOYANG, "突发严重困难人口")
    assert "突发严重困难人口（脱贫人口）" in caught.value.message and "一般农户" in caught.value.message


def test_an_amount_not_set_says_who_must_set_it():
    with pytest.raises(QuoteError) as caught:
        ask(QINSHUI, "重度残疾人")
    assert "县残联" in caught.value.message and "二（二）5" in caught.value.message


def test_a_mark_too_late_needs_no_amount():
    assert ask(QINSHUI, ("重度残疾人", "2026-03-01"), paid="2026-03-05").category == "普通居民"


def test_reasons_name_their_clauses():
    answer = ask(NEIXIANG, "低保对象", ("重度残疾人", "2024-11-30"), paid="2024-10-10")
    said = [str(reason.source) for reason in answer.reasons]
    assert any("三（二）2" in source for source in said)
    assert any("就高不就低" in reason.says for reason in answer.reasons)
    assert any("2024年11月30日" in reason.says and "经办人员" in reason.says for reason in answer.reasons)


def test_amounts_are_told_in_words():
    plain, full = (ask(NEIXIANG, *marks).reasons for marks in ((), ("特困人员",)))
    assert [reason.says for reason in plain[:2]] == [
        "2025年度个人缴费标准每人 400.00 元",
        "普通居民：没有资助，按标准缴费",
    ]
    assert full[1].says == "特困人员：由医疗救助资金资助 400.00 元，个人缴 0.00 元"
    partly = ask(QINSHUI).reasons[1]
    assert partly.says == "普通居民：由县财政资助 80.00 元，个人缴 320.00 元"


@st.composite
def questions(draw):
    rules = load(draw(st.sampled_from(available())))
    known = [c.name for c in rules.categories if c.subsidy is not None]
    identities = draw(
        st.lists(
            st.builds(Recognition, st.sampled_from(known), st.dates(datetime.date(2015, 1, 1), rules.year_end)),
            max_size=4,
        )
    )
    return rules, {
        "birth_date": draw(st.dates(datetime.date(1930, 1, 1), rules.period.start)),
        "paid_on": draw(st.dates(rules.period.start, rules.year_end)),
        "identities": identities,
    }


@given(questions())
def test_amounts_always_add_up(question):
    rules, facts = question
    answer = quote(rules, taking_payment=False, **facts)
    assert answer.standard == rules.standard == answer.subsidy + answer.due
    assert answer.due >= 0
    assert sum((amount for _, amount in answer.funds), Decimal(0)) == answer.subsidy
    assert all(str(value).split(".")[1].__len__() == 2 for value in answer[:3])


@given(questions(), st.randoms())
def test_the_order_of_the_marks_does_not_matter_and_none_makes_it_worse(question, random):
    rules, facts = question
    answer = quote(rules, taking_payment=False, **facts)
    shuffled = random.sample(facts["identities"], len(facts["identities"]))
    assert quote(rules, taking_payment=False, **{**facts, "identities": shuffled})[:5] == answer[:5]
    for fewer in range(len(shuffled)):
        less = quote(rules, taking_payment=False, **{**facts, "identities": shuffled[:fewer]})
        assert less.subsidy <= answer.subsidy
