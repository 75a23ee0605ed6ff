"""What a template may say, and how long and dear a text is."""

from decimal import Decimal

import pytest

from core.messages.texts import check_template, cost, fill, is_mobile, parts
from core.refusals import Refused

ALLOWED = ("姓名", "金额")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("{姓名}您好，共{金额}元", "{姓名}您好，共{金额}元"),
        ("没有占位", "没有占位"),
        (" 两行\n并成一行 ", "两行 并成一行"),
        ("字" * 200, "字" * 200),
    ],
)
def test_what_a_template_may_say(text, kept):
    assert check_template(text, ALLOWED) == kept


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{身份证号}", "没有“{身份证号}”这一项"),
        ("{姓名}{姓名}", "只能用一次"),
        ("{姓名", "成对"),
        ("姓名}", "成对"),
        ("{{姓名}}", "成对"),
        ("{姓名.__class__}", "没有“"),
        ("  ", "请填写"),
        ("字" * 201, "最多 200 个字"),
    ],
)
def test_what_it_may_not(text, why):
    with pytest.raises(Refused, match=why):
        check_template(text, ALLOWED)


def test_a_value_with_braces_is_no_placeholder():
    assert fill("{姓名}欠{金额}", {"姓名": "{金额}", "金额": "400"}) == "{金额}欠400"


@pytest.mark.parametrize(("length", "number"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_a_text_in_parts(length, number):
    assert parts("字" * length) == number


def test_cost():
    assert cost(3, Decimal("0.045")) == Decimal("0.135")
    assert cost(3, None) is None


@pytest.mark.parametrize(
    ("phone", "is_one"),
    [
        ("13800000000", True),
        ("12800000000", False),
        ("1380000000", False),
        ("0377-6532", False),
        ("²3800000000", False),
    ],
)
def test_a_mobile_number(phone, is_one):
    assert is_mobile(phone) is is_one
