"""A list beside other departments' lists and marks, the register and deaths, before it is applied; its papers."""

import datetime
import io
import re

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.consequences import rosters as _jobs  # noqa: F401 — registers the handler
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from residents.people.models import Resident
from subsidies import tasks  # noqa: F401 — registers the handler
from subsidies.rosters import comparing, deadlines
from subsidies.rosters.comparing import FindingKind, compare, seen_counts
from subsidies.rosters.models import Identity, Roster
from subsidies.rosters.selectors import outcome_counts

VILLAGE = "411325101200"


@pytest.fixture
def farm(make_user):
    return make_user("department", "411325", department="农业农村局")


def mark(resident, kind, department):
    return Identity.objects.create(
        resident=resident, kind=kind, department=department, recognised_on=datetime.date(2024, 1, 1)
    )


def kinds(roster):
    return [(finding.number, finding.kind) for finding in compare(roster)]


def test_the_same_person_in_two_departments_dead_in_one_and_named_otherwise(desk, make_resident):
    twice = make_resident(VILLAGE, name="甲双份")
    mark(twice, "脱贫享受政策人口", "农业农村局")
    dead = make_resident(VILLAGE, name="乙已故", status=Resident.Status.DEAD, status_on=datetime.date(2024, 9, 1))
    employed = make_resident(VILLAGE, name="丙在职", status=Resident.Status.EMPLOYEE)
    named = make_resident(VILLAGE, name="丁本名")
    plain = make_resident(VILLAGE, name="戊无事")
    people = [(twice.name, twice), (dead.name, dead), (employed.name, employed), ("丁别名", named), (plain.name, plain)]
    roster = desk.hand_in([[name, person.id_number] for name, person in people])
    found = compare(roster)
    assert [(f.number, f.kind) for f in found] == [
        (2, FindingKind.TWO_DEPARTMENTS),
        (3, FindingKind.STATUS),
        (4, FindingKind.STATUS),
        (5, FindingKind.NAME),
    ]
    assert "脱贫享受政策人口" in found[0].says and "脱贫享受政策人口" not in found[0].told
    assert "农业农村局" in found[0].told and "死亡（2024-09-01 起）" in found[1].says
    assert named.name not in "".join(f.says + f.told for f in found), "a name that was not sent is not told"


def test_other_lists_write_another_name_or_want_the_opposite(desk, make_resident):
    person = make_resident(VILLAGE, name="甲某人")
    mark(person, "低保对象", "民政局")
    first = desk.hand_in([[person.name, person.id_number]])
    ending = desk.hand_in([[person.name, person.id_number]], kind="ending")
    assert kinds(first) == [(2, FindingKind.AGAINST)] and kinds(ending) == [(2, FindingKind.AGAINST)]
    other = Roster.objects.get(pk=first.pk)
    other.pk, other.department, other.attachment = None, "残联", None
    other.save()
    row = first.rows.get()
    row.pk, row.roster, row.name, row.category = None, other, "甲谋人", "重度残疾人"
    row.save()
    assert (2, FindingKind.NAME) in kinds(first)


def test_who_is_insured_elsewhere_is_told_by_the_app_that_knows(desk, make_resident, monkeypatch):
    person, dead = make_resident(VILLAGE, name="甲某人"), make_resident(VILLAGE, name="乙已故", status="dead")
    asked = []

    def known(county, numbers):
        asked.append((county, set(numbers.values_list("id_number", flat=True))))
        return {person.id_number: "职工医保在册。", dead.id_number: "职工医保在册。"}

    monkeypatch.setattr(comparing, "_insured", [known])
    roster = desk.hand_in([[person.name, person.id_number], [dead.name, dead.id_number]])
    assert kinds(roster) == [(2, FindingKind.INSURED), (3, FindingKind.STATUS)], (
        "who stands otherwise on the register is told once"
    )
    assert asked[0] == ("411325", {person.id_number, dead.id_number})
    assert kinds(desk.hand_in([[person.name, person.id_number]], kind="ending")) == [(2, FindingKind.AGAINST)]


def test_nothing_is_applied_before_the_findings_were_seen(client, desk, make_resident, farm):
    person = make_resident(VILLAGE, name="甲双份")
    mark(person, "脱贫享受政策人口", "农业农村局")
    roster = desk.hand_in([[person.name, person.id_number]])
    with pytest.raises(Refused, match="有 1 人要看"):
        desk.apply(roster, seen=outcome_counts(roster))
    client.force_login(desk.bureau)
    page = client.get(reverse("roster", args=[roster.pk])).content.decode()
    assert "同时是农业农村局认定的脱贫享受政策人口" in page and "已看过比对结果，审核生效" in page
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    client.post(reverse("roster_apply", args=[roster.pk]), {"seen": seen, "note": "按低保资助"})
    for job in Job.objects.filter(kind="roster.apply", state="queued"):
        jobs.run(job.pk)
    roster.refresh_from_db()
    assert (roster.state, roster.notice) == ("applied", "比对处理意见：按低保资助")
    client.force_login(desk.department)
    sent = client.get(reverse("roster_answer", args=[roster.pk]))
    cells = openpyxl.load_workbook(io.BytesIO(b"".join(sent.streaming_content))).active.values
    assert any("按低保资助" in str(cell) for row in cells for cell in row), "the answer goes back to the department"


def test_what_was_found_since_is_to_be_seen_too(desk, make_resident):
    person = make_resident(VILLAGE, name="甲双份")
    roster = desk.hand_in([[person.name, person.id_number]])
    seen = seen_counts(roster)
    mark(person, "脱贫享受政策人口", "农业农村局")
    with pytest.raises(Refused, match="有 1 人要看"):
        desk.apply(roster, seen=seen)
    assert desk.apply(roster) == [person.pk]


def test_another_person_found_is_not_the_one_that_was_seen(desk, make_resident):
    people = [make_resident(VILLAGE, name="甲某人"), make_resident(VILLAGE, name="乙某人")]
    first = mark(people[0], "脱贫享受政策人口", "农业农村局")
    roster = desk.hand_in([[person.name, person.id_number] for person in people])
    seen = seen_counts(roster)
    Identity.objects.filter(pk=first.pk).update(ended_on=datetime.date(2024, 10, 1))
    mark(people[1], "脱贫享受政策人口", "农业农村局")
    assert len(compare(roster)) == 1, "as many as before"
    with pytest.raises(Refused, match="有 1 人要看"):
        desk.apply(roster, seen=seen)


def test_a_list_of_endings_may_name_the_dead(desk, make_resident):
    dead = make_resident(VILLAGE, name="乙已故", status=Resident.Status.DEAD)
    mark(dead, "低保对象", "民政局")
    assert kinds(desk.hand_in([[dead.name, dead.id_number]], kind="ending")) == []


def test_statements_do_not_grow_with_the_list(desk, make_resident):
    counts = []
    for size in (2, 25):
        people = [make_resident(VILLAGE, name="甲" + "子丑寅卯辰"[n % 5]) for n in range(size)]
        for person in people:
            mark(person, "脱贫享受政策人口", "农业农村局")
        roster = desk.hand_in([[p.name, p.id_number] for p in people])
        with CaptureQueriesContext(connection) as caught:
            assert len(compare(roster)) == size
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_the_answer_goes_back_to_the_department(client, desk, make_resident, make_user, farm):
    person = make_resident(VILLAGE, name="甲双份")
    mark(person, "脱贫享受政策人口", "农业农村局")
    roster = desk.hand_in([[person.name, person.id_number]])
    client.force_login(make_user("department", "411325", department="民政局"))
    sent = client.get(reverse("roster_answer", args=[roster.pk]))
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(sent.streaming_content))).active.values)
    text = "".join(str(cell) for row in rows for cell in row)
    assert person.name in text and "农业农村局也已认定" in text
    assert person.id_number not in text and "脱贫享受政策人口" not in text
    page = client.get(reverse("roster_compared", args=[roster.pk])).content.decode()
    assert "农业农村局也已认定" in page and "脱贫享受政策人口" not in page
    client.force_login(farm)
    for name in ("roster_answer", "roster_compared", "roster_receipt"):
        assert client.get(reverse(name, args=[roster.pk])).status_code == 404


def test_a_list_after_its_day_and_its_receipt(client, campaign, desk, make_resident, make_user, business_clock):
    civil = make_user("department", "411325", department="民政局")
    person = make_resident(VILLAGE, name="甲某人")
    assert deadlines.pressing(user=civil, campaign=campaign) == []
    business_clock("2024-12-24T10:00")
    (due,) = deadlines.pressing(user=civil, campaign=campaign)
    assert (due.standing, str(due.due_on)) == ("soon", "2024-12-31")
    business_clock("2025-01-02T10:00")
    (due,) = deadlines.pressing(user=civil, campaign=campaign)
    assert due.standing == "overdue"
    client.force_login(civil)
    assert "已过期限" in client.get(reverse("home")).content.decode()
    roster = desk.hand_in([[person.name, person.id_number]])
    assert deadlines.pressing(user=civil, campaign=campaign) == []
    assert deadlines.answered_by(roster).days_late == 2
    page = client.get(reverse("roster_receipt", args=[roster.pk])).content.decode()
    assert "逾期 2 天" in page and roster.attachment.sha256[:16] in page
    assert "逾期报送" in client.get(reverse("department_duties")).content.decode()
