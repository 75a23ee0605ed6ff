"""Marking a village's own workbook: whatever the file is, a workbook comes back, or a sentence that says why not."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from collection.ledgers import services as ledgers
from collection.ledgers.models import LedgerBatch
from core.tables.annotating import CANNOT_ANNOTATE, ListPlace, Mark, Request, annotate
from core.tables.reader import SheetError
from tests.collection.ledgers.ledger_files import person, xlsx
from tests.collection.ledgers.test_ledgers import work

VILLAGE = "411325101200"
ROWS = [person(0), person(1, amount=300)]


def edited(part: str, old: str, new: str) -> bytes:
    """A ledger whose workbook has `old` replaced in one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(ROWS))) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            text = source.read(info)
            if info.filename == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode(), 1)
            target.writestr(info.filename, text)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
MERGE = '<mergeCells count="1"><mergeCell ref="%s"/></mergeCells>'
FILES = {
    "plain": xlsx(ROWS),
    "a number that is none": edited(SHEET, "<v>300</v>", "<v>0x10</v>"),
    "a merged column": edited(SHEET, "</sheetData>", "</sheetData>" + MERGE % "L2:L1048576"),
    "a merged sheet": edited(SHEET, "</sheetData>", "</sheetData>" + MERGE % "L4:XFD1048576"),
    "merged ranges that overlap": edited(SHEET, "</sheetData>", "</sheetData>" + MERGE % "D2:D3" + MERGE % "D3:D4"),
    "broken styles": edited("xl/styles.xml", "<styleSheet", "<styleSheets"),
}


def ledger(file: Path, *marks: Mark, sheet: str = "缴费清册") -> Request:
    return Request(str(file), marks, places={sheet: ListPlace(1, {"amount": 6})})


@pytest.mark.parametrize(
    ("name", "suffix"),
    [*((name, ".xlsx") for name in FILES), *(("plain", suffix) for suffix in (".xls", ".et", ".csv", ""))],
)
def test_a_workbook_comes_back_whatever_is_in_it_and_under_any_name(tmp_path, name, suffix):
    file, target = tmp_path / f"台账{suffix}", tmp_path / "marked.xlsx"
    file.write_bytes(FILES[name])
    annotate(ledger(file, Mark(3, "多收了钱", ("amount",))), target)
    sheet = openpyxl.load_workbook(target)["缴费清册"]
    says = [cell for cell in sheet[3] if cell.value == "多收了钱"]
    assert len(says) == 1
    assert sheet.cell(1, says[0].column).value == "系统提示"
    assert sheet.cell(3, 7).fill.fgColor.rgb == "FFFFC7CE"
    assert [cell.value for cell in sheet[2]][1:3] == ROWS[0][1:3]


def test_what_cannot_be_read_any_more_says_so(tmp_path):
    file = tmp_path / "台账.xlsx"
    file.write_bytes(b"%PDF-1.4")
    with pytest.raises(SheetError) as refusal:
        annotate(ledger(file), tmp_path / "marked.xlsx")
    assert refusal.value.code == "unreadable_file"


def test_where_nothing_can_be_made_the_sentence_says_what_to_do(tmp_path):
    file = tmp_path / "台账.xlsx"
    file.write_bytes(xlsx(ROWS))
    with pytest.raises(SheetError, match="请照页面上列出的行号和原因改正") as refusal:
        annotate(ledger(file, sheet="没有这张表"), tmp_path / "marked.xlsx")
    assert refusal.value.code == CANNOT_ANNOTATE


@pytest.mark.usefixtures("silent_queue")
def test_the_page_says_why_there_is_no_marked_workbook(campaign, make_user, client):
    helper = make_user("village", VILLAGE)
    file = SimpleUploadedFile("台账.xlsx", xlsx(ROWS))
    batch, _ = ledgers.upload_ledger(
        campaign=campaign, village=helper.region, file=file, name="台账.xlsx", actor=helper
    )
    work()
    client.force_login(helper)
    address = f"/ledgers/{batch.pk}/annotated/"
    assert client.get(address).headers["Content-Disposition"].startswith("attachment")
    LedgerBatch.objects.update(sheet="没有这张表")
    assert "做不出标注好的表" in client.get(address, follow=True).content.decode()
    Path(batch.attachment.file.path).unlink()
    assert "上传的原文件已经不在" in client.get(address, follow=True).content.decode()
