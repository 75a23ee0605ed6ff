"""A list of strangers' numbers tells nothing about any of them, whoever may upload it, and leaves one event.

Each kind of list of a county is sent by those who may send it, with the numbers of people of another county under
invented names. What the sender then reads is searched for what the register knows: the pages of the list, and the
sender's own workbook with what is wrong marked. Villages' ledgers: tests/collection/ledgers/test_ledger_disclosure.py.
"""

import datetime
import io
import re
from decimal import Decimal
from importlib import import_module

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.audit.models import Event
from core.files.models import Attachment
from core.jobs import services as jobs
from core.jobs.models import Job
from core.regions.models import Region
from core.uploads.kinds import kind_of
from residents.people.disclosure import PROBE_MISSES
from residents.people.models import Household
from subsidies.rosters.models import Identity
from tests.employees.conftest import credit_code
from tests.factories import workbook

MANY = PROBE_MISSES + 2
BIRTH = datetime.date(1971, 5, 1)
#: Kind → (role and its facts, address, its arguments, form fields, heading, row behind name and number).
LISTS = {
    "roster by a department": (
        ("department", "411325", {"department": "民政局"}),
        "roster_upload",
        {"department": "民政局", "category": "特困人员", "kind": "supplement", "recognised_on": "2024-10-01"}
        | {"document": "文件"},
        ["姓名", "身份证号码"],
        [],
    ),
    "statuses by a township": (
        ("township", "411325101", {}),
        "status_list",
        {"status": "dead", "source": "试"},
        ["姓名", "身份证号码", "日期"],
        ["2024-03-01"],
    ),
    "statuses by the bureau": (
        ("county", "411325", {}),
        "status_list",
        {"status": "dead", "source": "试"},
        ["姓名", "身份证号码", "日期"],
        ["2024-03-02"],
    ),
    "paid by the tax bureau": (
        ("tax", "411325", {}),
        "paid_list_upload",
        {},
        ["姓名", "证件号码", "实缴金额", "缴费日期", "缴费年度", "缴费状态"],
        [400, "2024-10-08", "2025", "已缴费"],
    ),
    "register by the bureau": (
        ("county", "411325", {}),
        "register_list",
        {},
        ["姓名", "身份证号码", "乡镇", "行政村"],
        ["夏馆镇", "师家湾村"],
    ),
    "claims by the bureau": (
        ("county", "411325", {}),
        "claim_lists",
        {"year": "2023", "document": "导出"},
        ["姓名", "身份证号码", "基金支付金额"],
        [1260],
    ),
    "class list by a school": (
        ("school", "411325101", {}),
        "class_list_upload",
        {"school": "SCHOOL"},
        ["姓名", "身份证号码", "班级"],
        ["一年级1班"],
    ),
    "class list by the education office": (
        ("education", "411325", {}),
        "class_list_upload",
        {"school": "SCHOOL"},
        ["姓名", "身份证号码", "班级"],
        ["一年级2班"],
    ),
    "accident cover by a township of 沁水": (
        ("township", "TOWNSHIP", {}),
        "accident_upload",
        {},
        ["姓名", "身份证号码", "保费", "交费日期", "收据号"],
        [50, "2025-11-18", "GS1"],
    ),
    "people of a village that is split by the bureau": (
        ("county", "411325", {}),
        "proposal_split",
        {},
        ["姓名", "证件号码", "新村"],
        ["新城村"],
    ),
    "feedback by the tax bureau": (
        ("tax", "411325", {}),
        "feedback_upload",
        {},
        ["姓名", "证件号码", "导入结果", "失败原因"],
        ["失败", "已死亡"],
    ),
    "month of a unit": (
        ("county", "411323", {}),
        "employee_unit_declare",
        {"month": "2025-11-01"},
        ["姓名", "证件号码", "月工资"],
        [5000],
    ),
    "month of many units": (
        ("county", "411323", {}),
        "employee_months",
        {"month": "2025-11-01"},
        ["姓名", "证件号码", "月工资", "统一社会信用代码"],
        [5000, credit_code(1)],
    ),
    "employees' payments by the tax bureau": (
        ("tax", "411323", {}),
        "employee_paid_lists",
        {},
        ["缴费人", "证件号码", "费款所属期", "金额", "缴费日期", "缴费状态"],
        ["2025-11", 525, "2025-11-18", "已入库"],
    ),
    "pension roll": (
        ("county", "411323", {}),
        "employee_roll_list",
        {"month": "2025-11-01"},
        ["姓名", "证件号码", "统一社会信用代码", "单位名称", "缴费基数"],
        [credit_code(1), "样例1号厂", 5000],
    ),
}
#: Kept anew each time they are sent, so that a second sending is a second event.
KEPT_ANEW = ("status_list", "proposal_split")


@pytest.fixture
def strangers(campaign, make_resident):
    """People of 高阳 about whom there is much to tell."""
    from subsidies.campaigns.services import open_campaign

    open_campaign(policy_id="130628-2026")
    village = Region.objects.filter(level="village", code__startswith="130628").order_by("code").first()
    people = []
    for n in range(MANY):
        home = Household.objects.create(village=village, number=f"秘{n:03d}")
        facts = {"status": "prison", "status_on": datetime.date(2024, 2, 3), "phone": f"1390000{n:04d}"}
        people.append(make_resident(village.code, name=f"陌生{chr(0x4E00 + n)}", household=home, **facts))
    Identity.objects.bulk_create(
        Identity(resident=one, kind="低保对象", department="民政局", recognised_on=BIRTH) for one in people
    )
    return people


def work():
    for app in ("residents", "subsidies", "collection", "employees"):
        import_module(f"{app}.tasks")  # registers what runs each kind of job
    for job in Job.objects.filter(state=Job.State.QUEUED).order_by("created_at"):
        jobs.run(job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.message


def text_of(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    return "\n".join(f"{cell.value or ''} {cell.comment.text if cell.comment else ''}" for cell in cells)


def send(client, address, fields, content, args=()):
    """Upload it as a browser does; return everything that the sender can read of it afterwards."""
    kept_before = Attachment.objects.exists()
    page = client.post(
        reverse(address, args=args), {**fields, "file": SimpleUploadedFile("名单.xlsx", content)}, follow=True
    )
    assert page.status_code == 200 or kept_before and "已" in page.content.decode(), "the same list again"
    work()
    read = [page.content.decode(), client.get(page.request["PATH_INFO"]).content.decode()]
    links = re.findall(r'href="(/[^"]*)"', read[1])
    for kept in Attachment.objects.order_by("pk"):
        if (kind := kind_of(kept.kind)) and kind.judge:
            marked = client.get(reverse("upload_marked", args=[kept.pk]), fields)
            read.append(text_of(marked.content if not marked.streaming else b"".join(marked.streaming_content)))
    for link in {one for one in links if re.search(r"/\d+/(problems|answer)[^/]*$", one)}:
        answer = client.get(link)
        read.append(text_of(b"".join(answer.streaming_content) if answer.streaming else answer.content))
    return read


@pytest.mark.parametrize("name", LISTS)
def test_nothing_is_told_and_one_event_is_left(
    client, campaign, strangers, make_user, business_clock, silent_queue, name
):
    (role, region, facts), address, fields, heading, more = LISTS[name]
    if address == "accident_upload":
        region = _qinshui(make_user, business_clock)
    sender = make_user(role, region, **facts)
    args = [PREPARED[address](make_user, business_clock)] if address in PREPARED else []
    args = [one for one in args if one is not None]
    if "school" in fields:
        fields = {**fields, "school": _school(sender).pk}
    rows = [
        ["王试探", one.id_number, *(f"GS{n}" if cell == "GS1" else cell for cell in more)]
        for n, one in enumerate(strangers)
    ]
    client.force_login(sender)
    content = workbook([heading, *rows])
    for text in send(client, address, fields, content, args) + send(client, address, fields, content, args):
        for one in strangers:
            for secret in (one.name, one.phone, one.household.number, one.village.name, "2024-02-03"):
                assert secret not in text
    probes = Event.objects.filter(action="disclosure.probe")
    assert probes.count() == (2 if address in KEPT_ANEW else 1)
    told = "".join(event.summary for event in probes)
    assert not any(one.name in told or one.id_number in told for one in strangers)
    client.force_login(make_user("security", sender.region_id[:6]))
    assert probes[0].summary in client.get(reverse("probe_list")).content.decode()


def _school(sender):
    from collection.schools.models import SchoolStaff
    from collection.schools.services import register_school

    township = Region.objects.get(pk="411325101")
    school = register_school(region=township, name="夏馆镇中心小学", kind="primary", actor=sender)
    if sender.role == "school":
        SchoolStaff.objects.create(school=school, user=sender)
    return school


def _qinshui(make_user, business_clock):
    from collection.accident.services import set_offer
    from subsidies.campaigns.services import open_campaign

    business_clock("2025-11-20T10:00")
    qinshui = open_campaign(policy_id="140521-2026")[0]
    set_offer(
        campaign=qinshui, insurer="样例保险", premium=Decimal(50), document="方案", actor=make_user("county", "140521")
    )
    return Region.objects.filter(parent_id="140521").order_by("code").first().pk


def _split_village(make_user, business_clock):
    """A year in preparation in which one village is split."""
    from subsidies.campaigns import proposals
    from subsidies.campaigns.models import Campaign
    from subsidies.openings.models import VillageChange
    from tests.years import text_of_next_year

    campaign = Campaign.objects.get(county_id="411325")
    text, officer = text_of_next_year(campaign.policy), make_user("county", "411325")
    proposal = proposals.start_proposal(county=campaign.county, text=text, name="开征", actor=officer)
    old = Region.objects.get(pk="411325101200")
    VillageChange.objects.create(
        proposal=proposal,
        kind="split",
        code="411325101299",
        name="新城村",
        old_code=old.pk,
        old_name=old.name,
        document="文件",
    )
    return proposal.pk


def _declared(make_user, business_clock):
    """A declaration of one person at the tax bureau."""
    from collection.declarations import drafts, services
    from subsidies.campaigns.models import Campaign
    from tests.collection.paid_people import TOWNSHIP, bank, pay

    campaign, clerk = Campaign.objects.get(county_id="411325"), make_user("township", TOWNSHIP)
    pay(campaign, clerk)
    bank(campaign, clerk, 400)
    township = Region.objects.get(pk=TOWNSHIP)
    draft = drafts.draft_declaration(campaign=campaign, township=township, actor=clerk)
    return services.submit_declaration(declaration=draft, actor=clerk).pk


def _unit(make_user, business_clock):
    """A unit of 西峡, where employees' insurance is run."""
    from employees.units.services import register_unit
    from subsidies.campaigns.services import open_campaign

    business_clock("2025-11-20T10:00")
    open_campaign(policy_id="411323-2026")
    return register_unit(
        kind="enterprise",
        credit_code=credit_code(1),
        name="样例1号厂",
        township=Region.objects.filter(parent_id="411323").order_by("code").first(),
        registered_on=datetime.date(2025, 1, 2),
        actor=make_user("county", "411323"),
    ).pk


def _units(make_user, business_clock):
    _unit(make_user, business_clock)


#: What must be there before a list is sent; the key of what it is sent for, if its address has one.
PREPARED = {
    "proposal_split": _split_village,
    "feedback_upload": _declared,
    "employee_unit_declare": _unit,
    "employee_months": _units,
    "employee_paid_lists": _units,
    "employee_roll_list": _units,
}


#: Lists of a village or of one unit, which take fewer rows than a county's.
SHORT = {
    "people of a village that is split": ("411325", "proposal_split", {}, "姓名,证件号码,新村", "新城村"),
    "month of a unit": ("411323", "employee_unit_declare", {"month": "2025-11-01"}, "姓名,证件号码,月工资", "5000"),
}


@pytest.mark.parametrize("name", SHORT)
def test_a_list_too_long_to_be_read_leaves_one_event_and_looks_nobody_up(
    client, campaign, make_user, business_clock, silent_queue, name
):
    county, address, fields, heading, more = SHORT[name]
    args = [PREPARED[address](make_user, business_clock)]
    client.force_login(make_user("county", county))
    content = "\n".join([heading, *(f"王试探,{n},{more}" for n in range(20_001))]).encode()
    client.post(reverse(address, args=args), {**fields, "file": SimpleUploadedFile("名单.csv", content)})
    work()
    (event,) = Event.objects.filter(action="disclosure.probe")
    assert "没有核对任何一行" in event.summary
