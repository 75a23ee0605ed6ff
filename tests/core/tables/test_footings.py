"""Sums, signatures and empty rows are known in one place, and nobody who has a number is passed over."""

import pytest

from core.tables.footings import is_footing, is_nobody, is_sum

NUMBER = "411325199001010023"
SUMS = [
    "合计",
    "总计",
    "小计",
    "共计",
    "累计",
    "合计：",
    "总计:",
    "本页合计",
    "城关镇合计",
    "师家湾村小计：",
    "合计800元",
    "合计人数",
    "第三页小计",
    "三年级2班合计",
    "共52人",
    "全县",
    "合计：3人",
    "全村合计共12人",
    "总计（元）",
    "合计金额(万元)",
]
SIGNED = [
    "审核人：李四",
    "填表日期：2024年10月",
    "备注",
    "备注：以上属实",
    "班主任",
    "班主任:王",
    "单位（盖章）",
    "负责人签字",
    "制表人",
    "打印时间:2024",
    "注：",
    "以下空白",
    "——以下空白——",
    "（此行以下无正文）",
    "*** 以下为空白 ***",
    "以下无",
]
NEITHER = (
    "",
    "：",
    "合计明",
    "王合计",
    "合",
    "计",
    "会计",
    "设计：",
    "合计员 3",
    "人",
    "李小计",
    "王审核",
    "单于丹",
    "空白",
    "以下人员",
    "以下",
    "——",
    "无",
)


@pytest.mark.parametrize("text", [*SUMS, "合 计", "小　计 ：", "\n合计\n"])
def test_a_sum_is_known_by_its_word_whatever_stands_around_it(text):
    assert is_sum(text) and is_footing(text)


@pytest.mark.parametrize("text", SIGNED)
def test_what_is_signed_below_a_list(text):
    assert is_footing(text) and not is_sum(text)


@pytest.mark.parametrize("text", NEITHER)
def test_what_is_neither(text):
    assert not is_sum(text) and not is_footing(text)


@pytest.mark.parametrize(
    ("name", "number", "nobody"),
    [
        (None, None, True),
        (" ", "", True),
        ("合计", "52人", True),
        ("合计", 52.0, True),
        (None, "审核人：李四", True),
        ("合计", NUMBER, False),
        ("备注", "4113****0023", False),
        (None, NUMBER, False),
        (None, "12345", False),
        ("王小红", None, False),
        ("合计", "411325", False),
    ],
)
def test_nobody_who_has_a_number_is_passed_over(name, number, nobody):
    assert is_nobody(name, number) is nobody
