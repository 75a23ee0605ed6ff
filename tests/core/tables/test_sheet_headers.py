import pytest

from collection.ledgers import columns as ledger_columns
from core.tables.headings import Column, find, plain
from core.tables.reader import Sheet

COLUMNS = (
    Column("name", "姓名", ("姓名", "参保人"), ("姓名",), ("户主",)),
    Column("number", "号码", ("身份证号码", "证件号"), ("身份证",), ("户主",)),
    Column("amount", "金额", ("实缴金额", "金额"), ("金额",), ("应",)),
)
NEEDED = ("name", "number", "amount")
PERSON = ["王平", "411325198007145200", 400]


def sheet(*rows, merged=(), start=1):
    numbered = [(number, list(cells)) for number, cells in enumerate(rows, start) if cells]
    return Sheet("表", merged=list(merged), rows=numbered)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("实缴金额（元）", "实缴金额"),
        (" 姓 名 ", "姓名"),
        ("*姓名：", "姓名"),
        ("缴费\n日期", "缴费日期"),
        ("身份证号码(18位", "身份证号码"),
        ("（元）", "(元)"),
        (None, ""),
        ("ＩＤ", "ID"),
    ],
)
def test_plain(text, bare):
    assert plain(text) == bare


@pytest.mark.parametrize(
    ("rows", "row", "columns"),
    [
        pytest.param(
            [["姓名", "身份证号码", "金额"], PERSON], 1, {"name": 0, "number": 1, "amount": 2}, id="in the first row"
        ),
        pytest.param(
            [["内乡县缴费清册"], [], ["乡镇：", None, "填报日期"], [], ["金额(元)", "证件号", "参保人"], PERSON],
            5,
            {"amount": 0, "number": 1, "name": 2},
            id="titles above, another order",
        ),
        pytest.param(
            [["户主姓名", "姓名", "户主身份证", "身份证号", "应缴金额", "实缴金额"], PERSON],
            1,
            {"name": 1, "number": 3, "amount": 5},
            id="the household head's columns are not the person's",
        ),
        pytest.param(
            [["金额", "姓名", "身份证号码", "实缴金额"], PERSON],
            1,
            {"name": 1, "number": 2, "amount": 3},
            id="the more telling word wins",
        ),
        pytest.param([["姓名", "备注", "身份证号码"]], 1, {"name": 0, "number": 2}, id="one is missing"),
    ],
)
def test_find(rows, row, columns):
    header = find(sheet(*rows), COLUMNS, NEEDED)
    assert (header.row, header.columns) == (row, columns)


def test_a_heading_of_two_rows_under_merged_cells():
    rows = [["清册"], ["姓名", "身份证号码", "缴费情况", None], [None, None, "金额", "日期"], [*PERSON, "2024-10-01"]]
    merged = [(1, 0, 1, 3), (2, 0, 3, 0), (2, 1, 3, 1), (2, 2, 2, 3)]
    header = find(sheet(*rows, merged=merged), COLUMNS, NEEDED)
    assert (header.first_row, header.row) == (2, 3)
    assert header.columns == {"name": 0, "number": 1, "amount": 2}


def test_a_word_split_over_two_rows():
    rows = [["姓名", "身份证", "实缴"], [None, "号码", "金额"], PERSON]
    header = find(sheet(*rows), COLUMNS, NEEDED)
    assert header.columns == {"name": 0, "number": 1, "amount": 2}


def test_equally_good_columns_are_named():
    header = find(sheet(["姓名", "身份证号码", "金额", "姓名"], PERSON), COLUMNS, NEEDED)
    assert header.twice == {"name": [0, 3]}


@pytest.mark.parametrize(
    "rows", [[], [["合计", 400]], [["姓名"]], [["编号", "日期"], ["备注", "说明"]], [[None, "  "], PERSON]]
)
def test_no_heading(rows):
    assert find(sheet(*rows), COLUMNS, NEEDED) is None


def test_a_heading_below_the_searched_rows_is_not_found():
    rows = [["说明"]] * 40 + [["姓名", "身份证号码", "金额"]]
    assert find(sheet(*rows), COLUMNS, NEEDED) is None
    assert find(sheet(*rows[1:]), COLUMNS, NEEDED).row == 40


LEDGER = ["户编号", "姓名", "身份证号码", "实缴金额", "缴费日期", "收据号"]
TWO_ROWS = [
    ["户编号", "参保人", None, "缴费", None, None],
    ["", "姓名", "身份证号码", "2025年个人缴费金额", "日期", "收据号"],
]
LONG_NOTES = [f"{title}（{'请照身份证或户口簿填写，不得有误。' * 3}）" for title in LEDGER]


@pytest.mark.parametrize(
    "rows",
    [
        [LONG_NOTES],
        [[f"（必填）{title}" for title in LEDGER]],
        [[f"{title}（必填（不可空））" for title in LEDGER]],
        [["⼾编号", "姓名", "⾝份证号码", "实缴⾦额", "缴费⽇期", "收据号"]],
        [["台账"], *TWO_ROWS],
        [[f"{title[0]} {title[1:]}\n（填）" for title in LEDGER]],
    ],
)
def test_a_ledger_by_every_heading_that_people_give_it(rows):
    sheet = Sheet(
        "台账", rows=[(n, list(row)) for n, row in enumerate([*rows, ["1", "王明", "411325197005010018"]], 1)]
    )
    header = find(sheet, ledger_columns.COLUMNS, ledger_columns.NEEDED)
    assert header is not None and header.row == len(rows)
    assert [header.columns[key] for key in ("household", "name", "id_number", "amount", "paid_on", "receipt_no")] == [
        0, 1, 2, 3, 4, 5,
    ]  # fmt: skip
