"""自主缴费: matched once in however many lists it stands; what was paid twice goes back by itself."""

import datetime
import re
from decimal import Decimal

import pytest

import collection.tasks  # noqa: F401
from collection.contributions.models import Contribution
from collection.gifts import services as gifts
from collection.gifts.spending import pay_at_hall
from collection.money.models import Movement, VillageAccount
from collection.refunds import services as refunds
from collection.refunds.models import Refund
from collection.self_payments import services as self_payments
from collection.self_payments.models import PaidList, SelfPayment
from collection.self_payments.paid_sheet import PaidListReader
from collection.self_payments.preview import preview_lines
from collection.self_payments.selectors import waiting
from collection.self_payments.undone import accept_undone, dismiss_undone
from collection.self_payments.ways import read_way
from core.audit.models import Event
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.tables.reader import Sheet
from residents.counter.corrections import change_number
from residents.people.disclosure import PROBE_MISSES
from residents.people.models import InsuredYear, Resident
from subsidies.rosters.models import Identity
from tests.collection.paid_people import PAYEE, VILLAGE, pay
from tests.factories import invented_number

pytestmark = pytest.mark.django_db
DAY = "2024-10-12"


def row(person, amount=400, day=DAY, ticket=None, name=None):
    return (name or person.name, person.id_number, amount, day, ticket or f"SP{person.pk}")


def outcomes():
    return list(SelfPayment.objects.order_by("row", "id").values_list("outcome", flat=True))


def treasury():
    return int(VillageAccount.objects.get(village=VILLAGE).treasury)


def test_matched_posted_and_insured(campaign, upload, make_resident):
    person = make_resident(VILLAGE)
    paid_list = upload(row(person))
    assert (paid_list.state, paid_list.lines, paid_list.taken) == ("read", 1, 1)
    paid = Contribution.objects.get()
    assert (paid.channel, paid.state, paid.amount) == ("self", "posted", 400)
    assert paid.paid_on == datetime.date(2024, 10, 12)
    assert paid.posted_at
    assert outcomes() == ["matched"]
    assert treasury() == 400
    assert InsuredYear.objects.get().year == 2025


def test_paid_in_cash_before_is_a_refund_case(campaign, upload, taxman):
    paid = pay(campaign, taxman).get()
    upload(row(paid.resident))
    assert outcomes() == ["duplicate"]
    refund = Refund.objects.get()
    assert (refund.reason, refund.amount, refund.ends_enrolment, refund.contribution) == ("duplicate", 400, False, paid)
    assert treasury() == 400
    assert Contribution.objects.get().channel == "cash"


def test_paid_twice_by_oneself(upload, make_resident):
    person = make_resident(VILLAGE)
    upload(row(person, ticket="A1"), row(person, ticket="A2", day="2024-10-13"))
    assert outcomes() == ["matched", "duplicate"]
    assert Refund.objects.get().self_payment.number.startswith("A2")
    assert treasury() == 800


def test_enrolled_free_and_paid_nonetheless(campaign, upload, taxman):
    paid = pay(campaign, taxman, channel="self").get()
    Contribution.objects.filter(pk=paid.pk).update(channel="free", amount=0, subsidy=400, category="特困人员")
    upload(row(paid.resident))
    assert outcomes() == ["free"]
    assert Refund.objects.get().self_payment.outcome == "free"


def test_marked_fully_subsidised_but_not_enrolled_yet(upload, make_resident):
    person = make_resident(VILLAGE)
    Identity.objects.create(
        resident=person, kind="特困人员", department="民政局", recognised_on=datetime.date(2024, 9, 1)
    )
    upload(row(person))
    assert outcomes() == ["free"]
    assert Refund.objects.count() == 1


def test_unknown_other_name_and_other_amount_wait_for_a_person(upload, make_resident):
    known, other = make_resident(VILLAGE), make_resident(VILLAGE, name="李大山")
    stranger = invented_number(datetime.date(1999, 9, 9), "F", 77)
    upload(
        ("外来人", stranger, 400, DAY, "X1"),
        row(known, name="王小名"),
        row(other, amount=390),
    )
    assert outcomes() == ["unknown", "name_differs", "amount_differs"]
    assert not Contribution.objects.exists()
    assert not Movement.objects.exists()


@pytest.mark.parametrize(("misses", "events"), [(PROBE_MISSES - 1, 0), (PROBE_MISSES, 1)])
def test_a_paid_list_that_misses_many_names_is_told_to_the_security_officer_once(upload, make_resident, misses, events):
    people = [make_resident(VILLAGE) for _ in range(misses + 1)]
    lines = [*(row(person, name="别的名") for person in people[:misses]), row(people[misses])]
    paid_list = upload(*lines)
    told = Event.objects.filter(action="disclosure.probe")
    assert [(event.batch, event.after) for event in told] == [
        (f"paid-{paid_list.pk}", {"rows": misses + 1, "count": misses})
    ] * events
    assert not any(person.name in event.summary for event in told for person in people)
    upload(*lines)
    assert told.count() == events


@pytest.mark.parametrize(("status", "cases"), [("dead", 1), ("employee", 1), ("moved", 0)])
def test_people_who_should_not_be_enrolled(upload, make_resident, status, cases):
    upload(row(make_resident(VILLAGE, status=status)))
    assert outcomes() == ["ineligible"]
    assert Refund.objects.count() == cases
    assert SelfPayment.objects.filter(settled_at__isnull=True).count() == 1 - cases


def test_the_same_list_twice_is_recognised(upload, make_resident):
    person = make_resident(VILLAGE)
    first = upload(row(person))
    assert upload(row(person)).pk in (first.pk, first.pk + 1)
    assert SelfPayment.objects.count() == Contribution.objects.count() == 1


def test_overlapping_lists(upload, make_resident):
    people = [make_resident(VILLAGE) for _ in range(3)]
    upload(row(people[0]), row(people[1]))
    second = upload(row(people[1]), row(people[2]))
    assert (second.lines, second.taken, second.known) == (2, 1, 1)
    assert outcomes() == ["matched"] * 3
    assert treasury() == 1200


def test_lists_without_ticket_numbers(upload, make_resident):
    person = make_resident(VILLAGE)
    heading = ("姓名", "身份证号", "金额", "缴费时间")
    line = (person.name, person.id_number, "400.00元", "2024/10/12 08:31:20")
    upload(line, line, heading=heading)
    assert outcomes() == ["matched", "unclear"]
    again = upload(line, line, (person.name, person.id_number, 400, "2024-10-20"), heading=heading)
    assert (again.taken, again.known) == (1, 2)
    assert treasury() == 800


def test_bad_rows_are_listed_by_number(upload, make_resident):
    person = make_resident(VILLAGE)
    paid_list = upload(
        row(person, amount="四百块左右"),
        row(person, day="十月"),
        row(person, amount=0),
        (person.name, 411325197005010018.0, 400, DAY, "T9"),
        row(person),
    )
    assert (paid_list.taken, paid_list.bad_count) == (1, 4)
    assert [bad["row"] for bad in paid_list.bad_rows] == [3, 4, 5, 6]


def test_a_file_that_is_no_list(upload):
    paid_list = upload(("甲", "乙"), heading=("单位", "电话"))
    assert (paid_list.state, "姓名" in paid_list.problem) == ("refused", True)


def test_a_worker_that_dies_between_two_chunks(upload, make_resident, monkeypatch):
    people = [make_resident(VILLAGE) for _ in range(5)]
    monkeypatch.setattr(self_payments, "rows_a_transaction", lambda: 2)
    taken, calls = self_payments.take_lines, []

    def dying(**facts):
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("killed")
        taken(**facts)

    with monkeypatch.context() as patched:
        patched.setattr(self_payments, "take_lines", dying)
        paid_list = upload(*[row(person) for person in people])
    assert (paid_list.state, Contribution.objects.count()) == ("reading", 4)
    Job.objects.update(state="queued", token=None)
    jobs.run(Job.objects.get().pk)
    paid_list.refresh_from_db()
    assert (paid_list.state, paid_list.taken, paid_list.known) == ("read", 5, 0)
    assert treasury() == 2000


def test_a_list_that_breaks_off_says_what_was_booked_before(upload, make_resident, monkeypatch):
    """Two columns that begin to differ after a first chunk was booked; mended, the list books the rest once."""
    one, other = make_resident(VILLAGE), make_resident(VILLAGE)
    monkeypatch.setattr(self_payments, "rows_a_transaction", lambda: 2)
    heading = ("姓名", "证件号码", "缴费金额", "缴费日期", "电子税票号码", "证件号码")
    nobody = [["查无", "", "", "", "", ""]] * 600  # rows come by five hundred
    first, last = [*row(one), one.id_number], [*row(other), one.id_number]
    broken = upload(first, *nobody, last, heading=heading)
    assert broken.state == "refused" and "有 2 列" in broken.problem
    assert re.search(r"前面 \d+ 行已经处理", broken.problem) and Contribution.objects.count() == 1
    mended = upload(first, *nobody, [*row(other), other.id_number], heading=heading)
    assert (mended.state, mended.taken, mended.known) == ("read", 1, 1)
    assert treasury() == 800


# --- The worklist ---------------------------------------------------------------------------------------------------


def test_settled_as_the_person_it_is(upload, make_resident, taxman):
    person = make_resident(VILLAGE)
    upload(row(person, name="王小名"))
    payment = SelfPayment.objects.get()
    with pytest.raises(Refused, match="核实说明"):
        self_payments.settle_as(self_payment=payment, resident=person, note=" ", actor=taxman)
    self_payments.settle_as(self_payment=payment, resident=person, note="曾用名，户口簿核实", actor=taxman)
    assert (outcomes(), treasury()) == (["matched"], 400)
    with pytest.raises(Refused, match="已经处理过"):
        self_payments.settle_as(self_payment=payment, resident=person, note="再点一次", actor=taxman)


def test_settled_as_somebody_who_had_paid(campaign, upload, taxman):
    paid = pay(campaign, taxman).get()
    upload((paid.resident.name, invented_number(datetime.date(1999, 9, 9), "F", 77), 400, DAY, "X1"))
    self_payments.settle_as(
        self_payment=SelfPayment.objects.get(), resident=paid.resident, note="号码录错", actor=taxman
    )
    assert outcomes() == ["duplicate"]
    assert Refund.objects.get().contribution == paid


def test_set_aside(upload, taxman):
    upload(("外来人", invented_number(datetime.date(1999, 9, 9), "F", 77), 400, DAY, "X1"))
    self_payments.set_aside(self_payment=SelfPayment.objects.get(), note="外县居民，已转邓州", actor=taxman)
    assert outcomes() == ["set_aside"]
    with pytest.raises(Refused, match="已经处理过"):
        self_payments.set_aside(self_payment=SelfPayment.objects.get(), note="再点", actor=taxman)


def test_statements_grow_by_chunks_not_by_lines(campaign, taxman, upload):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from collection.self_payments.paid_sheet import PaidLine

    paid_list = upload()
    PaidList.objects.update(state="reading")

    def statements(count, start):
        people = Resident.objects.bulk_create(
            Resident(
                village_id=VILLAGE,
                name="村民甲",
                birth_date=datetime.date(1970, 5, 1),
                sex="M",
                id_number=invented_number(datetime.date(1970, 5, 1), "M", start + n),
                registered_on=datetime.date(2024, 1, 1),
            )
            for n in range(count)
        )
        lines = [
            PaidLine(n, p.name, p.id_number, Decimal(400), datetime.date(2024, 10, 12)) for n, p in enumerate(people)
        ]
        with CaptureQueriesContext(connection) as found:
            self_payments.take_lines(paid_list=paid_list, lines=lines, actor=taxman)
        return len(found)

    statements(1, 1000)
    few, many = statements(3, 0), statements(120, 10)
    # SQLite takes fewer values in a statement, so a large insert is a few statements there.
    assert few <= many <= few + 8
    assert Contribution.objects.count() == 124


# --- One payment, many lists ----------------------------------------------------------------------------------------

FULL = ("电子税票号码", "姓名", "证件号码", "实缴金额", "缴费日期", "缴费年度")
PLAIN = ("姓名", "证件号码", "实缴金额", "缴费日期", "缴费年度")
STATES = ("电子税票号码", "姓名", "证件号码", "实缴金额", "缴费日期", "缴费年度", "缴费状态")


def full(person, ticket, day="2024-10-20", *state):
    return (ticket, person.name, person.id_number, 400, day, "2025", *state)


@pytest.mark.parametrize("ticket", ["341024410000123450", "3.41024E+17", 3.4102441000012345e17, "341024410000123450.0"])
def test_one_payment_with_and_without_its_ticket(upload, make_resident, ticket):
    people = [make_resident(VILLAGE) for _ in range(3)]
    upload(*[full(p, f"34102441000012345{n}") for n, p in enumerate(people)], heading=FULL)
    again = upload(*[(p.name, p.id_number, 400, "2024-10-20", "2025") for p in people], heading=PLAIN)
    spoilt = upload(full(people[0], ticket), heading=FULL)
    assert (again.taken, again.known, spoilt.taken, spoilt.known) == (0, 3, 0, 1)
    assert (outcomes(), treasury(), Refund.objects.count()) == (["matched"] * 3, 1200, 0)


def test_only_what_was_paid_is_a_payment(upload, make_resident):
    people = [make_resident(VILLAGE) for _ in range(5)]
    states = ("已缴费", "已作废", "已退费", "缴费失败", "核销中")
    upload(*[full(p, f"T{n}", "2024-10-21", states[n]) for n, p in enumerate(people)], heading=STATES)
    assert outcomes() == ["matched", "undone", "undone", "undone", "unclear"]
    assert (Contribution.objects.get().resident, treasury()) == (people[0], 400)


def test_without_a_year_another_periods_payments_are_asked_about(upload, make_resident):
    people = [make_resident(VILLAGE) for _ in range(2)]
    heading = ("姓名", "证件号码", "实缴金额", "缴费日期")
    upload(*[(p.name, p.id_number, 400, f"202{n + 2}-11-05") for n, p in enumerate(people)], heading=heading)
    assert outcomes() == ["unclear"] * 2
    assert not Contribution.objects.exists()
    assert not Movement.objects.exists()


def test_a_payment_and_its_undoing_in_one_list_are_nothing(upload, make_resident):
    person = make_resident(VILLAGE)
    upload(full(person, "T1", "2024-10-20", "已冲正"), full(person, "T1", "2024-10-20", "已缴费"), heading=STATES)
    assert outcomes() == ["undone"]
    assert not Movement.objects.exists()


def test_what_a_later_list_unsays_is_a_case_for_the_bureau(upload, make_resident, taxman, officer):
    person = make_resident(VILLAGE)
    upload(full(person, "T1", "2024-10-20", "已缴费"), heading=STATES)
    upload(full(person, "T1", "2024-10-20", "已退费"), heading=STATES)
    payment = SelfPayment.objects.get()
    assert (payment.outcome, payment.undone_as, treasury()) == ("matched", "已退费", 400)
    assert list(waiting(SelfPayment.objects.all())) == [payment]
    with pytest.raises(Refused, match="县医保局"):
        accept_undone(self_payment=payment, note="是", actor=taxman)
    accept_undone(self_payment=payment, note="税务退库清单核实", actor=officer)
    paid = Contribution.objects.get()
    assert (outcomes(), treasury(), paid.state, bool(paid.ended_at)) == (["undone"], 0, "reversed", True)
    assert not InsuredYear.objects.exists()
    assert not waiting(SelfPayment.objects.all()).exists()
    with pytest.raises(Refused, match="核实过"):
        accept_undone(self_payment=payment, note="再点", actor=officer)


def test_a_list_that_was_wrong_changes_nothing(upload, make_resident, officer):
    person = make_resident(VILLAGE)
    upload(full(person, "T1", "2024-10-20", "已缴费"), heading=STATES)
    upload(full(person, "T1", "2024-10-20", "已作废"), heading=STATES)
    dismiss_undone(self_payment=SelfPayment.objects.get(), note="税务更正", actor=officer)
    assert (outcomes(), treasury(), Contribution.objects.get().ended_at) == (["matched"], 400, None)


def test_nothing_is_paid_back_twice_when_the_tax_bureau_has_paid_already(campaign, upload, taxman, officer):
    paid = pay(campaign, taxman).get()
    upload(full(paid.resident, "T1", "2024-10-20", "已缴费"), heading=STATES)
    refund = Refund.objects.get()
    refunds.set_payee(refund=refund, actor=taxman, **PAYEE)
    refunds.pass_first(refund=refund, actor=taxman)
    upload(full(paid.resident, "T1", "2024-10-20", "已退费"), heading=STATES)
    with pytest.raises(Refused, match="退两次"):
        refunds.pay_refund(refund=refund, actor=officer)
    accept_undone(self_payment=SelfPayment.objects.get(), note="税务已退", actor=officer)
    refund.refresh_from_db()
    assert (refund.state, treasury(), Contribution.objects.get().ended_at) == ("rejected", 0, None)


def test_undone_before_it_was_said_to_be_paid_is_asked_about(upload, make_resident):
    person = make_resident(VILLAGE)
    upload(full(person, "T1", "2024-10-20", "已退费"), heading=STATES)
    upload(full(person, "T1", "2024-10-20", "已缴费"), heading=STATES)
    assert outcomes() == ["unclear"]
    assert not Contribution.objects.exists()


def test_a_dry_run_says_what_would_become_of_each_line(campaign, upload, make_resident):
    paid, fresh, free = (make_resident(VILLAGE) for _ in range(3))
    upload(full(paid, "T1"), heading=FULL)
    reader = PaidListReader(self_payments.payment_year(campaign), datetime.date(2024, 10, 25))
    rows = [
        full(paid, "", "2024-10-20", "已缴费"),
        full(paid, "T2", "2024-10-21", "已缴费"),
        full(fresh, "T3", "2024-10-20", "已缴费"),
        full(free, "T4", "2024-10-20", "已作废"),
        full(free, "T5", "2024-10-20", "核销中"),
        full(paid, "T1", "2024-10-20", "已退费"),
    ]
    lines = list(reader.lines([Sheet("x", rows=[(1, list(STATES)), *((n, list(r)) for n, r in enumerate(rows, 2))])]))
    before = SelfPayment.objects.count()
    answers = [outcome for _, outcome, _ in preview_lines(campaign=campaign, lines=lines)]
    assert answers == ["known", "duplicate", "book", "undone", "ask", "ask"]
    assert SelfPayment.objects.count() == before


# --- ways and parts ---------------------------------------------------------------------------------------------------

WITH_WAYS = ("姓名", "证件号码", "缴费金额", "缴费日期", "电子税票号码", "缴费渠道", "共济账户人")


def test_family_account_is_a_channel_of_its_own(upload, make_resident):
    people = [make_resident(VILLAGE, name=f"村民{n}") for n in "甲乙丙丁"]
    told = (("医保个人账户共济", "王大"), ("农商银行柜台", ""), ("自助办税终端", None), ("", "王五"))
    upload(*[(*row(p), way, payer) for p, (way, payer) in zip(people, told, strict=True)], heading=WITH_WAYS)
    assert list(SelfPayment.objects.order_by("row").values_list("way", "payer")) == [
        ("family", "王大"),
        ("bank", ""),
        ("terminal", ""),
        ("family", "王五"),
    ]
    assert [c.channel for c in Contribution.objects.order_by("resident")] == ["family", "self", "self", "family"]
    assert treasury() == 1600


def test_two_payments_that_are_together_what_is_due(campaign, upload, make_resident):
    person = make_resident(VILLAGE)
    upload(row(person, ticket="A1", amount="150.01"), row(person, ticket="A2", amount="249.99", day="2024-10-13"))
    assert outcomes() == ["matched", "matched"]
    paid = Contribution.objects.get()
    assert (paid.amount, paid.paid_on) == (400, datetime.date(2024, 10, 13))
    assert set(SelfPayment.objects.values_list("contribution", flat=True)) == {paid.pk}
    assert sorted(Movement.objects.values_list("amount", flat=True)) == [Decimal("150.01"), Decimal("249.99")]
    assert treasury() == 400


def test_the_second_part_comes_with_a_later_list(upload, make_resident):
    person = make_resident(VILLAGE)
    upload(row(person, ticket="A1", amount=200))
    assert outcomes() == ["amount_differs"] and not Movement.objects.exists()
    upload((*row(person, ticket="A2", amount=200, day="2024-10-14"), "家庭共济", "王大"), heading=WITH_WAYS)
    assert outcomes() == ["matched", "matched"]
    assert Contribution.objects.get().amount == 400
    assert waiting(SelfPayment.objects.all()).count() == 0


@pytest.mark.parametrize(("amounts", "says"), [((200, 199), "还差 1.00 元"), ((200, 201), "多出 1.00 元")])
def test_parts_that_are_not_the_due_wait(upload, make_resident, amounts, says):
    person = make_resident(VILLAGE)
    upload(*[row(person, ticket=f"A{n}", amount=amount) for n, amount in enumerate(amounts)])
    assert outcomes() == ["amount_differs"] * 2
    assert says in SelfPayment.objects.first().message
    assert not Contribution.objects.exists() and not Movement.objects.exists()


def test_a_third_payment_after_the_parts_goes_back(upload, make_resident):
    person = make_resident(VILLAGE)
    upload(*[row(person, ticket=f"A{n}", amount=200) for n in range(3)])
    assert outcomes() == ["matched", "matched", "duplicate"]
    assert Refund.objects.get().amount == 200
    assert treasury() == 600


def test_one_part_undone_undoes_the_whole(campaign, upload, officer, make_resident):
    person = make_resident(VILLAGE)
    upload(row(person, ticket="A1", amount=200), row(person, ticket="A2", amount=200))
    heading = ("姓名", "证件号码", "缴费金额", "缴费日期", "电子税票号码", "缴费状态")
    upload((*row(person, ticket="A2", amount=200), "已退费"), heading=heading)
    accept_undone(self_payment=SelfPayment.objects.get(number__startswith="A2"), note="属实", actor=officer)
    assert Contribution.objects.get().state == "reversed"
    assert treasury() == 0
    other = SelfPayment.objects.get(number__startswith="A1")
    assert (other.outcome, other.contribution) == ("amount_differs", None)
    assert list(waiting(SelfPayment.objects.all())) == [other]
    upload(row(person, ticket="A3", amount=200, day="2024-10-15"))
    assert Contribution.objects.get(ended_at__isnull=True).amount == 400
    assert treasury() == 400


def test_what_a_collective_paid_at_the_hall_is_no_second_payment(campaign, upload, clerk, make_resident):
    person = make_resident(VILLAGE)
    gift = gifts.register_gift(
        campaign=campaign,
        village=person.village,
        donor="村集体",
        donor_kind="collective",
        basis="decision",
        document="决议",
        promised=Decimal(400),
        pay_by=datetime.date(2024, 10, 20),
        covers="all",
        actor=clerk,
    )
    pay_at_hall(gift=gift, ticket_no="H1", on=datetime.date(2024, 10, 12), amount=Decimal(400), actor=clerk)
    upload(row(person, ticket="H1"), row(person, ticket="H2"))
    assert outcomes() == ["matched", "duplicate"]
    assert Refund.objects.get().self_payment.number.startswith("H2")
    assert treasury() == 800


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("微信城市服务", "online"),
        ("协作银行手机APP", "online"),
        ("建设银行服务终端", "terminal"),
        ("农商银行网点", "bank"),
        ("办税服务厅窗口", "hall"),
        ("碰一下缴社保", "hall"),
        ("医保钱包", "family"),
        ("村集体补助", "collective"),
        ("其他", ""),
        ("", ""),
    ],
)
def test_where_it_was_paid(text, way):
    assert read_way(text).value == way


# --- Numbers that were corrected --------------------------------------------------------------------------------------


def test_a_payment_under_the_old_number_is_the_persons_and_counts_once(campaign, upload, make_resident, taxman):
    """The list of one week knows the birth certificate, that of the next the identity number: one payment."""
    born = datetime.date(2024, 3, 1)
    baby = make_resident(VILLAGE, name="王小花", birth=str(born), id_number="W123456789", document_type="birth")
    upload(row(baby, ticket="T1"))
    number = invented_number(born, "M", 9)
    change_number(resident=baby, id_number=number, actor=taxman)
    baby.refresh_from_db()
    again = upload(row(baby, ticket="T1"))
    assert (again.lines, again.taken) == (1, 0)
    assert outcomes() == ["matched"] and not Refund.objects.exists()
    assert treasury() == 400


def test_the_first_list_after_the_correction_still_names_the_old_number(campaign, upload, make_resident, taxman):
    born = datetime.date(2024, 3, 1)
    baby = make_resident(VILLAGE, name="王小花", birth=str(born), id_number="W123456789", document_type="birth")
    old = row(baby)
    change_number(resident=baby, id_number=invented_number(born, "M", 9), actor=taxman)
    upload(old)
    assert outcomes() == ["matched"]
    assert Contribution.objects.get().resident == baby
