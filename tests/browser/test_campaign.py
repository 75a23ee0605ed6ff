"""One campaign by hand, from a helper's phone to the leader's: real browser, real files, real worker and beat."""

import re
from pathlib import Path

import openpyxl
import pytest

from collection.contributions.models import Contribution
from collection.ledgers.models import LedgerBatch
from collection.money.models import VillageAccount
from collection.receipts.books import issue_book, register_book
from core.regions.models import Region
from residents.people.models import Household, Resident
from subsidies.campaigns.targets import set_targets
from tests.browser.conftest import DESK, PATIENCE, PHONE
from tests.factories import photo

TOWNSHIP, VILLAGE = "411325101", "411325101200"
PAYING = 6
pytestmark = pytest.mark.browser


@pytest.fixture
def people(transactional_db, campaign, make_user, make_resident):
    """One village with eight residents in three households, its receipt book and its task; one account a role."""
    users = {
        "village": make_user("village", VILLAGE),
        "recorder": make_user("township", TOWNSHIP),
        "reviewer": make_user("township", TOWNSHIP),
        "tax": make_user("tax", "411325"),
        "county": make_user("county", "411325"),
        "leader": make_user("leader", "411325"),
    }
    names = ("李春生", "李秀英", "李小满", "王建国", "王玉梅", "张海峰", "张晓霞", "张小宝")
    for index, name in enumerate(names):
        number = f"{index // 3 + 1:04d}"
        home, _ = Household.objects.get_or_create(village_id=VILLAGE, number=number, defaults={"head_name": name})
        make_resident(VILLAGE, name=name, household=home, birth=f"19{60 + index}-03-0{index + 1}", phone="19900000001")
    county = users["county"]
    set_targets(campaign=campaign, people={VILLAGE: 8}, source="任务表", actor=county)
    for code in ("411325", TOWNSHIP, VILLAGE):
        book = {"campaign": campaign, "first": "NX00000001", "last": "NX00000100", "actor": county}
        register_book(**book) if code == "411325" else issue_book(holder=Region.objects.get(code=code), **book)
    return users


def figure(page, label: str) -> str:
    """The value of the figure card with this label."""
    card = page.locator(".figure", has=page.get_by_text(label, exact=True)).first
    return re.sub(r"\s+", " ", card.locator(".figure-value").inner_text()).strip()


def pages_in_print(page) -> int:
    """How many A4 sheets the page takes."""
    sheet = page.pdf(format="A4", prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page[^s]", sheet))


def fill_ledger(path: Path) -> None:
    """Types payments into the downloaded ledger as a helper would: six people right, one with a wrong amount."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    header = next(
        row for row in sheet.iter_rows() if {"姓名", "实缴金额", "收据号"} <= {str(cell.value) for cell in row}
    )
    column = {cell.value: cell.column for cell in header}
    filled = 0
    for row in range(header[0].row + 1, sheet.max_row + 1):
        if not sheet.cell(row, column["姓名"]).value or filled > PAYING:
            continue
        household = sheet.cell(row, column["户编号"]).value
        sheet.cell(row, column["实缴金额"]).value = 400 if filled < PAYING else 40
        sheet.cell(row, column["缴费日期"]).value = "2024-10-24"
        sheet.cell(row, column["收据号"]).value = f"NX{int(household):08d}"
        filled += 1
    assert filled == PAYING + 1
    book.save(path)


def slip() -> dict:
    """A photo of a bank slip, as a phone would send it."""
    return {"name": "回单.jpg", "mimeType": "image/jpeg", "buffer": photo(size=(900, 600))}


def collect_by_ledger(page, tmp_path) -> None:
    """The helper's part on a phone: figures, pre-filled ledger, upload, what is wrong, confirm, figures again."""
    assert (figure(page, "征缴任务"), figure(page, "已缴"), figure(page, "未缴")) == ("8 人", "0 人", "8 人")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载缴费清册").first.click()
    ledger = tmp_path / "清册.xlsx"
    download.value.save_as(ledger)
    fill_ledger(ledger)
    page.get_by_role("link", name="上传台账").first.click()
    page.set_input_files("input[type=file]", ledger)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("button", name=re.compile("确认 6 人记账")).wait_for()
    assert figure(page, "有问题，留下待改") == "1 行"
    assert "400" in page.locator("tr.bad").first.inner_text()
    page.get_by_role("button", name=re.compile("确认 6 人记账")).dblclick()
    page.get_by_text("已记账", exact=True).first.wait_for()
    page.get_by_role("link", name="登记缴存").first.wait_for()
    page.goto("/")
    assert (figure(page, "已缴"), figure(page, "未缴")) == ("6 人", "2 人")
    assert figure(page, "手中现金") == "2,400.00 元"


def bank_the_cash(page) -> None:
    page.get_by_role("link", name="登记缴存").first.click()
    page.set_input_files("[name=photo]", slip())
    page.fill("[name=slip_no]", "ABC20241025001")
    page.fill("[name=paid_on]", "2024-10-25")
    page.fill("[name=amount]", "2400")
    page.get_by_role("button", name="登记缴存").click()
    page.get_by_text("ABC20241025001").first.wait_for()


def declare(recorder, reviewer) -> str:
    """The township drafts from what is banked and submits; returns the declaration's address."""
    recorder.goto("/declarations/new/")
    recorder.get_by_role("button", name="生成申报表").click()
    recorder.get_by_text("一致", exact=True).first.wait_for()
    address = recorder.url
    reviewer.goto(address)
    reviewer.get_by_role("button", name="报送县税务局").click()
    reviewer.get_by_role("button", name="报送县税务局").wait_for(state="detached")
    return address


def answer(tax, address: str, tmp_path: Path, failing: int) -> None:
    """The tax bureau downloads the file, writes each person's result beside it and hands it back."""
    tax.goto(address)
    with tax.expect_download() as download:
        tax.get_by_role("button", name="下载报税文件").click()
    file = tmp_path / "反馈.xlsx"
    download.value.save_as(file)
    book = openpyxl.load_workbook(file)
    sheet = book.active
    results = sheet.max_column + 1
    sheet.cell(1, results).value, sheet.cell(1, results + 1).value = "导入结果", "失败原因"
    for row in range(2, sheet.max_row + 1):
        failed = row - 2 < failing
        sheet.cell(row, results).value = "失败" if failed else "成功"
        sheet.cell(row, results + 1).value = "姓名与身份证号码不一致" if failed else None
    book.save(file)
    tax.goto(address)
    tax.set_input_files("[name=file]", file)
    tax.get_by_role("button", name="上传反馈文件").click()
    tax.wait_for_url("**/feedback/**")
    tax.locator("[data-progress-url]").wait_for(state="detached")


def correct(recorder) -> None:
    """Both failures put right by the identity card."""
    for _ in range(2):
        recorder.goto("/failures/")
        recorder.get_by_role("link", name="改正", exact=True).first.click()
        name = recorder.locator("dl.facts dd").first.inner_text()
        recorder.fill("[name=name]", name)
        recorder.fill("[name=id_number]", Resident.objects.get(name=name).id_number)
        recorder.fill("[name=note]", "身份证与原来一致")
        recorder.check("[name=seen]")
        recorder.get_by_role("button", name="保存改正，待重新申报").click()
        recorder.wait_for_url("**/failures/")


def settle(tax, recorder, address: str, people: int) -> None:
    """Confirmed, remitted by the township, posted."""
    number = address.rstrip("/").rsplit("/", 1)[-1]
    tax.goto(address)
    tax.fill("[name=number]", f"QR{number}")
    tax.fill("[name=people]", str(people))
    tax.fill("[name=amount]", str(people * 400))
    tax.get_by_role("button", name="登记确认单").click()
    tax.get_by_text(f"QR{number}").first.wait_for()
    recorder.goto(address)
    recorder.fill("[name=slip_no]", f"HK2024{number}")
    recorder.fill("[name=on]", "2024-10-25")
    recorder.fill("[name=amount]", str(people * 400))
    recorder.set_input_files("[name=photo]", slip())
    recorder.get_by_role("button", name="登记汇款").click()
    recorder.get_by_text(f"HK2024{number}").first.wait_for()
    tax.goto(address)
    tax.fill("[name=ticket_no]", f"SP{number}")
    tax.get_by_role("button", name="开票入库").click()
    tax.get_by_text(f"SP{number}").first.wait_for()


def publish_at_noon(county) -> None:
    """The clock moves to Friday noon; beat builds the ranking within a minute; the county publishes it."""
    county.goto("/demo/clock/")
    county.get_by_role("button", name="拨动时钟").click()
    county.get_by_text("时钟已拨好").wait_for()
    for _ in range(PATIENCE // 1500):
        county.goto("/rankings/")
        drafts = county.locator("li", has_text="截至 2024-10-25 12:00").get_by_role("link", name="查看并发布")
        if drafts.count():
            break
        county.wait_for_timeout(1500)
    drafts.first.click()
    county.fill("[name=number]", "内医保征〔2024〕9号")
    county.get_by_role("button", name="发布").click()
    county.get_by_text("内医保征〔2024〕9号").first.wait_for()


def test_from_the_villagers_hand_to_the_leaders_phone(office, people, visit, tmp_path):
    helper = visit(people["village"], PHONE)
    collect_by_ledger(helper, tmp_path)
    assert Contribution.objects.count() == PAYING and LedgerBatch.objects.count() == 1
    bank_the_cash(helper)

    recorder, reviewer, tax = (visit(people[role], DESK) for role in ("recorder", "reviewer", "tax"))
    reviewer.goto("/deposits/")
    reviewer.get_by_role("link", name="ABC20241025001").click()
    reviewer.get_by_role("button", name="核对无误，确认到账").click()
    reviewer.get_by_text("已核验").first.wait_for()

    first = declare(recorder, reviewer)
    answer(tax, first, tmp_path, failing=2)
    settle(tax, recorder, first, people=PAYING - 2)
    correct(recorder)
    second = declare(recorder, reviewer)
    answer(tax, second, tmp_path, failing=0)
    settle(tax, recorder, second, people=2)
    account = VillageAccount.objects.get(village=VILLAGE)
    assert (account.in_hand, account.township, account.clearing, account.treasury) == (0, 0, 0, PAYING * 400)
    assert set(Contribution.objects.values_list("state", flat=True)) == {Contribution.State.POSTED}

    county = visit(people["county"], DESK)
    publish_at_noon(county)
    leader = visit(people["leader"], PHONE)
    leader.goto("/leader/")
    assert "75.00%" in leader.locator("main").inner_text()  # six of the eight that the village was set
    assert pages_in_print(leader) == 1
    leader.get_by_role("link", name="本期详情").last.click()
    assert pages_in_print(leader) == 1

    person = Contribution.objects.select_related("resident").first().resident
    for asked in (person.id_number, person.name):
        county.goto(f"/residents/?q={asked}")
        county.get_by_role("link", name=person.name).first.click()
        story = county.locator("main").inner_text()
        assert all(word in story for word in ("已入库", "NX0000000", "ABC20241025001", "2025"))
        assert person.id_number not in story
