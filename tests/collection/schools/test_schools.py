"""学校: a pupil's fee is collected in one place, at school or at home, and each side sees the other."""

import datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import collection.tasks  # noqa: F401
from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions
from collection.ledgers.check import check_ledger
from collection.ledgers.facts import gather
from collection.ledgers.reading import read_ledger
from collection.ledgers.selectors import unpaid_people
from collection.money.models import Movement, VillageAccount
from collection.money.selectors import recount
from collection.schools import collecting, services
from collection.schools.models import ClassList, ClassRow, Pupil
from collection.schools.selectors import in_two_schools, school_lines
from collection.schools.sheet import class_table, read_classes
from collection.self_payments import services as self_payments
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.regions.models import Region
from core.tables.reader import Sheet, Workbook
from residents.people.models import InsuredYear, Resident
from subsidies.quotes.quote import quote
from subsidies.rosters.models import Identity
from tests.collection.paid_people import OTHER, VILLAGE
from tests.factories import invented_number, workbook

pytestmark = pytest.mark.django_db
DAY, TODAY = datetime.date(2024, 10, 20), datetime.date(2024, 10, 25)
TOWNSHIP = "411325101"


@pytest.fixture
def bureau(make_user):
    return make_user("education", "411325")


@pytest.fixture
def school(campaign, bureau):
    return services.register_school(
        region=Region.objects.get(pk=TOWNSHIP), name="中心小学", kind="primary", actor=bureau
    )


@pytest.fixture
def other(campaign, bureau):
    return services.register_school(
        region=Region.objects.get(pk=TOWNSHIP), name="实验幼儿园", kind="kindergarten", actor=bureau
    )


@pytest.fixture
def teacher(school, bureau, make_user):
    user = make_user("school", TOWNSHIP)
    services.assign_staff(school=school, username=user.username, actor=bureau)
    return user


@pytest.fixture
def take(campaign, bureau, silent_queue):
    def take(*rows, school=None, heading=("姓名", "身份证号码", "班级"), actor=None, name="名单.xlsx"):
        file = ContentFile(workbook([heading, *rows]), name)
        found, _ = services.take_class_list(
            campaign=campaign, school=school, file=file, name=name, actor=actor or bureau
        )
        for job in Job.objects.filter(state="queued"):
            jobs.run(job.pk)
        found.refresh_from_db()
        return found

    return take


@pytest.fixture
def children(make_resident):
    return [make_resident(VILLAGE if n else OTHER, name=f"学生{c}", birth="2014-05-01") for n, c in enumerate("甲乙丙")]


def enter(take, school, people, class_name="三年级1班"):
    take(*[(p.name, p.id_number, class_name) for p in people], school=school)
    return list(Pupil.objects.filter(school=school).order_by("pk"))


def codes(campaign, village, person):
    """What the village's ledger says of this person."""
    rows = [["姓名", "身份证号码", "实缴金额", "缴费日期", "收据号"]]
    rows += [[person.name, person.id_number, 400, "2024-10-21", "NX1"]]
    reading = read_ledger(Workbook("xlsx", [Sheet("清册", rows=list(enumerate(rows, 1)))]))
    facts = gather(campaign=campaign, village=Region.objects.get(pk=village), reading=reading, as_of=TODAY)
    return [p.code for row in check_ledger(reading, facts).rows for p in row.problems]


def book(campaign, person, channel="self", **more):
    owed = quote(campaign.policy, birth_date=person.birth_date, paid_on=DAY)
    state = "collected" if channel == "cash" else "posted"
    payment = Payment(person.pk, person.village_id, channel, DAY, owed, state=state, **more)
    return record_contributions(campaign=campaign, payments=[payment], actor=None)


# --- lists ------------------------------------------------------------------------------------------------------------


def test_rows_are_matched_to_home_villages(take, school, children, make_resident):
    stranger = invented_number(datetime.date(2014, 1, 1), "F", 7, area="110105")
    known = make_resident(VILLAGE, name="王小明", birth="2013-01-01")
    found = take(
        *[(p.name, p.id_number, "三年级1班") for p in children],
        ("外地生", stranger, "三年级1班"),
        ("别的名字", known.id_number, "三年级1班"),
        ("错号", children[0].id_number[:-1] + "0", "三年级1班"),
        (children[0].name, children[0].id_number, "三年级2班"),
        ("总 计：", None, 6),
        school=school,
    )
    assert found.state == ClassList.State.READ
    outcomes = list(ClassRow.objects.order_by("pk").values_list("outcome", flat=True))
    wrong = "bad_row" if children[0].id_number[-1] != "0" else "duplicate"
    assert outcomes == ["matched", "matched", "matched", "elsewhere", "withheld", wrong, "duplicate"]
    assert ClassRow.objects.get(outcome="withheld").resident is None
    homes = {p.resident.village_id for p in Pupil.objects.filter(resident__isnull=False)}
    assert homes == {VILLAGE, OTHER}
    assert Pupil.objects.filter(resident__isnull=True).get().name == "外地生"


def test_the_same_list_again_and_another_class(take, school, children):
    enter(take, school, children)
    enter(take, school, children)
    assert ClassList.objects.count() == 1
    enter(take, school, children[:1], class_name="四年级1班")
    assert Pupil.objects.count() == 3
    assert set(Pupil.objects.values_list("class_name", flat=True)) == {"三年级1班", "四年级1班"}


def test_a_list_of_many_schools(take, school, other, children):
    heading = ("姓名", "身份证号码", "学校", "年级", "班级")
    take(
        (children[0].name, children[0].id_number, "中心小学", "三年级", "1班"),
        (children[1].name, children[1].id_number, "实验幼儿园", "", "大班"),
        (children[2].name, children[2].id_number, "没有的学校", "", "大班"),
        heading=heading,
    )
    assert list(Pupil.objects.order_by("pk").values_list("school__name", "class_name")) == [
        ("中心小学", "三年级1班"),
        ("实验幼儿园", "大班"),
    ]
    assert ClassRow.objects.get(outcome="no_school").name == children[2].name


def test_a_sheet_for_each_class():
    numbers = [invented_number(datetime.date(2014, 5, n + 1), "M", n) for n in range(2)]
    sheets = [
        Sheet(name, rows=[(1, ["姓名", "身份证号"]), (2, ["学生", number])])
        for name, number in zip(("三1班", "三2班"), numbers, strict=True)
    ]
    lines = read_classes(sheets, class_table(), as_of=DAY)
    told = [(line.sheet, line.class_name, line.problem) for line in lines]
    assert told == [("三1班", "三1班", ""), ("三2班", "三2班", "")]


def test_a_file_without_a_heading_says_what_is_missing(take, school):
    found = take(("一", "二"), heading=("甲", "乙"), school=school)
    assert found.state == ClassList.State.REFUSED and "姓名、身份证号码" in found.problem


def test_matching_takes_the_same_statements_for_a_few_and_for_many(campaign, bureau, school, take, make_resident):
    counts = []
    for size in (3, 60):
        people = [
            make_resident(VILLAGE, name="生" + "甲乙丙丁戊己庚辛"[n % 8], birth="2012-03-04") for n in range(size)
        ]
        rows = [("姓名", "身份证号码", "班级"), *[(p.name, p.id_number, f"{n % 5}班") for n, p in enumerate(people)]]
        file = ContentFile(workbook(rows), f"{size}.xlsx")
        found, _ = services.take_class_list(
            campaign=campaign, school=school, file=file, name=f"{size}.xlsx", actor=bureau
        )
        with CaptureQueriesContext(connection) as caught:
            services.read_class_list(class_list=found)
        counts.append(len(caught))
        assert found.rows.filter(outcome="matched").count() == size
    assert counts[0] == counts[1] and counts[0] < 40


# --- one place collects -----------------------------------------------------------------------------------------------


def test_while_the_school_collects_the_village_does_not(campaign, school, take, children, teacher):
    pupils = enter(take, school, children)
    person = children[1]
    assert codes(campaign, VILLAGE, person) == []
    done = collecting.claim_pupils(school=school, campaign=campaign, pupils=[p.pk for p in pupils], actor=teacher)
    assert (done.taken, done.left) == (3, {})
    assert codes(campaign, VILLAGE, person) == ["collected_at_school"]
    owing, free = unpaid_people(campaign=campaign, village=person.village)
    assert owing == [] and (person.name, "中心小学代收") in free
    collecting.release_pupils(school=school, campaign=campaign, pupils=[p.pk for p in pupils], actor=teacher)
    assert codes(campaign, VILLAGE, person) == []


def test_from_the_school_to_the_treasury(campaign, school, take, children, teacher):
    pupils = enter(take, school, children)
    Identity.objects.create(
        resident=children[2], kind="低保对象", department="民政局", recognised_on=datetime.date(2024, 9, 1)
    )
    ids = [p.pk for p in pupils]
    done = collecting.collect_pupils(school=school, campaign=campaign, pupils=ids, on=DAY, actor=teacher)
    assert done.taken == 3
    assert not Contribution.objects.exists() and not Movement.objects.exists(), "nobody is insured by it yet"
    (line,) = school_lines(user=teacher, campaign=campaign)
    assert (line.in_hand, line.collected, line.insured) == (1120, 3, 0)
    pay = {"school": school, "campaign": campaign, "on": DAY, "actor": teacher}
    with pytest.raises(Refused, match="3 人共 1,120.00 元"):
        collecting.pay_over(ticket_no="SP1", amount=Decimal(1200), **pay)
    paid = collecting.pay_over(ticket_no="SP1", amount=Decimal(1120), **pay)
    assert collecting.pay_over(ticket_no="SP1", amount=Decimal(1120), **pay) == paid
    assert set(Contribution.objects.values_list("channel", "state")) == {("school", "posted")}
    assert {row.village_id: int(row.treasury) for row in VillageAccount.objects.all()} == {VILLAGE: 720, OTHER: 400}
    assert recount(campaign=campaign) == []
    assert InsuredYear.objects.filter(year=2025).count() == 3
    (line,) = school_lines(user=teacher, campaign=campaign)
    assert (line.in_hand, line.insured, line.rate) == (0, 3, "100.0%")


def test_who_has_paid_at_home_is_not_collected_at_school(campaign, school, take, children, teacher):
    pupils = enter(take, school, children)
    book(campaign, children[0], "cash")
    done = collecting.collect_pupils(
        school=school, campaign=campaign, pupils=[p.pk for p in pupils], on=DAY, actor=teacher
    )
    assert (done.taken, done.left) == (2, {"本年度已经缴费": 1})


def test_who_pays_by_phone_after_the_school_collected_gets_the_money_back(campaign, school, take, children, teacher):
    pupils = enter(take, school, children)
    collecting.collect_pupils(school=school, campaign=campaign, pupils=[p.pk for p in pupils], on=DAY, actor=teacher)
    book(campaign, children[0])
    back = Pupil.objects.get(resident=children[0])
    assert (back.state, back.amount) == ("give_back", 400)
    assert "自主缴费" in back.note
    with pytest.raises(Refused, match="2 人共 800.00 元"):
        collecting.pay_over(
            school=school, campaign=campaign, ticket_no="S", on=DAY, amount=Decimal(1200), actor=teacher
        )
    collecting.give_back(school=school, campaign=campaign, pupils=[back.pk], actor=teacher)
    back.refresh_from_db()
    assert (back.state, back.amount) == ("home", None)


def test_one_pupil_in_two_schools_and_a_village(campaign, school, other, take, children, teacher, bureau):
    child = children[1]
    first, second = enter(take, school, [child])[0], enter(take, other, [child])[0]
    assert [p.school for p in in_two_schools(user=bureau, campaign=campaign)] == [school, other]
    collecting.claim_pupils(school=school, campaign=campaign, pupils=[first.pk], actor=teacher)
    done = collecting.collect_pupils(school=other, campaign=campaign, pupils=[second.pk], on=DAY, actor=bureau)
    assert (done.taken, done.left) == (0, {"中心小学已经代收": 1})
    assert codes(campaign, VILLAGE, child) == ["collected_at_school"]
    collecting.collect_pupils(school=school, campaign=campaign, pupils=[first.pk], on=DAY, actor=teacher)
    collecting.pay_over(school=school, campaign=campaign, ticket_no="S", on=DAY, amount=Decimal(400), actor=teacher)
    assert codes(campaign, VILLAGE, child) == ["already_paid"]
    assert Contribution.objects.count() == 1
    lines = {line.school: line for line in school_lines(user=bureau, campaign=campaign)}
    assert (lines[school].insured, lines[other].insured) == (1, 1), "each school sees that the child is insured"


def test_the_tax_bureaus_list_brings_the_schools_payment_again(campaign, school, take, children, teacher, taxman):
    pupils = enter(take, school, children[:1])
    collecting.collect_pupils(school=school, campaign=campaign, pupils=[pupils[0].pk], on=DAY, actor=teacher)
    collecting.pay_over(school=school, campaign=campaign, ticket_no="S", on=DAY, amount=Decimal(400), actor=teacher)
    rows = [("姓名", "证件号码", "缴费金额", "缴费日期"), (children[0].name, children[0].id_number, 400, str(DAY))]
    paid_list, _ = self_payments.take_paid_list(
        campaign=campaign, file=ContentFile(workbook(rows)), name="清单.xlsx", actor=taxman
    )
    for job in Job.objects.filter(state="queued"):
        jobs.run(job.pk)
    assert paid_list.rows.get().outcome == "matched"
    assert VillageAccount.objects.get(village=OTHER).treasury == 400


def test_pupils_from_elsewhere_and_the_dead_are_not_collected_for(campaign, school, take, children, teacher):
    stranger = invented_number(datetime.date(2014, 1, 1), "F", 7, area="110105")
    take(("外地生", stranger, "1班"), school=school)
    pupils = enter(take, school, children[:1])
    Resident.objects.filter(pk=children[0].pk).update(status="moved")
    done = collecting.claim_pupils(school=school, campaign=campaign, pupils=[p.pk for p in pupils], actor=teacher)
    assert done.taken == 0 and len(done.left) == 2
    outsider = Pupil.objects.get(resident__isnull=True)
    services.say_where_insured(pupil=outsider, text="南阳市宛城区", actor=teacher)
    assert Pupil.objects.get(pk=outsider.pk).elsewhere == "南阳市宛城区"


# --- scope ------------------------------------------------------------------------------------------------------------


def test_a_school_sees_its_own_pupils_and_nothing_by_region(
    client, campaign, school, other, take, children, teacher, make_user
):
    mine, theirs = enter(take, school, children[:1])[0], enter(take, other, children[1:2])[0]
    client.force_login(teacher)
    page = client.get(reverse("school", args=[school.pk])).content.decode()
    assert mine.name in page and theirs.name not in page
    assert client.get(reverse("school", args=[other.pk])).status_code == 404
    data = {"step": "claim", "pupil": [theirs.pk]}
    assert client.post(reverse("school_pupils", args=[other.pk]), data).status_code == 404
    client.post(reverse("school_pupils", args=[school.pk]), data)
    theirs.refresh_from_db()
    assert theirs.state == "home"
    assert client.get(reverse("resident_list")).status_code == 403
    assert not Resident.objects.for_user(teacher).exists()
    client.force_login(make_user("school", TOWNSHIP))
    assert "中心小学" not in client.get(reverse("school_list")).content.decode()


def test_the_pages_of_the_bureau(client, campaign, school, take, children, bureau, teacher):
    pupils = enter(take, school, children)
    client.force_login(bureau)
    assert "中心小学" in client.get(reverse("school_list")).content.decode()
    sent = {"step": "collect", "pupil": [p.pk for p in pupils], "on": str(DAY)}
    client.post(reverse("school_pupils", args=[school.pk]), sent)
    assert Pupil.objects.filter(state="collected").count() == 3
    paid = client.post(reverse("school", args=[school.pk]), {"ticket_no": "S1", "on": str(DAY), "amount": "1200"})
    assert paid.status_code == 302 and Contribution.objects.count() == 3
    file = client.get(reverse("school_progress_file"))
    assert file["Content-Disposition"].startswith("attachment")
