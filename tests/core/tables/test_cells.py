from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.receipts.cells import read_receipt
from core.tables.cells import read_amount, read_household, read_phone
from core.tables.dates import read_date

CELLS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.datetimes())


@pytest.mark.parametrize(
    ("cell", "amount", "changed"),
    [
        (400, "400.00", False),
        (400.0, "400.00", False),
        ("400", "400.00", False),
        ("400.00", "400.00", False),
        (399.99999999999994, "400.00", False),
        (320.5, "320.50", False),
        (0, "0.00", False),
        ("400元", "400.00", True),
        ("￥400.00", "400.00", True),
        ("¥ 400", "400.00", True),
        ("400元整", "400.00", True),
        ("人民币400元", "400.00", True),
        ("４００", "400.00", True),
        ("1,200.00", "1200.00", False),
        ("１，２００", "1200.00", True),
        ("400块钱", "400.00", True),
        ("肆佰元整", "400.00", True),
        ("四百", "400.00", True),
        ("三百二十", "320.00", True),
        ("三百零二", "302.00", True),
        ("壹万元整", "10000.00", True),
        ("壹万贰仟肆佰元整", "12400.00", True),
        ("壹万零肆佰元", "10400.00", True),
        ("拾贰万", "120000.00", True),
        ("'400", "400.00", True),
    ],
)
def test_amounts_with_one_meaning(cell, amount, changed):
    assert read_amount(cell) == (Decimal(amount), changed, "")


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (None, "没有填写"),
        ("已交", "不是数字"),
        ("约400", "不是数字"),
        ("40O", "不是数字"),
        ("4,00", "不是数字"),
        ("400+", "不是数字"),
        ("400/人", "不是数字"),
        ("一万二", "不是数字"),
        ("万", "不是数字"),
        ("一万万", "不是数字"),
        ("三百二", "不是数字"),
        ("四百百", "不是数字"),
        ("百", "不是数字"),
        (-400, "负数"),
        ("-400", "负数"),
        ("(400)", "负数"),
        (400.001, "零头"),
        ("400.005", "零头"),
        (float("nan"), "无法识别"),
        (float("inf"), "无法识别"),
        (1e30, "太大"),
        ("411325198007145200", "太大"),
        (True, "不是数字"),
        (date(2024, 10, 1), "是日期"),
        (datetime(2024, 10, 1), "是日期"),
    ],
)
def test_amounts_that_would_be_a_guess(cell, says):
    amount, changed, problem = read_amount(cell)
    assert (amount, changed) == (None, False)
    assert says in problem


@pytest.mark.parametrize(
    ("cell", "day", "changed"),
    [
        (datetime(2024, 10, 5, 9, 30), "2024-10-05", False),
        (date(2024, 10, 5), "2024-10-05", False),
        ("2024-10-05", "2024-10-05", False),
        ("2024-10-5", "2024-10-05", True),
        ("2024.10.5", "2024-10-05", True),
        ("2024/10/5 9:30", "2024-10-05", True),
        ("2024-10-05 09:30:00", "2024-10-05", True),
        ("2024-10-05T09:30:00", "2024-10-05", True),
        ("2024年10月8日", "2024-10-08", True),
        ("2024年 10月 8号", "2024-10-08", True),
        ("20241009", "2024-10-09", True),
        (20241009.0, "2024-10-09", True),
        (45575, "2024-10-10", True),
        (45575.75, "2024-10-10", True),
        ("45575", "2024-10-10", True),
        (36526, "2000-01-01", True),
        (73050, "2099-12-31", True),
        ("２０２４．１０．５", "2024-10-05", True),
        ("2024 10 5", "2024-10-05", True),
        ("2024。10。5", "2024-10-05", True),
        ("2024.10.5.", "2024-10-05", True),
        ("2024 10 5\n", "2024-10-05", True),
        ("'2024-10-05", "2024-10-05", True),
        ("2024，10，5", "2024-10-05", True),
        ("2024·10·5", "2024-10-05", True),
        ("20241005.0", "2024-10-05", True),
        ("45575.0", "2024-10-10", True),
        ("2024年10月5日星期六", "2024-10-05", True),
        ("2024-10-05 (周六)", "2024-10-05", True),
        ("二〇二四年十月五日", "2024-10-05", True),
        ("二○二四年十二月三十一日", "2024-12-31", True),
        ("10/25/2024", "2024-10-25", True),
        ("25/10/2024", "2024-10-25", True),
        ("13.12.2024", "2024-12-13", True),
        ("10/10/2024", "2024-10-10", True),
    ],
)
def test_dates_with_one_meaning(cell, day, changed):
    assert read_date(cell) == (date.fromisoformat(day), changed, "")


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (None, "没有填写"),
        ("10月8日", "没有写年份"),
        ("10.8", "没有写年份"),
        ("24.10.5", "两位"),
        ("24年10月5日", "两位"),
        ("10/5/2024", "哪个是月"),
        ("12/10/2024", "哪个是月"),
        ("13/13/2024", "哪个是月"),
        ("二四年十月五日", "不是日期"),
        ("二〇二四年十三月五日", "不是日期"),
        ("20241005.5", "不是日期"),
        ("2024-13-01", "不存在"),
        ("2024年2月30日", "不存在"),
        ("20241301", "不存在"),
        ("今天", "不是日期"),
        ("2024.10", "不是日期"),
        (2024.1, "不是日期"),
        (36525, "不是日期"),
        (73051, "不是日期"),
        (400, "不是日期"),
        (True, "不是日期"),
        (float("nan"), "不是日期"),
        ("", "不是日期"),
    ],
)
def test_dates_that_would_be_a_guess(cell, says):
    day, changed, problem = read_date(cell)
    assert (day, changed) == (None, False)
    assert says in problem


@pytest.mark.parametrize(
    ("cell", "number", "changed"),
    [
        ("NX24896580", "NX24896580", False),
        (" nx 2489 6580 ", "NX24896580", True),
        ("ＮＸ２４", "NX24", True),
        (24896580.0, "24896580", False),
        (24896580, "24896580", False),
        ("'00012", "00012", True),
        ("0" * 30, "0" * 30, False),
        ("收据号：00012362", "00012362", True),
        ("第12361号", "12361", True),
        ("专用收据NX00012362", "NX00012362", True),
        ("NX0028，", "NX0028", True),
        ("第00012361号。", "00012361", True),
        ("豫财 0000022", "豫财0000022", True),
        ("2024 00012348", "202400012348", True),
        ("(2024)12", "(2024)12", False),
        ("2024-00012348", "2024-00012348", False),
        ("00012350-00012348", "00012350-00012348", False),
        ("00010000-00011000", "00010000-00011000", False),
    ],
)
def test_receipt_numbers(cell, number, changed):
    assert read_receipt(cell) == (number, changed, "")


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (None, "没有填写"),
        ("  ", "没有填写"),
        ("无", "没有填写"),
        ("/", "没有填写"),
        ("待补", "没有填写"),
        (1.5, "失真"),
        (1e15, "失真"),
        (date(2024, 10, 1), "是日期"),
        ("0" * 31, "太长"),
        ("已开", "不是号码"),
        ("……", "不是号码"),
        ("同上", "不是号码"),
        ("1.23456E+11", "失真"),
        ("2e11", "失真"),
        ("00012348-00012350", "不止一张"),
        ("NX00012348—NX00012349", "不止一张"),
        ("00010000-00010999", "不止一张"),
        ("00012351～53", "不止一张"),
        ("00012354、00012355", "不止一张"),
        ("00012354/00012355", "不止一张"),
        ("NX0026 NX0027", "不止一张"),
        ("00012354\n00012355", "不止一张"),
        ("12354　12355", "不止一张"),
        ("00012361（作废）", "别的文字"),
        ("NX0031(补开)", "别的文字"),
    ],
)
def test_no_receipt_number(cell, says):
    number, changed, problem = read_receipt(cell)
    assert (number, changed) == ("", False)
    assert says in problem


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("13812166626", "13812166626"),
        (13812166626.0, "13812166626"),
        ("138 1216-6626", "13812166626"),
        ("+86 13812166626", "13812166626"),
        ("0377-65331234", "037765331234"),
        ("123456", ""),
        ("138121666260", ""),
        ("'13812166626", "13812166626"),
        ("008613812166626", "13812166626"),
        ("13812166626.0", "13812166626"),
        (None, ""),
        ("1" * 13, ""),
        ("同上", ""),
    ],
)
def test_phones(cell, phone):
    assert read_phone(cell) == phone


@pytest.mark.parametrize("cell", ["400 400", "4 00", "400\n400", "²", "①", "40²", "400abc", "1E999", "NaN"])
def test_no_sum_is_made_of_parts_and_signs(cell):
    value, _, problem = read_amount(cell)
    assert value is None and "请" in problem


@pytest.mark.parametrize(
    ("cell", "household"),
    [("3-1", "3-1"), (" 3 - 1 ", "3-1"), ("３－１", "3-1"), (31.0, "31"), ("⼆组12户", "二组12户"), (None, "")],
)
def test_households(cell, household):
    assert read_household(cell) == (household, "")


@pytest.mark.parametrize(
    "cell", [date(2024, 3, 1), "2024/3/1", "2024-03-01", "3月1日", "1-Mar", "Mar-01", "2024/3/1 0:00"]
)
def test_a_household_that_became_a_day(cell):
    number, problem = read_household(cell)
    assert number == "" and "被表格软件改成了日期" in problem and "3-1" in problem


def test_a_household_with_a_formula_error():
    assert "公式错误（#N/A）" in read_household("#N/A")[1]


@given(CELLS)
def test_no_cell_breaks_them(cell):
    for read in (read_amount, read_date, read_receipt):
        value, changed, problem = read(cell)
        assert bool(problem) == (value in (None, ""))
        assert not (problem and changed)
    read_phone(cell)
