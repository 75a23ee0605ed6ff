"""What a hostile clerk or a tired one writes, through every kind of list: read as meant, or refused in words.

Which encodings, formats and odd cells a file may have is shown once for the reader (tests/core/tables): it knows no
kinds. Here stands what each kind makes of names, numbers, amounts, headings and sums.
"""

import io

import openpyxl
import pytest

from tests.every_kind.conftest import ASKED, SHEETS

#: On one engine: what the reader tells, before anything is looked up.
pytestmark = pytest.mark.sqlite
NAMES, NUMBERS = {"姓名"}, {"身份证号码", "证件号码"}
AMOUNTS = {"实缴金额", "保费", "月工资", "金额", "缴费基数", "基金支付金额"}
DAYS = {"缴费日期", "日期", "交费日期"}
#: Columns that tell whom or what a row is about.
WHICH = {*NUMBERS, "行政村", "单位", "退费单号", "费款所属期"}
OTHER_NUMBER = "411325199001010031"


@pytest.fixture
def told(ask, everything_known):
    """`told(kind, content)` → the answer about a list sent by somebody who has all that the kind asks for."""

    def told(kind, content):
        return ask(kind, content, **ASKED.get(kind, {}), unit=everything_known.unit)[0]

    return told


def full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in str(text))


def written_oddly(title, cell):
    """The same in other characters: invisible ones, full-width ones, with 元 and with groups of three."""
    if title in NAMES:
        return f"\u200b{cell[0]}\u3164\u202e{cell[1:]}\U000e0100\u2069\u2800"
    if title in NUMBERS:
        return f"\u00a0{full_width(cell[:6])}\u3000{cell[6:14]}\u200b{cell[14:]}\ufe0f"
    if title in AMOUNTS:
        return f"￥{full_width(f'{cell:,.2f}')}元整"
    return full_width(cell) if title in DAYS else cell


def with_sums(heading, row):
    """The heading again as on a second page, sums, and what is drawn where a list ends."""
    name = next(heading.index(title) for title in ("姓名", "缴费人", "行政村", "单位", "退费单号") if title in heading)
    below = [
        ["" if at != name else word for at in range(len(row))] for word in ("总计（元）", "——以下空白——", "以下无正文")
    ]
    return [heading, row, heading, *below]


def test_what_is_written_oddly_is_read_as_meant(told, everything_known):
    for kind in SHEETS:
        heading, row = everything_known(kind)
        usual = told(kind, [heading, row])
        assert usual["accepted"] or kind == "register" and not usual["rejected"], kind
        odd = told(kind, [heading, [written_oddly(title, cell) for title, cell in zip(heading, row, strict=True)]])
        assert (odd["accepted"], odd["rejected"]) == (usual["accepted"], usual["rejected"]), kind


def test_a_heading_repeated_and_what_ends_a_list_are_nobody(told, everything_known):
    for kind in SHEETS:
        if kind == "ledger":  # tells of written totals; its headings are looked for in every row
            continue
        heading, row = everything_known(kind)
        usual, more = told(kind, [heading, row]), told(kind, with_sums(heading, row))
        assert (more["accepted"], more["rejected"]) == (usual["accepted"], usual["rejected"]), kind


@pytest.mark.parametrize(
    ("other", "refused"),
    [(lambda cell: None, False), (lambda cell: f" {cell}", False), (lambda cell: OTHER_NUMBER, True)],
)
def test_of_two_columns_for_one_thing_none_is_chosen(told, everything_known, other, refused):
    """An empty one does not count; where they differ the file is refused. A ledger refuses two filled ones at once."""
    for kind in SHEETS:
        heading, row = everything_known(kind)
        at = next(at for at, title in enumerate(heading) if title in WHICH)
        answer = told(kind, [[*heading, heading[at]], [*row, other(row[at])]])
        if refused or kind == "ledger" and other(row[at]):
            assert "有 2 列" in answer["file_error"]["message"] and not answer["accepted"], kind
        else:
            usual = told(kind, [heading, row])
            assert (answer["accepted"], answer["rejected"]) == (usual["accepted"], usual["rejected"]), kind


def test_two_lists_side_by_side_are_not_read_as_half_of_them(told, everything_known):
    for kind in SHEETS:
        heading, row = everything_known(kind)
        beside = [
            OTHER_NUMBER if at == 0 or title in NUMBERS else cell
            for at, (title, cell) in enumerate(zip(heading, row, strict=True))
        ]
        answer = told(kind, [heading * 2, [*row, *beside]])
        assert "有 2 列" in answer["file_error"]["message"] and not answer["accepted"], kind


def test_a_list_in_a_hidden_sheet_alone_is_said_to_be_hidden(told, everything_known):
    for kind in SHEETS:
        book = openpyxl.Workbook()
        for cells in everything_known(kind):
            book.active.append(cells)
        book.active.title, book.active.sheet_state = "旧表", "veryHidden"
        book.create_sheet("说明")
        content = io.BytesIO()
        book.save(content)
        answer = told(kind, content.getvalue())
        says = [one["message"] for one in (*answer["warnings"], *filter(None, [answer["file_error"]]))]
        assert any("旧表" in text and "隐藏" in text for text in says), kind
        assert kind == "ledger" or not answer["accepted"], kind


def test_a_list_with_nobody_below_its_heading_is_no_list(told, everything_known):
    """Formulas without results are as empty as no row at all."""
    for kind in SHEETS:
        heading, row = everything_known(kind)
        answer = told(kind, [heading, ["" for _ in row]])
        assert answer["file_error"] and not answer["accepted"], kind


def test_no_amount_below_zero_is_taken(told, everything_known):
    for kind in SHEETS:
        heading, row = everything_known(kind)
        if not (places := [at for at, title in enumerate(heading) if title in AMOUNTS]):
            continue
        for write in (
            lambda cell: -cell,
            lambda cell: f"({cell})",
            lambda cell: f"−{cell}",
            lambda cell: f"－{cell}元",
        ):
            below = [write(cell) if at in places else cell for at, cell in enumerate(row)]
            answer = told(kind, [heading, below])
            assert not answer["accepted"] and len(answer["rejected"]) == 1, (kind, below)
