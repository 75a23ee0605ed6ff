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
from core.regions.names import official_kind
from residents.people.models import Resident
from residents.statuses import lists as status_lists
from tests.factories import invented_number

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


def read(path, clerk, status="dead"):
    return status_lists.read_status_list(path, scope=clerk.scope_prefix, source="民政局", status=status)


def test_every_row_is_told_what_is_wrong_with_it(clerk, tmp_path, make_resident, django_assert_max_num_queries):
    mine = make_resident(HERE, name="王一")
    far = make_resident(FAR, name="王二")
    died = make_resident(HERE, name="王五", status="dead", status_on=datetime.date(2024, 1, 1))
    twice, again = make_resident(HERE, name="王六"), make_resident(HERE, name="王七")
    cases = [
        (("王一", mine.id_number, datetime.date(2024, 3, 1)), ""),
        (("王三", mine.id_number, "2024-03-01"), "登记的姓名是“王一”"),
        (("王二", far.id_number, "2024-03-01"), "登记在别的区划"),
        (("王一", far.id_number, "2024-03-01"), "号码已在别处登记或姓名不符，请到乡镇窗口"),
        (("王一", invented_number(datetime.date(1950, 1, 1), "M", 77), "2024-03-01"), "没有登记这个号码"),
        (("王一", mine.id_number, "不知道"), "日期“不知道”不是日期"),
        (("王一", "123", "2024-03-01"), "18位"),
        (("王一", mine.id_number, "1960-01-01"), "早于出生"),
        (("王一", mine.id_number, "2024-10-26"), "今天以后"),
        (("王五", died.id_number, "2024-02-01"), "已于 2024-01-01 登记死亡"),
        (("王六", twice.id_number, "2024-02-01"), ""),
        (("王六", twice.id_number, "2024-02-01"), "与第12行是同一个人，请核对后删去一行"),
        (("王七", again.id_number, "2024-02-01"), "日期却不同"),
        (("王七", again.id_number, "2024-02-02"), "日期却不同"),
    ]
    path = sheet(tmp_path, *(row for row, _ in cases))
    with django_assert_max_num_queries(5):
        rows = read(path, clerk).rows
    for row, (_, expected) in zip(rows, cases, strict=True):
        text = "".join(map(str, row.problems))
        assert expected in text and bool(expected) == bool(text), row
    assert "王二" not in "".join(str(problem) for row in rows for problem in row.problems)


def test_a_former_number_and_a_lookalike_lead_to_the_person(clerk, tmp_path, make_resident):
    mine = make_resident(HERE, name="马小金")
    old = invented_number(datetime.date(1971, 5, 1), "M", 5)
    mine.former_numbers.create(document_type="id_card", id_number=old, given_up_on="2024-01-01", reason="更正")
    (row,) = read(sheet(tmp_path, ("⻢小⾦", old, "2024-03-01")), clerk).rows
    assert (row.resident, row.problems) == (mine, [])


def test_a_hidden_row_is_left_to_a_person_and_a_sum_is_nobody(clerk, tmp_path, make_resident):
    people = [make_resident(HERE, name=f"王{n}") for n in "一二"]
    rows = [(one.name, one.id_number, "2024-03-01") for one in people]
    path = sheet(tmp_path, *rows, ("合 计：", None, "2 人"))
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[3].hidden = True
    book.save(path)
    first, second = read(path, clerk).rows
    assert not first.problems and [problem.code for problem in second.problems] == ["hidden_row"]


def test_a_list_of_strangers_tells_nothing_and_leaves_one_event(client, clerk, tmp_path, make_resident):
    strangers = [make_resident(FAR, name=f"陌生{n}", status="prison", phone="13800001111") for n in range(25)]
    content = sheet(tmp_path, *(("王一", one.id_number, "2024-03-01") for one in strangers)).read_bytes()
    client.force_login(clerk)
    for _ in range(2):
        data = {"status": "dead", "source": "试", "file": SimpleUploadedFile("名单.xlsx", content)}
        page = client.post(reverse("status_list"), data).content.decode()
        assert page.count("号码已在别处登记或姓名不符，请到乡镇窗口") == 25
        for word in ("陌生", "服刑</", "1111", strangers[0].village.name):
            assert word not in page.replace('<option value="prison">服刑</option>', "")
    assert {event.object_type for event in Event.objects.filter(action="disclosure.probe")} == {""}
    assert Event.objects.filter(action="disclosure.probe").count() == 2, "one a file that was sent"


@pytest.mark.parametrize(("length", "problem"), [(120, ""), (121, "依据太长")])
def test_the_source_of_a_row_is_kept_whole_or_refused(clerk, tmp_path, make_resident, length, problem):
    mine = make_resident(HERE, name="王一")
    titles = ("姓名", "身份证号码", "死亡日期", "依据")
    path = sheet(tmp_path, ("王一", mine.id_number, "2024-03-01", "证" * length), titles=titles)
    (row,) = read(path, clerk).rows
    text = "".join(map(str, row.problems))
    assert problem in text and bool(text) == bool(problem)


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


@pytest.mark.parametrize("is_long", [False, True])
def test_a_long_list_is_looked_at_by_a_worker_and_answers_the_same(
    client, clerk, tmp_path, make_resident, monkeypatch, is_long
):
    mine, far = make_resident(HERE, name="王一"), make_resident(FAR, name="王二")
    content = sheet(
        tmp_path, *((name, person.id_number, "2024-03-01") for name, person in (("王一", mine), ("王三", far)))
    ).read_bytes()
    monkeypatch.setattr(status_lists, "READ_AT_ONCE", len(content) - is_long)
    client.force_login(clerk)
    asked = {"status": "dead", "source": "民政局（2024）3号"}
    answer = client.post(reverse("status_list"), {**asked, "file": SimpleUploadedFile("名单.xlsx", content)})
    waiting = Job.objects.filter(kind="status.read")
    assert (answer.status_code, waiting.count()) == ((302, 1) if is_long else (200, 0))
    if is_long:
        assert "data-progress-url" in client.get(answer.url).content.decode()
        for _ in range(2):
            jobs.run(waiting.get().pk)
        answer = client.get(answer.url)
    page = answer.content.decode()
    assert "1 人登记为“死亡”，依据：民政局（2024）3号。" in page
    assert "确认登记 1 人" in page and "号码已在别处登记或姓名不符，请到乡镇窗口" in page
    assert mine.id_number not in page and official_kind(mine.village.name) in page
    url = re.search(r'action="(/residents/statuses/[^"]+)"', page).group(1)
    hidden = dict(re.findall(r'type="hidden" name="(status|source)" value="([^"]*)"', page))
    assert hidden == asked
    client.post(url, hidden)
    jobs.run(Job.objects.get(kind="status.apply").pk)
    assert "登记 1 人" in client.get(url).content.decode()
    assert Resident.objects.get(pk=mine.pk).status == "dead"


def test_a_long_file_that_is_no_list_is_told_on_its_page(client, clerk, tmp_path, monkeypatch):
    content = sheet(tmp_path, ("王一", "1", "2024-03-01"), titles=("甲", "乙", "丙")).read_bytes()
    monkeypatch.setattr(status_lists, "READ_AT_ONCE", 0)
    client.force_login(clerk)
    data = {"status": "dead", "source": "试", "file": SimpleUploadedFile("名单.xlsx", content)}
    answer = client.post(reverse("status_list"), data)
    jobs.run(Job.objects.get(kind="status.read").pk)
    page = client.get(answer.url).content.decode()
    assert "没有找到表头" in page and "再传一份" in page and "确认登记" not in page
