"""Ledgers of invented people, as villages would write them."""

import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import invented_number, workbook

HEADING = [
    "序号",
    "姓名",
    "身份证号码",
    "户编号",
    "与户主关系",
    "人员类别",
    "实缴金额",
    "缴费日期",
    "收据号",
    "联系电话",
]
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈", "平安康宁和顺清明春秋"


def number_of(serial: int) -> str:
    born = datetime.date(1950, 1, 1) + datetime.timedelta(days=serial * 7 % 20000)
    return invented_number(born, "MF"[serial % 2], serial)


def person(serial: int, **changes) -> list:
    """One row of a correct ledger; `changes` by column: name, id_number, household, amount, paid_on, receipt_no …"""
    row = {
        "serial": serial,
        "name": SURNAMES[serial % 10] + GIVEN[serial // 10 % 10] + GIVEN[serial // 100 % 10],
        "id_number": number_of(serial),
        "household": f"H{serial // 3:05d}",
        "relation": "户主" if serial % 3 == 0 else "家庭成员",
        "category": "普通居民",
        "amount": 400,
        "paid_on": f"2024-10-{1 + serial % 20:02d}",
        "receipt_no": f"NX{serial // 3:08d}",
        "phone": f"138{serial:08d}",
    }
    unknown = changes.keys() - row.keys()
    if unknown:
        raise KeyError(unknown)
    return list({**row, **changes}.values())


def xlsx(rows, *, heading=HEADING) -> bytes:
    return workbook([heading, *rows], sheet="缴费清册")


def upload(rows, name="台账.xlsx", **options) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, xlsx(rows, **options))
