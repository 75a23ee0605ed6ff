"""Figures changed in a policy's text: a new version with its document, everything else as it was."""

from decimal import Decimal

import pytest

from subsidies.policy.editing import decide, next_year, overlapping, parse_any, set_category, set_standard
from subsidies.policy.figures import compare, decided_readings
from subsidies.policy.policies import available, load, parse
from subsidies.policy.schema import PolicyError
from tests.years import text_of_next_year

QINSHUI, NEIXIANG = load("140521-2026"), load("411325-2025")
PAPER = "沁水县关于2026年度参保资助标准的通知（沁医保〔2025〕1号）"


@pytest.mark.parametrize(
    ("way", "value", "subsidy"),
    [
        ("amount", Decimal("200"), "200.00"),
        ("percent", Decimal("75"), "300.00"),
        ("percent", Decimal("33.30"), "133.20"),
        ("full", None, "400.00"),
        ("nothing", None, "0.00"),
    ],
)
@pytest.mark.parametrize("name", ["在乡重点优抚对象", "重度残疾人", "低保对象"])
def test_what_a_category_gets(name, way, value, subsidy):
    changed = set_category(QINSHUI, name, way=way, value=value, fund="县财政", document=PAPER)
    category = changed.category(name)
    assert str(category.subsidy) == subsidy
    assert category.fund == (None if way == "nothing" else "县财政")
    assert category.source == (PAPER, "全文")
    assert changed.hash != QINSHUI.hash and changed.document.title == QINSHUI.document.title
    rows = compare(changed, QINSHUI)
    assert [row.about for row in rows if row.differs] == [f"资助：{name}"]


def test_several_changes_keep_their_own_documents():
    changed = set_category(QINSHUI, "重度残疾人", way="full", value=None, fund="县财政", document="甲")
    changed = set_category(changed, "在乡重点优抚对象", way="full", value=None, fund="县财政", document='乙“”"\\')
    assert changed.category("重度残疾人").source.document == "甲"
    assert changed.category("在乡重点优抚对象").source.document.startswith("乙")


def test_another_fee():
    changed = set_standard(NEIXIANG, Decimal("380"), document="省里的通知")
    assert (str(changed.standard), str(changed.fee.total)) == ("380.00", "1050.00")
    assert changed.fee.source.document == "省里的通知"


def test_what_makes_the_policy_wrong_is_refused():
    with pytest.raises(PolicyError, match="不超过个人缴费标准"):
        set_category(QINSHUI, "重度残疾人", way="amount", value=Decimal("400.01"), fund="县财政", document=PAPER)
    with pytest.raises(PolicyError, match="最多 30"):
        set_category(QINSHUI, "重度残疾人", way="full", value=None, fund="县" * 31, document=PAPER)


def test_an_uploaded_text_tells_whose_it_is():
    assert parse_any(NEIXIANG.text).id == "411325-2025"
    for text in ("", "x = 1", "county_code = 411325\nyear = 2025", "县\x00"):
        with pytest.raises(PolicyError, match="不是政策文件"):
            parse_any(text)


def test_periods_of_one_county_do_not_overlap():
    following = parse(text_of_next_year(NEIXIANG), "411325-2026")
    assert overlapping(following, (NEIXIANG, QINSHUI)) is None


def test_what_is_gone_and_what_is_new_is_shown():
    limit = '[deposit_limit]\ndays = 5\namount = "10000.00"\nsource = "方案 四（一）5"\n'
    assert limit in NEIXIANG.text
    without = parse(NEIXIANG.text.replace(limit, ""), "411325-2025")
    assert [row.about for row in compare(without, NEIXIANG) if row.figure is None] == ["双限报解"]
    assert [row.about for row in compare(NEIXIANG, without) if row.before is None] == ["双限报解"]


@pytest.mark.parametrize("policy_id", available())
def test_every_reading_can_be_decided_by_a_document(policy_id):
    policy = load(policy_id)
    for key, reading in policy.assumed_at:
        decided = decide(policy, key, document="县政府会议纪要〔2025〕9号")
        assert key not in dict(decided.assumed_at) and len(decided.assumptions) == len(policy.assumptions) - 1
        assert [figure.says for figure in decided_readings(decided)] == [reading.says.replace('"', "”")]
        assert decided_readings(decided)[0].source.document == "县政府会议纪要〔2025〕9号"
        assert [row.about for row in compare(decided, policy) if row.differs] == []


@pytest.mark.parametrize("policy_id", available())
def test_the_same_rules_a_year_later(policy_id):
    policy = load(policy_id)
    following = next_year(policy)
    assert following.id == f"{policy.county_code}-{policy.year + 1}" and str(following.year) in following.title
    assert following.period.start.year == policy.period.start.year + 1
    assert [c.born_from for c in following.categories] == [c.born_from for c in policy.categories]
    assert overlapping(following, (policy,)) is None
