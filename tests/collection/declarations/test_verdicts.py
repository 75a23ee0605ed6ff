"""The tax bureau's verdict words: understood as a whole, with their negations, or asked about."""

import pytest

from collection.declarations.verdicts import is_doubtful, read_verdict, title_verdict

FAILURES = """
    未通过校验 校验未通过 没通过审核 暂不通过 不可导入 不允许导入 并未成功 复核不通过 核对有误 FAIL ERROR
    不予通过 没有成功 非正常 未通过 不成功 未成功 校验不通过 导入失败 未导入 异常 有误 审核未通过 无法导入
    已驳回 退回 校验异常 未完成 不正常 没通过 数据错误 存在错误 不合格 未成功导入 导入不成功 身份校验失败
    拒绝受理 否 × N
"""
SUCCESSES = """
    通过校验 已通过审核 核对无误 复核通过 审批通过 SUCCESS
    无异常 校验通过，无错误 成功 导入成功 已导入 通过 正常 完成 处理完成 无误 校验无误 未发现异常 没有错误
    审核通过 已受理 成功！ 导入成功。 0错误 校验通过（无异常） 成功导入 已成功导入 不存在错误 是 √ OK
"""
UNKNOWN = """
    待处理 处理中 部分成功 成功但有警告 成功/失败 成功，部分异常 通过，姓名不符 成功0条 不详 无 1 0 已推送
    并非失败
"""


@pytest.mark.parametrize("text", FAILURES.split())
def test_refused(text):
    assert read_verdict(text) is False


@pytest.mark.parametrize("text", SUCCESSES.split())
def test_taken_in(text):
    assert read_verdict(text) is True


@pytest.mark.parametrize("text", ["", " ", *UNKNOWN.split()])
def test_asked_about(text):
    assert read_verdict(text) is None


@pytest.mark.parametrize(
    ("text", "heading", "expected"),
    [("1", "是否成功", True), ("0", "导入标志", False), ("0", "状态", None), ("1", "处理结果", None)],
)
def test_figures_are_flags_below_a_question_only(text, heading, expected):
    assert read_verdict(text, heading=heading) is expected


def test_what_was_explained_is_remembered_by_the_whole_word():
    words = {"已推送": True}
    assert read_verdict(" 已推送 ", words=words) is True
    assert read_verdict("已推送失败", words=words) is None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("导入成功名单", True),
        ("失败明细", False),
        ("未通过人员", False),
        ("异常数据", False),
        ("成功失败明细", None),
        ("Sheet1", None),
        ("结果", None),
    ],
)
def test_titles_of_sheets(title, expected):
    assert title_verdict(title) is expected


@pytest.mark.parametrize(
    ("ok", "reason", "doubtful"),
    [
        (True, "", False),
        (True, "—", False),
        (True, "导入成功", False),
        (True, "无异常", False),
        (True, "此人已在外县参保", True),
        (True, "第一批", True),
        (False, "已死亡", False),
    ],
)
def test_a_success_with_a_reason_is_doubted(ok, reason, doubtful):
    assert is_doubtful(ok=ok, reason=reason) is doubtful
