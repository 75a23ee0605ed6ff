"""`manage.py check_sheet`: every kind of sheet is tried by one command, in one shape, and nothing is written."""

import io

import pytest
from django.apps import apps
from django.core.management import CommandError

from core.uploads.checks import all_checks
from tests.every_kind.conftest import ASKED, SHEETS

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
