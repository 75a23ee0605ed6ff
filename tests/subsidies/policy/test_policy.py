# ruff: noqa: E501 — each case stands on one line
"""The policy files: what is in them, and what is refused with file, key and line."""

import datetime
import hashlib
from decimal import Decimal

import pytest

from core.county_words import county_word
from subsidies.policy import checks, policies
from subsidies.policy.checks import check_together
from subsidies.policy.policies import available, load, parse
from subsidies.policy.schema import PolicyError
from subsidies.quotes.quote import AFTER_PERIOD, Recognition, quote
from tests.subsidies.policy import sixth_county

DAY = datetime.date


@pytest.mark.parametrize("policy_id", available())
def test_every_file_is_good_and_knows_its_version(policy_id):
    rules = load(policy_id)
    assert rules.id == policy_id
    assert rules.hash == hashlib.sha256(rules.text.encode()).hexdigest()
    assert parse(rules.text, policy_id).hash == rules.hash


def test_the_five_counties_are_there():
    assert set(available()) >= {"130628-2026", "140405-2026", "140521-2026", "411323-2026", "411325-2025"}


@pytest.mark.parametrize("policy_id", available())
def test_every_figure_has_document_and_clause(policy_id):
    rules = load(policy_id)
    titles = {paper.title for paper in rules.documents}
    seen = list(_sourced(rules))
    assert len(seen) > 15
    for part in seen:
        assert part.source.document in titles
        assert part.source.clause
        assert bool(part.says) == part.assumed


def _sourced(rule):
    from subsidies.policy.parts import parts_of

    for _, part in parts_of(rule, ""):
        yield part
        yield from _sourced(part)


@pytest.mark.parametrize(
    ("policy_id", "category", "subsidy", "fund"),
    [
        ("411325-2025", "普通居民", "0.00", None),
        ("411325-2025", "孤儿", "400.00", "医疗救助资金"),
        ("411325-2025", "脱贫享受政策户", "80.00", "医疗救助资金"),
        ("411323-2026", "脱贫享受政策户", "90.00", "县财政"),
        ("411323-2026", "“四集中”机构入驻对象", "400.00", "县财政"),
        ("140521-2026", "普通城乡居民", "80.00", "县财政"),
        ("140521-2026", "返贫致贫人口", "360.00", "医疗救助资金"),
        ("140521-2026", "农村五保户", "400.00", "医疗救助资金"),
        ("140521-2026", "重度残疾人（Ⅰ级、Ⅱ级）", None, None),
        ("130628-2026", "重度残疾人", "320.00", "医疗救助资金"),
        ("130628-2026", "边缘易致贫人口", "240.00", "医疗救助资金"),
        ("140405-2026", "突发严重困难人口", "280.00", "医疗救助资金"),
        ("140405-2026", "1、2级重度残疾人", "320.00", "残疾人就业保障金"),
        ("140405-2026", "稳定脱贫人员", "0.00", None),
    ],
)
def test_amounts_as_the_notices_have_them(policy_id, category, subsidy, fund):
    found = load(policy_id).category(category)
    assert found.subsidy == (None if subsidy is None else Decimal(subsidy))
    assert found.fund == fund


@pytest.mark.parametrize("written", ["孤儿(困境儿童)", " 孤儿（困境儿童） ", "孤儿", "困境儿童", "孤儿 （困境儿童）"])
def test_spellings_of_a_category(written):
    assert load("411325-2025").category(written).name == "孤儿（困境儿童）"


@pytest.mark.parametrize("policy_id", available())
def test_the_countys_own_share_has_the_countys_own_word(policy_id):
    tiers = {share.tier for share in load(policy_id).finance_shares}
    assert tiers & {"县级", "区级"} == {f"{county_word(policy_id)}级"}


def test_neixiang_supervision_figures():
    rules = load("411325-2025")
    assert (rules.deposit_limit.days, rules.deposit_limit.amount) == (5, Decimal("10000.00"))
    assert [(s.name, s.goal) for s in rules.stages if s.goal] == [
        ("重点突击", Decimal("0.90")),
        ("集中扫尾", Decimal("1.00")),
    ]
    assert (rules.targets.people, rules.rewards.per_head) == (586000, Decimal("1.50"))
    assert rules.rewards.prize_total == Decimal("300000.00")
    assert rules.notice.working_days == 5
    assert rules.refund_rules.reason("death").deadline == DAY(2024, 12, 31)
    assert rules.refund_rules.reason("army") is None


@pytest.mark.parametrize("policy_id", available())
def test_every_county_says_where_cash_is_banked(policy_id):
    accounts = load(policy_id).deposit_accounts
    assert accounts.names
    assert accounts.assumed == (policy_id != "411325-2025")


def test_neixiang_names_its_two_accounts():
    accounts = load("411325-2025").deposit_accounts
    assert accounts.names == ("乡镇财政所会计农税结算中心账户", "农商行医保缴费专户")
    assert accounts.source.clause == "四（一）5"


def test_gaoyang_cadence_and_targets():
    rules = load("130628-2026")
    assert rules.ranking.daily_from == DAY(2025, 11, 10)
    assert rules.ranking.weekly_from == DAY(2025, 11, 17)
    assert (rules.targets.overall, rules.targets.special) == (Decimal("0.95"), Decimal("0.99"))
    assert rules.targets.not_below_last_year
    assert rules.refund_rules.reason("identity_difference").name == "身份变更差额"


def test_the_words_of_the_files_are_the_functions_of_the_code():
    assert set(AFTER_PERIOD) == set(checks.AFTER_PERIOD)


def test_readings_are_listed_for_staff():
    listed = load("411323-2026").assumptions
    assert any("征缴期" in reading.says and reading.source.clause == "七（一）" for reading in listed)
    assert all(reading.says for reading in listed)


def test_a_sixth_county_is_one_file_and_nothing_else(tmp_path, monkeypatch):
    (tmp_path / f"{sixth_county.ID}.toml").write_text(sixth_county.TEXT, encoding="utf-8")
    monkeypatch.setattr(policies, "FOLDER", tmp_path)
    assert available() == (sixth_county.ID,)
    rules = load(sixth_county.ID)
    facts = {"birth_date": DAY(1970, 1, 1), "paid_on": DAY(2025, 11, 3)}
    answer = quote(rules, identities=[Recognition("低保对象", DAY(2025, 1, 1))], insured_years=[2022], **facts)
    assert (answer.subsidy, answer.due, answer.funds) == (
        Decimal("126.54"),
        Decimal("253.46"),
        (("县财政", Decimal("126.54")),),
    )
    assert (answer.waiting_months, answer.benefit_from) == (7, DAY(2026, 8, 1))


BAD = [
    ("unknown key", "first = 3\n", "first = 3\nfrist = 4\n", "payment_days.frist", "不认识"),
    ("unknown table", "[payment_days]", "[paydays]", "paydays", "不认识"),
    ("no source", 'last = 28\nsource = "通知 二"\n', "last = 28\n", "payment_days.source", "出处"),
    (
        "source of an unknown paper",
        'last = 28\nsource = "通知 二"\n',
        'last = 28\nsource = "公告 二"\n',
        "payment_days.source",
        "简称",
    ),
    (
        "source without a clause",
        'last = 28\nsource = "通知 二"\n',
        'last = 28\nsource = "通知"\n',
        "payment_days.source",
        "条款",
    ),
    ("amount as a number", 'individual = "380.00"', "individual = 380", "fee.individual", "金额"),
    ("amount as a float", 'individual = "380.00"', "individual = 380.0", "fee.individual", "金额"),
    ("amount without cents", 'individual = "380.00"', 'individual = "380"', "fee.individual", "金额"),
    ("percent over 100", 'percent = "33.3"', 'percent = "133"', "categories[2].percent", "100"),
    ("share over 1", 'overall = "0.97"', 'overall = "97"', "targets.overall", "比例"),
    ("share a little over 1", 'overall = "0.97"', 'overall = "1.5"', "targets.overall", "比例"),
    (
        "date as text",
        'end = 2026-01-31\nsource = "通知 二"',
        'end = "2026-01-31"\nsource = "通知 二"',
        "period.end",
        "日期",
    ),
    ("true as text", "ordinary = true", 'ordinary = "true"', "categories[0].ordinary", "true"),
    (
        "period backwards",
        "start = 2025-10-01\nend = 2026-01-31",
        "start = 2025-10-01\nend = 2025-09-30",
        "period.end",
        "早于",
    ),
    (
        "period in another year",
        "start = 2025-10-01\nend = 2026-01-31",
        "start = 2024-10-01\nend = 2026-01-31",
        "period.start",
        "2025",
    ),
    ("stages overlap", "start = 2025-12-01", "start = 2025-11-30", "stages[1].start", "重叠"),
    ("stage outside the period", "end = 2026-01-31\ngoal", "end = 2026-02-01\ngoal", "stages[1].start", "超出"),
    ("category without amount", "full = true\n", "", "categories[1]", "资助办法"),
    ("category with two amounts", "full = true\n", 'full = true\namount = "10.00"\n', "categories[1]", "资助办法"),
    ("subsidy without a fund", 'fund = "县财政"\n', "", "categories[2].fund", "资金来源"),
    ("subsidy above the fee", 'percent = "33.3"', 'amount = "380.01"', "categories[2].amount", "380.00"),
    (
        "fund of an amount not set",
        'not_set = "县残联"',
        'not_set = "县残联"\nfund = "县财政"',
        "categories[3].fund",
        "资金来源",
    ),
    ("one name twice", 'aliases = ["五保户"]', 'aliases = ["低保对象"]', "categories[2].name", "已用于"),
    ("two ordinary categories", 'name = "特困人员"', 'name = "特困人员"\nordinary = true', "categories", "普通类别"),
    (
        "on top of nobody",
        "full = true\n",
        'full = true\nrequires_any = ["低保户"]\n',
        "categories[1].requires_any",
        "低保户",
    ),
    (
        "rule without a function",
        'after_period = "nothing"',
        'after_period = "perhaps"',
        "late_recognition.after_period",
        "perhaps",
    ),
    ("unknown column", 'field = "amount"', 'field = "wage"', "declaration.columns[1].field", "wage"),
    ("reading without words", 'assumed = true\nsays = "表样未定"', "assumed = true", "declaration.assumed", "says"),
    ("words without the mark", 'assumed = true\nsays = "表样未定"', 'says = "表样未定"', "declaration.says", "assumed"),
    (
        "no account to choose",
        "[targets]",
        '[deposit_accounts]\nnames = []\nsource = "通知 七"\n\n[targets]',
        "deposit_accounts.names",
        "至少",
    ),
    (
        "one account twice",
        "[targets]",
        '[deposit_accounts]\nnames = ["甲", "甲"]\nsource = "通知 七"\n\n[targets]',
        "deposit_accounts.names",
        "重复",
    ),
    (
        "an account longer than a slip keeps",
        "[targets]",
        f'[deposit_accounts]\nnames = ["{"户" * 61}"]\nsource = "通知 七"\n\n[targets]',
        "deposit_accounts.names",
        "60",
    ),
    ("no waiting rule", "fixed_months = 1\n", "", "benefits.waiting.fixed_months", "缺少"),
    ("other county than the name", 'county_code = "411324"', 'county_code = "411326"', "county_code", "文件名"),
    (
        "total that does not add up",
        'finance = "700.00"',
        'finance = "700.00"\ntotal = "1000.00"',
        "fee.total",
        "1080.00",
    ),
    ("amount in full-width digits", 'individual = "380.00"', 'individual = "３８０.00"', "fee.individual", "金额"),
    ("months below zero", "fixed_months = 1\n", "fixed_months = -1\n", "benefits.waiting.fixed_months", "之间"),
    (
        "months without end",
        "months_per_gap_year = 2",
        "months_per_gap_year = 13",
        "benefits.waiting.months_per_gap_year",
        "12",
    ),
    (
        "more repaired than lost",
        "repaid_year = 2",
        "repaid_year = 3",
        "benefits.waiting.months_less_per_repaid_year",
        "不能多于",
    ),
    ("a gap of no year", "long_gap_years = 3", "long_gap_years = 0", "benefits.waiting.long_gap_years", "1 到 60"),
    ("a newborn for ever", "window_days = 60", "window_days = 367", "newborn.window_days", "366"),
    ("a newborn of long ago", "born_from = 2026-01-01", "born_from = 2024-12-31", "newborn.born_from", "2025"),
    ("an eighth weekday", "weekly_day = 5", "weekly_day = 8", "ranking.weekly_day", "1 到 7"),
    (
        "ranked before the period",
        "weekly_from = 2025-10-10",
        "weekly_from = 2025-09-30",
        "ranking.weekly_from",
        "征缴期",
    ),
    ("a notice of no day", "working_days = 7", "working_days = 0", "notice.working_days", "1 到 60"),
    ("nobody reviews", 'reviewers = ["税务", "医保"]', "reviewers = []", "refund_rules.reviewers", "至少"),
    (
        "applied for too late",
        "before_benefits = true\n",
        "before_benefits = true\ndeadline = 2027-01-01\n",
        "refund_rules.reasons[0].deadline",
        "2026-12-31",
    ),
    ("a name longer than it is kept", 'name = "特困人员"', f'name = "{"特" * 41}"', "categories[1].name", "40"),
    ("a fund longer than it is kept", 'fund = "县财政"', f'fund = "{"县" * 31}"', "categories[2].fund", "30"),
    ("a text without end", "试验县2026年度征缴通知", "长" * 501, "documents.通知.title", "500"),
    ("an invisible character", "试验县2026年度征缴通知", "试验县\\u0000", "documents.通知.title", "看不见"),
    ("not TOML", "year = 2026", "year = = 2026", "", "TOML"),
]


@pytest.mark.parametrize(("old", "new", "key", "says"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_file_is_refused_with_file_key_and_line(old, new, key, says):
    text = sixth_county.TEXT.replace(old, new, 1)
    assert text != sixth_county.TEXT
    with pytest.raises(PolicyError) as caught:
        parse(text, f"{sixth_county.ID}.toml")
    error = caught.value
    assert error.name == f"{sixth_county.ID}.toml"
    assert error.key == key
    assert says in error.says
    line = text.splitlines()[error.line - 1]
    name = key.rpartition(".")[2].partition("[")[0]
    assert name in line or f"[{key.rpartition('.')[0].partition('[')[0]}" in line or line.startswith("[") or not key
    assert f"第 {error.line} 行" in str(error)


def test_the_line_is_that_of_the_key():
    text = sixth_county.TEXT.replace('percent = "33.3"', "percent = 33.3")
    with pytest.raises(PolicyError) as caught:
        parse(text, f"{sixth_county.ID}.toml")
    assert text.splitlines()[caught.value.line - 1] == "percent = 33.3"


def test_overlapping_years_of_one_county():
    good = parse(sixth_county.TEXT, f"{sixth_county.ID}.toml")
    text = sixth_county.TEXT.replace("year = 2026", "year = 2027").replace("2026-", "2027-").replace("2025-", "2026-")
    following = parse(text, "411324-2027.toml")
    assert check_together((following, good)) == []
    early = text.replace(
        'start = 2026-10-01\nend = 2027-01-31\nsource = "通知 二"',
        'start = 2026-01-31\nend = 2027-01-31\nsource = "通知 二"',
        1,
    )
    errors = check_together((good, parse(early, "411324-2027.toml")))
    assert [(e.key, e.name) for e in errors] == [("period.start", "411324-2027.toml")]
    assert "411324-2026" in errors[0].says


def test_the_five_do_not_overlap():
    assert check_together(tuple(load(policy_id) for policy_id in available())) == []


@pytest.mark.parametrize("policy_id", ["411325-2031", "../411325-2025", "", "411325-2025.toml", "x"])
def test_no_such_policy(policy_id):
    with pytest.raises(policies.NoSuchPolicy):
        load(policy_id)
