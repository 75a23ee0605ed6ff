"""A year prepared step by step and opened whole: villages, tasks, people, receipts, departments; or nothing at all."""

import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from collection.receipts import books as receipt_books
from collection.receipts import carrying
from collection.receipts.books import ReceiptRefused
from collection.receipts.models import ReceiptBook
from core.audit.models import Event
from core.pages.frame import todos_for
from core.refusals import Refused
from core.regions.models import FormerRegionName, Region
from reporting.progress.counting import tree_at
from residents.people.models import Household, Resident
from subsidies.campaigns.models import Campaign, Target
from subsidies.campaigns.proposals import put_into_force
from subsidies.campaigns.targets import set_targets
from subsidies.openings import duties, planned_tasks, staff, villages
from subsidies.openings.models import DepartmentDuty, OpeningStep
from subsidies.openings.selectors import step_lines
from subsidies.openings.services import confirm_step
from subsidies.openings.steps import all_steps
from subsidies.rosters import apply
from subsidies.rosters import services as rosters
from subsidies.rosters.comparing import seen_counts
from subsidies.rosters.models import Identity
from tests.collection.paid_people import OTHER, TOWNSHIP, VILLAGE, pay
from tests.factories import workbook

NEW = "411325101998"
PAPER = "内民政〔2025〕8号"


def prepare(proposal, actor):
    """Every step as the rules propose it, nothing changed."""
    planned_tasks.propose_tasks(proposal=proposal, actor=actor)
    duties.propose_duties(proposal=proposal, actor=actor)
    places = [line.region.code for _, lines in staff.staff_lines(proposal) for line in lines]
    staff.confirm_staff(proposal=proposal, codes=places, actor=actor)
    for step in all_steps():
        confirm_step(proposal=proposal, key=step.key, actor=actor)


def open_year(proposal, actor, **facts):
    proposal.refresh_from_db()
    return put_into_force(proposal=proposal, seen=proposal.policy.hash, actor=actor, **facts)


def plan(proposal, keep, rows, actor):
    return villages.plan_villages(proposal=proposal, table=keep(rows), document=PAPER, actor=actor)


def test_everything_prepared_is_there_on_the_first_day(campaign, proposal, officers, make_user, keep):
    first, second = officers
    pay(campaign, first, people=3)
    pay(campaign, first, OTHER, people=2)
    make_user("village", VILLAGE, name="张协办")
    prepare(proposal, first)
    planned_tasks.adjust_tasks(proposal=proposal, people={OTHER: 5}, actor=first)
    with pytest.raises(Refused, match="还没有确认的步骤：征缴任务"):
        open_year(proposal, second)
    confirm_step(proposal=proposal, key="tasks", actor=second)
    opened = open_year(proposal, second)
    tasks = dict(Target.objects.filter(campaign=opened, people__gt=0).values_list("region_id", "people"))
    assert tasks == {VILLAGE: 3, OTHER: 5}
    assert Target.objects.filter(campaign=opened).count() == Region.objects.filter(level="village").count()
    assert proposal.staff.get(region=VILLAGE).people == "张协办"
    departments = set(DepartmentDuty.objects.filter(campaign=opened).values_list("department", flat=True))
    assert departments == set(opened.policy.departments)
    assert open_year(proposal, second) == opened
    assert Campaign.objects.get(pk=campaign.pk).is_open


def test_each_step_was_seen_by_two(proposal, officers):
    first, second = officers
    prepare(proposal, first)
    planned_tasks.adjust_tasks(proposal=proposal, people={VILLAGE: 9}, actor=second)
    confirm_step(proposal=proposal, key="tasks", actor=second)
    with pytest.raises(Refused, match="征缴任务是您办理的"):
        open_year(proposal, second)
    confirm_step(proposal=proposal, key="tasks", actor=first)
    assert open_year(proposal, second)


def test_whoever_changes_a_step_undoes_its_confirmation(proposal, officers, make_user):
    prepare(proposal, officers[0])
    assert all(line.confirmed for line in step_lines(proposal))
    make_user("village", VILLAGE, name="李协办")  # the helpers are no longer those confirmed
    planned_tasks.adjust_tasks(proposal=proposal, people={VILLAGE: 1}, actor=officers[1])
    assert [line.step.key for line in step_lines(proposal) if not line.confirmed] == ["tasks", "staff"]
    line = next(one for _, lines in staff.staff_lines(proposal) for one in lines if one.region.code == VILLAGE)
    assert not line.confirmed and line.row.people == ""


def test_villages_change_when_the_year_opens_and_not_before(
    campaign, proposal, officers, keep, village_rows, make_resident, make_user, business_clock
):
    first, second = officers
    a, b, c = Region.objects.filter(parent=TOWNSHIP).order_by("code")[:3]
    people = [make_resident(village.code, name=f"村民{n}") for n, village in enumerate((a, a, b, c, c))]
    homes = [Household.objects.create(village=village, number="1") for village in (a, b)]
    Resident.objects.filter(village=b).update(household=homes[1])
    helper = make_user("village", b.code)
    changes = {a.code: (a.code, "", a.name, b.code), b.code: None, c.code: (c.code, "", "向阳村", "")}
    before = datetime.datetime.fromisoformat("2025-08-20T09:00+08:00")
    assert plan(proposal, keep, village_rows(changes, more=[(NEW, "", "新城村", c.code)]), first) == 3
    moved = keep([("姓名", "身份证号码", "新村"), (people[3].name, people[3].id_number, "新城村")])
    assert villages.plan_split(proposal=proposal, table=moved, actor=first) == 1
    assert Region.objects.get(pk=b.code).replaced_by_id is None and not Region.objects.filter(pk=NEW).exists()
    prepare(proposal, first)
    business_clock("2025-09-01T08:00")
    opened = open_year(proposal, second)
    stand = dict(Resident.objects.values_list("name", "village_id"))
    assert stand == {"村民0": a.code, "村民1": a.code, "村民2": a.code, "村民3": NEW, "村民4": c.code}
    helper.refresh_from_db()
    assert helper.region_id == a.code
    assert set(Household.objects.values_list("village", "number")) == {(a.code, "1"), (a.code, f"{b.code[-3:]}-1")}
    assert FormerRegionName.objects.get(region=c).name == c.name
    assert {event.action for event in Event.objects.filter(action__startswith="region.")} >= {
        "region.merged",
        "region.split",
        "region.renamed",
    }
    then, now = tree_at(campaign, before), tree_at(opened, business_clock("2025-09-02T08:00"))
    names = [{v.code: v.name for v in tree.villages_of(TOWNSHIP)} for tree in (then, now)]
    assert names[0][c.code] == c.name and names[1][c.code] == "向阳村"
    assert b.code in names[0] and NEW not in names[0] and a.code in names[0]
    assert b.code not in names[1] and NEW in names[1] and now.stands_for[b.code] == a.code
    assert then.stands_for[b.code] == b.code


def test_a_village_with_cash_on_the_road_cannot_end(campaign, proposal, officers, keep, village_rows):
    a, b = Region.objects.filter(parent=TOWNSHIP).order_by("code")[:2]
    pay(campaign, officers[0], b.code)
    plan(proposal, keep, village_rows({a.code: (a.code, "", a.name, b.code), b.code: None}), officers[0])
    with pytest.raises(Refused, match="2025年度：.*没有入库"):
        confirm_step(proposal=proposal, key="villages", actor=officers[0])
    with pytest.raises(Refused, match="还不能开征：2025年度"):
        open_year(proposal, officers[1], unfinished="等不及")
    assert Campaign.objects.count() == 1 and Region.objects.get(pk=b.code).replaced_by_id is None


def test_a_village_that_vanishes_with_its_people_is_asked_about(proposal, officers, keep, village_rows, make_resident):
    make_resident(VILLAGE)
    with pytest.raises(Refused, match="还有问题"):
        plan(proposal, keep, village_rows({VILLAGE: None}), officers[0])
    found, _ = villages.preview_villages(proposal=proposal, table=keep(village_rows({VILLAGE: None})))
    assert "还有在册居民 1 人" in found.problems[0]


def test_a_split_takes_only_people_of_that_village(proposal, officers, keep, village_rows, make_resident):
    here, there = make_resident(VILLAGE, name="王一"), make_resident(OTHER, name="王二")
    plan(proposal, keep, village_rows(more=[(NEW, "", "新城村", VILLAGE)]), officers[0])
    heading = ("姓名", "身份证号码", "新村")
    table = keep([heading, ("王一", here.id_number, "新城村"), ("王二", there.id_number, "新城村")])
    rows = villages.preview_split(proposal=proposal, table=table)
    assert [bool(row.problem) for row in rows] == [False, True] and "没有这个姓名和证件号码" in rows[1].problem
    alike = keep([heading, ("⺩一", here.id_number, "新城村")])
    assert not villages.preview_split(proposal=proposal, table=alike)[0].problem
    other_name = keep([heading, ("王三", here.id_number, "新城村")])
    assert villages.preview_split(proposal=proposal, table=other_name)[0].problem == rows[1].problem
    with pytest.raises(Refused, match="还有问题"):
        villages.plan_split(proposal=proposal, table=table, actor=officers[0])


def test_a_county_task_is_shared_out_by_last_year(campaign, proposal, officers):
    proposal.text = proposal.text.replace("\n[targets]\n", "\n[targets]\npeople = 10\n", 1)
    proposal.save()
    pay(campaign, officers[0], people=2)
    pay(campaign, officers[0], OTHER, people=1)
    planned_tasks.propose_tasks(proposal=proposal, actor=officers[0])
    rows = {row.village_code: (row.insured_before, row.people) for row in proposal.tasks.filter(people__gt=0)}
    assert rows == {VILLAGE: (2, 7), OTHER: (1, 3)}
    assert "全县任务 10 人" in planned_tasks.rule_of(proposal)


@pytest.mark.parametrize(
    ("name", "rows", "says"),
    [
        ("2025年度任务分解表.xlsx", [("行政村", "任务人数"), (VILLAGE, 5)], "写的是2025年"),
        ("任务.xlsx", [("行政村", "任务人数"), ("没听过的村", 5)], "第 2 行"),
        ("任务.xlsx", [("区划代码", "行政村", "任务人数"), (VILLAGE, "", 7), (OTHER, "", 8)], "看来是去年的任务表"),
        ("任务.xlsx", [("区划代码", "行政村", "任务人数"), (VILLAGE, "", 7), (OTHER, "", 9)], ""),
    ],
)
def test_a_table_of_tasks_and_last_years_table(campaign, proposal, officers, keep, name, rows, says):
    set_targets(campaign=campaign, people={VILLAGE: 7, OTHER: 8}, source="分解表", actor=None)
    planned_tasks.propose_tasks(proposal=proposal, actor=officers[0])
    table = keep(rows, name, kind="targets")
    if says:
        with pytest.raises(Refused, match=says):
            planned_tasks.adjust_from_table(proposal=proposal, table=table, actor=officers[0])
    else:
        assert planned_tasks.adjust_from_table(proposal=proposal, table=table, actor=officers[0]) == 2


def _decide_on_the_page(proposal, blanks, client, officer, monkeypatch):
    """One township's books a page at a time, the undecided of it in one go, and a line of sums."""
    client.force_login(officer)
    monkeypatch.setattr("collection.receipts.carrying_views.PAGE", 2)
    here = f"{reverse('proposal_books', args=[proposal.pk])}?region={TOWNSHIP}"
    page = client.get(here).content.decode()
    assert "3 本、100 个号" in page and "3 本未定" in page and "第 1 页，共 2 页（3 条）" in page
    assert (
        blanks["411325"].book.text not in page
        and blanks["411325"].book.text in client.get(reverse("proposal_books", args=[proposal.pk])).content.decode()
    )
    client.post(here, {f"book_{blanks[OTHER].book.pk}": "call_in"})
    assert client.post(here, {"all": "carry"}).url == here
    decided = dict(proposal.book_plans.values_list("book__holder", "decision"))
    assert decided == {OTHER: "call_in", VILLAGE: "carry", TOWNSHIP: "carry"}
    assert "1 本有空白号" in client.get(here).content.decode()


def test_blank_receipts_are_carried_over_or_called_in(campaign, proposal, officers, client, monkeypatch):
    first, second = officers
    receipt_books.register_book(campaign=campaign, first="NX0001", last="NX0300", actor=first)
    for holder, low, high in (
        (TOWNSHIP, "NX0101", "NX0200"),
        (VILLAGE, "NX0101", "NX0120"),
        (OTHER, "NX0121", "NX0140"),
    ):
        receipt_books.issue_book(
            campaign=campaign, holder=Region.objects.get(pk=holder), first=low, last=high, actor=first
        )
    blanks = {blank.book.holder_id: blank for blank in carrying.blank_books(proposal)}
    assert {code: blank.text for code, blank in blanks.items()} == {
        "411325": "NX0001—NX0100、NX0201—NX0300",
        TOWNSHIP: "NX0141—NX0200",
        VILLAGE: "NX0101—NX0120",
        OTHER: "NX0121—NX0140",
    }
    assert "4 本" in carrying.look(proposal).missing[0]
    _decide_on_the_page(proposal, blanks, client, first, monkeypatch)
    decisions = {blank.book.pk: "carry" for blank in blanks.values()} | {blanks[OTHER].book.pk: "call_in"}
    carrying.plan_books(proposal=proposal, decisions=decisions, actor=first)
    prepare(proposal, first)
    opened = open_year(proposal, second)
    new = [(book.holder_id, book.text, book.parent and book.parent.text) for book in opened.receipt_books.all()]
    assert sorted(new) == [
        ("411325", "NX0001—NX0120", None),
        ("411325", "NX0141—NX0300", None),
        (TOWNSHIP, "NX0101—NX0120", "NX0001—NX0120"),
        (TOWNSHIP, "NX0141—NX0200", "NX0141—NX0300"),
        (VILLAGE, "NX0101—NX0120", "NX0101—NX0120"),
    ]
    old = ReceiptBook.objects.get(campaign=campaign, holder=VILLAGE)
    assert old.end == 100 and ReceiptBook.objects.get(campaign=campaign, holder=OTHER).end == 140
    assert (carrying.to_call_in(campaign, TOWNSHIP), carrying.to_call_in(opened, TOWNSHIP)) == (1, 0)
    assert any("1 本有空白号的收据待收回" in todo.text for todo in todos_for(first))
    receipt_books.return_book(
        book=ReceiptBook.objects.get(campaign=campaign, holder=OTHER), first="NX0121", actor=first
    )
    assert carrying.to_call_in(campaign, "411325") == 0
    with pytest.raises(ReceiptRefused, match="已结转到2026年度"):
        receipt_books.issue_book(
            campaign=campaign, holder=Region.objects.get(pk=OTHER), first="NX0101", last="NX0110", actor=first
        )


def test_marks_nobody_certifies_end_by_a_list_that_another_person_applies(
    campaign, proposal, officers, make_resident, make_user, business_clock, client
):
    first, second = officers
    kept, left = make_resident(VILLAGE, name="王一"), make_resident(VILLAGE, name="王二")
    for one in (kept, left):
        Identity.objects.create(resident=one, kind="低保对象", department="民政局", recognised_on="2024-06-01")
    prepare(proposal, first)
    opened = open_year(proposal, second)
    duty = DepartmentDuty.objects.get(campaign=opened, department="民政局")
    clerk = make_user("department", "411325", department="民政局")
    business_clock("2025-09-10T10:00")
    with pytest.raises(Refused, match="还有 2 人没有重新认定"):
        duties.finish_duty(duty=duty, note="已报送", actor=clerk)
    facts = {"recognised_on": datetime.date(2025, 9, 5), "document": "民发〔2025〕1号", "file": None, "name": ""}
    mark = rosters.mark_by_hand(campaign=opened, resident=kept, category="低保对象", ends=False, actor=clerk, **facts)
    apply.apply_roster(roster=mark, seen=seen_counts(mark), endings_confirmed=False, actor=first)
    assert [one.resident for one in duties.uncertified(duty)] == [left]
    with pytest.raises(Refused, match="还没有到终止的日期"):
        duties.prepare_ending(duty=duty, actor=second)
    assert not any("待生成减少名单" in todo.text for todo in todos_for(first))
    business_clock(f"{duty.ends_on}T10:00")
    assert any("民政局" in todo.text and "待生成减少名单" in todo.text for todo in todos_for(first))
    ending = duties.prepare_ending(duty=duty, actor=second)
    assert duties.prepare_ending(duty=duty, actor=second) == ending
    seen = seen_counts(ending)
    assert seen["ended"] == 1
    with pytest.raises(Refused, match="不能自己应用"):
        apply.apply_roster(roster=ending, seen=seen, endings_confirmed=True, actor=second)
    apply.apply_roster(roster=ending, seen=seen, endings_confirmed=True, actor=first)
    assert Identity.objects.get(resident=left).ended_on == duty.ends_on
    assert Identity.objects.get(resident=kept).ended_on is None
    # Nobody is left: nothing is late any more, whether or not somebody presses 办结.
    client.force_login(clerk)
    page = client.get(reverse("department_duties")).content.decode()
    assert "已全部认定" in page and "逾期" not in page and todos_of_duties(clerk) == []
    duties.finish_duty(duty=duty, note="已全部处理", actor=clerk)


def todos_of_duties(user):
    return [todo.text for todo in todos_for(user) if "部门任务" in todo.text]


def test_a_department_without_marks_is_asked_for_its_list_all_the_same(
    campaign, proposal, officers, make_user, make_resident, business_clock, client, django_assert_num_queries
):
    first, second = officers
    person = make_resident(VILLAGE, name="王一")
    prepare(proposal, first)
    opened = open_year(proposal, second)
    duty = DepartmentDuty.objects.get(campaign=opened, department="民政局")
    clerk = make_user("department", "411325", department="民政局")
    business_clock(f"{duty.ends_on}T10:00")
    with django_assert_num_queries(2):  # for all departments of the year
        certifying = duties.certifying(opened)
    assert not certifying.is_certified(duty) and todos_of_duties(clerk) == ["2026年度：1 项部门任务已经逾期"]
    client.force_login(second)
    said = client.post(reverse("department_duty_end", args=[duty.pk]), follow=True).content.decode()
    assert "没有人需要终止" in said and "已生成减少名单" not in said
    facts = {"recognised_on": datetime.date(2025, 9, 5), "document": "民发〔2025〕1号", "file": None, "name": ""}
    mark = rosters.mark_by_hand(campaign=opened, resident=person, category="低保对象", ends=False, actor=clerk, **facts)
    apply.apply_roster(roster=mark, seen=seen_counts(mark), endings_confirmed=False, actor=first)
    assert duties.certifying(opened).is_certified(duty) and todos_of_duties(clerk) == []


def test_more_time_needs_a_reason_and_a_later_day(proposal, officers, campaign):
    prepare(proposal, officers[0])
    open_year(proposal, officers[1])
    duty = DepartmentDuty.objects.first()
    later = duty.due_on + datetime.timedelta(days=5)
    for facts, says in (
        ({"due_on": duty.due_on, "ends_on": None, "reason": "节假日"}, "晚于原来的"),
        ({"due_on": later, "ends_on": later, "reason": "节假日"}, "终止日要晚于"),
        ({"due_on": later, "ends_on": None, "reason": " "}, "请填写延期的原因"),
    ):
        with pytest.raises(Refused, match=says):
            duties.extend_duty(duty=duty, actor=officers[0], **facts)
    duties.extend_duty(duty=duty, due_on=later, ends_on=None, reason="节假日顺延", actor=officers[0])
    duty.refresh_from_db()
    assert (duty.due_on, duty.ends_on) == (later, None)


def test_the_steps_are_walked_on_pages(campaign, proposal, officers, client, keep, village_rows, make_user):
    first, second = officers
    pay(campaign, first, people=2)
    client.force_login(first)
    home = reverse("proposal", args=[proposal.pk])
    page = client.get(home).content.decode()
    assert "开征准备" in page and "还没有拟定任务" in page and "空白收据" in page

    def post(name, data=None, *args):
        return client.post(reverse(name, args=[proposal.pk, *args]), data or {})

    rows = village_rows({OTHER: (OTHER, "", "向阳村", "")})
    shown = post("proposal_villages", {"document": PAPER, "file": SimpleUploadedFile("村.xlsx", workbook(rows))})
    assert "更名" in shown.content.decode() and shown.context["preview"].usable
    post("proposal_villages_confirm", {"document": PAPER}, shown.context["kept"].pk)
    assert proposal.village_changes.get().name == "向阳村"
    post("proposal_tasks_propose")
    page = client.get(reverse("proposal_tasks_township", args=[proposal.pk, TOWNSHIP])).content.decode()
    assert "向阳村" in page
    post("proposal_tasks_township", {**_fields(page), f"people_{VILLAGE}": "8"}, TOWNSHIP)
    assert proposal.tasks.get(village_code=VILLAGE).people == 8
    places = [line.region.code for _, lines in staff.staff_lines(proposal) for line in lines]
    post("proposal_staff", {"code": places})
    post("proposal_duties_propose")
    post("proposal_duties", {"department": "县税务局", "title": "印制专用收据", "due_on": "2025-08-25"})
    duty = proposal.duties.get(department="县税务局")
    post("proposal_duty", {"department": "县税务局", "title": "印制收据", "due_on": "2025-08-26"}, duty.pk)
    for step in all_steps():
        post("proposal_confirm", {"step": step.key})
    assert OpeningStep.objects.filter(confirmed_by=first).count() == len(all_steps())
    client.force_login(second)
    page = client.get(home).content.decode()
    assert page.count('ok">已确认') == len(all_steps()) and "没有确认" not in page
    post("proposal_apply", {"version": proposal.policy.hash})
    assert Campaign.objects.filter(year=2026).exists()
    page = client.get(reverse("department_duties"), {"year": 2026}).content.decode()
    assert "印制收据" in page and "民政局" in page
    added = {"department": "县残联", "title": "核对残疾证", "due_on": "2025-09-30", "document": "会议纪要"}
    for _ in range(2):
        client.post(f"{reverse('department_duties')}?year=2026", added)
    assert DepartmentDuty.objects.filter(campaign__year=2026, title="核对残疾证").count() == 1
    client.force_login(make_user("department", "411325", department="民政局"))
    page = client.get(reverse("department_duties"), {"year": 2026}).content.decode()
    assert "民政局" in page and "印制收据" not in page


def _fields(page: str) -> dict[str, str]:
    """The values a form begins with, hidden ones too."""
    boxes = re.findall(r'<input[^>]*name="((?:initial-)?people_\d+)"[^>]*value="(\d*)"', page)
    return dict(boxes)
