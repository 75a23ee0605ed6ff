"""The part of a policy file about employees' insurance: what stands on the page, and what is refused with its line."""

import pytest

from subsidies.policy.figures import figures, readings
from subsidies.policy.policies import load, parse
from subsidies.policy.schema import PolicyError

XIXIA = "411323-2026"


def test_the_page_shows_rates_floor_goal_and_what_is_not_set():
    rows = {figure.about: figure.says for figure in figures(load(XIXIA))}
    assert rows["职工医保：2025年缴费基数下限"] == "每月 3,831.00 元"
    assert rows["职工医保：企业"] == "单位 8.5%，职工 2%，合计 10.5%"
    assert rows["职工医保：灵活就业人员"] == "按下限的 8%，全部由个人缴纳"
    assert rows["职工医保：个体工商户（及其雇工）"] == "费率没有确定，由县税务局、县医保局确定"
    assert rows["职工医保：缴费基数上限"] == "没有确定，由省人社、税务部门确定"
    assert rows["职工医保：目标"].startswith("全县净增 2000 人")
    assert any("不在编人员" in reading.says for reading in readings(load(XIXIA)))


def test_the_four_other_counties_show_nothing_of_it():
    assert not any("职工医保：" in figure.about for figure in figures(load("411325-2025")))


MISTAKES = [
    ("an unknown kind", 'code = "enterprise"', 'code = "company"', "employees.kinds[3].code"),
    ("a kind twice", 'code = "social"', 'code = "government"', "employees.kinds[1].code"),
    (
        "rates and not_set",
        'not_set = "县税务局、县医保局"',
        'not_set = "县税务局"\nperson_percent = "2"',
        "employees.kinds[4]",
    ),
    ("a unit without its rate", 'unit_percent = "8.5"\n', "", "employees.kinds[3].unit_percent"),
    ("a rate of 31 %", 'unit_percent = "8.5"', 'unit_percent = "31"', "employees.kinds[3]"),
    ("a rate of nothing", 'unit_percent = "8.5"', 'unit_percent = "0"', "employees.kinds[3]"),
    ("a floor of 499", 'amount = "3831.00"', 'amount = "499.00"', "employees.floors[0].amount"),
    ("an unknown open point", 'code = "late_fee"', 'code = "fine"', "employees.open_points[3].code"),
    ("an open point twice", 'code = "late_fee"', 'code = "arrears"', "employees.open_points[3].code"),
]


@pytest.mark.parametrize(("written", "mistake", "key"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_named_with_its_key(written, mistake, key):
    text = load(XIXIA).text
    assert written in text
    with pytest.raises(PolicyError) as refused:
        parse(text.replace(written, mistake), f"{XIXIA}.toml")
    assert refused.value.key == key
    assert refused.value.line > 1
