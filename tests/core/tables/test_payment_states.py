"""What a cell of a list of payments says of its payment, below which heading."""

import pytest

from core.tables.payment_states import Kind, read_state, state_columns

PAID = """
    已缴费 缴费成功 已入库 成功 已缴纳 支付成功 扣款成功 已到账 正常 有效 已完税 已开票 交易成功 缴费成功！ 已缴清
    未退费 没有退费 无退费记录 未作废 未冲正 已缴费，未退费 缴费成功（正常）
"""
UNDONE = """
    已作废 作废 已退费 退费成功 已冲正 已冲销 已红冲 冲红 已撤销 已退款 已退库 已退 缴费失败 失败 未到账 未缴费 待缴费
    未支付 支付失败 扣款不成功 尚未到账 已取消 退费中 待退费 非正常 不正常 没有缴费成功 未能扣款 失效 已关闭
    缴费成功（已退费） 已缴费/未入库
"""
UNKNOWN = "核销中 处理中 部分成功 已缴费后退 未知 3 退费失败 退费未成功 取消退费 撤销作废 是 否 余额不足 已缴费未退费"


@pytest.mark.parametrize("text", PAID.split())
def test_a_payment(text):
    assert read_state(text) == (Kind.PAID, "")


@pytest.mark.parametrize("text", UNDONE.split())
def test_no_payment(text):
    assert read_state(text)[0] == Kind.UNDONE


@pytest.mark.parametrize("text", UNKNOWN.split())
def test_an_unknown_state_is_asked_about(text):
    kind, why = read_state(text)
    assert (kind, text in why) == (Kind.ASK, True)


def test_an_empty_state_does_not_say_that_the_money_came():
    assert read_state("")[0] == read_state("-")[0] == Kind.ASK


@pytest.mark.parametrize(
    ("heading", "paid", "undone", "asked"),
    [
        ("作废标志", ["否", "0", "", "无", "未作废", "正常"], ["是", "1", "Y", "已作废"], ["待定"]),
        ("是否退费", ["否", "N", "未退费"], ["是", "√", "已退费", "部分退费"], ["处理中"]),
        ("是否缴费成功", ["是", "Y", "1"], ["否", "0"], ["", "不详"]),
        ("退费金额", ["", "0", "0.00", "无", "未退费"], ["400", "400.00", "是"], []),
        ("退费日期", ["", "-"], ["2024-10-20"], []),
        ("业务类型", ["缴费", "正常申报", "", "不详"], ["退费", "冲正"], []),
    ],
)
def test_what_a_cell_says_depends_on_its_heading(heading, paid, undone, asked):
    assert heading in state_columns({0: heading}).values()
    answers = {text: read_state(text, heading)[0] for text in [*paid, *undone, *asked]}
    assert answers == dict.fromkeys(paid, Kind.PAID) | dict.fromkeys(undone, Kind.UNDONE) | dict.fromkeys(
        asked, Kind.ASK
    )


@pytest.mark.parametrize("heading", ["参保状态", "人员状态", "缴费金额", "缴费日期", "姓名", "缴费渠道"])
def test_other_columns_say_nothing_of_it(heading):
    assert not state_columns({0: heading})
