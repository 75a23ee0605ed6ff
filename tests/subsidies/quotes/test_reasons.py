# ruff: noqa: E501 — each case stands on one line
"""What a quote says: every sentence of waiting, newborns and categories as a resident reads it; bounds of the facts."""

import datetime

import pytest

from core.text import long_date
from subsidies.policy.policies import load
from subsidies.quotes.quote import QuoteError, Recognition, quote

NEIXIANG, XIXIA, QINSHUI, GAOYANG, TUNLIU = (
    load(i) for i in ("411325-2025", "411323-2026", "140521-2026", "130628-2026", "140405-2026")
)
ADULT, ADVICE = "1970-05-01", "（供参考，以省市文件为准）"


def day(text):
    return datetime.date.fromisoformat(text)


def ask(rules, paid, birth=ADULT, held=(), **facts):
    identities = [Recognition(name, day(since)) for name, since in held]
    return quote(rules, birth_date=day(birth), paid_on=day(paid), identities=identities, **facts)


WAITING = [
    ("late", "2025-03-10", [2024], 0, "2024年12月31日集中征缴期结束后缴费，待遇等待期 3 个月（固定 3 个月）"),
    ("a gap, in time", "2024-10-10", [2023], 0, "断保 1 年，待遇等待期 4 个月（固定 3 个月，断保 1 年加 1 个月）"),
    (
        "late with a gap",
        "2025-03-10",
        [2022],
        0,
        "2024年12月31日集中征缴期结束后缴费、断保 2 年，待遇等待期 5 个月（固定 3 个月，断保 2 年加 2 个月）",
    ),
    (
        "one year paid back",
        "2025-03-10",
        [2022],
        1,
        "2024年12月31日集中征缴期结束后缴费、断保 2 年，待遇等待期 4 个月（固定 3 个月，断保 2 年加 2 个月，补缴 1 年减 1 个月）",
    ),
    (
        "more paid back than missing",
        "2025-03-10",
        [2022],
        9,
        "2024年12月31日集中征缴期结束后缴费、断保 2 年，待遇等待期 3 个月（固定 3 个月，断保 2 年加 2 个月，补缴 2 年减 2 个月）",
    ),
    (
        "three years, not yet long",
        "2024-10-10",
        [2021],
        3,
        "断保 3 年，待遇等待期 3 个月（固定 3 个月，断保 3 年加 3 个月，补缴 3 年减 3 个月）",
    ),
    (
        "a long gap",
        "2024-10-10",
        [2020],
        4,
        "断保 4 年，待遇等待期 6 个月（固定 3 个月，断保 4 年加 4 个月，补缴 4 年减 4 个月，断保 4 年及以上不少于 6 个月）",
    ),
]


@pytest.mark.parametrize(("paid", "years", "repaid", "says"), [c[1:] for c in WAITING], ids=[c[0] for c in WAITING])
def test_why_somebody_waits(paid, years, repaid, says):
    answer = ask(NEIXIANG, paid, insured_years=years, repaid_years=repaid)
    waiting = [reason for reason in answer.reasons if "待遇等待期" in reason.says]
    assert [(reason.says, reason.source.clause) for reason in waiting] == [(says + ADVICE, "四（二）2")]
    assert answer.reasons[-1].says == f"等待期满，从{long_date(answer.benefit_from)}享受待遇{ADVICE}"


@pytest.mark.parametrize(
    ("paid", "start", "says"),
    [
        ("2025-08-31", "2025-12-31", "等待期满，从2025年12月31日享受待遇"),
        ("2025-09-01", None, "等待期满是2026年1月1日，已过2025年12月31日，本年度享受不到待遇"),
    ],
)
def test_a_wait_that_ends_with_the_year(paid, start, says):
    answer = ask(NEIXIANG, paid, insured_years=[2023])
    assert (answer.benefit_from, answer.waiting_months) == (start and day(start), 4)
    assert answer.reasons[-1].says == says + ADVICE


NEWBORNS = [
    (
        "内乡 day 0",
        NEIXIANG,
        "2025-02-20",
        "2025-02-20",
        "新生儿出生 90 天以内参保，从出生之日起享受待遇，没有等待期",
    ),
    (
        "内乡 day 90",
        NEIXIANG,
        "2025-01-01",
        "2025-04-01",
        "新生儿出生 90 天以内参保，从出生之日起享受待遇，没有等待期",
    ),
    (
        "内乡 day 91",
        NEIXIANG,
        "2025-01-01",
        "2025-04-02",
        "新生儿出生 90 天以后参保，从2025年4月2日享受待遇，没有等待期",
    ),
    (
        "沁水 day 10: from the payment",
        QINSHUI,
        "2026-03-01",
        "2026-03-11",
        "新生儿出生 90 天以内参保，从2026年3月11日享受待遇，没有等待期",
    ),
    (
        "高阳 born in autumn",
        GAOYANG,
        "2025-09-01",
        "2025-12-20",
        "2025年9月1日至2025年12月31日出生，从出生之日起享受待遇至2026年12月31日",
    ),
]


@pytest.mark.parametrize(("rules", "birth", "paid", "says"), [c[1:] for c in NEWBORNS], ids=[c[0] for c in NEWBORNS])
def test_what_a_newborn_s_family_is_told(rules, birth, paid, says):
    answer = ask(rules, paid, birth)
    told = [reason.says for reason in answer.reasons]
    assert says + ADVICE in told
    assert list(rules.newborn.notes) == told[told.index(says + ADVICE) + 1 :]


CATEGORIES = [
    ("two of one amount", NEIXIANG, ["重度残疾人", "低保对象"], "就高不就低，按低保对象资助，不与重度残疾人叠加"),
    (
        "three",
        NEIXIANG,
        ["重度残疾人", "低保对象", "特困人员"],
        "就高不就低，按特困人员资助，不与重度残疾人、低保对象叠加",
    ),
    (
        "on top of nobody",
        XIXIA,
        ["四集中机构入驻对象"],
        "四集中机构入驻对象要同时是低保对象、脱贫享受政策户、监测户之一才享受资助",
    ),
    ("an amount", NEIXIANG, ["低保对象"], "低保对象：由医疗救助资金资助 80.00 元，个人缴 320.00 元"),
    ("nothing", TUNLIU, ["稳定脱贫人员"], "稳定脱贫人员：没有资助，按标准缴费"),
]


@pytest.mark.parametrize(("rules", "held", "says"), [c[1:] for c in CATEGORIES], ids=[c[0] for c in CATEGORIES])
def test_why_a_category_counts(rules, held, says):
    answer = ask(rules, f"{rules.year - 1}-11-10", held=[(name, "2024-06-01") for name in held])
    told = [reason.says for reason in answer.reasons]
    if says not in told:
        names = says.partition("要同时是")[2].partition("之一")[0]
        required = rules.category(held[0]).requires_any
        assert names and set(required) == set(names.split("、"))
        assert f"{held[0]}要同时是{'、'.join(required)}之一才享受资助" in told


def test_one_category_alone_is_not_weighed_against_others():
    assert not [r for r in ask(NEIXIANG, "2024-10-10", held=[("低保对象", "2024-06-01")]).reasons if "就高" in r.says]


@pytest.mark.parametrize(
    ("birth", "years", "refused"),
    [
        ("1894-01-01", None, ""),
        ("1893-12-31", None, "超过 130 年"),
        ("2020-06-01", [2020], ""),
        ("2020-06-01", [2019], "出生年份 2020 到 2025"),
        ("1970-05-01", [2025], ""),
        ("1970-05-01", [2026], "出生年份 1970 到 2025"),
        ("2024-10-10", None, ""),
        ("2024-10-11", None, "晚于缴费日期"),
    ],
)
def test_the_bounds_of_the_facts(birth, years, refused):
    if not refused:
        assert ask(NEIXIANG, "2024-10-10", birth, insured_years=years).due == 400
        return
    with pytest.raises(QuoteError, match=refused) as caught:
        ask(NEIXIANG, "2024-10-10", birth, insured_years=years)
    assert caught.value.code == "bad_input"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "突发严重困难人口",
            "“突发严重困难人口”不够明确，请写明是“突发严重困难人口（脱贫人口）”，还是“突发严重困难人口（一般农户）”",
        ),
        ("退役军人", "高阳县2026年度没有“退役军人”这个类别；可用的类别有：普通居民、特困人员、孤儿、"),
    ],
)
def test_what_is_said_of_an_unknown_category(name, says):
    with pytest.raises(QuoteError) as caught:
        ask(GAOYANG, "2025-11-10", held=[(name, "2024-06-01")])
    assert caught.value.code == "unknown_category" and caught.value.message.startswith(says)
