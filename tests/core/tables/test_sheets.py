"""Every file ends in a reading or in one SheetError, within its limits."""

import datetime
import io
import random
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace

import openpyxl
import pytest
import xlsxwriter

from core.tables import reader
from core.tables.reader import SheetError

ROWS = [["姓名", "身份证号码", "金额"], ["王小平", "411325198007145200", 400], ["李四", "41132519940816073X", 320.5]]
CSV = "\n".join(",".join(str(c) for c in row) for row in ROWS)
SMALL = replace(reader.VILLAGE_LEDGER, seconds=5, memory=512 << 20)


@pytest.fixture
def file(tmp_path):
    """`file(name, bytes)` → a path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def xlsx(fill=None, rows=ROWS, **options):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet("清册")
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    if fill:
        fill(book, sheet)
    book.close()
    return out.getvalue()


def changed_part(content, name, change):
    """The same archive with one of its parts rewritten."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, change(data) if info.filename == name else data)
    return out.getvalue()


def values(book):
    return [cells for _, cells in book.sheets[0].rows]


def refusal(path, **limits):
    with pytest.raises(SheetError) as caught:
        reader.read(path, limits=replace(SMALL, **limits))
    assert caught.value.message.endswith("。")
    return caught.value.code


# --- what it reads --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.csv", "没有后缀"])
def test_the_content_decides_and_not_the_name(file, name):
    book = reader.read(file(name, xlsx()))
    assert book.kind == "xlsx"
    assert values(book) == ROWS
    assert [number for number, _ in book.sheets[0].rows] == [1, 2, 3]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(CSV.encode(), id="utf-8"),
        pytest.param(b"\xef\xbb\xbf" + CSV.encode(), id="utf-8 with a mark"),
        pytest.param(CSV.encode("gb18030"), id="gb18030"),
        pytest.param(CSV.encode("utf-16"), id="utf-16 with a mark"),
        pytest.param(CSV.encode("utf-16-be"), id="utf-16 without"),
        pytest.param(CSV.replace(",", "\t").encode("gb18030"), id="tabs"),
        pytest.param(CSV.replace(",", ";").replace("\n", "\r\n").encode(), id="semicolons"),
        pytest.param(CSV.replace(",", "，").encode("gb18030"), id="Chinese commas"),
        pytest.param(CSV.replace("411325198007145200", '="411325198007145200"').encode(), id="text as formulas"),
    ],
)
def test_csv(file, content):
    book = reader.read(file("a.csv", content))
    assert book.kind == "csv"
    assert values(book) == [[str(c) for c in row] for row in ROWS]


def test_blank_lines_and_line_breaks_in_csv_keep_the_row_numbers(file):
    book = reader.read(file("a.csv", b'a,b\n\n"c\nd",e\nf,g'))
    assert book.sheets[0].rows == [(1, ["a", "b"]), (3, ["c\nd", "e"]), (4, ["f", "g"])]


def test_what_cells_hold(file):
    def fill(book, sheet):
        day, minute = (book.add_format({"num_format": f}) for f in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        sheet.write_datetime(4, 1, datetime.datetime(2024, 10, 3), day)
        sheet.write_datetime(4, 2, datetime.datetime(2024, 10, 3, 9, 30), minute)
        sheet.write_boolean(4, 3, True)
        sheet.write_number(4, 4, 411325195503207123)

    assert reader.read(file("a", xlsx(fill))).sheets[0].rows[-1] == (
        5,
        [None, datetime.date(2024, 10, 3), datetime.datetime(2024, 10, 3, 9, 30), True, 411325195503207123.0],
    )


def test_hidden_rows_merged_cells_and_sheets(file):
    def fill(book, sheet):
        sheet.set_row(1, options={"hidden": True})
        sheet.merge_range("D2:D3", "H1")
        book.add_worksheet("隐藏").hide()

    first, second = reader.read(file("a", xlsx(fill))).sheets
    assert list(first.hidden_rows) == [2]
    assert first.merged == [(2, 3, 3, 3)]
    assert (second.name, second.visible, second.rows) == ("隐藏", False, [])


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_other_formats_written_by_libreoffice(file, tmp_path, kind):
    def fill(book, sheet):
        sheet.set_row(1, options={"hidden": True})
        sheet.merge_range("D2:D3", "H1")

    path = file("a.xlsx", xlsx(fill))
    convert(path, kind, tmp_path)
    (sheet,) = reader.read(tmp_path / f"a.{kind}").sheets
    assert [cells[:3] for _, cells in sheet.rows] == ROWS
    assert list(sheet.hidden_rows) == [2]
    assert sheet.merged == [(2, 3, 3, 3)]
    (tmp_path / f"a.{kind}").rename(tmp_path / "a.et")
    assert len(reader.read(tmp_path / "a.et").sheets[0].rows) == 3


def convert(path, kind, folder):
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}/office",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(folder),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )


def test_a_stray_character_in_the_last_corner(file):
    content = xlsx(lambda book, sheet: sheet.write(1048575, 16383, " x"))
    book = reader.read(file("a", content))
    assert [cells[:3] for _, cells in book.sheets[0].rows][:3] == ROWS


def test_a_dimension_tag_that_lies(file):
    content = changed_part(
        xlsx(), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'ref="A1:C3"', b'ref="A1:XFD1048576"')
    )
    assert values(reader.read(file("a", content))) == ROWS


def test_pictures_and_macros_are_passed_over(file, tmp_path):
    content = xlsx()
    with zipfile.ZipFile(path := file("a.xlsm", content), "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(2000))
        archive.writestr("xl/media/image1.png", b"\x89PNG" + bytes(2000))
    assert values(reader.read(path)) == ROWS


def test_read_only_recommended_is_no_password(file, tmp_path):
    from msoffcrypto.format.ooxml import OOXMLFile

    plain, locked = io.BytesIO(xlsx(lambda book, sheet: sheet.set_row(1, None, None, {"hidden": True}))), io.BytesIO()
    OOXMLFile(plain).encrypt("VelvetSweatshop", locked)
    path = file("a", locked.getvalue())
    book = reader.read(path)
    assert values(book) == ROWS
    assert list(book.sheets[0].hidden_rows) == [2]
    assert refusal(path, unpacked=1000) == "too_large"


def padded(markup):
    """The same sheet with 20 KB of blanks in the tag of every row, which mean nothing and make it large."""
    return markup.replace(b"<row ", b"<row " + b" " * 20_000)


def varied_sheet(book, sheet):
    """A title over two columns, then texts, numbers and dates, gaps to the left, and rows left out."""
    sheet.merge_range(4, 1, 4, 2, "合并的标题")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number in range(10, 4_000):
        if number % 7:
            sheet.write(number, 1, f"第{number}行")
            sheet.write(number, 2, datetime.date(2024, 1, 1) + datetime.timedelta(days=number % 300), day)
        if number % 3 == 0:
            sheet.write(number, 0, number)


@pytest.mark.parametrize("in_sheet", [True, False], ids=["texts in the sheet", "texts in a part of their own"])
def test_a_large_sheet_is_read_as_a_small_one(file, in_sheet):
    content = xlsx(varied_sheet, rows=[], constant_memory=in_sheet)
    small = list(reader.stream(file("small.xlsx", content)))
    large = list(reader.stream(file("large.xlsx", changed_part(content, "xl/worksheets/sheet1.xml", padded))))
    assert large == small
    assert large[0].merged == [(5, 1, 5, 2)]
    assert sum(len(piece.rows) for piece in large) == 1 + sum(1 for n in range(10, 4_000) if n % 7 or n % 3 == 0)


def test_a_large_sheet_whose_rows_do_not_tell_their_numbers(file):
    def without_numbers(markup):
        return padded(re.sub(rb'(<row|<c) r="[A-Z]*\d+"', rb"\1", markup))

    rows = [[f"{number}", "长"] for number in range(3_000)]
    content = changed_part(xlsx(rows=rows, constant_memory=True), "xl/worksheets/sheet1.xml", without_numbers)
    found = list(reader.stream(file("a.xlsx", content)))
    assert [row for piece in found for row in piece.rows] == list(enumerate(rows, 1))


def test_streaming_holds_the_same_rows(file):
    rows = [[f"第{n}", n] for n in range(1234)]
    pieces = list(reader.stream(file("a", xlsx(rows=rows))))
    assert pieces[0].rows == []
    assert [cells for piece in pieces for _, cells in piece.rows] == rows
    assert max(len(piece.rows) for piece in pieces) == 500


# --- what it refuses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html><table><tr><td>1</td></tr></table>", id="a web page"),
        pytest.param(b"\xef\xbb\xbf <?xml version='1.0'?><Workbook/>", id="xml of 2003"),
        pytest.param(b"%PDF-1.7 ...", id="pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(100), id="a picture"),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(100), id="a photo"),
        pytest.param(b"Rar!\x1a\x07" + bytes(100), id="rar"),
        pytest.param(b"\x09\x08\x06\x00\x00\x00\x10\x00" + bytes(100), id="biff without its container"),
        pytest.param(b"PK\x03\x04" + bytes(500), id="a broken zip"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), id="a broken container"),
        pytest.param(bytes(range(256)) * 40, id="binary"),
        pytest.param(bytes(5000), id="zeros"),
        pytest.param(b"MIME-Version: 1.0\r\n\r\n<html>", id="a web page in one file"),
        pytest.param(b'a,b,c\n1,"2,3\n4,5,6\n7,8,9\n', id="csv with a quote that swallows the rows below"),
        pytest.param(b'a,b\r\n1,"2\r\n3,4\r\n5,6"\r\n', id="csv with a quote that swallows some rows"),
    ],
)
def test_unreadable(file, content):
    assert refusal(file("a.xlsx", content)) == "unreadable_file"


@pytest.mark.parametrize("part", ["word/document.xml", "data/a.xlsx", "whatever.txt"])
def test_other_archives(file, part):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(part, "x")
    assert refusal(file("a.xlsx", out.getvalue())) == "unreadable_file"


def test_a_password(file):
    from msoffcrypto.format.ooxml import OOXMLFile

    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(xlsx())).encrypt("secret", locked)
    assert refusal(file("a", locked.getvalue())) == "encrypted_file"


def test_a_password_of_excel_97(file):
    from tests.core.tables.small_xls import workbook

    assert refusal(file("a.xls", workbook([("清册", [[1.0]])], locked=True))) == "encrypted_file"


def test_a_password_of_libreoffice_24(file):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("encrypted-package", bytes(100))
    assert refusal(file("a.ods", out.getvalue())) == "encrypted_file"


def test_a_container_without_a_workbook_is_to_be_saved_as_xlsx(file):
    from tests.core.tables.small_xls import workbook

    with pytest.raises(SheetError, match="另存为 xlsx") as refused:
        reader.read(file("a.et", workbook([("清册", [[1.0]])], stream="ET")))
    assert refused.value.code == "unreadable_file"


def test_too_many_bytes(file):
    assert refusal(file("a", xlsx()), bytes=1000) == "too_large"


def test_one_row_more_than_the_limit(file):
    path = file("a", xlsx())
    assert len(reader.read(path, limits=replace(SMALL, rows=3)).sheets[0].rows) == 3
    assert refusal(path, rows=2) == "too_large"


def test_more_sheets_than_anybody_makes(file):
    def change(xml):
        more = b"".join(b'<sheet name="s%d" sheetId="%d" r:id="rId1"/>' % (n, n) for n in range(50, 100_050))
        return xml.replace(b"<sheets>", b"<sheets>" + more)

    with pytest.raises(SheetError) as caught:
        reader.read(file("a", changed_part(xlsx(), "xl/workbook.xml", change)), limits=SMALL)
    assert caught.value.code == "too_large" and "个工作表" in caught.value.message


def test_a_bomb_that_says_its_size(file):
    content = changed_part(xlsx(), "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * (64 << 20))
    assert len(content) < 1 << 20
    assert refusal(file("a", content), unpacked=60 << 20) == "too_large"


def test_a_bomb_that_hides_its_size(file):
    content = bytearray(changed_part(xlsx(), "xl/sharedStrings.xml", lambda xml: xml + b" " * (300 << 20)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        real = archive.getinfo("xl/sharedStrings.xml").file_size.to_bytes(4, "little")
    while (at := content.find(real)) >= 0:
        content[at : at + 4] = (1000).to_bytes(4, "little")
    limits = replace(SMALL, memory=256 << 20)
    try:
        assert values(reader.read(file("a", bytes(content)), limits=limits)) == ROWS
    except SheetError as error:
        assert error.code in ("too_large", "unreadable_file")


def test_a_sheet_too_wide_and_long_for_memory(file):
    def change(xml):
        cells = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(4, 1_000_000, 49))
        return xml.replace(b"</sheetData>", cells + b"</sheetData>")

    content = changed_part(xlsx(), "xl/worksheets/sheet1.xml", change)
    try:
        book = reader.read(file("a", content), limits=SMALL)
    except SheetError as error:
        assert error.code == "too_large"
    else:
        assert values(book)[:3] == ROWS


@pytest.mark.parametrize("seed", range(25))
def test_damaged_files_end_in_a_reading_or_a_message(file, seed):
    chance = random.Random(seed)
    content = bytearray(xlsx() if seed % 2 else old_xls())
    for _ in range(chance.choice([1, 5, 50])):
        content[chance.randrange(len(content))] = chance.randrange(256)
    if chance.random() < 0.3:
        del content[chance.randrange(len(content)) :]
    try:
        reader.read(file("a", bytes(content)), limits=SMALL)
    except SheetError as error:
        assert error.code in ("unreadable_file", "too_large", "encrypted_file")


def old_xls():
    """The smallest workbook of Excel 97: one sheet, one number, in a container of 512-byte sectors."""
    from tests.core.tables.small_xls import workbook

    return workbook([("清册", [[1.0, 2.0], [3.0]])])


def test_old_xls_with_a_hidden_row(file):
    from tests.core.tables.small_xls import workbook

    book = reader.read(file("a.et", workbook([("清册", [[1.0, 2.0], [3.0]])], hidden={2})))
    assert book.kind == "xls"
    assert values(book) == [[1.0, 2.0], [3.0]]
    assert list(book.sheets[0].hidden_rows) == [2]


def test_a_workbook_of_excel_5_in_chinese(file):
    """As systems of the nineties still write it; its texts are in GBK, its hidden rows where those of Excel 97 are."""
    from tests.core.tables.small_xls import excel_5

    rows = [["姓名", "号码", "金额"], ["王䶮小红", "411325199001010023", 400.0], ["甲", "X", 1.5]]
    book = reader.read(file("a.xls", excel_5(rows, codec="gb18030", hidden={2})))
    assert (book.kind, book.sheets[0].name, values(book)) == ("xls", "名单", rows)
    assert list(book.sheets[0].hidden_rows) == [2] and book.sheets[0].dropped == []
    many = [["姓名", "金额"], *([f"王{n}", float(n)] for n in range(700))]
    pieces = reader.stream(file("b.xls", excel_5(many)), in_columns=True)
    assert [cells for piece in pieces for _, cells in piece.rows] == many
    assert values(reader.read(file("c.xls", excel_5([["name", 1.0]], codec="ascii", page=1252)))) == [["name", 1.0]]


@pytest.mark.parametrize("since_1904", [False, True])
def test_days_of_both_calendars_are_days(file, since_1904):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": since_1904}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_datetime(0, 0, datetime.datetime(2024, 10, 8), day)
        sheet.write_formula(1, 0, "=A1+1", day, 45574 - 1462 * since_1904)
    for slow in (False, True):
        [sheet] = reader._collect(file("a.xlsx", out.getvalue()), SMALL, sparse=slow).sheets
        assert [as_day(cells[0]) for _, cells in sheet.rows] == [datetime.date(2024, 10, 8), datetime.date(2024, 10, 9)]


def as_day(cell):
    return cell.date() if isinstance(cell, datetime.datetime) else cell


def test_an_empty_workbook_is_a_reading(file):
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    assert reader.read(file("a", out.getvalue())).sheets[0].rows == []
