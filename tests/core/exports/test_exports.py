"""Whole numbers leave the house with a purpose, above a number of people with a second person, and with a mark."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

import residents.tasks  # noqa: F401  (makes the writer known)
from core.audit.models import Event
from core.exports import services as exports
from core.exports.models import BulkExport
from core.files.models import Attachment
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.regions.models import Region

HERE, TOWNSHIP = "411325100001", "411325100"
State = BulkExport.State


@pytest.fixture(autouse=True)
def silent_queue(monkeypatch):
    """The queue only wakes workers; these tests are the worker."""
    monkeypatch.setattr(jobs, "wake", lambda job_id: None)


@pytest.fixture
def clerk(campaign, make_user):
    return make_user("county", "411325", name="经办甲")


@pytest.fixture
def other(campaign, make_user):
    return make_user("county", "411325", name="经办乙")


@pytest.fixture
def residents_here(campaign, make_resident):
    return [make_resident(HERE, name="王小明", phone="13800000001") for _ in range(3)]


def ask(actor, **facts):
    region = Region.objects.get(code=TOWNSHIP)
    return exports.request_export(**{"kind": "residents", "region": region, "purpose": "tax", "actor": actor, **facts})


def work():
    for job in Job.objects.filter(kind="export.write", state="queued"):
        jobs.run(job.pk)


def rows_of(response):
    return list(openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)


def test_a_small_export_is_written_and_every_row_names_who_took_it(client, clerk, residents_here):
    export = ask(clerk)
    assert export.state == State.WRITING
    work()
    client.force_login(clerk)
    rows = rows_of(client.post(reverse("export_download", args=[export.pk])))
    assert "含完整证件号码" in rows[0][0] and "经办甲" in rows[1][0] and "与税务部门核对" in rows[1][0]
    assert rows[2][-1] == "导出标识" and len(rows) == 3 + 3
    assert all(row[6] in {r.id_number for r in residents_here} for row in rows[3:])
    assert all(row[-1].startswith(f"E{export.pk} 经办甲 ") for row in rows[3:])
    actions = list(Event.objects.filter(action__startswith="export.").order_by("id").values_list("action", flat=True))
    assert actions == ["export.request", "export.download"]


@pytest.mark.parametrize(("rows", "state"), [(2, State.WRITING), (3, State.WAITING), (4, State.WAITING)])
def test_from_how_many_people_on_somebody_else_agrees(monkeypatch, clerk, residents_here, rows, state):
    monkeypatch.setattr(exports, "MANY_ROWS", 3)
    monkeypatch.setitem(
        exports._writers,
        "residents",
        exports.Writer(lambda region, subject: rows, (("姓名", 10),), lambda region, subject: [("王",)]),
    )
    assert ask(clerk).state == state


@pytest.fixture
def large(monkeypatch, clerk, residents_here):
    monkeypatch.setattr(exports, "MANY_ROWS", 1)
    return ask(clerk)


def test_another_person_of_the_bureau_agrees(client, large, clerk, other):
    client.force_login(other)
    assert "与税务部门核对" in client.get(reverse("export_list")).content.decode()
    client.post(reverse("export_decide", args=[large.pk]), {"decision": "accept"})
    work()
    large.refresh_from_db()
    assert (large.state, large.decided_by) == (State.READY, other)
    answer = client.post(reverse("export_download", args=[large.pk]), follow=True)
    assert "只有申请人本人可以下载" in answer.content.decode()
    client.force_login(clerk)
    assert "经办乙" in rows_of(client.post(reverse("export_download", args=[large.pk])))[1][0]


@pytest.mark.parametrize("role", ["self", "township", "security"])
def test_who_may_not_agree(large, clerk, make_user, role):
    actor = clerk if role == "self" else make_user(role, TOWNSHIP if role == "township" else "411325")
    with pytest.raises(Refused, match="另一名人员"):
        exports.decide_export(export=large, accept=True, actor=actor)
    large.refresh_from_db()
    assert large.state == State.WAITING


def test_a_refusal_has_a_reason_and_a_second_decision_is_refused(large, other):
    with pytest.raises(Refused, match="原因"):
        exports.decide_export(export=large, accept=False, actor=other)
    exports.decide_export(export=large, accept=False, reason="范围过大", actor=other)
    with pytest.raises(Refused, match="已经办理"):
        exports.decide_export(export=large, accept=True, actor=other)
    work()
    assert not Attachment.objects.filter(kind="export").exists()


def test_the_file_is_gone_after_a_day(client, clerk, residents_here):
    export = ask(clerk)
    work()
    file = Attachment.objects.get(kind="export").file
    client.force_login(clerk)
    assert client.get(reverse("attachment", args=[Attachment.objects.get().pk])).status_code == 404
    with freeze_time(timezone.now() + timedelta(hours=25)):
        client.force_login(clerk)
        page = client.post(reverse("export_download", args=[export.pk]), follow=True).content.decode()
        assert "已过期删除" in page
        assert exports.expire_exports() == 1 and exports.expire_exports() == 0
    assert not file.storage.exists(file.name)


@pytest.mark.parametrize(("purpose", "note", "says"), [("", "", "用途"), ("无", "", "用途"), ("document", "", "文号")])
def test_what_is_refused(clerk, residents_here, purpose, note, says):
    with pytest.raises(Refused, match=says):
        ask(clerk, purpose=purpose, note=note)


def test_an_export_of_another_place_is_not_seen(client, large, make_user):
    client.force_login(make_user("township", "411325101"))
    assert client.post(reverse("export_download", args=[large.pk])).status_code == 404
