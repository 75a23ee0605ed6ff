from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.access import masks
from residents.people import id_numbers
from residents.people.id_numbers import DocumentType
from tests.factories import with_check_digit


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        pytest.param("411325198007145200", None, id="an ordinary card"),
        pytest.param("41132519940816073X", None, id="check digit X"),
        pytest.param(with_check_digit("81000019900101001"), None, id="Hong Kong residence permit"),
        pytest.param(with_check_digit("82000019900101001"), None, id="Macao residence permit"),
        pytest.param(with_check_digit("83000019900101001"), None, id="Taiwan residence permit"),
        pytest.param(with_check_digit("91156119810301001"), None, id="permanent residence card of 2023"),
        pytest.param(with_check_digit("51021419520317123"), None, id="a prefix abolished in 1997 stays valid"),
        pytest.param(with_check_digit("41132520240229001"), None, id="29 February of a leap year"),
        pytest.param(with_check_digit("41132520230229001"), "id_birth_date", id="29 February of another year"),
        pytest.param(with_check_digit("41132519791345123"), "id_birth_date", id="month 13"),
        pytest.param(with_check_digit("41132518791231001"), "id_birth_date", id="the last day that is too early"),
        pytest.param(with_check_digit("41132518800101001"), None, id="the first day that is not"),
        pytest.param("411325198007145201", "id_checksum", id="wrong last digit"),
        pytest.param("41132519800714520O", "id_checksum", id="letter O for zero"),
        pytest.param("4113251980O7145200", "id_checksum", id="letter O inside"),
        pytest.param("41132519800714520x", "id_checksum", id="lower case is for normalise to lift"),
        pytest.param("4113251980071452٠0", "id_checksum", id="a digit of another script"),
        pytest.param("41132519800714520", "id_length", id="seventeen"),
        pytest.param("4113251980071452000", "id_length", id="nineteen"),
        pytest.param("411325800714520", "id_length", id="the fifteen digits of before 1999"),
        pytest.param("", "id_missing", id="nothing"),
        pytest.param("无", "id_missing", id="written: none"),
        pytest.param("4.11325195503207E+17", "id_number_truncated", id="scientific notation"),
        pytest.param("4.11325E17", "id_number_truncated", id="short scientific notation"),
    ],
)
def test_check(number, problem):
    assert id_numbers.check(number) == problem


def test_every_problem_has_a_message():
    codes = {v for k, v in vars(id_numbers).items() if k.startswith("ID_") and isinstance(v, str)}
    assert codes == set(id_numbers.MESSAGES)


@pytest.mark.parametrize(
    ("day", "problem"), [(date(2024, 10, 1), None), (date(2024, 10, 2), None), (date(2024, 9, 30), "id_birth_date")]
)
def test_a_birth_in_the_future_is_refused(day, problem):
    assert id_numbers.check(with_check_digit("41132520241001001"), as_of=day) == problem


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("41132519940816073x", "41132519940816073X"),
        ("４１１３２５２００５０４３０３３８８", "411325200504303388"),
        (" 411325 19810703\xa08584​", "411325198107038584"),
        ("'411325196710316156", "411325196710316156"),
        ("411325-19671031-6156", "411325196710316156"),
        ("‘411325196710316156\t\n", "411325196710316156"),
        ("﻿411325196710316156", "411325196710316156"),
        ("４１１３２５１９９４０８１６０７３ｘ", "41132519940816073X"),
        ("411325\u3164196710316156\ufe0f\U000e0100", "411325196710316156"),
        (None, ""),
        ("411325\x071967103\x1b16156", "411325196710316156"),
        ("！411325～", "!411325~"),
        ("4113251967103l6156", "4113251967103L6156"),
    ],
)
def test_normalise(written, number):
    assert id_numbers.normalise(written) == number


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        (4.11325195503207e17, "id_number_truncated"),
        (411325195503207123, "id_number_truncated"),
        (float("inf"), "id_number_truncated"),
        (float("nan"), None),
        (411325550320712.0, None),
        (None, "id_missing"),
        ("  ", "id_missing"),
        ("/", "id_missing"),
        ("4.11E+17", "id_number_truncated"),
        ("41132519940816073x", None),
        (True, "id_length"),
    ],
)
def test_read_cell(cell, problem):
    assert id_numbers.read_cell(cell)[1] == problem


@pytest.mark.parametrize(
    ("cell", "number", "problem"),
    [
        (1e15, "1000000000000000", "id_number_truncated"),
        (-1e15, "-1000000000000000", "id_number_truncated"),
        (999999999999999.0, "999999999999999", None),
        (999999999999999, "999999999999999", None),
        (1.5, "1.5", None),
        (False, "False", "id_length"),
        ("无", "", "id_missing"),
        ("4.11E+17", "4.11E+17", "id_number_truncated"),
        ("4.11E+015", "4.11E+015", "id_number_truncated"),
        ("4.11E+14", "4.11E+14", None),
        ("4.11E+19", "4.11E+19", "id_number_truncated"),
        ("4.11E+20", "4.11E+20", None),
        ("41132519940816073x", "41132519940816073X", None),
    ],
)
def test_read_cell_gives_back_what_stands_there(cell, number, problem):
    assert id_numbers.read_cell(cell) == (number, problem)


@pytest.mark.parametrize("nothing", ["", "无", "暂无", "没有", "未知", "不详", "未提供", "/", "\\", "0"])
def test_what_is_written_for_nothing_is_missing(nothing):
    assert id_numbers.check(nothing) == "id_missing"
    assert id_numbers.read_cell(nothing) == ("", "id_missing")


def test_each_problem_says_what_is_wrong_and_what_to_do():
    assert id_numbers.MESSAGES == {
        "id_missing": "没有填写身份证号码，请照身份证或户口簿补填18位号码。",
        "id_length": "身份证号码应为18位，请照身份证或户口簿逐位核对后重填。",
        "id_checksum": "身份证号码与校验码不符，其中有一位填写有误，请对照身份证逐位核对后重填。",
        "id_birth_date": "身份证号码第7至14位不是真实的出生日期，请照身份证核对后重填。",
        "id_number_truncated": (
            "身份证号码被表格软件当作数字存放，后三位已经丢失。请把该列设为“文本”格式后照身份证重新录入。"
        ),
    }


@pytest.mark.parametrize(
    ("number", "born", "gender"),
    [
        ("411325198007145200", date(1980, 7, 14), "女"),
        ("411325198007145210", date(1980, 7, 14), "男"),
        ("41132519800714520", None, None),
        ("4113251980071452000", None, None),
        ("411325198013145200", None, "女"),
        ("41132519800714520x", date(1980, 7, 14), "女"),
        ("4113251980071452x0", date(1980, 7, 14), None),
        ("411325198x07145200", None, "女"),
        ("A123456789", None, None),
    ],
)
def test_what_a_number_tells(number, born, gender):
    assert (id_numbers.birth_date(number), id_numbers.sex(number)) == (born, gender)


@pytest.mark.parametrize("number", ["41132519940816073X", "411325200504303388", "411325196710316156"])
def test_the_eighteenth_character_follows_from_the_others(number):
    assert id_numbers.checksum_digit(number[:17]) == number[17]


def test_the_kinds_of_document_are_stored_by_these_words():
    assert [kind.value for kind in DocumentType] == ["id_card", "permit", "pr_card", "birth", "other"]


@given(st.integers(0, 999999), st.dates(date(1880, 1, 1), date(2100, 1, 1)), st.integers(0, 999))
def test_any_prefix_with_a_true_date_and_checksum_passes_and_each_other_last_digit_fails(prefix, born, serial):
    number = with_check_digit(f"{prefix:06d}{born:%Y%m%d}{serial:03d}")
    assert id_numbers.check(number) is None
    assert id_numbers.birth_date(number) == born
    assert id_numbers.sex(number) == ("男" if serial % 2 else "女")
    assert all(id_numbers.check(number[:17] + c) == "id_checksum" for c in "0123456789X" if c != number[17])


@given(st.text())
def test_no_text_breaks_it(text):
    number = id_numbers.normalise(text)
    assert id_numbers.normalise(number) == number
    id_numbers.check(number)
    id_numbers.read_cell(text)
    assert len(masks.mask(number)) == len(number)
    id_numbers.birth_date(number), id_numbers.sex(number), id_numbers.document_of(number)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("411325198007145200", DocumentType.ID_CARD),
        ("810000199001010012", DocumentType.PERMIT),
        ("820000199001010012", DocumentType.PERMIT),
        ("830000199001010012", DocumentType.PERMIT),
        ("911561198103010017", DocumentType.PR_CARD),
        ("X1", DocumentType.OTHER),
        ("A123456789", DocumentType.BIRTH),
        ("H12345678", DocumentType.OTHER),
        ("411325800714520", DocumentType.OTHER),
    ],
)
def test_document_of(number, kind):
    assert id_numbers.document_of(number) == kind


@pytest.mark.parametrize(
    ("hide", "whole", "masked"),
    [
        (masks.mask, "411325198007145200", "411325********5200"),
        (masks.mask, "A123456789", "A1******89"),
        (masks.mask, "12345", "*****"),
        (masks.mask, "", ""),
        (masks.mask_phone, "13812166626", "138****6626"),
        (masks.mask_phone, "037765331234", "********1234"),
        (masks.mask_phone, "", ""),
        (masks.mask_name, "王平", "王*"),
        (masks.mask_name, "王小平", "王*平"),
        (masks.mask_name, "欧阳小平", "欧**平"),
        (masks.mask_name, "王", "王"),
        (masks.mask_name, "", ""),
    ],
)
def test_masks(hide, whole, masked):
    assert hide(whole) == masked
