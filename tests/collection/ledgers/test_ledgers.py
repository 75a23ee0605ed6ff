"""A ledger's way from the file to the books and back."""

import datetime
import random
from decimal import Decimal

import pytest

from collection.contributions.models import Contribution
from collection.ledgers import confirm as ledger_confirm
from collection.ledgers import services as ledgers
from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.money.models import Movement, VillageAccount
from collection.money.selectors import recount
from collection.receipts.models import Receipt
from core.audit.models import Event
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.regions.models import Region
from residents.people.models import Household, Resident
from tests.collection.ledgers.ledger_files import HEADING, number_of, person, upload

pytestmark = pytest.mark.usefixtures("silent_queue")

VILLAGE, OTHER, COUNTY = "411325101200", "411325101201", "411325"
BatchState, RowState = LedgerBatch.State, LedgerRow.State


@pytest.fixture
def helper(make_user):
    return make_user("village", VILLAGE)


@pytest.fixture
def village(campaign):
    return Region.objects.get(pk=VILLAGE)


@pytest.fixture
def send(campaign, village, helper):
    """`send(rows)` uploads a ledger and lets a worker read it."""

    def send(rows, *, to=village, **options):
        batch, _ = ledgers.upload_ledger(
            campaign=campaign, village=to, file=upload(rows, **options), name="台账.xlsx", actor=helper
        )
        work()
        batch.refresh_from_db()
        return batch

    return send


@pytest.fixture
def confirm(helper):
    def confirm(batch):
        ledger_confirm.confirm_ledger(batch=batch, actor=helper)
        work()
        batch.refresh_from_db()
        return batch

    return confirm


def work():
    """What the worker does: every job that waits."""
    for job in Job.objects.filter(state=Job.State.QUEUED).order_by("created_at"):
        jobs.run(job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.message


def states(batch):
    return dict(batch.rows.values_list("number", "state"))


def codes(batch):
    return {row.number: [p["code"] for p in row.problems] for row in batch.rows.all() if row.problems}


def test_a_file_becomes_rows_and_good_rows_become_money(campaign, send, confirm, helper):
    rows = [person(0), person(1), person(2, amount=300), person(3, id_number="1234")]
    batch = send(rows)
    assert batch.state == BatchState.CHECKED
    assert states(batch) == {2: "good", 3: "good", 4: "bad", 5: "bad"}
    assert codes(batch) == {4: ["amount_mismatch"], 5: ["id_length"]}
    assert not Contribution.objects.exists()

    batch = confirm(batch)
    assert batch.state == BatchState.CONFIRMED
    assert states(batch) == {2: "confirmed", 3: "confirmed", 4: "bad", 5: "bad"}
    account = VillageAccount.objects.get(village=VILLAGE)
    assert (account.collected, account.in_hand) == (800, 800)
    assert recount(campaign=campaign) == []
    (receipt,) = Receipt.objects.all()
    assert (receipt.number, receipt.household, receipt.amount) == ("NX00000000", "H00000", 800)
    made = Contribution.objects.get(ledger_row__number=2)
    assert (made.receipt, made.paid_on, made.recorded_by) == (receipt, datetime.date(2024, 10, 1), helper)


def test_people_the_register_does_not_know_are_registered_with_their_household(send, confirm):
    confirm(send([person(0), person(1)]))
    head, member = Resident.objects.order_by("pk")
    assert (head.village_id, head.id_number, head.phone) == (VILLAGE, number_of(0), "13800000000")
    household = Household.objects.get()
    assert head.household == member.household == household
    assert household.head_name == head.name
    assert Event.objects.filter(action="resident.register").count() == 2


@pytest.mark.parametrize("number", ["H1", None])
def test_a_household_stays_together_when_its_head_is_left_out(send, confirm, number):
    head = person(0, household=number, receipt_no="NX1", amount=300)
    members = [person(n, household=None, relation="子女", receipt_no="NX1") for n in (1, 2)]
    batch = confirm(send([head, *members]))
    assert states(batch) == {2: "bad", 3: "confirmed", 4: "confirmed"}
    household = number or f"{head[1]}{number_of(0)[-4:]}"
    assert list(Receipt.objects.values_list("number", "household", "amount")) == [("NX1", household, 800)]
    assert set(Resident.objects.values_list("household__number", flat=True)) == {number}


def test_one_receipt_without_any_household_is_taken_for_one(send, confirm):
    bare = {"household": None, "relation": None, "receipt_no": "NX1"}
    batch = send([person(n, **bare) for n in range(3)])
    warned = [row.number for row in batch.rows.all() if "receipt_shared" in {w["code"] for w in row.warnings}]
    assert sorted(warned) == [3, 4]
    assert set(states(confirm(batch)).values()) == {"confirmed"}
    assert Receipt.objects.get().amount == 1200
    again = send([person(3, **bare), person(4, receipt_no="NX1", household="H9", relation=None)])
    assert codes(again) == {2: ["receipt_reused"], 3: ["receipt_reused"]}


@pytest.mark.parametrize("number", ["h00000", "Ｈ00000"])
def test_a_household_number_from_another_keyboard_is_the_same(send, confirm, number):
    batch = confirm(send([person(0), person(1, household=number)]))
    assert states(batch) == {2: "confirmed", 3: "confirmed"}
    assert list(Receipt.objects.values_list("household", "amount")) == [("H00000", 800)]


@pytest.mark.parametrize("seed", range(5))
def test_what_the_preview_calls_good_is_booked_however_households_are_written(send, confirm, monkeypatch, seed):
    chance = random.Random(seed)
    monkeypatch.setattr(ledger_confirm, "CHUNK", 2)
    for _ in range(2):
        rows = [
            person(
                n,
                household=chance.choice([None, None, "H1", "h1", " H2 ", 7, "7", "同上"]),
                relation=chance.choice([None, "户主", "配偶", "子女"]),
                amount=chance.choice([400, 400, 300]),
                receipt_no=chance.choice(["NX1", "nx 1", "NX2", "同上"]),
            )
            + [chance.choice([None, "甲一", "甲一", "乙二"])]
            for n in chance.sample(range(20), 8)
        ]
        batch = send(rows, heading=[*HEADING, "户主姓名"])
        good = [number for number, state in states(batch).items() if state == "good"]
        if good:
            after = states(confirm(batch))
            assert {after[number] for number in good} == {"confirmed"}


def test_uploading_twice_is_one_batch_until_it_is_confirmed(campaign, village, helper, send, confirm):
    first, again = send([person(0)]), send([person(0)])
    assert first == again
    confirm(first)
    third = send([person(0)])
    assert third != first
    assert third.warnings[0]["code"] == "same_file"
    assert states(third) == {2: "recorded"}
    with pytest.raises(Refused, match="没有可以确认的行"):
        ledger_confirm.confirm_ledger(batch=third, actor=helper)


def test_the_mended_file_takes_only_what_was_mended(send, confirm):
    confirm(send([person(0), person(1, amount=40), person(2)]))
    mended = send([person(0), person(1), person(2)])
    assert states(mended) == {2: "recorded", 3: "good", 4: "recorded"}
    confirm(mended)
    assert Contribution.objects.count() == 3
    assert VillageAccount.objects.get(village=VILLAGE).collected == 1200
    assert Receipt.objects.get().amount == 1200


def test_two_clicks_on_confirm_book_once(send, confirm, helper):
    batch = send([person(0)])
    ledger_confirm.confirm_ledger(batch=batch, actor=helper)
    ledger_confirm.confirm_ledger(batch=batch, actor=helper)
    assert Job.objects.filter(kind="ledger.confirm").count() == 1
    work()
    ledger_confirm.confirm_ledger(batch=batch, actor=helper)
    work()
    assert Contribution.objects.count() == 1


def test_two_ledgers_with_the_same_people_book_them_once(send, confirm):
    first, second = send([person(0), person(1)]), send([person(1), person(0), person(2)])
    confirm(first)
    second = confirm(second)
    assert Contribution.objects.count() == 3
    assert sorted(states(second).values()) == ["confirmed", "recorded", "recorded"]


def test_what_became_wrong_since_the_preview_stays_behind(send, confirm, make_resident):
    someone = make_resident(VILLAGE, name="王小明")
    batch = send([person(0), person(4, name="王小明", id_number=someone.id_number)])
    Resident.objects.filter(pk=someone.pk).update(status="dead")
    batch = confirm(batch)
    assert states(batch) == {2: "confirmed", 3: "bad"}
    assert codes(batch) == {3: ["resident_not_eligible"]}


def test_facts_of_the_register_the_paid_list_and_the_books(campaign, send, village, make_resident, make_user):
    from collection.receipts import books
    from subsidies.rosters.models import Identity

    make_resident(VILLAGE, name="冯平平")
    elsewhere = make_resident(OTHER, name="赵平平")
    poor = make_resident(VILLAGE, name="钱平平")
    orphan = make_resident(VILLAGE, name="孙平平", birth="2015-01-01")
    for who, kind in ((poor, "低保对象"), (orphan, "特困人员")):
        Identity.objects.create(resident=who, kind=kind, department="民政局", recognised_on=datetime.date(2024, 5, 1))
    county = make_user("county", COUNTY)
    books.register_book(campaign=campaign, first="NX00000000", last="NX00000099", actor=county)
    township = Region.objects.get(pk=VILLAGE[:9])
    books.issue_book(campaign=campaign, holder=township, first="NX00000000", last="NX00000099", actor=county)
    books.issue_book(campaign=campaign, holder=village, first="NX00000000", last="NX00000009", actor=county)
    batch = send(
        [
            person(0, name="赵平平", id_number=elsewhere.id_number),
            person(3, name="钱平平", id_number=poor.id_number),
            person(6, name="孙平平", id_number=orphan.id_number),
            person(9, name="另一人", id_number=poor.id_number),
            person(30),
            person(27, name="冯平平", amount=320),
        ]
    )
    assert codes(batch) == {
        2: ["other_village"],
        3: ["name_conflict", "amount_mismatch"],
        4: ["fully_subsidised"],
        5: ["name_conflict", "name_conflict", "amount_mismatch"],
        6: ["receipt_not_issued"],
        7: ["amount_mismatch"],
    }
    warnings = [w for w in batch.rows.get(number=7).warnings if w["code"] == "new_resident"]
    assert "同名" in warnings[0]["message"]


def test_a_file_that_cannot_be_read_is_refused_with_its_reason(campaign, village, helper):
    from django.core.files.uploadedfile import SimpleUploadedFile

    page = SimpleUploadedFile("a.xls", b"<html></html>")
    batch, _ = ledgers.upload_ledger(campaign=campaign, village=village, file=page, name="a.xls", actor=helper)
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.file_error["code"]) == (BatchState.REFUSED, "unreadable_file")


@pytest.mark.parametrize(
    ("change", "says"),
    [("closed", "已办结"), ("township", "不是本县的村"), ("other county", "不是本县的村"), ("size", "上限")],
)
def test_what_is_not_taken_in(campaign, village, helper, change, says):
    file = upload([person(0)])
    if change == "closed":
        campaign.closed_at = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
        campaign.save()
    elif change == "township":
        village = Region.objects.get(pk=VILLAGE[:9])
    elif change == "other county":
        village = Region(code="130628100200", name="某村", level="village")
    else:
        file.size = 21 << 20
    with pytest.raises(Refused, match=says):
        ledgers.upload_ledger(campaign=campaign, village=village, file=file, name="a.xlsx", actor=helper)
    assert not LedgerBatch.objects.exists()


def test_a_campaign_that_closes_before_the_confirmation(campaign, send, helper):
    batch = send([person(0)])
    campaign.closed_at = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    campaign.save()
    with pytest.raises(Refused, match="已办结"):
        ledger_confirm.confirm_ledger(batch=batch, actor=helper)


# --- taking back ----------------------------------------------------------------------------------------------------


def test_a_wrong_file_is_taken_back_whole_and_its_numbers_are_free(campaign, send, confirm, helper):
    batch = confirm(send([person(0), person(1), person(2, amount=1)]))
    assert ledger_confirm.withdraw_ledger(batch=batch, reason="传错了", actor=helper) == []
    batch.refresh_from_db()
    assert batch.state == BatchState.WITHDRAWN
    assert set(states(batch).values()) == {"withdrawn"}
    account = VillageAccount.objects.get(village=VILLAGE)
    assert (account.collected, account.in_hand) == (0, 0)
    assert recount(campaign=campaign) == []
    assert Receipt.objects.get().state == Receipt.State.RELEASED
    assert ledger_confirm.withdraw_ledger(batch=batch, reason="传错了", actor=helper) == []
    assert Movement.objects.filter(kind="reversal").count() == 2

    again = confirm(send([person(0), person(1)]))
    assert again.pk != batch.pk
    assert VillageAccount.objects.get(village=VILLAGE).collected == 800
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.amount) == (Receipt.State.USED, 800)


def test_what_is_declared_stays(send, confirm, helper):
    batch = confirm(send([person(0), person(3)]))
    Contribution.objects.filter(ledger_row__number=3).update(state=Contribution.State.DECLARED)
    (stays,) = ledger_confirm.withdraw_ledger(batch=batch, reason="传错了", actor=helper)
    assert (stays.number, stays.why) == (3, "已申报")
    batch.refresh_from_db()
    assert batch.state == BatchState.CONFIRMED
    assert states(batch) == {2: "withdrawn", 3: "confirmed"}
    assert VillageAccount.objects.get(village=VILLAGE).collected == 400


@pytest.mark.parametrize(
    ("deposited", "stay"), [("0.01", [2]), ("400.00", [2]), ("400.01", [2, 3]), ("1200.00", [2, 3, 4])]
)
def test_what_is_banked_stays_the_oldest_cash_first(campaign, send, confirm, helper, deposited, stay):
    from collection.cash.models import Deposit
    from core.files import services as attachments

    batch = confirm(send([person(n, paid_on=f"2024-10-{n + 1:02d}") for n in (0, 3, 6)]))
    photo = attachments.store(file=upload([]), name="slip.png", kind="photo", region=VILLAGE, actor=helper)
    Deposit.objects.create(
        campaign=campaign,
        village_id=VILLAGE,
        slip_no="8801",
        paid_on=datetime.date(2024, 10, 20),
        amount=Decimal(deposited),
        account="财政所",
        photo=photo,
        recorded_by=helper,
        recorded_at=batch.confirmed_at,
    )
    stays = ledger_confirm.withdraw_ledger(batch=batch, reason="传错了", actor=helper)
    assert [s.number for s in stays] == stay
    left = Decimal(400) * len(stay)
    assert VillageAccount.objects.get(village=VILLAGE).collected == left


def test_a_ledger_that_was_never_confirmed_is_simply_put_aside(send, helper):
    batch = send([person(0)])
    ledger_confirm.withdraw_ledger(batch=batch, reason="传错了", actor=helper)
    batch.refresh_from_db()
    assert batch.state == BatchState.WITHDRAWN
    with pytest.raises(Refused, match="不能确认"):
        ledger_confirm.confirm_ledger(batch=batch, actor=helper)


def test_taking_back_needs_a_reason(send, helper):
    with pytest.raises(Refused, match="撤回的原因"):
        ledger_confirm.withdraw_ledger(batch=send([person(0)]), reason=" ", actor=helper)


# --- lost workers and many rows -------------------------------------------------------------------------------------


def test_a_worker_that_lost_its_job_writes_nothing_more(send, helper):
    batch = send([person(n) for n in range(6)])
    ledger_confirm.confirm_ledger(batch=batch, actor=helper)
    job = Job.objects.get(kind="ledger.confirm")
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, token="0" * 32)
    job.refresh_from_db()
    Job.objects.filter(pk=job.pk).update(token="1" * 32)
    with pytest.raises(jobs.JobLost):
        ledger_confirm.book_batch(jobs.Run(job))
    assert not Contribution.objects.exists()


def test_a_batch_half_booked_is_finished_by_the_next_worker(send, helper, monkeypatch):
    monkeypatch.setattr(ledger_confirm, "CHUNK", 4)
    batch = send([person(n) for n in range(10)])
    ledger_confirm.confirm_ledger(batch=batch, actor=helper)
    job = Job.objects.get(kind="ledger.confirm")
    real, calls = ledger_confirm._book_chunk, []

    def dies_in_the_second_chunk(run, batch, chunk):
        calls.append(len(chunk))
        if len(calls) == 2:
            raise SystemExit
        return real(run, batch, chunk)

    monkeypatch.setattr(ledger_confirm, "_book_chunk", dies_in_the_second_chunk)
    with pytest.raises(SystemExit):
        jobs.run(job.pk)
    assert Contribution.objects.count() == 4
    Job.objects.filter(pk=job.pk).update(heartbeat_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    jobs.requeue_stale()
    work()
    assert calls == [4, 4, 4, 2]
    assert Contribution.objects.count() == 10
    assert VillageAccount.objects.get(village=VILLAGE).collected == 4000


def test_a_batch_half_read_is_read_anew(send, campaign, village, helper, monkeypatch):
    monkeypatch.setattr(ledgers, "CHUNK", 3)
    batch, _ = ledgers.upload_ledger(
        campaign=campaign, village=village, file=upload([person(n) for n in range(8)]), name="a", actor=helper
    )
    LedgerRow.objects.create(batch=batch, number=2, state="good", name="半途")
    work()
    assert batch.rows.count() == 8
    assert not batch.rows.filter(name="半途").exists()


def test_queries_do_not_grow_with_the_rows(campaign, village, helper, send, django_assert_max_num_queries):
    send([person(n) for n in range(3)])
    batch, _ = ledgers.upload_ledger(
        campaign=campaign, village=village, file=upload([person(n) for n in range(300)]), name="a", actor=helper
    )
    with django_assert_max_num_queries(40):
        work()
    ledger_confirm.confirm_ledger(batch=batch, actor=helper)
    with django_assert_max_num_queries(110):
        work()
    assert Contribution.objects.count() == 300
