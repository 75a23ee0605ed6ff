"""`manage.py check_sheet`: every kind of sheet is tried by one command, in one shape, and nothing is written."""

import datetime
import io
import json
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from core.regions.models import Region
from core.uploads.checks import all_checks
from tests.factories import invented_number, workbook

POLICY, VILLAGE, DAY = "411325-2025", "411325101200", datetime.date(2024, 10, 25)
ANNA = invented_number(datetime.date(1990, 1, 1), "F", 1)
XIXIA, QINSHUI = "411323-2026", "140521-2026"
#: Kinds that 内乡's notice does not speak of, with what is asked beside the file.
ASKED = {
    "roster": {"category": "特困人员"},
    "accident": {"policy": QINSHUI, "as_of": datetime.date(2025, 11, 20)},
    **{kind: {"policy": XIXIA, "as_of": datetime.date(2025, 11, 20)} for kind in ("unit", "months", "payments")},
    "pensions": {"policy": XIXIA, "as_of": datetime.date(2025, 11, 20)},
}


@pytest.fixture
def ask(campaign, tmp_path):
    """`ask(kind, rows, **options)` → (answer, exit status)."""

    def ask(kind, content, **options):
        file, out, status = tmp_path / "表.xlsx", io.StringIO(), 0
        file.write_bytes(content if isinstance(content, bytes) else workbook(content))
        village = {} if "policy" in options or kind not in ("ledger", "books") else {"village": VILLAGE}
        options = {"policy": POLICY, **village, "as_of": DAY, **options}
        try:
            call_command("check_sheet", kind, file, stdout=out, **options)
        except SystemExit as end:
            status = end.code
        return json.loads(out.getvalue()), status

    return ask


@pytest.fixture
def three_counties(campaign, make_user):
    """内乡 with a year in preparation, 西峡 with a unit, 沁水 with an offer of accident cover. Returns the unit."""
    from collection.accident.services import set_offer
    from employees.units.credit_code import check_character
    from employees.units.services import register_unit
    from subsidies.campaigns import proposals
    from subsidies.campaigns.services import open_campaign
    from tests.years import text_of_next_year

    text = text_of_next_year(campaign.policy)
    proposals.start_proposal(county=campaign.county, text=text, name="开征", actor=make_user("county", "411325"))
    qinshui = open_campaign(policy_id=QINSHUI)[0]
    offer = {"insurer": "样例保险公司", "premium": Decimal(50), "document": "方案"}
    set_offer(campaign=qinshui, **offer, actor=make_user("county", "140521"))
    open_campaign(policy_id=XIXIA)
    return register_unit(
        kind="enterprise",
        credit_code="91411323MA0000001" + check_character("91411323MA0000001"),
        name="样例厂",
        township=Region.objects.filter(parent_id="411323").order_by("code").first(),
        registered_on=datetime.date(2024, 1, 2),
        actor=make_user("county", "411323"),
    )


#: A heading and one row of each kind. The unit's code stands where CODE is written.
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
    "claims": [["姓名", "身份证号码", "基金支付金额"], ["王小红", ANNA, 1260.5]],
    "books": [["单位", "起号", "止号"], ["师家湾村", "NX00000001", "NX00000050"]],
    "refunds": [["退费单号", "金额", "付款结果"], ["TF12", 400, "付款成功"]],
    "accident": [
        ["姓名", "身份证号码", "保费", "交费日期", "收据号"],
        ["王小红", ANNA, 50, "2025-11-10", "BX0001"],
    ],
    "villages": [["区划代码", "乡镇", "行政村", "原区划代码"], [VILLAGE, "夏馆镇", "师家湾新村", ""]],
    "split": [["姓名", "证件号码", "新村"], ["王小红", ANNA, "师家湾新村"]],
    "unit": [["姓名", "证件号码", "月工资"], ["王小红", ANNA, 5200]],
    "months": [["统一社会信用代码", "姓名", "证件号码", "月工资"], ["CODE", "王小红", ANNA, 5200]],
    "payments": [
        ["统一社会信用代码", "缴费人", "费款所属期", "金额", "缴费日期"],
        ["CODE", "样例厂", "2025-11", 400, "2025-11-12"],
    ],
    "pensions": [["姓名", "证件号码", "缴费基数", "统一社会信用代码"], ["王小红", ANNA, 5200, "CODE"]],
}
#: What becomes of that row; "" where it is refused.
OUTCOMES = {
    "ledger": None,
    "register": "new",
    "roster": "held",
    "statuses": "",
    "helpers": "new",
    "tasks": "set",
    "paid": "ask",
    "classes": "elsewhere",
    "feedback": "success",
    "claims": "not_ours",
    "books": "",
    "refunds": "paid",
    "accident": "",
    "villages": "renamed",
    "split": "",
    "unit": "joined",
    "months": "joined",
    "payments": "book",
    "pensions": "not_insured",
}


def counts():
    return {model.__name__: model.objects.count() for model in apps.get_models() if model._meta.managed}


def test_every_list_that_comes_in_has_a_dry_run():
    assert set(SHEETS) == set(all_checks()) == set(OUTCOMES)


def test_every_kind_answers_in_one_shape_and_writes_nothing(ask, three_counties):
    unit = three_counties
    before = counts()
    for kind, rows in SHEETS.items():
        rows = [[unit.credit_code if cell == "CODE" else cell for cell in row] for row in rows]
        answer, status = ask(kind, rows, **ASKED.get(kind, {}), unit=unit.credit_code)
        assert (status, answer["file_error"]) == (0, None), kind
        assert list(answer) == ["sheet", "header_row", "accepted", "rejected", "warnings", "file_error"], kind
        assert answer["header_row"] == 1, kind
        assert {row["row"] for row in answer["accepted"] + answer["rejected"]} == {2}, kind
        assert [row.get("outcome") for row in answer["accepted"]] == [OUTCOMES[kind]] * (OUTCOMES[kind] != ""), kind
    assert counts() == before


@pytest.mark.sqlite  # on one engine: what the reader tells, before anything is looked up
def test_a_sum_a_signature_and_an_empty_row_are_nobody_in_any_kind(ask, three_counties):
    """One place knows them (core/tables/footings.py); targets and books have a unit where others have a name."""
    unit = three_counties
    for kind, (heading, row) in SHEETS.items():
        row = [unit.credit_code if cell == "CODE" else cell for cell in row]
        if kind == "ledger":  # tells of written totals, and of what does not add up
            continue
        name = next(
            heading.index(title) for title in ("姓名", "缴费人", "行政村", "单位", "退费单号") if title in heading
        )
        below = [["" if at != name else word for at in range(len(row))] for word in ("夏馆镇小计：", "审核人：李四")]
        answer, status = ask(kind, [heading, row, [None, " "], *below], **ASKED.get(kind, {}), unit=unit.credit_code)
        assert (status, {told["row"] for told in answer["accepted"] + answer["rejected"]}) == (0, {2}), kind


@pytest.mark.sqlite  # on one engine: what the reader tells, before anything is looked up
def test_a_file_that_cannot_be_read_ends_with_two(ask, three_counties):
    for kind in SHEETS:
        answer, status = ask(kind, b"%PDF-1.7", **ASKED.get(kind, {}), unit=three_counties.credit_code)
        assert (answer["file_error"]["code"], status) == ("unreadable_file", 2), kind


@pytest.mark.sqlite  # on one engine: what the reader tells, before anything is looked up
def test_hidden_rows_are_told_of_in_every_kind(ask, three_counties):
    """With how many, and what was done with them."""
    import openpyxl

    unit = three_counties
    for kind, (heading, row) in SHEETS.items():
        book = openpyxl.Workbook()
        for cells in (heading, row):
            book.active.append([unit.credit_code if cell == "CODE" else cell for cell in cells])
        book.active.row_dimensions[2].hidden = True
        content = io.BytesIO()
        book.save(content)
        answer, _ = ask(kind, content.getvalue(), **ASKED.get(kind, {}), unit=unit.credit_code)
        told = [*answer["warnings"], *([answer["file_error"]] if answer["file_error"] else [])]
        assert any("隐藏" in one["message"] and "第 2 行" in one["message"] for one in told), kind


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("ledger", {"village": "411325999999"}, "没有代码为"),
        ("paid", {"policy": "411325-1999"}, "没有政策为"),
        ("roster", {"category": "飞行员"}, "不是由部门认定"),
        ("register", {"county": "999999"}, "没有代码为"),
        ("accident", {}, "搭车收费"),
        ("split", {}, "没有正在准备的征缴年度"),
        ("unit", {}, "没有登记统一社会信用代码"),
        ("months", {}, "没有职工医保的费率"),
        ("villages", {"county": "41132"}, "6位县代码"),
    ],
)
def test_a_wrong_question_is_refused_with_what_to_give_instead(ask, kind, options, says):
    with pytest.raises(CommandError, match=says):
        ask(kind, SHEETS[kind], **options)
