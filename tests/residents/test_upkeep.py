"""Status lists, and two records of one person merged by two people."""

import datetime
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from residents.models import Event, Job, MergeCase, Resident
from residents.services import jobs, merging, status_lists
from residents.services.merging import MergeRefused, decide_merge, propose_merge, suspected_pairs
from subsidies.models import Identity
from tests.people import invented_number

HERE, FAR = "411325100001", "411325101200"


@pytest.fixture
def clerk(campaign, make_user, monkeypatch):
    monkeypatch.setattr(jobs, "wake", lambda job_id: None)
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
        ("王一", mine.id_number, datetime.date(2024, 3, 1)), ("王三", mine.id_number, "2024-03-01"),
        ("王二", far.id_number, "2024-03-01"), ("王一", mine.id_number, "不知道"), ("王一", "123", "2024-03-01"),
        ("王一", mine.id_number, "1960-01-01"), ("王一", mine.id_number, "2024-10-26"),
    ]
    path = sheet(tmp_path, *rows)
    with django_assert_max_num_queries(2):
        read = status_lists.read_status_list(path, residents=Resident.objects.for_user(clerk), source="民政局")
    said = ["".join(row.problems) for row in read]
    wanted = ["", "与表中不同", "没有登记", "没有日期", "18位", "早于出生", "今天以后"]
    for text, part in zip(said, wanted, strict=True):
        assert part in text and bool(part) == bool(text)
    assert "王二" not in "".join(said)


def test_a_list_is_applied_once_however_often_it_comes(client, clerk, tmp_path, make_resident):
    people = [make_resident(HERE, name=f"王{n}") for n in "一二三"]
    path = sheet(tmp_path, *((one.name, one.id_number, "2024-03-01") for one in people), ("王四", "1", "2024-03-01"))
    client.force_login(clerk)
    for _ in range(2):
        answer = client.post(reverse("status_list"), {
            "status": "dead", "source": "民政局名单", "file": SimpleUploadedFile("名单.xlsx", path.read_bytes()),
        })
        url = re.search(r'action="(/residents/statuses/[^"]+)"', answer.content.decode()).group(1)
        for _ in range(2):
            assert client.post(url, {"status": "dead", "source": "民政局名单"}).status_code == 302
        for job in Job.objects.filter(state=Job.State.QUEUED):
            jobs.run(job.pk)
        assert "登记" in client.get(url).content.decode()
    assert set(Resident.objects.values_list("status", "status_on")) == {("dead", datetime.date(2024, 3, 1))}
    assert Event.objects.filter(action="status.set").count() == 3
    assert "3 人已登记过" in Job.objects.order_by("-created_at").first().message


@pytest.fixture
def twins(clerk, make_resident):
    """The same person twice: by birth certificate and by number."""
    born = datetime.date(2024, 5, 6)
    by_card = make_resident(HERE, name="王小花", birth="2024-05-06", id_number=invented_number(born, "F", 1), sex="F")
    by_birth = make_resident(
        HERE, name="王小花", birth="2024-05-06", id_number="W123456789", document_type="birth", sex="F", phone="138"
    )
    return by_card, by_birth


def test_the_worklist_finds_them_and_nobody_else(clerk, twins, make_resident):
    make_resident(HERE, name="王小花", birth="2024-05-07")
    make_resident(FAR, name="王小花", birth="2024-05-06")
    assert set(suspected_pairs(Resident.objects.for_user(clerk))) == set(twins)


def test_one_proposes_and_another_merges(client, clerk, twins, make_user):
    keep, drop = twins
    for year in (2022, 2023):
        drop.insured_years.create(year=year, source="往年")
    keep.insured_years.create(year=2023, source="往年")
    Identity.objects.create(resident=drop, kind="低保对象", department="民政局", recognised_on="2024-01-01")
    client.force_login(clerk)
    data = {"keep": keep.pk, "drop": drop.pk, "reason": "新生儿补录号码"}
    for _ in range(2):
        client.post(reverse("merge_propose"), data)
    case = MergeCase.objects.get()
    client.post(reverse("merge_decide", args=[case.pk]), {"answer": "merge"})
    case.refresh_from_db()
    assert case.state == "proposed", "not by the same person"
    client.force_login(make_user("county", "411325"))
    assert "1 对重复档案等您复核" in client.get("/").content.decode()
    for _ in range(2):
        client.post(reverse("merge_decide", args=[case.pk]), {"answer": "merge"})
    for one in (case, keep, drop):
        one.refresh_from_db()
    assert (case.state, drop.status, drop.merged_into, keep.phone) == ("merged", "merged", keep, "138")
    assert list(keep.insured_years.order_by("year").values_list("year", flat=True)) == [2022, 2023]
    assert keep.identities.count() == 1 and drop.identities.count() == 0
    assert Event.objects.filter(action="resident.merge").count() == 1
    assert not suspected_pairs(Resident.objects.all()).exists()


def test_a_pair_that_is_not_one_person_is_not_asked_about_again(clerk, twins, make_user):
    case = propose_merge(keep=twins[0], drop=twins[1], reason="像", actor=clerk)
    decide_merge(case=case, accept=False, actor=make_user("county", "411325"))
    twins[1].refresh_from_db()
    assert twins[1].status == "active" and not suspected_pairs(Resident.objects.all()).exists()


def test_what_both_have_and_only_one_may_have_stops_the_merge(clerk, twins, make_user):
    for one in twins:
        Identity.objects.create(resident=one, kind="低保对象", department="民政局", recognised_on="2024-01-01")
    case = propose_merge(keep=twins[0], drop=twins[1], reason="同一人", actor=clerk)
    with pytest.raises(MergeRefused, match="身份类别"):
        decide_merge(case=case, accept=True, actor=make_user("county", "411325"))
    case.refresh_from_db()
    assert case.state == "proposed" and Resident.objects.filter(status="merged").count() == 0


def test_nobody_merges_into_another_township_s_record(client, clerk, twins, make_resident):
    far = make_resident(FAR, name="王小花", birth="2024-05-06")
    client.force_login(clerk)
    client.post(reverse("merge_propose"), {"keep": twins[0].pk, "drop": far.pk, "reason": "试"})
    assert not MergeCase.objects.exists()
    with pytest.raises(MergeRefused, match="不同的档案"):
        merging.propose_merge(keep=far, drop=far, reason="试", actor=clerk)
