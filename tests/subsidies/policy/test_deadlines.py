"""The days that notices set: when they fall, which list answers which, and how each stands."""

import datetime

import pytest

from subsidies.policy import policies
from subsidies.policy.deadlines import Deadline, DeadlineState, answers, calendar_of, standing


def day(text):
    return datetime.date.fromisoformat(text)


def task(**facts):
    return Deadline(**{"office": "民政局", "task": "报送名单", "source": "方案 一", **facts})


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        pytest.param({"on": day("2025-10-20")}, ["2025-10-20"], id="one day"),
        pytest.param(
            {"monthly": 25, "since": day("2025-11-01"), "until": day("2026-01-25")},
            ["2025-11-25", "2025-12-25", "2026-01-25"],
            id="over the year's end, the last day included",
        ),
        pytest.param(
            {"monthly": 25, "since": day("2025-11-26"), "until": day("2025-12-24")}, [], id="between two days"
        ),
        pytest.param(
            {"monthly": 25, "since": day("2025-11-25"), "until": day("2025-11-25")}, ["2025-11-25"], id="both ends"
        ),
        pytest.param(
            {"monthly": 31, "since": day("2026-01-01"), "until": day("2026-03-31")},
            ["2026-01-31", "2026-02-28", "2026-03-31"],
            id="a month without the day",
        ),
    ],
)
def test_when_it_falls_due(facts, days):
    assert task(**facts).days() == [day(one) for one in days]


@pytest.mark.parametrize(
    ("handed_in", "answered"),
    [
        pytest.param([], [None, None, None], id="none"),
        pytest.param(["2025-11-25"], ["2025-11-25", None, None], id="on the day"),
        pytest.param(["2025-11-26"], ["2025-11-26", None, None], id="a day late is the late list of that day"),
        pytest.param(["2025-11-26", "2025-12-20"], ["2025-11-26", "2025-12-20", None], id="late, then in time"),
        pytest.param(["2025-11-03", "2025-11-20"], ["2025-11-03", None, None], id="two lists before a day, one answer"),
        pytest.param(["2025-12-26"], [None, "2025-12-26", None], id="after the next day it is no answer to the first"),
        pytest.param(["2026-03-01"], [None, None, "2026-03-01"], id="long after the last"),
    ],
)
def test_which_list_answers_which_day(handed_in, answered):
    dues = [day("2025-11-25"), day("2025-12-25"), day("2026-01-25")]
    found = answers(dues, [day(one) for one in handed_in])
    assert found == list(zip(dues, [one and day(one) for one in answered], strict=True))


@pytest.mark.parametrize(
    ("answered", "today", "stands"),
    [
        (None, "2025-11-17", DeadlineState.AHEAD),
        (None, "2025-11-18", DeadlineState.SOON),
        (None, "2025-11-25", DeadlineState.SOON),
        (None, "2025-11-26", DeadlineState.OVERDUE),
        ("2025-11-25", "2025-12-01", DeadlineState.DONE),
        ("2025-11-26", "2025-12-01", DeadlineState.DONE_LATE),
    ],
)
def test_how_a_day_stands(answered, today, stands):
    assert standing(day("2025-11-25"), answered and day(answered), day(today)) == stands


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"on": day("2025-10-20"), "monthly": 25},
        {"monthly": 0, "since": day("2025-11-01"), "until": day("2026-01-25")},
        {"monthly": 32, "since": day("2025-11-01"), "until": day("2026-01-25")},
        {"monthly": 25},
        {"monthly": 25, "since": day("2026-01-02"), "until": day("2026-01-01")},
        {"on": day("2025-10-20"), "office": "局" * 21},
    ],
)
def test_what_is_no_deadline(facts):
    assert task(**facts).problem()


def test_only_lists_are_answered_by_lists():
    tasks = [task(on=day("2025-10-31"), lists=True), task(on=day("2025-10-31"), task="开会")]
    lines = calendar_of(tasks, {"民政局": [day("2025-11-02")]}, day("2025-11-03"))
    assert [(due.standing, due.days_late) for _, due in lines] == [
        (DeadlineState.DONE_LATE, 2),
        (DeadlineState.OVERDUE, 0),
    ]


def test_the_notices_days_stand_in_the_policy_files():
    gaoyang = policies.load("130628-2026")
    days = {(one.office, str(one.on)) for one in gaoyang.deadlines if one.on}
    assert days == {("医保局", "2025-10-20"), ("医保局", "2025-10-31"), ("农业农村局", "2025-10-31")}
    assert {one.office for one in gaoyang.deadlines if one.monthly == 25} == {"民政局", "农业农村局"}
    neixiang = policies.load("411325-2025")
    assert [str(one.on) for one in neixiang.deadlines if one.office == "各乡镇"] == ["2024-09-06"]


@pytest.mark.parametrize(
    ("policy", "names"),
    [
        ("140405-2026", {"退役军人", "优抚对象", "重度精神病人", "独生子女家庭", "双女户家庭"}),
        ("130628-2026", {"残疾人", "留守困境儿童", "失独老年人", "高龄老年人", "严重精神障碍患者"}),
    ],
)
def test_groups_without_money_are_marked_and_followed_and_change_no_amount(policy, names):
    import subsidies.quotes.quote as quotes

    rules = policies.load(policy)
    assert names <= {one.name for one in rules.recognised if one.nothing}
    on = rules.period.start.replace(day=20) if rules.payment_days else rules.period.start
    for name in names:
        held = [quotes.Recognition(name, datetime.date(2020, 1, 1))]
        asked = quotes.quote(rules, birth_date=datetime.date(1980, 1, 1), paid_on=on, identities=held)
        plain = quotes.quote(rules, birth_date=datetime.date(1980, 1, 1), paid_on=on)
        assert (asked.due, asked.subsidy) == (plain.due, plain.subsidy)
