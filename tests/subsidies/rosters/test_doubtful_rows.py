# ruff: noqa: E501 — each case stands on one line
"""Unreadable is not absent: whom a doubtful row may mean is not ended; hidden rows and lists of heads are said."""

import datetime
import io
import json

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse

from core.access.roles import Role
from core.audit.models import Event
from core.refusals import Refused
from residents.people import id_numbers
from residents.people.models import FormerNumber, Resident
from subsidies.rosters import services as rosters
from subsidies.rosters.models import Identity, Roster, RosterRow
from subsidies.rosters.nearness import Doubtful, Missing, is_nearly_the_name, is_nearly_the_number, may_mean
from subsidies.rosters.selectors import outcome_counts
from tests.factories import invented_number, workbook

VILLAGE = "411325101200"
FULL, Outcome = Roster.Kind.FULL, RosterRow.Outcome
NUMBER = "411325197605140047"


@pytest.mark.parametrize(
    ("name", "written", "near"),
    [
        ("the same", NUMBER, True),
        ("one digit off", "411325197605140057", True),
        ("two swapped", "411325197650140047", True),
        ("three digits lost by a spreadsheet", "411325197605140000", True),
        ("three off", "411325197605149940", True),
        ("four off", "411325197605149999", False),
        ("one missing", "41132519760514047", True),
        ("three missing", "411325197605140", True),
        ("one too many", "4113251976051400477", True),
        ("the old number of 15 digits", "411325760514004", True),
        ("masked", "411325197605****47", True),
        ("masked, of somebody else", "411325198812****18", False),
        ("somebody else", "411325198812300018", False),
    ],
)
def test_numbers_that_are_nearly_the_same(name, written, near):
    assert is_nearly_the_number(written, NUMBER) is near


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("王小红", "王晓红", True),
        ("王小红", "王小", True),
        ("王红", "王小红", True),
        ("王小红", "李小兰", False),
        ("王红", "王兰", False),
        ("王小红", "红小王", False),
        ("买买提·吐尔逊", "买买提吐尔逊", True),
    ],
)
def test_names_that_are_nearly_the_same(one, other, near):
    assert is_nearly_the_name(one, other) is near


PEOPLE = [Missing(1, "王小红", NUMBER), Missing(2, "李大明", "411325198812300018")]


@pytest.mark.parametrize(
    ("name", "row", "held"),
    [
        ("by the name", Doubtful(5, "王小红", "看不清"), {1}),
        ("by the name, another number", Doubtful(5, "王小红", "411325196001010011"), {1}),
        ("by the number", Doubtful(5, "", "411325197605140057"), {1}),
        ("by the number, another name", Doubtful(5, "赵某", "411325197605140057"), {1}),
        ("by a name nearly the same, no number", Doubtful(5, "王晓红", ""), {1}),
        ("a name nearly the same, but another number", Doubtful(5, "王晓红", "411325196001010011"), set()),
        ("nobody of them", Doubtful(5, "赵大钱", "411325196001010011"), set()),
        ("a name of somebody else, no number", Doubtful(5, "赵大钱", ""), set()),
        ("fits one by both: nobody else", Doubtful(5, "李大明", "411325198812300017"), {2}),
        ("nothing can be read: anybody", Doubtful(5, "", "4.1E+17"), {1, 2}),
    ],
)
def test_whom_a_row_may_mean(name, row, held):
    assert may_mean([row], PEOPLE) == dict.fromkeys(held, 5)


def test_a_list_that_is_mostly_doubtful_ends_nobody():
    people = [Missing(n, f"人{n}", "411325198812300018") for n in range(700)]
    rows = [Doubtful(n, f"某{n}", "411325196001010011") for n in range(2, 702)]
    assert may_mean(rows, people) == dict.fromkeys(range(700), 2)
    assert may_mean(rows[:3], people) == {}


@pytest.fixture
def recognised(desk, make_resident):
    """Six people recognised as 低保对象."""
    names = ("甲留下", "乙抄错", "丙看不清", "丁不在", "戊隐藏", "己换名")
    births = ("1951-01-12", "1963-04-25", "1974-09-07", "1986-12-30", "1997-06-18", "1959-08-21")
    people = {
        name[0]: make_resident(VILLAGE, name=name, birth=birth) for name, birth in zip(names, births, strict=True)
    }
    desk.apply(desk.hand_in([[p.name, p.id_number] for p in people.values()]))
    return people


def one_digit_off(number):
    body = number[:16] + str((int(number[16]) + 2) % 10)
    return body + id_numbers.checksum_digit(body)


def full_list(desk, people, **facts):
    rows = [
        [people["甲"].name, people["甲"].id_number],
        [people["乙"].name, one_digit_off(people["乙"].id_number)],
        [people["丙"].name, people["丙"].id_number[:15] + "000"],
        [people["戊"].name, people["戊"].id_number],
        ["己别名", people["己"].id_number],
    ]
    return desk.hand_in(rows, kind=FULL, recognised_on=datetime.date(2024, 10, 1), **facts)


def held_names(roster):
    return set(roster.rows.filter(outcome=Outcome.HELD).values_list("name", flat=True))


def is_live(person):
    return Identity.objects.filter(resident=person, ended_on__isnull=True, withdrawn_at__isnull=True).exists()


def test_nobody_is_ended_whom_a_doubtful_row_may_mean(desk, recognised):
    roster = full_list(desk, recognised)
    assert held_names(roster) == {"乙抄错", "丙看不清", "己换名"}
    assert outcome_counts(roster) == {"new": 0, "ended": 1, "held": 3, "unchanged": 2, "problems": 3}
    assert "第 3 行" in roster.rows.get(number=0, name="乙抄错").message
    desk.apply(roster, confirmed=True)
    assert [name for name, person in recognised.items() if not is_live(person)] == ["丁"]


def test_settled_rows_hold_nobody(desk, recognised):
    roster = full_list(desk, recognised)
    rows = {row.number: row for row in roster.rows.filter(number__gt=0)}
    meant = roster.rows.get(number=0, name="丙看不清")
    rosters.settle_row(row=rows[4], decision="means", meant=meant.pk, note="看过户口簿", actor=desk.bureau)
    assert roster.rows.get(number=4).outcome == Outcome.UNCHANGED
    assert held_names(roster) == {"乙抄错", "己换名"}
    rosters.settle_row(row=rows[6], decision="same", note="曾用名", actor=desk.bureau)
    rosters.settle_row(row=rows[3], decision="ignore", note="外县人，名单报错", actor=desk.bureau)
    assert held_names(roster) == set()
    rosters.recheck_roster(roster=roster, actor=desk.bureau)
    assert outcome_counts(roster) == {"new": 0, "ended": 2, "held": 0, "unchanged": 4, "problems": 1}
    desk.apply(roster, confirmed=True)
    assert [name for name, person in recognised.items() if not is_live(person)] == ["乙", "丁"]
    event = Event.objects.get(action="roster.replace_row")
    assert event.before["name"] == "丙看不清" and event.before["id_number"].endswith("000")


@pytest.mark.parametrize(
    ("decision", "meant", "says"),
    [("means", None, "请选择"), ("means", -1, "请选择"), ("take", None, "已经处理过"), ("same", None, "已经处理过")],
)
def test_what_cannot_settle_a_row(desk, recognised, decision, meant, says):
    roster = full_list(desk, recognised)
    with pytest.raises(Refused, match=says):
        rosters.settle_row(
            row=roster.rows.get(number=4), decision=decision, meant=meant, note="看过", actor=desk.bureau
        )
    with pytest.raises(Refused, match="核实方法"):
        rosters.settle_row(row=roster.rows.get(number=4), decision="ignore", note=" ", actor=desk.bureau)


def test_a_supplement_holds_nobody(desk, recognised):
    roster = desk.hand_in([["乙抄错", "41"], ["", "4.1E+17"]], recognised_on=datetime.date(2024, 10, 2))
    assert outcome_counts(roster)["held"] == outcome_counts(roster)["ended"] == 0


def hide(content, *rows, sheet=None):
    book = openpyxl.load_workbook(io.BytesIO(content))
    for row in rows:
        book.active.row_dimensions[row].hidden = True
    if sheet:
        extra = book.create_sheet(sheet)
        extra.append(["姓名", "身份证号码"])
        extra.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_hidden_rows_are_said_and_left_to_a_person(desk, recognised, make_resident):
    new = make_resident(VILLAGE, name="庚新人")
    rows = [[p.name, p.id_number] for key, p in recognised.items() if key != "丁"] + [[new.name, new.id_number]]
    content = hide(workbook([("姓名", "身份证号码"), *rows]), 6, 7, sheet="旧表")
    roster = desk.hand_in([], content=content, kind=FULL, recognised_on=datetime.date(2024, 10, 1))
    assert "第 6、7 行在表里是隐藏的" in roster.notice and "“旧表”是隐藏的" in roster.notice
    assert set(roster.rows.filter(outcome=Outcome.HIDDEN).values_list("number", flat=True)) == {6, 7}
    assert held_names(roster) == {"己换名"}
    rosters.settle_row(row=roster.rows.get(number=7), decision="take", note="误隐藏", actor=desk.bureau)
    assert roster.rows.get(number=7).outcome == Outcome.NEW
    rosters.settle_row(row=roster.rows.get(number=6), decision="ignore", note="已清退", actor=desk.bureau)
    assert outcome_counts(roster) == {"new": 1, "ended": 2, "held": 0, "unchanged": 4, "problems": 1}
    desk.apply(roster, confirmed=True)
    assert is_live(new) and not is_live(recognised["己"]) and not is_live(recognised["丁"])


def test_hidden_rows_of_a_supplement_change_nothing_until_taken(desk, make_resident):
    person = make_resident(VILLAGE)
    content = hide(workbook([("姓名", "身份证号码"), (person.name, person.id_number)]), 2)
    roster = desk.hand_in([], content=content)
    desk.apply(roster)
    assert not is_live(person)


@pytest.mark.parametrize(
    "heading",
    [
        ("序号", "户主姓名", "户主身份证号码", "家庭人口", "户类型"),
        ("户主", "户主身份证号", "人口", "地址", "类别"),
    ],
)
def test_a_list_of_heads_is_told_to_name_everybody(desk, heading):
    rows = [(1, "陈光兰", NUMBER, 3, "低保户")] if heading[0] == "序号" else [("陈光兰", NUMBER, 3, "夏馆镇", "低保户")]
    roster = desk.hand_in([], content=workbook([heading, *rows]))
    assert roster.state == Roster.State.REFUSED
    assert "只有户主，须逐人填写" in roster.problem


def test_a_list_that_names_the_head_beside_each_person_is_read(desk, make_resident):
    person = make_resident(VILLAGE)
    rows = [("户主姓名", "户主身份证号码", "姓名", "身份证号码"), ("陈光兰", NUMBER, person.name, person.id_number)]
    roster = desk.hand_in([], content=workbook(rows))
    assert roster.rows.get().resident == person


def test_a_former_number_is_the_same_person(desk, make_resident):
    person = make_resident(VILLAGE, name="曾用号")
    old = invented_number(datetime.date(1981, 2, 3), "M", 55)
    FormerNumber.objects.create(
        resident=person,
        document_type="id_card",
        id_number=old,
        given_up_on=datetime.date(2024, 1, 1),
        reason="改正",
    )
    roster = desk.hand_in([["曾用号", old]])
    assert roster.rows.get().resident == person and roster.rows.get().outcome == Outcome.NEW


def test_a_number_alone_tells_nothing_of_its_owner(desk, make_resident, client):
    """Neither the name nor that the person is dead; the bureau, whose register it is, sees the name."""
    dead = make_resident(VILLAGE, name="丁已故", status=Resident.Status.DEAD)
    roster = desk.hand_in([["试探者", dead.id_number]])
    row = roster.rows.get()
    assert row.outcome == Outcome.NAME_DIFFERS
    client.force_login(desk.department)
    page = client.get(reverse("roster", args=[roster.pk])).content.decode()
    assert "丁已故" not in page and "死亡" not in page and dead.village.name not in page
    client.force_login(desk.bureau)
    assert "丁已故" in client.get(reverse("roster", args=[roster.pk])).content.decode()


def test_many_misses_leave_one_event_for_the_security_officer(desk, make_resident):
    people = [make_resident(VILLAGE, name=f"本名{chr(0x4E00 + n)}") for n in range(25)]
    roster = desk.hand_in([["试探者", person.id_number] for person in people])
    event = Event.objects.get(action="disclosure.probe")
    assert event.batch == f"roster-{roster.pk}" and event.after["count"] == 25


def test_the_page_names_who_is_held_and_settles_rows(desk, recognised, client, make_user):
    roster = full_list(desk, recognised)
    client.force_login(desk.bureau)
    page = client.get(reverse("roster", args=[roster.pk])).content.decode()
    assert "核实以前不终止" in page and "乙抄错" in page and "暂缓终止的 3 人身份保留" in page
    meant = roster.rows.get(number=0, name="乙抄错")
    asked = {"decision": "means", "meant": meant.pk, "note": "看过身份证"}
    client.post(reverse("roster_accept_row", args=[roster.rows.get(number=3).pk]), asked)
    assert roster.rows.get(number=3).outcome == Outcome.UNCHANGED
    client.force_login(make_user(Role.DEPARTMENT, "411325", department="民政局"))
    assert client.post(reverse("roster_accept_row", args=[meant.pk]), asked).status_code == 403


def test_the_dry_run_tells_who_is_held(campaign, recognised, tmp_path):
    file = tmp_path / "名单.xlsx"
    people = recognised
    rows = [[p.name, p.id_number] for key, p in people.items() if key not in "丙丁"]
    file.write_bytes(workbook([("姓名", "身份证号码"), *rows, ("丙看不清", float(people["丙"].id_number[:17] + "0"))]))
    out = io.StringIO()
    options = {"policy": "411325-2025", "category": "低保对象", "full": True, "as_of": datetime.date(2024, 10, 25)}
    call_command("check_sheet", "roster", file, stdout=out, **options)
    answer = json.loads(out.getvalue())
    of = {row["name"]: row["outcome"] for row in answer["accepted"]}
    assert of["丙看不清"] == "held" and of["丁不在"] == "ended" and of["甲留下"] == "unchanged"
    assert [row["row"] for row in answer["rejected"]] == [6]
    assert Roster.objects.count() == 1
