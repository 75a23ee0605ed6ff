"""`manage.py check_sheet`: every kind of sheet is tried by one command, in one shape, and nothing is written."""

import datetime
import io
import json

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from tests.factories import invented_number, workbook

POLICY, VILLAGE = "411325-2025", "411325101200"
ANNA = invented_number(datetime.date(1990, 1, 1), "F", 1)
DAY = datetime.date(2024, 10, 25)


@pytest.fixture
def ask(campaign, tmp_path):
    """`ask(kind, rows, **options)` → (answer, exit status)."""

    def ask(kind, content, **options):
        file, out, status = tmp_path / "表.xlsx", io.StringIO(), 0
        file.write_bytes(content if isinstance(content, bytes) else workbook(content))
        options = {"policy": POLICY, "village": VILLAGE, "as_of": DAY, **options}
        try:
            call_command("check_sheet", kind, file, stdout=out, **options)
        except SystemExit as end:
            status = end.code
        return json.loads(out.getvalue()), status

    return ask


SHEETS = {
    "ledger": [["姓名", "身份证号码", "实缴金额", "缴费日期", "收据号"], ["王小红", ANNA, 400, "2024-10-20", "NX1"]],
    "register": [["姓名", "身份证号码", "乡镇", "行政村"], ["王小红", ANNA, "夏馆镇", "师家湾"]],
    "roster": [["姓名", "身份证号码"], ["王小红", ANNA]],
    "statuses": [["姓名", "身份证号码", "日期"], ["王小红", ANNA, "2024-05-01"]],
    "helpers": [["乡镇", "行政村", "姓名", "联系电话"], ["夏馆镇", "师家湾", "王小红", "13800138000"]],
    "tasks": [["乡镇", "行政村", "任务人数"], ["夏馆镇", "师家湾", 100]],
    "paid": [["姓名", "证件号码", "实缴金额", "缴费日期", "缴费年度"], ["王小红", ANNA, 400, "2024-10-20", "2025"]],
    "classes": [["姓名", "身份证号码", "班级"], ["王小红", ANNA, "一年级1班"]],
    "feedback": [["姓名", "证件号码", "导入结果", "失败原因"], ["王小红", ANNA, "成功", ""]],
}


def counts():
    return {model.__name__: model.objects.count() for model in apps.get_models() if model._meta.managed}


@pytest.mark.parametrize("kind", SHEETS)
def test_every_kind_answers_in_one_shape_and_writes_nothing(ask, kind):
    before = counts()
    options = {"category": "特困人员"} if kind == "roster" else {}
    answer, status = ask(kind, SHEETS[kind], **options)
    assert (status, answer["file_error"]) == (0, None)
    assert list(answer) == ["sheet", "header_row", "accepted", "rejected", "warnings", "file_error"]
    assert {row["row"] for row in answer["accepted"] + answer["rejected"]} == {2}
    assert counts() == before


@pytest.mark.parametrize("kind", SHEETS)
def test_a_file_that_cannot_be_read_ends_with_two(ask, kind):
    answer, status = ask(kind, b"%PDF-1.7")
    assert (answer["file_error"]["code"], status) == ("unreadable_file", 2)


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("ledger", {"village": "411325999999"}, "没有代码为"),
        ("paid", {"policy": "411325-1999"}, "没有政策为"),
        ("roster", {"category": "飞行员"}, "不是由部门认定"),
        ("register", {"county": "999999"}, "没有代码为"),
    ],
)
def test_a_wrong_question_is_refused_with_what_to_give_instead(ask, kind, options, says):
    with pytest.raises(CommandError, match=says):
        ask(kind, SHEETS.get(kind, [["姓名"]]), **options)
