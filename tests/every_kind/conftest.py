"""Every kind of list that comes in, asked as `manage.py check_sheet` asks: the question, a heading and one row of each.

`three_counties` is what the kinds ask for beside the file. Nothing is written; what a page would do is shown by the
tests of each topic.
"""

import datetime
import io
import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from core.regions.models import Region
from tests.factories import invented_number, workbook

POLICY, VILLAGE, DAY = "411325-2025", "411325101200", datetime.date(2024, 10, 25)
ANNA = invented_number(datetime.date(1990, 1, 1), "F", 1)
OF_QINSHUI = invented_number(datetime.date(1990, 1, 1), "F", 1, "140521")
XIXIA, QINSHUI = "411323-2026", "140521-2026"
#: Kinds that 内乡's notice does not speak of, with what is asked beside the file.
ASKED = {
    "roster": {"category": "特困人员"},
    "accident": {"policy": QINSHUI, "as_of": datetime.date(2025, 11, 20)},
    **{kind: {"policy": XIXIA, "as_of": datetime.date(2025, 11, 20)} for kind in ("unit", "months", "payments")},
    "pensions": {"policy": XIXIA, "as_of": datetime.date(2025, 11, 20)},
}


@pytest.fixture
def ask(campaign, tmp_path):
    """`ask(kind, rows, **options)` → (answer, exit status)."""

    def ask(kind, content, **options):
        file, out, status = tmp_path / "表.xlsx", io.StringIO(), 0
        file.write_bytes(content if isinstance(content, bytes) else workbook(content))
        village = {} if "policy" in options or kind not in ("ledger", "books") else {"village": VILLAGE}
        options = {"policy": POLICY, **village, "as_of": DAY, **options}
        try:
            call_command("check_sheet", kind, file, stdout=out, **options)
        except SystemExit as end:
            status = end.code
        return json.loads(out.getvalue()), status

    return ask


@pytest.fixture
def three_counties(campaign, make_user):
    """内乡 with a year in preparation, 西峡 with a unit, 沁水 with an offer of accident cover. Returns the unit."""
    from collection.accident.services import set_offer
    from employees.units.credit_code import check_character
    from employees.units.services import register_unit
    from subsidies.campaigns import proposals
    from subsidies.campaigns.services import open_campaign
    from tests.years import text_of_next_year

    text = text_of_next_year(campaign.policy)
    proposals.start_proposal(county=campaign.county, text=text, name="开征", actor=make_user("county", "411325"))
    qinshui = open_campaign(policy_id=QINSHUI)[0]
    offer = {"insurer": "样例保险公司", "premium": Decimal(50), "document": "方案"}
    set_offer(campaign=qinshui, **offer, actor=make_user("county", "140521"))
    open_campaign(policy_id=XIXIA)
    return register_unit(
        kind="enterprise",
        credit_code="91411323MA0000001" + check_character("91411323MA0000001"),
        name="样例厂",
        township=Region.objects.filter(parent_id="411323").order_by("code").first(),
        registered_on=datetime.date(2024, 1, 2),
        actor=make_user("county", "411323"),
    )


@pytest.fixture
def everything_known(three_counties, campaign, make_user, make_resident):
    """`three_counties` with all that makes the row of each kind one that is taken: people, books, a village split.

    Returns `rows(kind)`: the heading and the row with the unit's code and the person's number in their places.
    """
    from collection.receipts.books import issue_book, register_book
    from subsidies.campaigns.models import PolicyProposal
    from subsidies.openings.models import VillageChange

    qinshui = Region.objects.filter(level="village", code__startswith="140521").order_by("code").first()
    for village, number in ((VILLAGE, ANNA), (qinshui.pk, OF_QINSHUI)):
        make_resident(village, name="王小红", birth="1990-01-01", sex="F", id_number=number)
    bureau, township = make_user("county", "411325"), Region.objects.get(pk=VILLAGE[:9])
    register_book(campaign=campaign, first="NX00000001", last="NX00001000", actor=bureau)
    issue_book(campaign=campaign, holder=township, first="NX00000001", last="NX00001000", actor=bureau)
    VillageChange.objects.create(
        proposal=PolicyProposal.objects.get(county="411325"),
        kind="split",
        code=f"{VILLAGE[:9]}299",
        name="师家湾新村",
        old_code=VILLAGE,
        old_name=Region.objects.get(pk=VILLAGE).name,
        document="文件",
    )

    def rows(kind):
        number = OF_QINSHUI if kind == "accident" else ANNA
        stands_for = {"CODE": three_counties.credit_code, ANNA: number}
        return [[stands_for.get(cell, cell) for cell in row] for row in SHEETS[kind]]

    rows.unit = three_counties.credit_code
    return rows


#: A heading and one row of each kind. The unit's code stands where CODE is written.
SHEETS = {
    "ledger": [["姓名", "身份证号码", "实缴金额", "缴费日期", "收据号"], ["王小红", ANNA, 400, "2024-10-20", "NX1"]],
    "register": [["姓名", "身份证号码", "乡镇", "行政村"], ["王小红", ANNA, "夏馆镇", "师家湾"]],
    "roster": [["姓名", "身份证号码"], ["王小红", ANNA]],
    "statuses": [["姓名", "身份证号码", "日期"], ["王小红", ANNA, "2024-05-01"]],
    "helpers": [["乡镇", "行政村", "姓名", "联系电话"], ["夏馆镇", "师家湾", "王小红", "13800138000"]],
    "tasks": [["乡镇", "行政村", "任务人数"], ["夏馆镇", "师家湾", 100]],
    "paid": [["姓名", "证件号码", "实缴金额", "缴费日期", "缴费年度"], ["王小红", ANNA, 400, "2024-10-20", "2025"]],
    "classes": [["姓名", "身份证号码", "班级"], ["王小红", ANNA, "一年级1班"]],
    "feedback": [["姓名", "证件号码", "导入结果", "失败原因"], ["王小红", ANNA, "成功", ""]],
    "claims": [["姓名", "身份证号码", "基金支付金额"], ["王小红", ANNA, 1260.5]],
    "books": [["单位", "起号", "止号"], ["师家湾村", "NX00000001", "NX00000050"]],
    "refunds": [["退费单号", "金额", "付款结果"], ["TF12", 400, "付款成功"]],
    "accident": [
        ["姓名", "身份证号码", "保费", "交费日期", "收据号"],
        ["王小红", ANNA, 50, "2025-11-10", "BX0001"],
    ],
    "villages": [["区划代码", "乡镇", "行政村", "原区划代码"], [VILLAGE, "夏馆镇", "师家湾新村", ""]],
    "split": [["姓名", "证件号码", "新村"], ["王小红", ANNA, "师家湾新村"]],
    "unit": [["姓名", "证件号码", "月工资"], ["王小红", ANNA, 5200]],
    "months": [["统一社会信用代码", "姓名", "证件号码", "月工资"], ["CODE", "王小红", ANNA, 5200]],
    "payments": [
        ["统一社会信用代码", "缴费人", "费款所属期", "金额", "缴费日期"],
        ["CODE", "样例厂", "2025-11", 400, "2025-11-12"],
    ],
    "pensions": [["姓名", "证件号码", "缴费基数", "统一社会信用代码"], ["王小红", ANNA, 5200, "CODE"]],
}
