"""Status lists: what is wrong with each row, and applying a list once however often it comes."""

import datetime
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.audit.models import Event
from core.jobs import services as jobs
from core.jobs.models import Job
from residents.people.models import Resident
from residents.statuses import services as status_lists

HERE, NEXT, FAR = "411325100001", "411325100002", "411325101200"


@pytest.fixture
def clerk(campaign, make_user, silent_queue):
    return make_user("township", "411325100")


def sheet(tmp_path, *rows, titles=("姓名", "身份证号码", "死亡日期")):
    book = openpyxl.Workbook()
    for row in (titles, *rows):
        book.active.append(list(row))
    path = tmp_path / "名单.xlsx"
    book.save(path)
    return path


def test_a_list_says_what_is_wrong_with_each_row(clerk, tmp_path, make_resident, django_assert_max_num_queries):
    mine = make_resident(HERE, name="王一")
    far = make_resident(FAR, name="王二")
    rows = [
        ("王一", mine.id_number, datetime.date(2024, 3, 1)),
        ("王三", mine.id_number, "2024-03-01"),
        ("王二", far.id_number, "2024-03-01"),
        ("王一", mine.id_number, "不知道"),
        ("王一", "123", "2024-03-01"),
        ("王一", mine.id_number, "1960-01-01"),
        ("王一", mine.id_number, "2024-10-26"),
    ]
    path = sheet(tmp_path, *rows)
    with django_assert_max_num_queries(2):
        read = status_lists.read_status_list(path, residents=Resident.objects.for_user(clerk), source="民政局")
    said = ["".join(row.problems) for row in read]
    wanted = ["", "与表中不同", "没有登记", "没有日期", "18位", "早于出生", "今天以后"]
    for text, part in zip(said, wanted, strict=True):
        assert part in text and bool(part) == bool(text)
    assert "王二" not in "".join(said)


@pytest.mark.parametrize(("length", "says"), [(120, ""), (121, "依据太长")])
def test_the_ground_of_a_row_is_kept_whole_or_refused(clerk, tmp_path, make_resident, length, says):
    mine = make_resident(HERE, name="王一")
    titles = ("姓名", "身份证号码", "死亡日期", "依据")
    path = sheet(tmp_path, ("王一", mine.id_number, "2024-03-01", "证" * length), titles=titles)
    (row,) = status_lists.read_status_list(path, residents=Resident.objects.for_user(clerk), source="民政局")
    assert says in "".join(row.problems) and bool(row.problems) == bool(says)


def test_a_list_is_applied_once_however_often_it_comes(client, clerk, tmp_path, make_resident):
    people = [make_resident(HERE, name=f"王{n}") for n in "一二三"]
    path = sheet(tmp_path, *((one.name, one.id_number, "2024-03-01") for one in people), ("王四", "1", "2024-03-01"))
    client.force_login(clerk)
    for _ in range(2):
        answer = client.post(
            reverse("status_list"),
            {
                "status": "dead",
                "source": "民政局名单",
                "file": SimpleUploadedFile("名单.xlsx", path.read_bytes()),
            },
        )
        url = re.search(r'action="(/residents/statuses/[^"]+)"', answer.content.decode()).group(1)
        for _ in range(2):
            assert client.post(url, {"status": "dead", "source": "民政局名单"}).status_code == 302
        for job in Job.objects.filter(state=Job.State.QUEUED):
            jobs.run(job.pk)
        assert "登记" in client.get(url).content.decode()
    assert set(Resident.objects.values_list("status", "status_on")) == {("dead", datetime.date(2024, 3, 1))}
    assert Event.objects.filter(action="status.set").count() == 3
    assert "3 人已登记过" in Job.objects.order_by("-created_at").first().message
