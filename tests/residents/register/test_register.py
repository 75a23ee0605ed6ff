"""The county's register: rows, problems, new and changed people, repeats, and a worker killed half-way."""

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from collection.villages.moves import move_village
from core.audit.models import Event
from core.files import services as attachments
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.regions.models import Region
from residents.counter.services import change_resident
from residents.people.models import InsuredYear, Resident
from residents.register import reading, writing
from residents.register import services as register
from residents.register.models import RegisterBatch, RegisterRow
from tests.at_once import waits_for
from tests.residents.register.sheets import BORN, NUMBERS, line, load, work


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"身份证号码": ""}, "id_missing"),
        ({"身份证号码": NUMBERS[0][:17]}, "id_length"),
        ({"身份证号码": NUMBERS[0][:17] + ("1" if NUMBERS[0][17] != "1" else "2")}, "id_checksum"),
        ({"身份证号码": float(NUMBERS[0][:17] + "0")}, "id_number_truncated"),
        ({"姓名": ""}, "bad_name"),
        ({"姓名": "王?明"}, "bad_name"),
        ({"行政村": ""}, "village_missing"),
        ({"行政村": "没有这个村"}, "village_unknown"),
        ({"出生日期": "1975-06-08"}, "birth_differs"),
        ({"出生日期": "1975年6月7日"}, None),
        ({"出生日期": ""}, None),
        ({"性别": "女"}, "sex_differs"),
        ({"性别": ""}, None),
        ({"住址": "长" * 121}, "too_long"),
        ({"住址": "长" * 120}, None),
        ({"身份证号码": "W123456789"}, None),
        ({"身份证号码": "W123456789", "出生日期": ""}, "birth_missing"),
        ({"身份证号码": "W123456789", "性别": ""}, "sex_missing"),
        ({"行政村": "411325100001", "乡镇": ""}, None),
    ],
)
def test_a_row(upload, changes, code):
    batch = upload(line(**changes))
    work()
    batch.refresh_from_db()
    assert [problem.code for problem in batch.problems.all()] == ([code] if code else [])
    assert (batch.state, batch.rows, batch.new, batch.bad) == ("checked", 1, 0 if code else 1, 1 if code else 0)


def test_every_problem_of_a_row_is_said_and_a_number_twice(upload):
    batch = upload(line(), line(姓名="", 行政村="哪儿"), line(NUMBERS[1], 姓名="张三"))
    work()
    batch.refresh_from_db()
    assert {(p.number, p.code) for p in batch.problems.all()} == {
        (4, "bad_name"),
        (4, "duplicate"),
        (4, "village_unknown"),
    }
    assert (batch.new, batch.bad) == (2, 1)
    assert NUMBERS[0] not in "".join(p.found for p in batch.problems.all())


def test_new_people_with_households_and_years(upload, clerk):
    batch = load(
        upload, clerk, line(参保年度="2022、2023"), line(NUMBERS[1], 姓名="王小弟", 与户主关系="子", 联系电话="")
    )
    assert (batch.state, batch.written) == ("confirmed", 2)
    head, son = Resident.objects.order_by("id")
    assert head.household == son.household and head.household.head_name == "王小明"
    assert (head.village_id, head.birth_date, head.sex, head.status) == ("411325100001", BORN, "M", "active")
    assert list(head.insured_years.order_by("year").values_list("year", flat=True)) == [2022, 2023]
    assert batch.staged.count() == 0
    event = Event.objects.get(action="resident.register")
    assert (event.batch, event.actor) == (f"register-{batch.pk}", clerk)


def test_a_yearly_update_changes_what_differs_and_says_what_it_was(upload, clerk, make_resident):
    known = make_resident("411325100002", name="王小明", id_number=NUMBERS[0], phone="13900000000", status="army")
    same = make_resident("411325100001", name="李四", id_number=NUMBERS[1])
    batch = load(
        upload,
        clerk,
        line(住址=""),
        line(NUMBERS[1], 姓名="李四", 户编号="", 联系电话="", 住址=""),
    )
    assert (batch.new, batch.changed, batch.unchanged) == (0, 1, 1)
    known.refresh_from_db()
    assert (known.village_id, known.phone, known.household.number, known.status) == (
        "411325100001",
        "13800000001",
        "1",
        "army",
    )
    event = Event.objects.get(action="resident.update")
    assert event.before == {"village": "411325100002", "phone": "139****0000", "household": ""}
    assert event.after == {"village": "411325100001", "phone": "138****0001", "household": "1"}
    assert event.object_id == str(known.pk)
    same.refresh_from_db()
    assert same.household is None


def test_the_same_file_again_changes_nothing(upload, clerk):
    load(upload, clerk, line(参保年度="2023"), line(NUMBERS[1]))
    before = list(Resident.objects.order_by("id").values())
    again = load(upload, clerk, line(参保年度="2023"), line(NUMBERS[1]))
    assert (again.new, again.bad) == (0, 0)
    assert list(Resident.objects.order_by("id").values()) == before
    assert InsuredYear.objects.count() == 1


def test_from_one_page_to_the_batch_that_made_and_changed_a_person(client, upload, clerk):
    first = load(upload, clerk, line(参保年度="2022"), line(NUMBERS[1]))
    second = load(upload, clerk, line(姓名="王改名", 参保年度="2022,2023"), line(NUMBERS[1], 参保年度="2024"))
    one, other = Resident.objects.filter(id_number__in=NUMBERS[:2]).order_by("id")
    assert (one.register_batch, other.register_batch) == (first, first)
    client.force_login(clerk)
    page = client.get(reverse("resident_story", args=[one.pk])).content.decode()
    assert "登记册新登记" in page and f"登记册第{first.pk}批" in page and f"登记册第{second.pk}批" in page
    assert "姓名：王小明 → 王改名；参保年度：2023" in page
    years = Event.objects.get(object_type="resident", object_id=str(other.pk))
    assert (years.before, years.after) == ({}, {"insured_years": [2024]})


def test_somebody_registered_in_another_county_is_not_taken_over(upload, clerk, make_resident):
    for code, level, parent in (
        ("411323", "county", None),
        ("411323100", "township", "411323"),
        ("411323100001", "village", "411323100"),
    ):
        Region.objects.create(code=code, name=code, level=level, parent_id=parent)
    there = make_resident("411323100001", id_number=NUMBERS[0], name="别县的人")
    batch = load(upload, clerk, line())
    (problem,) = batch.problems.all()
    assert problem.code == "withheld" and "别县" not in problem.message
    batch = load(upload, clerk, line(姓名="别县的人"))
    assert [problem.code for problem in batch.problems.all()] == ["other_county"]
    there.refresh_from_db()
    assert (there.name, there.village_id) == ("别县的人", "411323100001")


@pytest.mark.parametrize("killed_after", [0, 1, 2])
def test_a_worker_killed_half_way_leaves_the_same_end(upload, clerk, make_resident, monkeypatch, killed_after):
    make_resident("411325100001")  # into a register with people in it everything is written chunk by chunk
    monkeypatch.setattr(reading, "CHUNK", 3)
    monkeypatch.setattr(writing, "CHUNK", 3)
    batch = upload(*(line(number, 户编号=str(i), 参保年度="2023") for i, number in enumerate(NUMBERS[:9])))
    work()
    batch.refresh_from_db()
    register.start_writing(batch=batch, actor=clerk)
    real, calls = writing._write_chunk, []

    class Killed(BaseException):
        pass

    def dies(*args, **options):
        if len(calls) == killed_after:
            real(*args, **options)
            raise Killed
        calls.append(1)
        return real(*args, **options)

    monkeypatch.setattr(writing, "_write_chunk", dies)
    job = Job.objects.get(kind="register.write")
    with pytest.raises(Killed):
        jobs.run(job.pk)
    assert Resident.objects.count() == 1 + killed_after * 3
    monkeypatch.setattr(writing, "_write_chunk", real)
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED, token=None)
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.written, Resident.objects.count(), InsuredYear.objects.count()) == (
        "confirmed",
        9,
        10,
        9,
    )
    assert sum(1 for event in Event.objects.filter(action="resident.register")) == 3


def test_reading_twice_leaves_one_reading(upload):
    batch = upload(line(), line(姓名=""))
    job = Job.objects.get(kind="register.read")
    jobs.run(job.pk)
    RegisterBatch.objects.filter(pk=batch.pk).update(state="reading")
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED, token=None)
    jobs.run(job.pk)
    assert (batch.staged.count(), batch.problems.count()) == (1, 2)


def test_a_double_click_makes_one_batch_and_one_writing(upload, clerk):
    first, second = upload(line()), upload(line())
    assert first == second
    with pytest.raises(Refused):
        register.start_writing(batch=first, actor=clerk)
    work()
    first.refresh_from_db()
    for _ in range(2):
        register.start_writing(batch=first, actor=clerk)
    work()
    register.start_writing(batch=first, actor=clerk)
    assert Resident.objects.count() == 1 and Event.objects.filter(action="register.confirm").count() == 1


@pytest.mark.parametrize(("content", "says"), [(b"not a table", None), (b"a,b\n1,2\n", "没有找到表头")])
def test_a_wrong_file_is_refused_in_chinese(clerk, content, says):
    kept = attachments.store(
        file=ContentFile(content, name="a.csv"), name="a.csv", kind="register", region="411325", actor=clerk
    )
    batch = register.start_reading(attachment=kept, county=Region.objects.get(code="411325"), actor=clerk)
    work()
    batch.refresh_from_db()
    assert batch.state == "refused" and (says or "") in batch.problem and batch.problem


def test_the_pages(client, upload, clerk):
    client.force_login(clerk)
    batch = upload(line(), line(姓名=""))
    page = client.get(reverse("register_batch", args=[batch.pk])).content.decode()
    assert "data-progress-url" in page
    work()
    page = client.get(reverse("register_batch", args=[batch.pk])).content.decode()
    assert "确认写入" in page and NUMBERS[0] not in page and "没有填写姓名" in page
    assert "城关镇 · 县衙社区<" in page and "411325100001" not in page
    client.post(reverse("register_confirm", args=[batch.pk]))
    work()
    assert "已写入" in client.get(reverse("register_batch", args=[batch.pk])).content.decode()
    assert client.get(reverse("register_problems", args=[batch.pk])).status_code == 200
    assert Event.objects.filter(action="register.problems", object_id=str(batch.pk)).count() == 1


def test_an_export_is_masked(client, upload, clerk):
    import io

    load(upload, clerk, line())
    client.force_login(clerk)
    answer = client.post(reverse("register_export"), {"region": "411325100"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    row = [cell.value for cell in book.active[2]]
    assert NUMBERS[0] not in row and "13800000001" not in row
    assert Event.objects.get(action="resident.export").after == {"whole": False, "rows": 1}


def test_whole_numbers_are_applied_for_with_a_purpose(client, upload, clerk):
    load(upload, clerk, line())
    client.force_login(clerk)
    asked = {"region": "411325100", "whole": "on"}
    for purpose in ("", "数据比对"):
        assert client.post(reverse("register_export"), {**asked, "purpose": purpose}).status_code == 400
    assert client.post(reverse("register_export"), {**asked, "purpose": "tax"}).url == reverse("export_list")
    event = Event.objects.get(action="export.request")
    assert event.after == {"rows": 1, "purpose": "tax", "whole": True}


def test_what_failed_for_good_can_be_tried_again(upload, clerk):
    batch = upload(line())
    Job.objects.update(state=Job.State.FAILED)
    assert upload(line()) == batch
    work()
    batch.refresh_from_db()
    register.start_writing(batch=batch, actor=clerk)
    Job.objects.filter(kind="register.write").update(state=Job.State.FAILED)
    register.start_writing(batch=batch, actor=clerk)
    work()
    assert Resident.objects.count() == 1 and Event.objects.filter(action="register.confirm").count() == 1


@pytest.fixture
def read_only(upload, clerk):
    """A batch that was read and waits for its confirmation; 王小明 is known, his phone is new, and 张三 is new."""
    load(upload, clerk, line())
    batch = upload(line(联系电话="13800000009"), line(NUMBERS[1], 姓名="张三"), name="新.xlsx")
    work()
    batch.refresh_from_db()
    assert (batch.changed, batch.new) == (1, 1)
    return batch


def confirm(batch, clerk):
    register.start_writing(batch=batch, actor=clerk)
    work()
    batch.refresh_from_db()


def test_who_was_changed_since_the_file_was_read_is_left_alone_and_named(read_only, clerk):
    """A township corrects the name by the card while the county looks at the preview."""
    known = Resident.objects.get(id_number=NUMBERS[0])
    change_resident(resident=known, actor=clerk, name="王晓明")
    confirm(read_only, clerk)
    known.refresh_from_db()
    assert (known.name, known.phone) == ("王晓明", "13800000001")
    assert (read_only.state, read_only.written, read_only.changed, read_only.bad) == ("confirmed", 1, 0, 1)
    problem = read_only.problems.get()
    assert (problem.number, problem.code) == (3, "changed_meanwhile") and "重新上传" in problem.message
    assert Event.objects.filter(action="resident.update").count() == 0


def test_a_village_that_was_moved_since_the_file_was_read(read_only, clerk, campaign):
    moved = move_village(
        campaign=campaign,
        village=Region.objects.get(code="411325100001"),
        township=Region.objects.get(code="411325101"),
        code="411325101999",
        actor=clerk,
    )
    confirm(read_only, clerk)
    assert dict(Resident.objects.values_list("name", "village")) == {"王小明": moved.pk, "张三": moved.pk}
    assert (read_only.state, read_only.written, read_only.bad) == ("confirmed", 2, 0)


def test_no_village_moves_while_the_register_is_written(read_only, clerk, campaign):
    register.start_writing(batch=read_only, actor=clerk)
    with pytest.raises(Refused, match="正在写入"):
        move_village(
            campaign=campaign,
            village=Region.objects.get(code="411325100001"),
            township=Region.objects.get(code="411325101"),
            code="411325101999",
            actor=clerk,
        )


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_writing_the_register_and_moving_a_village_wait_for_each_other(read_only, clerk, campaign):
    facts = {
        "campaign": campaign,
        "village": Region.objects.get(code="411325100001"),
        "township": Region.objects.get(code="411325101"),
        "code": "411325101999",
        "actor": clerk,
    }
    moving, writing = (lambda: move_village(**facts)), (lambda: register.start_writing(batch=read_only, actor=clerk))
    assert waits_for(moving, writing) and waits_for(writing, moving)


def test_rows_lost_in_a_breakdown_of_the_server_are_read_again(upload, clerk):
    batch = upload(line(), line(NUMBERS[1]))
    work()
    RegisterRow.objects.all().delete()  # what an unlogged table is after a crash
    batch.refresh_from_db()
    assert register.start_writing(batch=batch, actor=clerk).state == "reading"
    work()
    batch.refresh_from_db()
    register.start_writing(batch=batch, actor=clerk)
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.written, Resident.objects.count()) == ("confirmed", 2, 2)


def test_rows_lost_while_they_wait_for_a_worker_are_read_again(upload, clerk):
    batch = upload(line(), line(NUMBERS[1]))
    work()
    batch.refresh_from_db()
    register.start_writing(batch=batch, actor=clerk)
    RegisterRow.objects.all().delete()
    work()
    batch.refresh_from_db()
    assert (batch.state, Resident.objects.count()) == ("reading", 0)
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.new) == ("checked", 2)


def test_somebody_new_whom_the_counter_registers_meanwhile_with_the_same_year(upload, clerk, make_resident):
    make_resident("411325100001")
    batch = upload(line(参保年度="2022、2023"))
    work()
    batch.refresh_from_db()
    known = make_resident("411325100001", name="王小明", id_number=NUMBERS[0], birth=str(BORN))
    known.insured_years.create(year=2023, source="窗口")
    register.start_writing(batch=batch, actor=clerk)
    work()
    batch.refresh_from_db()
    assert batch.state == "confirmed"
    assert list(known.insured_years.order_by("year").values_list("year", flat=True)) == [2022, 2023]
