"""A register's lines, and a worker that reads and writes them."""

import datetime

from core.jobs import services as jobs
from core.jobs.models import Job
from residents.register import services as register
from residents.register.models import RegisterBatch
from tests.factories import invented_number

TITLES = [
    "姓名",
    "身份证号码",
    "性别",
    "出生日期",
    "乡镇",
    "行政村",
    "户编号",
    "与户主关系",
    "联系电话",
    "住址",
    "参保年度",
]
BORN = datetime.date(1975, 6, 7)
NUMBERS = [invented_number(BORN, "M", serial) for serial in range(20)]
OTHER = invented_number(BORN, "F", 1)


def line(number=NUMBERS[0], **changes):
    values = {
        "姓名": "王小明" if number == NUMBERS[0] else f"王{'一二三四五六七八九十'[NUMBERS.index(number) % 10]}",
        "身份证号码": number,
        "性别": "男",
        "出生日期": "1975-06-07",
        "乡镇": "城关镇",
        "行政村": "县衙社区",
        "户编号": "1",
        "与户主关系": "户主",
        "联系电话": "13800000001",
        "住址": "县衙1号",
        "参保年度": "",
    }
    return [{**values, **changes}[title] for title in TITLES]


def work():
    """What a worker does: every job that waits."""
    for job in Job.objects.filter(state=Job.State.QUEUED):
        jobs.run(job.pk)


def load(upload, clerk, *lines) -> RegisterBatch:
    batch = upload(*lines)
    work()
    batch.refresh_from_db()
    register.start_writing(batch=batch, actor=clerk)
    work()
    batch.refresh_from_db()
    return batch
