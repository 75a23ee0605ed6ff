"""What cells may hold so that nothing breaks later: odd characters and numbers, long texts, errors, odd archives."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from core.tables import reader
from core.tables.reader import SheetError
from tests.core.tables.test_sheets import changed_part, file, xlsx  # noqa: F401  (a fixture among them)

PART = "xl/worksheets/sheet1.xml"
NUMBERS = [["姓名", "金额"], ["甲", 400], ["乙", 401]]


def first_sheet(path):
    [sheet] = reader.read(path).sheets
    return sheet


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("陈\x00光", "陈光"),
        ("陈\x08\x1f光", "陈光"),
        ("上\n下", "上\n下"),
        ("\x00", None),
    ],
)
def test_control_characters_are_dropped_and_the_row_is_named(file, written, read):  # noqa: F811
    sheet = first_sheet(file("a.xlsx", xlsx(rows=[["姓名", "号"], [written, "1"], ["乙", "2"]])))
    assert sheet.rows[1][1][0] == read
    assert sheet.dropped == ([2] if "\n" not in written else [])


def test_odd_characters_in_csv_are_dropped(file):  # noqa: F811
    text = "姓名,号\n陈\x0b光,1\n乙\x7f,2\n" + "丙,3\n" * 50
    sheet = first_sheet(file("a.csv", text.encode()))
    assert [cells[0] for _, cells in sheet.rows[:3]] == ["姓名", "陈光", "乙"]
    assert sheet.dropped == [2, 3]


@pytest.mark.parametrize("number", ["NaN", "1E999", "-1E999", "9" * 400, "1" + "0" * 18])
@pytest.mark.parametrize("slow", [False, True])
def test_numbers_that_are_none_come_as_text_and_can_be_kept(file, number, slow):  # noqa: F811
    content = changed_part(
        xlsx(rows=NUMBERS), PART, lambda xml: xml.replace(b"<v>400</v>", f"<v>{number}</v>".encode())
    )
    try:
        sheet = reader._collect(file("a.xlsx", content), reader.VILLAGE_LEDGER, sparse=slow).sheets[0]
    except SheetError as error:  # the slow reader takes no such number at all
        assert slow and error.code == "unreadable_file"
        return
    for _, cells in sheet.rows:
        json.dumps([reader.to_json(cell) for cell in cells], allow_nan=False)
    assert sheet.rows[2][1] == ["乙", 401.0]


def test_a_long_cell_is_cut_and_the_row_is_named(file):  # noqa: F811
    rows = [["姓名"], ["长" * 500], ["长" * 501], [" " * 600 + "甲"], ["短"]]
    sheet = first_sheet(file("a.xlsx", xlsx(rows=rows)))
    assert [cells[0] for _, cells in sheet.rows[1:]] == ["长" * 500, "长" * 500 + "…", "甲", "短"]
    assert sheet.cut == [3]


def test_errors_of_formulas_are_named_where_they_stand(file):  # noqa: F811
    def fill(book, sheet):
        sheet.write_formula(1, 0, "=NA()", None, "#N/A")
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 1, "=#REF!+1", None, "#REF!")
        sheet.write_row(2, 2, ["尾"])

    sheet = first_sheet(file("a.xlsx", xlsx(fill, rows=[["姓名", "号", "金额"]])))
    assert sheet.rows[1:] == [(2, ["#N/A", None, "#DIV/0!"]), (3, [None, "#REF!", "尾"])]


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_paths_of_windows_in_the_archive(file, suffix):  # noqa: F811
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(rows=NUMBERS))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            entry = zipfile.ZipInfo("x")
            entry.filename, entry.compress_type = info.filename.replace("/", "\\"), zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(info))
    assert [cells for _, cells in first_sheet(file(f"a.{suffix}", out.getvalue())).rows] == NUMBERS


def ods(rows):
    body = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="表">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
        archive.writestr("content.xml", body)
    return out.getvalue()


def test_a_million_hidden_rows_cost_one_range(file):  # noqa: F811
    cell = '<table:table-cell office:value-type="string"><text:p>甲</text:p></table:table-cell>'
    row = f"<table:table-row>{cell}</table:table-row>"
    empty = (
        '<table:table-row table:visibility="collapse" table:number-rows-repeated="{}">'
        "<table:table-cell/></table:table-row>"
    )
    sheet = first_sheet(file("a.ods", ods(row + empty.format(900_000) + empty.format(99_999_999) + row)))
    assert repr(sheet.hidden_rows) == "RowRanges([(2, 1048576)])"
    assert 1 not in sheet.hidden_rows and 2 in sheet.hidden_rows and 1_048_577 not in sheet.hidden_rows


def test_one_long_text_in_many_rows_is_bounded(file):  # noqa: F811
    content = xlsx(rows=[["姓名"], *(["县" * 30_000] for _ in range(3000))])
    assert len(content) < 1 << 20
    sheet = first_sheet(file("a.xlsx", content))
    assert {len(cells[0]) for _, cells in sheet.rows[1:]} == {501}
    with pytest.raises(SheetError) as caught:
        reader.read(file("b.xlsx", content), limits=replace(reader.VILLAGE_LEDGER, characters=1_000_000))
    assert caught.value.code == "too_large" and "文字太多" in caught.value.message


@pytest.mark.parametrize(
    ("limits", "megabytes", "more", "seconds", "memory"),
    [
        (reader.COUNTY_REGISTER, 10, 0, 15, 1024),
        (reader.COUNTY_REGISTER, 10, 1, 20, 1124),
        (reader.COUNTY_REGISTER, 30, 0, 115, 3024),
        (reader.COUNTY_REGISTER, 30, 1, 120, 3072),
        (reader.COUNTY_REGISTER, 67, 0, 300, 3072),
        (reader.COUNTY_REGISTER, 200, 0, 300, 3072),
        (reader.COUNTY_LIST, 31, 0, 120, 3072),
        (reader.COUNTY_LIST, 30, 0, 115, 3024),
        (reader.VILLAGE_LEDGER, 20, 0, 20, 1024),
    ],
)
def test_what_a_file_may_cost_grows_with_its_size(limits, megabytes, more, seconds, memory):
    child = limits.of_child((megabytes << 20) + more)
    assert (child["seconds"], child["memory"] >> 20) == (seconds, memory)
