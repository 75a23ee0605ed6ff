"""Tasks from a table: what a row may say, the template, and all or nothing from upload to confirmation."""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.audit.models import Event
from core.files.models import Attachment
from core.regions.selectors import region_names
from core.tables.reader import Sheet, SheetError
from subsidies.campaigns.models import Target, TargetEntry
from subsidies.campaigns.target_sheet import read_targets
from subsidies.campaigns.targets import set_targets

TITLES = ["区划代码", "乡镇", "行政村", "任务人数"]
VILLAGE = "411325100001"


def book(*rows, titles=TITLES):
    rows = [["内乡县2025年度征缴任务分解表"], titles, *map(list, rows)]
    return [Sheet("Sheet1", rows=list(enumerate(rows, 1)))]


def read(campaign, *rows, **options):
    return read_targets(book(*rows, **options), region_names(campaign.county_id))


#: A row, and the village's task or the problem.
ROWS = {
    "code, township and village": ([VILLAGE, "城关镇", "县衙社区居民委员会", 120], 120),
    "the code as a number": ([int(VILLAGE), "", "", 120.0], 120),
    "by short name": (["", "城关", "县衙", "120人"], 120),
    "full width and thousands": (["", "城关镇", "县衙社区", "１，２００"], 1200),
    "without a township": (["", "", "县衙社区", 120], 120),
    "zero is a task": (["", "城关镇", "县衙社区", 0], 0),
    "empty: as it is": (["", "城关镇", "县衙社区", ""], None),
    "half a person": (["", "城关镇", "县衙社区", 12.5], "“12.5”不对"),
    "negative": (["", "城关镇", "县衙社区", -1], "“-1”不对"),
    "about": (["", "城关镇", "县衙社区", "约100"], "“约100”不对"),
    "the most": (["", "城关镇", "县衙社区", 10_000_000], 10_000_000),
    "too many": (["", "城关镇", "县衙社区", 10_000_001], "不对"),
    "no such village": (["", "城关镇", "没有村", 5], "城关镇没有行政村“没有村”"),
    "no such township": (["", "没有镇", "县衙社区", 5], "本县没有乡镇“没有镇”"),
    "no village": (["", "城关镇", "", 5], "没有写行政村"),
    "another county's code": (["411323001001", "", "", 5], "本县没有代码"),
    "code and name of two villages": (["411325100002", "城关镇", "县衙社区", 5], "不是同一个村"),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_row_of_the_table(campaign, case):
    cells, told = ROWS[case]
    [line] = read(campaign, cells)
    if isinstance(told, str):
        assert told in "".join(line.problems)
    else:
        assert (line.code, line.people, line.problems) == (VILLAGE, told, [])


def test_every_problem_of_a_row_is_said_at_once(campaign):
    [line] = read(campaign, ["", "城关镇", "没有村", "很多"])
    assert len(line.problems) == 2


def test_the_same_village_twice_is_said(campaign):
    first, second = read(campaign, [VILLAGE, "", "", 5], ["", "城关镇", "县衙社区", 6])
    assert first.problems == [] and "与第3行是同一个村" in second.problems[0]


def test_two_columns_of_tasks_are_not_chosen_from(campaign):
    """The two bureaus' figures may differ; only the county knows which of them it gives out."""
    titles = ["乡镇", "行政村", "税务任务人数", "医保任务人数"]
    with pytest.raises(
        SheetError, match="“任务人数”有 2 列（C 列“税务任务人数”、D 列“医保任务人数”），第 3 行写的不一样"
    ):
        read(campaign, ["城关镇", "县衙社区", 120, 130], titles=titles)


def test_sums_are_passed_over_and_a_merged_township_goes_on(campaign):
    lines = read(
        campaign,
        ["", "城关镇", "县衙社区", 5],
        [None, None, "小计", 5],
        ["", "城关镇合计", "", 5],
        ["", "合计", "", 5],
        [None, None, None, None],
    )
    assert [(line.code, line.people) for line in lines] == [(VILLAGE, 5)]
    assert read(campaign, ["", "城关镇", "", ""], ["", "", "县衙社区", 7])[-1].people == 7


@pytest.mark.parametrize(("titles", "rows", "says"), [(["甲", "乙"], [[1, 2]], "没有找到表头"), (TITLES, [], "没有村")])
def test_a_table_without_heading_or_rows(campaign, titles, rows, says):
    with pytest.raises(SheetError, match=says):
        read(campaign, *rows, titles=titles)


@pytest.fixture
def officer(client, campaign, make_user):
    client.force_login(make_user("county", "411325"))
    return client


def upload(client, rows, source="内政办〔2024〕35号"):
    made = openpyxl.Workbook()
    for row in [TITLES, *rows]:
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    data = {"source": source, "file": SimpleUploadedFile("任务.xlsx", file.getvalue())}
    page = client.post(reverse("targets_upload"), data).content.decode()
    return page, re.search(r'action="(/targets/upload/[^"]+)"', page)


def test_from_the_template_back_to_the_tasks(officer, campaign):
    set_targets(campaign=campaign, people={VILLAGE: 5, "411325100": 90}, source="原任务", actor=None)
    answer = officer.get(reverse("targets_template"))
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert rows[0] == tuple(TITLES) and len(rows) == 1 + 295 and rows[1][3] == 5
    filled = [[*row[:3], number] for number, row in enumerate(rows[1:], 100)]
    page, form = upload(officer, filled)
    assert "各村任务合计由 5 人" in page and "与各村合计不同" in page and not TargetEntry.objects.filter(people=100)
    for _ in range(2):
        assert officer.post(form.group(1), {"source": "内政办〔2024〕35号"}).status_code == 302
    assert Target.objects.count() == 296 and Target.objects.get(region=VILLAGE).people == 100
    assert set(TargetEntry.objects.filter(people__gte=100).values_list("source", flat=True)) == {"内政办〔2024〕35号"}
    assert Event.objects.filter(action="target.set").count() == 2
    page, form = upload(officer, filled)
    assert form is None and "与现在的相同" in page


def test_one_wrong_row_and_nothing_is_set(officer):
    page, form = upload(officer, [[VILLAGE, "", "", 5], ["", "城关镇", "没有村", "多"]])
    assert form is None and "没有行政村" in page and "“多”不对" in page
    attachment = Attachment.objects.get(kind="targets")
    assert officer.post(reverse("targets_confirm", args=[attachment.pk]), {"source": "文"}).status_code == 302
    assert not Target.objects.exists()


def test_a_village_that_the_table_leaves_out_keeps_its_task(officer, campaign):
    set_targets(campaign=campaign, people={"411325100002": 7}, source="原任务", actor=None)
    _, form = upload(officer, [[VILLAGE, "", "", 5]])
    officer.post(form.group(1), {"source": "文"})
    assert dict(Target.objects.values_list("region_id", "people")) == {VILLAGE: 5, "411325100002": 7}


def test_without_a_source_nothing_is_set(officer):
    page, form = upload(officer, [[VILLAGE, "", "", 5]], source="")
    assert form is None
    _, form = upload(officer, [[VILLAGE, "", "", 5]])
    officer.post(form.group(1), {})
    assert not Target.objects.exists()


def test_only_who_uploaded_confirms_and_only_the_county(officer, client, make_user):
    _, form = upload(officer, [[VILLAGE, "", "", 5]])
    client.force_login(make_user("county", "411325"))
    assert client.post(form.group(1), {"source": "文"}).status_code == 404
    client.force_login(make_user("township", "411325100"))
    for url in (reverse("targets_upload"), reverse("targets_template"), form.group(1)):
        assert client.post(url).status_code == 403
