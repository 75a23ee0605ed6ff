"""Every list that comes in: a template that its reader takes, and the sender's own workbook back with the errors."""

import io
import urllib.parse

import openpyxl
import pytest
import xlsxwriter
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.audit.models import Event
from core.files import services as attachments
from core.files.models import Attachment
from core.jobs import services as jobs
from core.jobs.models import Job
from core.tables import reader
from core.tables.annotating import Mark, Request, annotate
from core.tables.lists import ListReader
from core.uploads.kinds import all_kinds, kind_of
from core.uploads.services import template
from residents import tasks as resident_tasks  # noqa: F401 — registers the handlers
from residents.register.models import RegisterBatch
from subsidies import tasks as subsidy_tasks  # noqa: F401 — registers the handlers
from subsidies.rosters import services as rosters
from tests.factories import workbook

HERE = "411325100001"
RED = "FFFFC7CE"
KINDS = sorted(kind.key for kind in all_kinds())


def sheet_of(response, name: str | None = None):
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return book[name] if name else book.worksheets[0]


def said(sheet) -> dict[int, str]:
    """Row → what the last column says."""
    at = next(cell.column for cell in sheet[1] if cell.value == "系统提示")
    return {row: value for row in range(2, sheet.max_row + 1) if (value := sheet.cell(row, at).value)}


def work() -> None:
    for job in Job.objects.filter(state="queued"):
        jobs.run(job.pk)


def red(sheet, row: int) -> list[object]:
    """The titles of the red cells of a row, the hint aside."""
    return [sheet.cell(1, c.column).value for c in sheet[row] if c.fill.fgColor.rgb == RED][:-1]


@pytest.mark.parametrize("key", KINDS)
def test_a_template_filled_in_with_its_own_examples_is_read_back_whole(key, campaign, make_user, tmp_path):
    kind = kind_of(key)
    name, content = template(kind=kind, user=make_user("county", "411325"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert name == f"{kind.name}模板.xlsx" and book.sheetnames == ["填报", "填表说明"]
    for place, fill in enumerate(kind.fills, start=1):
        book["填报"].cell(2, place, fill.example)
    path = tmp_path / name
    book.save(path)
    table = ListReader(kind.columns, kind.needed)
    rows = list(table.rows(reader.stream(path)))
    assert [row.number for row in rows] == [2] and table.notes() == []
    assert rows[0].cells == {fill.key: fill.example or None for fill in kind.fills}


def test_only_who_hands_a_list_in_gets_its_template(campaign, make_user, client):
    client.force_login(make_user("township", "411325100"))
    assert client.get(reverse("upload_template", args=["statuses"])).status_code == 200
    assert client.get(reverse("upload_template", args=["register"])).status_code == 404
    assert client.get(reverse("upload_template", args=["nothing"])).status_code == 404


@pytest.mark.usefixtures("campaign")
def test_a_status_list_comes_back_with_every_wrong_cell_red(make_user, make_resident, client):
    mine = make_resident(HERE, name="王一")
    client.force_login(make_user("township", "411325100"))
    rows = [("姓名", "身份证号码", "死亡日期"), ("王一", mine.id_number, "2024-03-01"), ("", "123", "不知道")]
    given = {"status": "dead", "source": "民政局（2024）3 号 & 附件"}
    page = client.post(reverse("status_list"), {**given, "file": SimpleUploadedFile("死亡.xlsx", workbook(rows))})
    kept = Attachment.objects.get(kind="statuses")
    address = f"{reverse('upload_marked', args=[kept.pk])}?{urllib.parse.urlencode(given)}"
    assert address.replace("&", "&amp;") in page.content.decode()
    answer = client.get(address)
    assert "%E5%B7%B2%E6%A0%87%E6%B3%A8" in answer.headers["Content-Disposition"]
    sheet = sheet_of(answer)
    assert list(said(sheet)) == [3] and "18位" in said(sheet)[3] and "不是日期" in said(sheet)[3]
    assert red(sheet, 3) == ["身份证号码", "死亡日期"]
    assert Event.objects.filter(action="upload.marked", object_id=str(kept.pk)).count() == 1


@pytest.mark.usefixtures("silent_queue")
def test_a_roster_of_two_sheets_is_marked_in_the_right_one(campaign, make_user, make_resident, client):
    known, other = make_resident(HERE, name="王一"), make_resident(HERE, name="王三")
    bureau = make_user("county", "411325")
    book = openpyxl.Workbook()
    titles = ("姓名", "身份证号码")
    for sheet, row in (
        (book.active, ("王一", known.id_number)),
        (book.create_sheet("第二页"), ("王二", other.id_number)),
    ):
        sheet.append(titles)
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    department = make_user("department", "411325", department="民政局")
    roster = rosters.upload_roster(
        campaign=campaign,
        file=ContentFile(out.getvalue()),
        name="特困.xlsx",
        department="民政局",
        category="特困人员",
        kind="supplement",
        recognised_on=campaign.policy.period.start,
        document="民政（2024）1 号",
        actor=department,
    )
    work()
    address = reverse("upload_marked", args=[roster.attachment_id])
    client.force_login(department)
    assert address in client.get(reverse("roster", args=[roster.pk])).content.decode()
    answer = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(address).streaming_content)))
    assert said(answer["第二页"])[2].startswith("证件号码和姓名不一致") and red(answer["第二页"], 2) == list(titles)
    assert said(answer.worksheets[0]) == {}
    client.force_login(make_user("department", "411325", department="残联"))
    assert client.get(address).status_code == 404
    client.force_login(bureau)
    assert client.get(address).status_code == 200


@pytest.mark.usefixtures("campaign", "silent_queue")
def test_a_register_comes_back_with_all_that_is_wrong_with_a_row(make_user, client):
    client.force_login(make_user("county", "411325"))
    rows = [("姓名", "身份证号码", "行政村", "性别"), ("", "123", "不存在的村", "男")]
    sent = client.post(reverse("register_list"), {"file": SimpleUploadedFile("登记册.xlsx", workbook(rows))})
    work()
    batch = RegisterBatch.objects.get()
    address = reverse("upload_marked", args=[batch.attachment_id])
    assert address in client.get(sent.url).content.decode()
    sheet = sheet_of(client.get(address))
    assert said(sheet)[2].startswith("1. ") and red(sheet, 2) == ["姓名", "身份证号码", "行政村"]


def test_a_list_of_helpers_and_a_table_of_tasks_come_back_marked(campaign, make_user, client):
    client.force_login(make_user("system", "411325"))
    rows = [("乡镇", "行政村", "姓名", "联系电话"), ("没有的镇", "没有的村", "", "12")]
    page = client.post(reverse("account_import"), {"file": SimpleUploadedFile("名单.xlsx", workbook(rows))})
    address = reverse("upload_marked", args=[Attachment.objects.get(kind="accounts").pk])
    assert address in page.content.decode()
    assert "没有姓名，请补填。" in said(sheet_of(client.get(address)))[2]
    client.force_login(make_user("county", "411325"))
    assert client.get(address).status_code == 404
    rows = [("行政村", "任务人数"), ("没有的村", "很多")]
    file = SimpleUploadedFile("任务.xlsx", workbook(rows))
    page = client.post(reverse("targets_upload"), {"source": "内医保〔2024〕1 号", "file": file})
    address = reverse("upload_marked", args=[Attachment.objects.get(kind="targets").pk])
    assert address in page.content.decode()
    assert "任务人数“很多”不对" in said(sheet_of(client.get(address)))[2]


def test_a_file_that_is_gone_sends_back_to_the_page_with_the_reason(campaign, make_user, client):
    user = make_user("system", "411325")
    rows = [("姓名", "联系电话"), ("", "12")]
    kept = attachments.store(
        file=ContentFile(workbook(rows)), name="名单.xlsx", kind="accounts", region="411325", actor=user
    )
    client.force_login(user)
    kept.file.delete(save=False)
    Attachment.objects.filter(pk=kept.pk).update(file="2024/10/gone.xlsx")
    page = client.get(
        reverse("upload_marked", args=[kept.pk]), headers={"Referer": "http://testserver/accounts/import/"}, follow=True
    )
    assert page.redirect_chain[0][0] == "http://testserver/accounts/import/"
    assert "message error" in page.content.decode()


def test_of_a_very_long_list_the_marked_rows_alone_come_back(tmp_path):
    path, target = tmp_path / "长.xlsx", tmp_path / "标注.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("全县")
        sheet.write_row(0, 0, ["姓名", "身份证号码", "备注"])
        for row in range(1, reader.VILLAGE_LEDGER.rows + 2):
            sheet.write_row(row, 0, [f"人{row}", "123", "=1+1"])
    kind = kind_of("roster")
    marks = [Mark(15_001, "查无此人", ("id_number",)), Mark(3, "无妨", done=True)]
    annotate(Request(str(path), marks, tuple(kind.columns), tuple(kind.needed)), target)
    rows = list(openpyxl.load_workbook(target)["全县"].iter_rows(values_only=True))
    assert rows[0] == ("原表行号", "姓名", "身份证号码", "备注", "系统提示")
    assert [row[0] for row in rows[1:]] == [15_001] and rows[1][-1] == "查无此人" and len(rows[1]) == 5
