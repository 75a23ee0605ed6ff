# ruff: noqa: E501 — each case stands on one line
"""名单: read, matched, reviewed, applied by another person, taken back; a handful of statements however long."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.access.roles import Role
from core.audit.models import Event
from core.refusals import Refused
from residents.people.models import Resident
from subsidies import tasks  # noqa: F401 — registers the handler
from subsidies.rosters import apply
from subsidies.rosters import services as rosters
from subsidies.rosters.models import Identity, Roster, RosterRow
from subsidies.rosters.reading import read_file
from subsidies.rosters.selectors import outcome_counts
from tests.at_once import together
from tests.factories import invented_number, workbook

VILLAGE = "411325101200"
Outcome = RosterRow.Outcome


def outcomes(roster):
    return {row.name: row.outcome for row in roster.rows.all()}


def live(resident):
    marks = Identity.objects.filter(resident=resident, ended_on__isnull=True, withdrawn_at__isnull=True)
    return sorted(marks.values_list("kind", flat=True))


def test_every_person_lands_in_one_heap(desk, make_resident):
    new = make_resident(VILLAGE, name="甲新人")
    marked = make_resident(VILLAGE, name="乙原有")
    Identity.objects.create(
        resident=marked, kind="低保对象", department="民政局", recognised_on=datetime.date(2024, 1, 1)
    )
    named = make_resident(VILLAGE, name="丙本名")
    dead = make_resident(VILLAGE, name="丁已故", status=Resident.Status.DEAD)
    moved = make_resident(VILLAGE, name="戊迁出", status=Resident.Status.MOVED)
    stranger = invented_number(datetime.date(1980, 1, 1), "F", 77)
    roster = desk.hand_in(
        [
            [new.name, new.id_number],
            [marked.name, marked.id_number],
            ["丙别名", named.id_number],
            [dead.name, dead.id_number],
            [moved.name, moved.id_number],
            ["己无名", stranger],
            ["庚抄错", new.id_number[:17] + ("1" if new.id_number[17] != "1" else "2")],
            ["合计", None],
            [new.name, new.id_number.lower()],
            [None, None],
        ]
    )
    assert roster.state == Roster.State.READY
    assert [(r.number, r.outcome) for r in roster.rows.order_by("number")] == [
        (2, Outcome.NEW),
        (3, Outcome.UNCHANGED),
        (4, Outcome.NAME_DIFFERS),
        (5, Outcome.DECEASED),
        (6, Outcome.MOVED),
        (7, Outcome.NOT_FOUND),
        (8, Outcome.BAD_ROW),
        (10, Outcome.DUPLICATE),
    ]
    assert outcome_counts(roster) == {"new": 1, "ended": 0, "held": 0, "unchanged": 1, "problems": 6}
    assert "丙本名" not in roster.rows.get(number=4).message
    assert "第 2 行" in roster.rows.get(number=10).message


def test_applying_makes_dated_marks_with_events(desk, make_resident):
    person = make_resident(VILLAGE)
    roster = desk.hand_in([[person.name, person.id_number]])
    assert desk.apply(roster) == [person.pk]
    mark = Identity.objects.get(resident=person)
    assert (mark.kind, mark.department, mark.recognised_on, mark.document, mark.roster_id) == (
        "低保对象",
        "民政局",
        datetime.date(2024, 9, 1),
        "民发〔2024〕7号",
        roster.pk,
    )
    event = Event.objects.get(action="identity.add")
    assert (event.object_id, event.region_code, event.actor, event.batch) == (
        str(person.pk),
        VILLAGE,
        desk.bureau,
        f"roster-{roster.pk}",
    )
    assert event.after == {"kind": "低保对象", "roster": roster.pk}
    assert desk.apply(roster) == []
    assert Identity.objects.count() == 1


def test_it_takes_another_person_of_the_bureau(desk, make_resident):
    person = make_resident(VILLAGE)
    roster = desk.hand_in([[person.name, person.id_number]], actor=desk.bureau)
    for actor, says in ((desk.bureau, "不能自己应用"), (desk.department, "由县医保局应用")):
        with pytest.raises(Refused, match=says):
            desk.apply(roster, actor=actor)
    desk.apply(roster, actor=desk.other)
    assert live(person) == ["低保对象"]


def test_nothing_is_applied_unseen(desk, make_resident):
    person = make_resident(VILLAGE)
    roster = desk.hand_in([[person.name, person.id_number]])
    seen = outcome_counts(roster)
    Resident.objects.filter(pk=person.pk).update(status=Resident.Status.DEAD)
    with pytest.raises(Refused, match="人数不一样"):
        desk.apply(roster, seen=seen)
    assert live(person) == []


def test_a_full_list_ends_who_is_missing_after_confirmation_alone(desk, make_resident):
    stays, goes, other_kind = (
        make_resident(VILLAGE, name="甲留下"),
        make_resident(VILLAGE, name="乙不在"),
        make_resident(VILLAGE),
    )
    desk.apply(desk.hand_in([[p.name, p.id_number] for p in (stays, goes)]))
    desk.apply(desk.hand_in([[other_kind.name, other_kind.id_number]], category="特困人员"))
    full = desk.hand_in(
        [[stays.name, stays.id_number]], kind=Roster.Kind.FULL, recognised_on=datetime.date(2024, 10, 1)
    )
    assert outcomes(full) == {"甲留下": Outcome.UNCHANGED, "乙不在": Outcome.ENDED}
    with pytest.raises(Refused, match="终止 1 人"):
        desk.apply(full)
    desk.apply(full, confirmed=True)
    assert (live(stays), live(goes), live(other_kind)) == (["低保对象"], [], ["特困人员"])
    assert Identity.objects.get(resident=goes).ended_on == datetime.date(2024, 10, 1)
    apply.withdraw_roster(roster=full, reason="交错了文件", keep=set(), actor=desk.bureau)
    assert live(goes) == ["低保对象"]


def test_a_supplement_ends_nobody(desk, make_resident):
    first, second = make_resident(VILLAGE), make_resident(VILLAGE)
    desk.apply(desk.hand_in([[first.name, first.id_number]]))
    desk.apply(desk.hand_in([[second.name, second.id_number]]))
    assert (live(first), live(second)) == (["低保对象"], ["低保对象"])


def test_a_list_of_endings(desk, make_resident):
    marked, dead, never = make_resident(VILLAGE), make_resident(VILLAGE), make_resident(VILLAGE)
    desk.apply(desk.hand_in([[p.name, p.id_number] for p in (marked, dead)]))
    Resident.objects.filter(pk=dead.pk).update(status=Resident.Status.DEAD)
    roster = desk.hand_in([[p.name, p.id_number] for p in (marked, dead, never)], kind=Roster.Kind.ENDING)
    assert outcome_counts(roster) == {"new": 0, "ended": 2, "held": 0, "unchanged": 1, "problems": 0}
    desk.apply(roster, confirmed=True)
    assert live(marked) == live(dead) == []


def test_one_list_of_several_categories_and_one_person_on_several_lists(desk, make_resident):
    first, second = make_resident(VILLAGE), make_resident(VILLAGE)
    roster = desk.hand_in(
        [
            [first.name, first.id_number, "低保户", "2024/8/1"],
            [second.name, second.id_number, "特困", None],
            [first.name, first.id_number, "困境儿童", "2024年7月3日"],
            [second.name, second.id_number, "重度残疾人", None],
            [second.name, second.id_number, "退役军人", None],
            [second.name, second.id_number, "低保户", "8月初"],
        ],
        heading=("姓名", "身份证号", "人员类别", "认定日期"),
        category="",
    )
    assert [row.outcome for row in roster.rows.order_by("number")] == [Outcome.NEW] * 3 + [Outcome.BAD_ROW] * 3
    assert "由残联认定" in roster.rows.get(number=5).message
    assert "可用的有" in roster.rows.get(number=6).message
    desk.apply(roster)
    assert live(first) == ["低保对象", "孤儿（困境儿童）"]
    assert Identity.objects.get(resident=first, kind="低保对象").recognised_on == datetime.date(2024, 8, 1)


def test_another_name_is_accepted_by_hand_with_a_note(desk, make_resident):
    person = make_resident(VILLAGE, name="丙本名")
    roster = desk.hand_in([["丙别名", person.id_number]])
    row = roster.rows.get()
    with pytest.raises(Refused, match="核实方法"):
        rosters.settle_row(row=row, decision="same", note=" ", actor=desk.bureau)
    rosters.settle_row(row=row, decision="same", note="曾用名，见户口簿", actor=desk.bureau)
    assert outcome_counts(roster)["new"] == 1
    rosters.recheck_roster(roster=roster, actor=desk.bureau)
    assert outcome_counts(roster)["new"] == 1
    desk.apply(roster)
    assert live(person) == ["低保对象"]


def test_registered_late_and_checked_again(desk, make_resident):
    number = invented_number(datetime.date(1980, 1, 1), "F", 77)
    roster = desk.hand_in([["新登记", number]])
    assert outcome_counts(roster)["problems"] == 1
    person = make_resident(VILLAGE, name="新登记", id_number=number, birth="1980-01-01", sex="F")
    rosters.recheck_roster(roster=roster, actor=desk.bureau)
    assert outcome_counts(roster) == {"new": 1, "ended": 0, "held": 0, "unchanged": 0, "problems": 0}
    desk.apply(roster)
    assert live(person) == ["低保对象"]


def test_a_merged_record_stands_for_the_one_it_went_into(desk, make_resident):
    kept = make_resident(VILLAGE, name="同一人")
    old = make_resident(VILLAGE, name="同一人", status=Resident.Status.MERGED, merged_into=kept)
    desk.apply(desk.hand_in([["同一人", old.id_number]]))
    assert (live(kept), live(old)) == (["低保对象"], [])


def test_people_of_other_counties_are_not_found(desk, make_resident):
    from core.regions.models import Region

    Region.objects.create(code="411326101200", name="邻县某村", level="village")
    stranger = make_resident("411326101200")
    roster = desk.hand_in([[stranger.name, stranger.id_number]])
    assert roster.rows.get().outcome == Outcome.NOT_FOUND


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once(desk, make_resident):
    person = make_resident(VILLAGE)
    content = workbook([("姓名", "身份证号码"), (person.name, person.id_number)])
    results = together(*[lambda: desk.hand_in([], content=content)] * 3)
    assert sorted(type(result).__name__ for result in results) == ["Refused", "Refused", "Roster"], results
    assert Roster.objects.count() == 1


def test_the_same_file_twice(desk, make_resident):
    person = make_resident(VILLAGE)
    content = workbook([("姓名", "身份证号码"), (person.name, person.id_number)])
    first = desk.hand_in([], content=content)
    with pytest.raises(Refused, match=f"{first.pk} 号名单"):
        desk.hand_in([], content=content)
    apply.withdraw_roster(roster=first, reason="重交", keep=set(), actor=desk.bureau)
    assert desk.hand_in([], content=content).state == Roster.State.READY


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空"),
        (b"PK\x03\x04 broken", "打不开"),
        (workbook([("编号", "备注"), (1, "x")]), "没有找到表头"),
        (workbook([("姓名", "身份证号码")]), "没有人员"),
    ],
)
def test_a_file_that_cannot_be_read(desk, content, says):
    roster = desk.hand_in([], content=content or b" ")
    assert roster.state == Roster.State.REFUSED
    assert says in roster.problem or not content


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"category": "重度残疾人"}, "由残联认定"),
        ({"category": "普通居民"}, "不是由部门认定"),
        ({"category": "退役军人"}, "不是由部门认定"),
        ({"recognised_on": datetime.date(2024, 10, 26)}, "今天之后"),
    ],
)
def test_uploads_that_are_refused(desk, facts, says):
    with pytest.raises(Refused, match=says):
        desk.hand_in([["甲", "乙"]], **facts)


def test_a_department_hands_in_its_own_lists_only(desk, make_user):
    with pytest.raises(Refused, match="只能交残联的名单"):
        desk.hand_in([], actor=make_user(Role.DEPARTMENT, "411325", department="残联"), content=workbook([("姓名",)]))


def test_a_mark_by_hand_and_its_end(desk, campaign, make_resident):
    person = make_resident(VILLAGE)
    facts = {
        "campaign": campaign,
        "resident": person,
        "category": "低保对象",
        "document": "民发〔2024〕9号",
        "recognised_on": datetime.date(2024, 10, 1),
        "file": None,
        "name": "",
    }
    roster = rosters.mark_by_hand(ends=False, actor=desk.bureau, **facts)
    assert rosters.mark_by_hand(ends=False, actor=desk.bureau, **facts) == roster == Roster.objects.get()
    assert outcome_counts(roster)["new"] == 1
    with pytest.raises(Refused, match="另一位"):
        desk.apply(roster)
    desk.apply(roster, actor=desk.other)
    assert live(person) == ["低保对象"]
    ending = rosters.mark_by_hand(ends=True, actor=desk.bureau, **facts)
    desk.apply(ending, actor=desk.other, confirmed=True)
    assert live(person) == []


def test_taken_back_whole_but_not_what_another_list_names_too(desk, make_resident):
    both, first_only, kept = (make_resident(VILLAGE, name=n) for n in ("两单都有", "只在前单", "钱已动了"))
    first = desk.hand_in([[p.name, p.id_number] for p in (both, first_only, kept)])
    desk.apply(first)
    second = desk.hand_in(
        [[both.name, both.id_number]], kind=Roster.Kind.SUPPLEMENT, recognised_on=datetime.date(2024, 9, 2)
    )
    desk.apply(second)
    with pytest.raises(Refused, match="原因"):
        apply.withdraw_roster(roster=first, reason="", keep=set(), actor=desk.bureau)
    apply.withdraw_roster(roster=first, reason="交错了", keep={kept.pk}, actor=desk.bureau)
    assert (live(both), live(first_only), live(kept)) == (["低保对象"], [], ["低保对象"])
    withdrawn = Event.objects.filter(action="identity.withdraw").values_list("object_id", flat=True)
    assert str(kept.pk) not in withdrawn
    assert apply.withdraw_roster(roster=first, reason="再点一次", keep=set(), actor=desk.bureau) == []
    assert live(kept) == ["低保对象"]


def test_reading_again_after_a_lost_worker_changes_nothing(desk, make_resident):
    person = make_resident(VILLAGE)
    roster = desk.hand_in([[person.name, person.id_number]])
    before = list(roster.rows.values_list("number", "outcome", "resident_id"))
    read_file(roster=roster)
    assert list(roster.rows.values_list("number", "outcome", "resident_id")) == before


@pytest.mark.parametrize("kind", [Roster.Kind.SUPPLEMENT, Roster.Kind.FULL, Roster.Kind.ENDING])
def test_the_number_of_statements_does_not_grow_with_the_list(desk, make_resident, kind):
    people = [make_resident(VILLAGE, name=f"人{chr(0x4E00 + n)}") for n in range(400)]
    assert connection.features.supports_json_field  # Django asks SQLite once a process, with statements of its own
    counts = []
    for size in (3, 390):
        roster = desk.hand_in(
            [[p.name, p.id_number] for p in people[:size]],
            kind=kind,
            recognised_on=datetime.date(2024, 9, size % 9 + 1),
        )
        with CaptureQueriesContext(connection) as reading:
            read_file(roster=roster)
        with CaptureQueriesContext(connection) as applying:
            desk.apply(roster, seen=outcome_counts(roster), confirmed=True)
        counts.append((len(reading), len(applying)))
        assert roster.rows.count() >= size
    assert counts[0] == counts[1]
    assert counts[0][0] < 28 and counts[0][1] < 40
