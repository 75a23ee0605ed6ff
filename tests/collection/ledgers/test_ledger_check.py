"""Every rule of the checker, a case a line; `check` gives what is wrong with the first row."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.ledgers.check import check_ledger
from collection.ledgers.columns import TITLES
from collection.ledgers.reading import read_ledger
from collection.ledgers.verdicts import BookedPayment, LedgerFacts, RegisteredPerson, TakenReceipt
from core.tables.reader import RowRanges, Sheet, SheetError, Workbook
from subsidies.policy import policies
from tests.collection.ledgers.ledger_files import HEADING, number_of, person
from tests.factories import invented_number

VILLAGE, OTHER = "411325101200", "411325101201"
RULES = policies.load("411325-2025")
TODAY = datetime.date(2024, 10, 31)
MAY = datetime.date(2024, 5, 1)


def facts(**changes):
    return LedgerFacts(**{"policy": RULES, "village": VILLAGE, "village_name": "本村", "as_of": TODAY, **changes})


def ledger(*rows, heading=HEADING, merged=(), above=()):
    everything = [*above, heading, *rows]
    numbered = [(at, list(cells)) for at, cells in enumerate(everything, 1) if any(c is not None for c in cells)]
    return read_ledger(Workbook("xlsx", [Sheet("缴费清册", merged=list(merged), rows=numbered)]))


def check(*rows, heading=HEADING, merged=(), above=(), **known):
    return check_ledger(ledger(*rows, heading=heading, merged=merged, above=above), facts(**known))


def problems(checked):
    return {row.number: [p.code for p in row.problems] for row in checked.rows if row.problems}


def warnings(checked, number=2):
    return {w.code for row in checked.rows if row.number == number for w in row.warnings}


def registered(serial=0, **changes):
    number = number_of(serial)
    born = datetime.datetime.strptime(number[6:14], "%Y%m%d").date()
    one = {
        "resident_id": serial + 1,
        "name": person(serial)[1],
        "birth_date": born,
        "village": VILLAGE,
        "village_name": "本村",
        "household": f"H{serial // 3:05d}",
    }
    return {number: RegisteredPerson(**{**one, **changes})}


# --- one row --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"id_number": None}, ["id_missing"]),
        ({"id_number": "无"}, ["id_missing"]),
        ({"id_number": 4.11325195503207e17}, ["id_number_truncated"]),
        ({"id_number": "4.11325E+17"}, ["id_number_truncated"]),
        ({"id_number": "4.11325195001e+017"}, ["id_number_truncated"]),
        ({"id_number": "41132519500101"}, ["id_length"]),
        ({"id_number": number_of(0)[:17] + "A"}, ["id_checksum"]),
        ({"id_number": invented_number(datetime.date(2024, 11, 1), "M", 1)}, ["id_birth_date"]),
        ({"name": None}, ["name_missing"]),
        ({"name": " 　"}, ["name_missing"]),
        ({"name": "王?平"}, ["name_invalid"]),
        ({"name": "王平（已故）"}, ["name_invalid"]),
        ({"name": "王某某"}, ["name_invalid"]),
        ({"name": "新生儿"}, ["name_invalid"]),
        ({"amount": None}, ["amount_invalid"]),
        ({"amount": "已交"}, ["amount_invalid"]),
        ({"amount": -400}, ["amount_invalid"]),
        ({"amount": 0}, ["amount_mismatch"]),
        ({"amount": 399.99}, ["amount_mismatch"]),
        ({"amount": 400.01}, ["amount_mismatch"]),
        ({"amount": 800}, ["amount_mismatch"]),
        ({"paid_on": None}, ["date_invalid"]),
        ({"paid_on": "10月8日"}, ["date_invalid"]),
        ({"paid_on": "2024-08-31"}, ["date_outside_period"]),
        ({"paid_on": "2024-09-01"}, []),
        ({"paid_on": "2024-10-31"}, []),
        ({"paid_on": "2024-11-01"}, ["date_future"]),
        ({"receipt_no": None}, ["receipt_missing"]),
        ({"receipt_no": "未开"}, ["receipt_missing"]),
        (
            {"id_number": "1", "name": None, "amount": "x", "paid_on": "y", "receipt_no": None},
            ["receipt_missing", "name_missing", "id_length", "amount_invalid", "date_invalid"],
        ),
    ],
)
def test_a_row(changes, codes):
    checked = check(person(0, **changes))
    assert sorted(problems(checked).get(2, [])) == sorted(codes)
    assert len(checked.accepted) == (not codes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id_number": f" {number_of(0)} "}, "id_normalised"),
        ({"name": "王　平"}, "name_normalised"),
        ({"name": "𬱖平"}, "rare_character"),
        ({"amount": "400元"}, "amount_normalised"),
        ({"paid_on": "2024.10.1"}, "date_normalised"),
        ({"receipt_no": "nx 1"}, "receipt_normalised"),
        ({"phone": "同上"}, "phone_invalid"),
        ({"category": "低保户"}, "category_not_on_roster"),
        ({}, "new_resident"),
    ],
)
def test_what_is_repaired_or_odd_is_said_and_accepted(changes, code):
    checked = check(person(0, **changes))
    assert problems(checked) == {}
    assert code in warnings(checked)


@pytest.mark.parametrize(
    ("id_number", "says"),
    [
        ("411325700501123", "15位的旧身份证号码"),
        (number_of(0)[:17], "有 17 位"),
        (number_of(0) + "（长子）", "还有别的文字"),
        ("4O1325" + "1" * 12, "有字母或符号"),
        (number_of(0)[:17] + "×", "最后一位“×”"),
        (number_of(0)[:17] + "Ⅹ", "最后一位“Ⅹ”"),
        (number_of(0)[:10] + "1332" + "0010", "“19501332”不是真实的出生日期"),
        ("待办", "新生儿"),
    ],
)
def test_what_is_wrong_with_a_number_is_named(id_number, says):
    assert says in check(person(0, id_number=id_number)).rows[0].problems[0].message


def test_every_message_says_what_to_do():
    rows = [
        person(0, **changes)
        for changes in (
            {"id_number": "1"},
            {"amount": "x"},
            {"paid_on": "x"},
            {"receipt_no": None},
            {"name": "?"},
            {"amount": 1},
        )
    ]
    for row in check(*rows).rows:
        for remark in row.problems:
            assert "请" in remark.message
            assert remark.message.endswith("。")


# --- the register, the rosters, what is paid ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "written", "codes"),
    [
        ({}, {}, []),
        ({"name": "别人"}, {}, ["name_conflict"]),
        ({"village": OTHER}, {}, ["other_village"]),
        ({"not_eligible": "此人登记的状态是“死亡”"}, {}, ["resident_not_eligible"]),
        ({"marks": (("低保对象", MAY, None),)}, {"amount": 320}, []),
        ({"marks": (("低保对象", MAY, None),)}, {"amount": 400}, ["amount_mismatch"]),
        ({"marks": (("低保对象", MAY, datetime.date(2024, 9, 30)),)}, {"amount": 320}, ["amount_mismatch"]),
        ({"marks": (("特困人员", MAY, None),)}, {"amount": 400}, ["fully_subsidised"]),
        ({"marks": (("特困人员", MAY, None),)}, {"amount": 0}, ["fully_subsidised"]),
        ({"marks": (("低保对象", MAY, None), ("特困人员", MAY, None))}, {"amount": 320}, ["fully_subsidised"]),
    ],
)
def test_the_register_decides(changes, written, codes):
    assert problems(check(person(0, **written), people=registered(**changes))).get(2, []) == codes


def test_a_child_registered_by_its_birth_certificate():
    child = RegisteredPerson(9, "小明", datetime.date(2024, 9, 20), VILLAGE, "本村")
    row = person(0, name="小明", id_number="A123456789")
    assert problems(check(row, people={"A123456789": child})) == {}
    assert problems(check(row)) == {2: ["id_length"]}


@pytest.mark.parametrize(
    ("born", "parent", "codes"),
    [
        ("2025-01-02", True, ["fully_subsidised"]),
        ("2025-01-02", False, []),
        ("2025-01-02", None, []),
        ("2024-12-31", True, []),
    ],
)
def test_a_child_of_an_insured_parent_owes_nothing_in_the_year_of_its_birth(born, parent, codes):
    """内乡 四（二）3, judged as the quote judges."""
    birth = datetime.date.fromisoformat(born)
    child = RegisteredPerson(9, "小明", birth, VILLAGE, "本村", parent_insured=parent)
    row = person(0, name="小明", id_number="A123456789", paid_on="2025-01-20")
    checked = check(row, people={"A123456789": child}, as_of=datetime.date(2025, 1, 31))
    assert problems(checked).get(2, []) == codes
    if codes:
        (problem,) = checked.rows[0].problems
        assert "父或母已参保，出生当年不缴费" in problem.message and "财政" not in problem.message


DONE = BookedPayment("7 号台账第 2 行", Decimal("400.00"), datetime.date(2024, 10, 1), "NX00000000")


@pytest.mark.parametrize(
    ("paid", "written", "codes", "recorded"),
    [
        (DONE, {}, [], True),
        (DONE, {"receipt_no": "NX1"}, ["already_paid"], False),
        (DONE, {"paid_on": "2024-10-02"}, ["already_paid"], False),
        (DONE, {"phone": "13800000000"}, [], True),
        (BookedPayment("税务缴费名单", Decimal("400.00"), datetime.date(2024, 10, 1)), {}, ["already_paid"], False),
        (BookedPayment("全额资助", Decimal("0.00"), datetime.date(2024, 10, 1)), {}, ["fully_subsidised"], False),
    ],
)
def test_nobody_pays_twice(paid, written, codes, recorded):
    use = {"NX00000000": TakenReceipt("H00000")}
    (row,) = check(person(0, **written), people=registered(), paid={number_of(0): paid}, receipts=use).rows
    assert ([p.code for p in row.problems], row.recorded) == (codes, recorded)
    assert not row.is_good


# --- several rows ---------------------------------------------------------------------------------------------------


def test_the_same_person_twice_counts_once():
    assert problems(check(person(0), person(1), person(0, receipt_no="NX9"))) == {4: ["duplicate_in_file"]}


def test_a_row_without_a_name_says_nothing_against_the_other():
    assert problems(check(person(0, name=None), person(0))) == {2: ["name_missing", "duplicate_in_file"]}


def test_one_number_under_two_names_holds_both():
    assert problems(check(person(0), person(0, name="另一人"), person(0))) == {
        2: ["name_conflict"],
        3: ["name_conflict"],
        4: ["name_conflict"],
    }


@pytest.mark.parametrize(
    ("second", "codes", "warned"),
    [
        ({"household": "H00000"}, [], False),
        ({"household": "H00009"}, ["receipt_reused"], False),
        ({"household": None, "relation": None}, [], True),
    ],
)
def test_one_receipt_serves_one_household(second, codes, warned):
    checked = check(person(0), person(5, receipt_no="NX00000000", **second))
    assert problems(checked).get(3, []) == codes
    assert ("receipt_shared" in warnings(checked, 3)) is warned


HEAD, MEMBER = {"relation": "户主"}, {"relation": "配偶", "household": None}
SAME = {"receipt_no": "NX1"}


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        pytest.param({**HEAD, "household": "H1"}, MEMBER, [], id="written for the head alone"),
        pytest.param({**HEAD, "household": "H1"}, {**HEAD, "household": None}, ["receipt_reused"], id="a second head"),
        pytest.param({**HEAD, "household": "H1"}, {**MEMBER, "household": "H2"}, ["receipt_reused"], id="another"),
        pytest.param({**HEAD, "household": 1.0}, {**MEMBER, "household": "1"}, [], id="a number and a text"),
        pytest.param({**HEAD, "household": "H1"}, {**MEMBER, "household": "ｈ1"}, [], id="the other keyboard"),
        pytest.param({**HEAD, "household": None}, MEMBER, [], id="no numbers at all"),
        pytest.param({**MEMBER, "household": "H1"}, MEMBER, [], id="no head in the list"),
    ],
)
def test_whose_household_a_row_is(first, second, codes):
    assert problems(check(person(0, **SAME, **first), person(1, **SAME, **second))).get(3, []) == codes


@pytest.mark.parametrize(("written", "household"), [("7", "7"), (None, "H00000")])
def test_a_written_household_holds_for_members_registered_in_it(written, household):
    known = registered(0) | registered(1)
    rows = check(person(0, **HEAD | {"household": written}), person(1, **MEMBER), people=known).rows
    assert [row.household for row in rows] == [household, household]


def test_two_households_without_a_number_are_two_in_two_files_too():
    (one,), (other,) = (check(person(n, **HEAD | {"household": None})).rows for n in (0, 3))
    assert one.household and other.household and one.household != other.household


def test_households_follow_from_their_heads_where_no_number_is_written():
    bare = {"household": None, "receipt_no": "NX1"}
    rows = [person(0, **bare), person(1, **bare), person(3, **bare)]
    assert problems(check(*rows)) == {4: ["receipt_reused"]}


@pytest.mark.parametrize(
    ("use", "codes"),
    [
        (TakenReceipt("H00000"), []),
        (TakenReceipt("H00001"), ["receipt_reused"]),
        (TakenReceipt(""), ["receipt_reused"]),
        (TakenReceipt("H00000", village_name="邻村"), ["receipt_reused"]),
        (TakenReceipt("H00000", unusable="已作废"), ["receipt_reused"]),
    ],
)
def test_a_receipt_known_from_before(use, codes):
    assert problems(check(person(0), receipts={"NX00000000": use})).get(2, []) == codes


def test_a_receipt_of_no_book():
    checked = check(person(0), person(3), is_issued=lambda number: number == "NX00000000")
    assert problems(checked) == {3: ["receipt_not_issued"]}
    assert [n.code for n in checked.notes] == []
    assert [n.code for n in check(person(0)).notes] == ["no_receipt_book"]


@pytest.mark.parametrize(
    ("written", "says"), [(36, "如果收据上印的是 00000036"), ("NX36", "照收据存根核对"), (37, "照收据存根核对")]
)
def test_a_number_that_lost_its_zeros_in_the_spreadsheet(written, says):
    checked = check(person(0, receipt_no=written), is_issued=lambda number: number == "00000036")
    assert says in checked.rows[0].problems[0].message


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        pytest.param([["合计", *[None] * 5, 800]], [], id="right"),
        pytest.param([["合计", *[None] * 5, "800元"]], [], id="right, as text"),
        pytest.param([["合计", *[None] * 5, 1200]], ["total_mismatch"], id="wrong"),
        pytest.param([["小计", *[None] * 5, 800], ["合计", *[None] * 5, 800]], [], id="subtotals do not count twice"),
        pytest.param([["合计 共2人", *[None] * 5, 800]], [], id="people right"),
        pytest.param([["合计 共3人", *[None] * 5, 800]], ["total_mismatch"], id="people wrong"),
        pytest.param([["本页合计：800元"]], [], id="in one cell"),
        pytest.param([[None] * 6 + [800]], [], id="without a word"),
        pytest.param([[None] * 6 + [900]], ["total_mismatch"], id="without a word, wrong"),
        pytest.param([["填表人：", None, "审核人："]], [], id="signatures"),
        pytest.param([["合计（大写）", "捌佰元整"]], [], id="in words"),
        pytest.param([["合计（大写）", "玖佰元整"]], ["total_mismatch"], id="in words, wrong"),
        pytest.param([[n, *[None] * 5, 400] for n in (3, 4, 5)], [], id="lines of the form with a sum printed in them"),
        pytest.param([[None, *[None] * 5, 0]], [], id="a sum of nothing"),
    ],
)
def test_totals_are_compared_and_not_counted(rows, codes):
    checked = check(person(0), person(1), *rows, is_issued=lambda number: True)
    assert [n.code for n in checked.notes] == codes
    assert len(checked.accepted) == 2


def test_sections_with_subtotals():
    sub = lambda amount: ["小计", *[None] * 5, amount]  # noqa: E731
    rows = [person(0), person(1), sub(800), person(3), sub(400), ["总计", *[None] * 5, 1200]]
    assert check(*rows, is_issued=lambda number: True).notes == []


@pytest.mark.parametrize(("amount", "codes"), [(800, []), (1200, ["total_mismatch"])])
def test_a_total_right_under_the_heading_speaks_of_all(amount, codes):
    total = ["合计", "2人", *[None] * 4, amount]
    checked = check(total, person(0), person(1), is_issued=lambda number: True)
    assert [n.code for n in checked.notes] == codes


@pytest.mark.parametrize(
    "row",
    [
        ["负责人（签字）：", *[None] * 6, "2024年10月20日"],
        ["村干部签字", "王五", *[None] * 5, "2024-10-20"],
        ["经手人：刘一", None, "会计：陈二"],
        ["（盖章）"],
        [*[None] * 7, "2024年10月20日"],
        ["村委会（盖章）", *[None] * 6, datetime.datetime(2024, 10, 20)],
        [None, "村民委员会（公章）", *[None] * 5, "2024-10-20"],
    ],
)
def test_rows_for_signing_are_nobody(row):
    assert [line.number for line in ledger(person(0), row, person(3)).lines] == [2, 4]


@pytest.mark.parametrize(
    "row",
    [
        [*range(1, 11)],
        [float(n) for n in range(1, 11)],
        [f"（{n}）" for n in range(1, 11)],
        ["甲", "乙", "丙", *range(1, 8)],
        ["栏次", *map(str, range(1, 10))],
        [None, "必填", "必填，18位", None, None, "下拉选择", "必填，数字", "必填，如2024-10-08", "必填"],
        ["示例", *person(7)[1:]],
        ["例：", *person(7)[1:]],
    ],
)
def test_rows_that_explain_the_form_are_nobody(row):
    assert [line.number for line in ledger(row, person(3)).lines] == [3]


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("name", "参保对象"),
        ("name", "户主/成员姓名"),
        ("id_number", "公民身份号"),
        ("id_number", "身分证号码"),
        ("amount", "个人缴纳"),
        ("amount", "保险费（元）"),
        ("paid_on", "开票时间"),
        ("paid_on", "缴交日期"),
        ("receipt_no", "发票编号"),
        ("receipt_no", "缴费凭证编号"),
        ("receipt_no", "单据号"),
    ],
)
def test_other_words_for_the_columns(key, word):
    reading = ledger(person(0), heading=[word if TITLES[key] == title else title for title in HEADING])
    assert reading.lines[0].cells[key] == ledger(person(0)).lines[0].cells[key]


def test_a_person_with_a_remark_about_signing_stays():
    row = [*person(0, id_number=None, amount=None, receipt_no=None), "备注：本人签字"]
    reading = ledger(row, heading=[*HEADING, "备注"])
    assert [line.number for line in reading.lines] == [2]


@pytest.mark.parametrize("word", ["未缴", "未交", "-", "欠", "免缴", "全额资助"])
def test_a_word_for_unpaid_where_the_sum_would_stand(word):
    reading = ledger(person(0), person(1, amount=word, paid_on=None, receipt_no=None))
    assert reading.unpaid == [3]
    # With a day or a receipt somebody has to look at it.
    assert problems(check(person(1, amount=word))) == {2: ["amount_invalid"]}


# --- long lists -----------------------------------------------------------------------------------------------------


def test_a_heading_repeated_on_every_page():
    upper = ["序号", "参保人信息", *[None] * 4, "缴费情况", None, None, None]
    lower = [None, *HEADING[1:]]
    pages = [upper, lower, person(0), person(1), ["清册"], upper, lower, person(3)]
    reading = read_ledger(Workbook("xlsx", [Sheet("缴费清册", rows=list(enumerate(pages, 1)))]))
    assert [line.number for line in reading.lines] == [3, 4, 8]


def test_a_later_heading_may_have_another_order():
    again = [HEADING[1], HEADING[0], *HEADING[2:]]
    name = person(3)
    moved = [name[1], name[0], *name[2:]]
    checked = check(person(0), again, moved)
    assert [row.name for row in checked.accepted] == [person(0)[1], person(3)[1]]


def test_words_that_are_no_heading_stay_rows():
    words = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"]
    assert [line.number for line in ledger(person(0), words, person(1)).lines] == [2, 3, 4]
    wide = [*HEADING, *["甲乙"] * 60]
    assert [line.number for line in ledger(person(0), wide).lines] == [2]


# --- 同上 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["同上", "〃", '"', " 同上 "])
def test_as_in_the_row_above(mark):
    checked = check(person(0), person(1, paid_on=mark, receipt_no=mark, household=mark, amount=mark))
    first, second = checked.accepted
    assert (second.paid_on, second.receipt_no, second.amount) == (first.paid_on, first.receipt_no, first.amount)
    assert "same_as_above" in warnings(checked, 3)


def test_as_above_needs_a_row_above_and_is_no_name():
    assert problems(check(person(0, paid_on="同上"))) == {2: ["date_invalid"]}
    assert problems(check(person(0), person(1, name="同上"))) == {3: ["name_invalid"]}
    assert problems(check(person(0), person(1, id_number="同上"))) == {3: ["id_length"]}


def test_as_above_does_not_give_one_receipt_to_two_households():
    assert problems(check(person(0), person(3, receipt_no="同上"))) == {3: ["receipt_reused"]}


def test_rows_of_nobody_are_passed_over_and_the_unpaid_counted():
    reading = ledger(
        person(0),
        [5],
        HEADING,
        person(1, amount=None, paid_on=None, receipt_no=None),
        [None, "以上为一组村民。"],
        person(2, amount="0", paid_on=None, receipt_no=None),
        ["注：红字为低保户"],
        ["（盖章）"],
        person(3),
    )
    assert [line.number for line in reading.lines] == [2, 10]
    assert reading.unpaid == [5, 7]


def test_merged_household_and_receipt_cells_hold_for_all_rows_under_them():
    members = [person(0), *(person(n, household=None, receipt_no=None) for n in (1, 2))]
    assert problems(check(*members, merged=[(2, 3, 4, 3), (2, 8, 4, 8)])) == {}
    assert problems(check(*members)) == {3: ["receipt_missing"], 4: ["receipt_missing"]}


def test_a_merged_amount_is_nobodys():
    rows = [person(0, amount=800), person(1, amount=None)]
    assert problems(check(*rows, merged=[(2, 6, 3, 6)])) == {2: ["amount_invalid"], 3: ["amount_invalid"]}


def test_who_pays_by_telephone_is_not_the_helpers_cash():
    heading = [*HEADING, "缴费方式"]
    checked = check([*person(0), "现金"], [*person(3), "自主缴费（微信）"], heading=heading)
    assert problems(checked) == {3: ["self_paid"]}


# --- the sheet ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "code", "says"),
    [
        ([], "no_rows", "空的"),
        ([HEADING], "no_rows", "下面没有人员"),
        ([["姓名", "备注"]], "missing_columns", "身份证号码"),
        ([["甲", "乙"], [1, 2]], "missing_columns", "没有找到表头"),
        ([[*HEADING, "姓名"], [*person(0), "王"]], "duplicate_columns", "B、K"),
        ([[h for h in HEADING if h != "收据号"], person(0)], "missing_columns", "缺少“收据号”"),
        ([["姓名/身份证号", "金额", "日期", "收据号"]], "missing_columns", "分成两列（“身份证号码”单独一列）"),
        ([["姓名", "身份证号", "金额", "收据日期"]], "missing_columns", "缺少“收据号”"),
        ([HEADING, person(0, amount=None, paid_on=None, receipt_no=None)], "no_rows", "1 人"),
    ],
)
def test_sheets_that_are_no_ledger(rows, code, says):
    with pytest.raises(SheetError) as caught:
        read_ledger(Workbook("xlsx", [Sheet("表", rows=list(enumerate(rows, 1)))]))
    assert caught.value.code == code
    assert says in caught.value.message


def test_a_csv_that_may_be_garbled_is_told_to_be_saved_anew():
    with pytest.raises(SheetError, match="乱码"):
        read_ledger(Workbook("csv", [Sheet("", rows=[(1, ["濮撳悕"]), (2, ["x"])])]))


def test_a_sheet_that_shows_an_example_is_not_the_ledger():
    sheets = [Sheet(name, rows=[(1, HEADING), (2, person(n))]) for n, name in enumerate(["填写示例", "清册"])]
    assert read_ledger(Workbook("xlsx", sheets)).sheet == "清册"
    assert read_ledger(Workbook("xlsx", sheets[:1])).sheet == "填写示例"


def test_the_sheet_with_the_ledger_is_found_and_the_others_are_named():
    sheets = [
        Sheet("说明", rows=[(1, ["怎么填"])]),
        Sheet("空表"),
        Sheet("藏着的", visible=False, rows=[(1, ["x"])]),
        Sheet("一组", rows=[(1, HEADING), (2, person(0))], hidden_rows=RowRanges([(2, 2)])),
        Sheet("二组", rows=[(1, HEADING), (2, person(3)), (3, person(4))]),
    ]
    reading = read_ledger(Workbook("xlsx", sheets))
    assert reading.sheet == "一组"
    assert [n.code for n in reading.notes] == ["hidden_rows", "ignored_sheet", "ignored_sheet"]
    assert "2 行缴费" in reading.notes[2].message


CELL = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.floats(),
    st.integers(),
    st.dates(),
    st.booleans(),
    st.sampled_from(["合计", "姓名", "无", number_of(0), "400元", "2024-10-08", "户主", "填表人：", "NX1"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELL, max_size=12), max_size=12))
def test_whatever_stands_in_the_cells_every_row_is_judged(rows):
    try:
        checked = check(*rows, people=registered())
    except SheetError as error:
        assert error.message.endswith("。")
        return
    for row in checked.rows:
        assert row.is_good or row.problems or row.recorded
        if row.is_good:
            assert row.amount == row.quote.due
            assert len(row.name) <= 60
            assert len(row.receipt_no) <= 30
            assert len(row.household) <= 30


HOSTILE = {
    "digits": "9" * 120_000,
    "digits and commas": "9," * 60_000,
    "digits and blanks": "9 " * 60_000,
    "blanks": "9" + " " * 120_000 + "x",
    "points": "9" + "." * 120_000 + "x",
    "capitals": "A" * 120_000,
    "Chinese digits": "壹" * 120_000,
    "brackets": "(" * 60_000 + "9" * 60_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("where", ["receipt", "total", "remark of a total"])
def test_a_cell_costs_no_more_than_its_length(name, where):
    """Were one of the patterns to cost the square of it, this would not end."""
    text = HOSTILE[name]
    heading = ["姓名", "身份证号码", "实缴金额", "缴费日期", "收据号", "备注"]
    rows = {
        "receipt": ["张平", number_of(0), 400, "2024-10-08", text, None],
        "total": ["合计" + text, None, None, None, None, None],
        "remark of a total": ["合计", None, None, None, None, text],
    }
    person = ["李平", number_of(1), 400, "2024-10-08", "NX00000001", None]
    sheet = Sheet("台账", rows=[(1, heading), (2, person), (3, rows[where])])
    reading = read_ledger(Workbook("xlsx", [sheet]))
    assert reading.lines[0].number == 2
    check_ledger(reading, facts())


@pytest.mark.parametrize(
    ("kept", "amount", "code"),
    [
        pytest.param(300, 100, None, id="the rest to the cent"),
        pytest.param("300.01", "99.99", None, id="cents"),
        pytest.param(300, 400, "amount_mismatch", id="the whole fee although a gift has paid a part"),
        pytest.param(300, "100.01", "amount_mismatch", id="a cent too much"),
        pytest.param(300, "99.99", "amount_mismatch", id="a cent too little"),
        pytest.param(400, 400, "paid_by_gift", id="the gift has paid all"),
        pytest.param(500, 400, "paid_by_gift", id="the gift is larger than the fee"),
        pytest.param(0, 400, None, id="no gift"),
    ],
)
def test_a_gift_has_paid_a_part(kept, amount, code):
    people = registered(kept_by_gift=Decimal(str(kept)))
    checked = check(person(0, amount=str(amount)), people=people)
    assert problems(checked) == ({2: [code]} if code else {})
    if code is None:
        assert checked.rows[0].from_gift == Decimal(str(kept)).quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("村集体代缴", "paid_by_gift"),
        ("企业代缴", "paid_by_gift"),
        ("捐资", "paid_by_gift"),
        ("家庭共济", "self_paid"),
        ("现金", None),
        ("", None),
    ],
)
def test_a_row_that_says_it_is_no_cash_is_none(written, code):
    checked = check([*person(0), written], heading=[*HEADING, "缴费方式"])
    assert problems(checked) == ({2: [code]} if code else {})
