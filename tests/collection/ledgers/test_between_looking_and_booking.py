"""A ledger read at ten and confirmed at eleven is booked by the facts of eleven, under the residents' locks.

Each fact that may change in between is tried twice: changed before the confirmation, on both engines, and while one of
the two is still at work, with real connections, on PostgreSQL.
"""

import datetime

import pytest

from collection.contributions.models import Contribution
from collection.entitlements.models import DifferenceCase
from collection.ledgers import confirm as ledger_confirm
from collection.ledgers import services as ledgers
from collection.ledgers.models import LedgerBatch, LedgerRow
from core.jobs import services as jobs
from core.jobs.models import Job
from core.regions.models import Region
from residents.counter.services import change_resident
from residents.people.models import FormerNumber, Resident
from residents.statuses.services import set_status
from tests.at_once import together, waits_for
from tests.collection.entitlements.test_consequences import County
from tests.collection.ledgers.ledger_files import person, upload
from tests.factories import invented_number

VILLAGE, OTHER = "411325101200", "411325101201"
BatchState, RowState = LedgerBatch.State, LedgerRow.State
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("silent_queue")]


def run_jobs():
    for job in Job.objects.filter(state=Job.State.QUEUED).order_by("created_at"):
        jobs.run(job.pk)


class Office:
    """A village's ledger over two residents, read at ten; and everybody who may change a fact before eleven."""

    def __init__(self, campaign, make_user, make_resident):
        self.campaign, self.helper = campaign, make_user("village", VILLAGE)
        self.county = County(campaign, VILLAGE, make_user)
        self.one = make_resident(VILLAGE, name="王金玉", birth="1970-05-01")
        self.other = make_resident(VILLAGE, name="李银花", birth="1972-05-01")
        self.batch = self.read([self.row(self.one, 1), self.row(self.other, 4)])

    @staticmethod
    def row(resident, serial):
        return person(serial, name=resident.name, id_number=resident.id_number, paid_on="2024-10-08")

    def read(self, rows):
        batch, _ = ledgers.upload_ledger(
            campaign=self.campaign, village=self.helper.region, file=upload(rows), name="台账.xlsx", actor=self.helper
        )
        run_jobs()
        batch.refresh_from_db()
        assert set(batch.rows.values_list("state", flat=True)) == {RowState.GOOD}
        return batch

    def confirm(self):
        ledger_confirm.confirm_ledger(batch=self.batch, actor=self.helper)
        run_jobs()
        self.batch.refresh_from_db()

    def book(self):
        """Book the first chunk as the worker does, and let its errors out."""

        class Run:
            args = {"batch": self.batch.pk}

            def progress(self, *_):
                pass

            def assert_owner(self):
                pass

        LedgerBatch.objects.filter(pk=self.batch.pk).update(state=BatchState.CONFIRMING, confirmed_by=self.helper)
        ledger_confirm.book_batch(Run())

    # --- what may happen meanwhile

    def die(self):
        set_status(resident=self.one, status="dead", since=datetime.date(2024, 9, 30), source="死亡证明", actor=None)

    def move(self):
        change_resident(resident=self.one, village=Region.objects.get(pk=OTHER), actor=self.county.clerk)

    def rename(self):
        change_resident(resident=self.one, name="王全玉", actor=self.county.clerk)

    def mark(self):
        self.county.mark([self.one], "低保对象")

    def free(self):
        self.county.mark([self.one], "特困人员")

    def pay(self):
        self.county.pay(self.one, "2024-10-09")

    def row_of(self, resident):
        return self.batch.rows.get(id_number=resident.id_number)


@pytest.fixture
def office(campaign, make_user, make_resident):
    return Office(campaign, make_user, make_resident)


CROSSINGS = {
    "die": ["resident_not_eligible"],
    "move": ["other_village"],
    "rename": ["name_conflict"],
    "mark": ["amount_mismatch"],
    "free": ["fully_subsidised"],
    "pay": ["already_paid"],
}


@pytest.mark.parametrize("change", CROSSINGS)
def test_what_changed_before_the_confirmation_comes_back_with_its_reason(office, change):
    getattr(office, change)()
    office.confirm()
    row = office.row_of(office.one)
    assert (row.state, [problem["code"] for problem in row.problems]) == (RowState.BAD, CROSSINGS[change])
    assert office.row_of(office.other).state == RowState.CONFIRMED
    assert office.batch.state == BatchState.CONFIRMED
    assert not Contribution.objects.filter(ledger_row=row).exists()


@pytest.mark.postgres
@pytest.mark.parametrize("change", CROSSINGS)
def test_the_booking_waits_for_a_fact_that_is_being_changed(office, change):
    assert waits_for(getattr(office, change), office.book)


@pytest.mark.postgres
@pytest.mark.parametrize("change", CROSSINGS)
def test_a_fact_waits_for_the_booking_that_is_under_way(office, change):
    assert waits_for(office.book, getattr(office, change))


@pytest.mark.parametrize("change", ["die", "mark", "free"])
def test_whichever_comes_first_nothing_is_booked_that_the_facts_forbid(office, change):
    """At the same moment, with real connections: booked by the old facts, it is seen by what follows from the new."""
    ledger_confirm.confirm_ledger(batch=office.batch, actor=office.helper)
    outcomes = together(run_jobs, getattr(office, change))
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    run_jobs()
    office.batch.refresh_from_db()
    assert office.batch.state == BatchState.CONFIRMED
    row = office.row_of(office.one)
    assert row.state in (RowState.CONFIRMED, RowState.BAD)
    assert Contribution.objects.filter(ledger_row=row).exists() == (row.state == RowState.CONFIRMED)
    if change in ("mark", "free"):
        assert DifferenceCase.objects.filter(contribution__ledger_row=row).exists() == (row.state == RowState.CONFIRMED)


def close(campaign):
    campaign.closed_at = campaign.opened_at
    campaign.save(update_fields=["closed_at"])


def test_a_campaign_closed_while_a_ledger_is_being_confirmed_leaves_its_rows_with_the_reason(office, campaign):
    ledger_confirm.confirm_ledger(batch=office.batch, actor=office.helper)
    close(campaign)
    run_jobs()
    office.batch.refresh_from_db()
    assert office.batch.state == BatchState.CHECKED
    assert set(office.batch.rows.values_list("state", flat=True)) == {RowState.GOOD}
    (note,) = [note for note in office.batch.warnings if note["code"] == "campaign_closed"]
    assert "办结" in note["message"] and "2 行没有记账" in note["message"]
    assert Job.objects.filter(kind="ledger.confirm").get().state == Job.State.DONE


def test_a_campaign_closed_between_two_chunks_keeps_what_was_booked(office, campaign, monkeypatch):
    monkeypatch.setattr(ledger_confirm, "CHUNK", 1)

    class ClosesAfterTheFirst:
        args = {"batch": office.batch.pk}

        def progress(self, *_):
            close(campaign)

        def assert_owner(self):
            pass

    ledger_confirm.confirm_ledger(batch=office.batch, actor=office.helper)
    ledger_confirm.book_batch(ClosesAfterTheFirst())
    office.batch.refresh_from_db()
    assert office.batch.state == BatchState.CONFIRMED
    assert sorted(office.batch.rows.values_list("state", flat=True)) == [RowState.CONFIRMED, RowState.GOOD]
    assert "其余 1 行没有记账" in office.batch.warnings[-1]["message"]


def test_rows_left_by_a_closing_are_booked_after_it_was_taken_back(office, campaign):
    close(campaign)
    LedgerBatch.objects.filter(pk=office.batch.pk).update(state=BatchState.CONFIRMING, confirmed_by=office.helper)
    ledgers.resume_ledger(batch=LedgerBatch.objects.get(pk=office.batch.pk), actor=office.helper)
    run_jobs()
    campaign.closed_at = None
    campaign.save(update_fields=["closed_at"])
    office.confirm()
    assert set(office.batch.rows.values_list("state", flat=True)) == {RowState.CONFIRMED}
    assert [note["code"] for note in office.batch.warnings if note["code"] == "campaign_closed"] == []


def test_a_number_corrected_meanwhile_is_booked_for_the_same_person(office):
    old, new = office.one.id_number, invented_number(datetime.date(1970, 5, 1), "M", 900)
    Resident.objects.filter(pk=office.one.pk).update(id_number=new)
    FormerNumber.objects.create(
        resident=office.one, document_type="id_card", id_number=old, given_up_on="2024-10-20", reason="号码更正"
    )
    office.confirm()
    assert set(office.batch.rows.values_list("state", flat=True)) == {RowState.CONFIRMED}
    assert Resident.objects.count() == 2
    assert set(Contribution.objects.values_list("resident", flat=True)) == {office.one.pk, office.other.pk}
