"""The workbooks that villages get come back as they went out."""

import csv
import datetime
import io
import shutil
import subprocess
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collection.contributions.models import Contribution
from collection.ledgers import confirm as ledger_confirm
from collection.ledgers import files as ledger_files
from collection.ledgers import services as ledgers
from collection.ledgers.workbook import Titles, UnpaidPerson, prefilled
from core.audit.models import Event
from core.regions.models import Region
from core.tables import reader
from residents.people.models import Household, Resident
from subsidies.rosters.models import Identity
from tests.collection.ledgers.ledger_files import HEADING, number_of, person, xlsx
from tests.collection.ledgers.test_ledgers import codes, states, work

pytestmark = pytest.mark.usefixtures("silent_queue")

VILLAGE = "411325101200"
RED, GREEN = "FFFFC7CE", "FFE2EFDA"


@pytest.fixture
def village(campaign):
    return Region.objects.get(pk=VILLAGE)


@pytest.fixture
def helper(make_user):
    return make_user("village", VILLAGE)


@pytest.fixture
def register(village):
    """Twelve people in four households, one of them poor, one of them fully subsidised, one dead."""
    households = [
        Household.objects.create(village=village, number=f"H{n:05d}", head_name=person(3 * n)[1]) for n in range(4)
    ]
    for n in range(12):
        number = number_of(n)
        born = datetime.datetime.strptime(number[6:14], "%Y%m%d").date()
        Resident.objects.create(
            village=village,
            household=households[n // 3],
            name=person(n)[1],
            id_number=number,
            birth_date=born,
            sex="M",
            phone=f"138{n:08d}",
            registered_on=datetime.date(2024, 1, 1),
            status="dead" if n == 11 else "active",
        )
    mark(1, "低保对象")
    mark(2, "特困人员")
    return households


def mark(serial, kind):
    Identity.objects.create(
        resident=Resident.objects.get(id_number=number_of(serial)),
        kind=kind,
        department="民政局",
        recognised_on=datetime.date(2024, 5, 1),
    )


@pytest.fixture
def send(campaign, village, helper):
    def send(content, name="台账.xlsx"):
        batch, _ = ledgers.upload_ledger(
            campaign=campaign, village=village, file=SimpleUploadedFile(name, content), name=name, actor=helper
        )
        work()
        batch.refresh_from_db()
        return batch

    return send


def fill(content: bytes, *rows: int) -> bytes:
    """The pre-filled ledger with what was collected written into some of its rows."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["缴费清册"]
    for row in rows:
        sheet.cell(row, 8).value = sheet.cell(row, 7).value
        sheet.cell(row, 9).value = datetime.date(2024, 10, 8)
        sheet.cell(row, 10).value = f"NX{row:08d}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def office(folder, name, content, kind) -> bytes:
    """The file after LibreOffice has opened it and saved it as another kind."""
    source = folder / name
    source.write_bytes(content)
    out = folder / f"as-{kind}"
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(out),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return (out / f"{source.stem}.{kind}").read_bytes()


needs_office = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")


# --- the pre-filled ledger ------------------------------------------------------------------------------------------


def test_everyone_unpaid_by_household_with_what_each_owes(campaign, village, register, helper):
    name, content = ledger_files.prefilled_ledger(campaign=campaign, village=village, actor=helper)
    assert name == "师家湾村民委员会缴费清册1025.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = [[c.value for c in row] for row in book["缴费清册"].iter_rows(min_row=4, max_row=13)]
    assert [row[4] for row in rows] == [number_of(n) for n in range(11) if n != 2]
    assert [row[1] for row in rows] == [f"H{n // 3:05d}" for n in range(11) if n != 2]
    assert [row[6] for row in rows] == [400, 320] + [400] * 8
    assert "低保对象资助 80.00 元" in rows[1][12]
    assert all(row[7:10] == [None, None, None] for row in rows)
    assert "特困人员" in book["不用缴费的人"]["A3"].value
    assert all(cell.number_format == "@" for cell in book["缴费清册"]["E"][3:13])
    kinds = {v.type for v in book["缴费清册"].data_validations.dataValidation}
    assert kinds == {"list", "date", "textLength"}
    event = Event.objects.get(action="ledger.prefilled")
    assert (event.actor, event.region_code) == (helper, VILLAGE)


def test_it_prints_as_a_village_needs_it(campaign, village, register, helper):
    _, content = ledger_files.prefilled_ledger(campaign=campaign, village=village, actor=helper)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["缴费清册"]
    headings = [cell.value for cell in sheet[3]]
    last_printed = sheet.print_area.split(":")[1].strip("$").split("$")[0]
    assert headings[ord(last_printed) - ord("A")] == "签字"
    assert headings.index("应缴说明") > headings.index("签字")
    scale, empty = sheet.page_setup.scale / 100, 0
    for row in sheet.iter_rows(min_row=4, max_row=sheet.max_row):
        height = sheet.row_dimensions[row[0].row].height or sheet.sheet_format.defaultRowHeight
        assert height * scale >= 22
        assert all((cell.font.sz or 11) * scale >= 10 for cell in row[:12])
        empty += row[0].value is None
    assert empty == 10
    assert sheet.print_title_rows == "$1:$3"


@pytest.mark.parametrize(("people", "pages"), [(8, 1), (9, 2), (26, 2), (27, 3)])
def test_each_page_has_its_sums(people, pages):
    """Eighteen lines a page, the ten empty ones counted; the reader takes the sums for totals."""
    owing = [
        UnpaidPerson("0001", "王大山", f"王{n}", number_of(n), "普通居民", Decimal(400), "", "") for n in range(people)
    ]
    titles = Titles("内乡县2025年度", "师家湾村", datetime.date(2024, 10, 25))
    period = (datetime.date(2024, 9, 1), datetime.date(2024, 12, 31))
    content = prefilled(titles, owing, free=[], categories=["普通居民"], period=period)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["缴费清册"]
    sums = [row for row in sheet.iter_rows(min_row=4) if row[0].value == "本页合计"]
    assert len(sums) == pages == len(sheet.row_breaks.brk) + 1
    assert f"SUM(G4:G{sums[0][0].row - 1})" in sums[0][6].value
    cached = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["缴费清册"]
    of_pages = [cached.cell(row[0].row, 7).value for row in sums]
    assert sum(amount or 0 for amount in of_pages) == 400 * people
    assert 0 not in of_pages, "a page of empty lines has no sum"


def test_an_untouched_ledger_says_so(campaign, village, register, helper, send):
    _, content = ledger_files.prefilled_ledger(campaign=campaign, village=village, actor=helper)
    batch = send(content)
    assert (batch.state, batch.file_error["code"]) == ("refused", "no_rows")
    assert "10 人" in batch.file_error["message"]


@needs_office
@pytest.mark.sqlite  # on one engine: what LibreOffice makes of a file does not depend on the database
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_it_survives_libreoffice(campaign, village, register, helper, send, tmp_path, kind):
    _, content = ledger_files.prefilled_ledger(campaign=campaign, village=village, actor=helper)
    batch = send(office(tmp_path, "a.xlsx", fill(content, 4, 5, 13), kind), f"台账.{kind}")
    assert batch.file_error is None
    assert states(batch) == {4: "good", 5: "good", 13: "good"}
    assert batch.unpaid == 7
    assert [w["code"] for w in batch.warnings] == ["no_receipt_book"]
    assert {row.number: row.amount for row in batch.rows.all()} == {4: 400, 5: 320, 13: 400}


@needs_office
@pytest.mark.sqlite
def test_libreoffice_keeps_numbers_as_text_and_the_drop_downs(campaign, village, register, helper, tmp_path):
    _, content = ledger_files.prefilled_ledger(campaign=campaign, village=village, actor=helper)
    book = openpyxl.load_workbook(io.BytesIO(office(tmp_path, "a.xlsx", content, "xlsx")))
    sheet = book["缴费清册"]
    assert sheet["E4"].value == number_of(0)
    assert {v.type for v in sheet.data_validations.dataValidation} == {"list", "date", "textLength"}


@pytest.mark.parametrize(("since", "stale"), [("2024-10-25T11:00:30", False), ("2024-10-25T11:02", True)])
def test_a_stale_ledger_is_told(campaign, village, register, helper, send, business_clock, since, stale):
    from subsidies.rosters.models import Roster

    _, content = ledger_files.prefilled_ledger(campaign=campaign, village=village, actor=helper)
    moment = business_clock(since)
    roster = Roster.objects.create(
        campaign=campaign,
        county_id="411325",
        department="民政局",
        category="低保对象",
        kind="supplement",
        recognised_on=moment.date(),
        document="x",
        uploaded_by=helper,
        uploaded_at=moment,
        applied_at=moment,
    )
    mark(4, "低保对象")
    Identity.objects.filter(resident__id_number=number_of(4)).update(roster=roster)
    batch = send(fill(content, 4, 7))
    assert ("stale_ledger" in [w["code"] for w in batch.warnings]) is stale
    assert codes(batch) == {7: ["amount_mismatch"]}


def test_another_villages_ledger_is_refused(campaign, register, helper, send):
    other = Region.objects.get(pk="411325101201")
    Resident.objects.filter(id_number=number_of(0)).update(village=other, household=None)
    _, content = ledger_files.prefilled_ledger(campaign=campaign, village=other, actor=helper)
    batch = send(fill(content, 4))
    assert batch.file_error["code"] == "wrong_village"


# --- their own file, marked -----------------------------------------------------------------------------------------


@pytest.fixture
def bad_rows():
    wrong_money = person(3, amount=300, paid_on="10月8日")
    return [person(0), wrong_money, person(6, id_number="41132519700501"), person(9, name=None)]


def marked(batch, helper):
    _, content = ledger_files.annotated_ledger(batch=batch, actor=helper)
    return content, openpyxl.load_workbook(io.BytesIO(content)).active


def red(sheet):
    return {c.coordinate for row in sheet.iter_rows() for c in row if c.fill.fgColor.rgb == RED and c.fill.fill_type}


def test_wrong_cells_are_red_and_the_last_column_says_why(send, helper, bad_rows):
    batch = send(xlsx(bad_rows))
    _, sheet = marked(batch, helper)
    assert red(sheet) == {"G3", "H3", "K3", "C4", "K4", "B5", "K5"}
    assert sheet["K1"].value == "系统提示"
    assert sheet["K2"].value is None
    assert "没有写年份" in sheet["K3"].value
    assert sheet["A1"].value == HEADING[0]


@pytest.mark.parametrize("confirmed", [False, True])
def test_the_marked_file_mended_takes_only_what_was_mended(send, helper, bad_rows, confirmed):
    batch = send(xlsx(bad_rows))
    if confirmed:
        ledger_confirm.confirm_ledger(batch=batch, actor=helper)
        work()
    content, sheet = marked(batch, helper)
    assert (sheet["K2"].fill.fgColor.rgb == GREEN) is confirmed
    sheet["G3"], sheet["H3"], sheet["C4"] = 400, "2024-10-08", number_of(6)
    out = io.BytesIO()
    sheet.parent.save(out)
    second = send(out.getvalue())
    assert states(second) == {2: "recorded" if confirmed else "good", 3: "good", 4: "good", 5: "bad"}
    ledger_confirm.confirm_ledger(batch=second, actor=helper)
    work()
    assert Contribution.objects.count() == 3
    content, sheet = marked(second, helper)
    assert red(sheet) == {"B5", "K5"}
    assert sheet["L1"].value is None


def test_the_file_keeps_its_shape(send, helper):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "一组"
    sheet.append(["缴费清册"])
    sheet.merge_cells("A1:D1")
    sheet.append(["姓名", "身份证号码", "金额", "缴费日期", "收据号"])
    sheet.append(["王平", number_of(1), "=200+200", "2024-10-08", "NX1"])
    sheet.append(["合计", None, "=SUM(C3:C3)"])
    sheet["A2"].font = openpyxl.styles.Font(bold=True, size=18)
    book.create_sheet("别的")["A1"] = "说明"
    out = io.BytesIO()
    book.save(out)
    batch = send(out.getvalue())
    assert codes(batch) == {3: ["amount_invalid"]}
    _, sheet = marked(batch, helper)
    assert sheet.parent.sheetnames == ["一组", "别的"]
    assert str(sheet.merged_cells) == "A1:D1"
    assert sheet["A2"].font.size == 18
    assert sheet["C4"].value == "=SUM(C3:C3)"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_other_kinds_come_back_as_a_workbook_in_the_same_rows(send, helper, encoding):
    text = io.StringIO()
    rows = [["清册"], [], HEADING, person(0), person(3, amount="三百", name="=1+1")]
    csv.writer(text).writerows(rows)
    batch = send(text.getvalue().encode(encoding), "a.csv")
    _, sheet = marked(batch, helper)
    assert sheet["A3"].value == "序号"
    assert sheet["C4"].value == number_of(0)
    assert sheet["B5"].value == "=1+1"
    assert sheet["B5"].data_type == "s"
    assert red(sheet) == {"B5", "G5", "K5"}


@needs_office
@pytest.mark.sqlite  # on one engine: what LibreOffice makes of a file does not depend on the database
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_old_formats_come_back_too(send, helper, bad_rows, tmp_path, kind):
    batch = send(office(tmp_path, "a.xlsx", xlsx(bad_rows), kind), f"a.{kind}")
    content, sheet = marked(batch, helper)
    assert red(sheet) == {"G3", "H3", "K3", "C4", "K4", "B5", "K5"}
    assert reader.read(_saved(tmp_path, content)).kind == "xlsx"


def _saved(folder, content):
    path = folder / "marked.xlsx"
    path.write_bytes(content)
    return path


# --- the unpaid list ------------------------------------------------------------------------------------------------


def test_the_unpaid_list_has_phones_and_masked_numbers_and_leaves_an_event(campaign, village, register, helper, send):
    batch = send(xlsx([person(0)]))
    ledger_confirm.confirm_ledger(batch=batch, actor=helper)
    work()
    _, content = ledger_files.unpaid_workbook(campaign=campaign, village=village, actor=helper)
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(min_row=3, values_only=True))
    assert len(rows) == 9
    assert rows[0][3] == f"{number_of(1)[:6]}********{number_of(1)[-4:]}"
    assert rows[0][6] == "13800000001"
    assert Event.objects.filter(action="ledger.unpaid_list", actor=helper).count() == 1


def test_queries_do_not_grow_with_the_people(campaign, village, register, helper, make_resident):
    """As many statements for thirty people more: one of them asks which of them a school collects from."""

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            ledger_files.prefilled_ledger(campaign=campaign, village=village, actor=helper)
        return len(seen)

    few = asked()
    for _ in range(30):
        make_resident(VILLAGE)
    assert asked() <= few <= 10
