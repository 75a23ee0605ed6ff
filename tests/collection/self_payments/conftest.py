"""A list of the tax bureau, uploaded and read."""

import pytest
from django.core.files.base import ContentFile

import collection.tasks  # noqa: F401
from collection.self_payments import services as self_payments
from core.jobs import services as jobs
from core.jobs.models import Job
from tests.factories import workbook


@pytest.fixture
def upload(campaign, taxman, silent_queue):
    def upload(*rows, heading=("姓名", "证件号码", "缴费金额", "缴费日期", "电子税票号码")):
        file = ContentFile(workbook([["内乡县2025年度自主缴费明细"], heading, *rows], sheet="已缴费清单"))
        paid_list, _ = self_payments.take_paid_list(campaign=campaign, file=file, name="清单.xlsx", actor=taxman)
        for job in Job.objects.filter(state="queued"):
            jobs.run(job.pk)
        paid_list.refresh_from_db()
        return paid_list

    return upload
