"""A worker process killed with -9 at any statement: the next one ends where a single clean run would have ended."""

import os
import signal
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from collection.contributions.models import Contribution
from collection.ledgers import confirm as ledger_confirm
from collection.ledgers import selectors as ledger_selectors
from collection.ledgers import services as ledgers
from collection.ledgers.models import LedgerBatch
from collection.money.models import Movement, VillageAccount
from collection.money.selectors import recount
from collection.receipts.models import Receipt
from core.audit.models import Event
from core.jobs import services as jobs
from core.jobs.models import Job
from core.regions.models import Region
from residents.people.models import Resident
from tests.collection.ledgers.ledger_files import number_of, person, upload
from tests.worker_process import in_a_process

VILLAGE, PEOPLE, CHUNK = "411325101200", 60, 25


def run_in_a_process_killed_at(job: Job, statement: int) -> int:
    """A worker that runs one job and is killed by the kernel before its n-th statement; what ended it."""
    left = statement

    def count(execute, sql, params, many, context):
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    def work():
        with connection.execute_wrapper(count):
            jobs.run(job.pk)

    return in_a_process(work)


def finish(job: Job) -> None:
    """Beat finds the lost worker's job and another worker takes it."""
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=2))
    jobs.requeue_stale()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.message


def what_came_of(batch) -> dict:
    """Everything that a batch has left in the books, without ids and instants."""
    mine = Contribution.objects.filter(ledger_row__batch=batch)
    return {
        "rows": sorted(batch.rows.values_list("number", "state", "amount")),
        "contributions": mine.count(),
        "movements": Movement.objects.filter(contribution__in=mine).count(),
        "receipts": sorted(Receipt.objects.filter(contributions__in=mine).distinct().values_list("amount", flat=True)),
        "residents": Resident.objects.filter(contributions__in=mine).count(),
        "events": sorted(Event.objects.filter(batch=str(batch.pk)).values_list("action", flat=True)),
    }


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_statement(campaign, make_user, monkeypatch, silent_queue):
    monkeypatch.setattr(ledger_confirm, "CHUNK", CHUNK)
    monkeypatch.setattr(ledgers, "CHUNK", CHUNK)
    helper, village = make_user("village", VILLAGE), Region.objects.get(pk=VILLAGE)
    # (what is killed, before which statement); None: the clean run the others are compared with.
    kills = [(None, 0)] + [("read", n) for n in (4, 14, 18, 22)] + [("confirm", n) for n in (5, 18, 30, 41, 55, 70)]
    outcomes = {}
    for order, (killed, statement) in enumerate(kills):
        first = order * 90
        rows = [person(n, **({"amount": 1} if n == first + 7 else {})) for n in range(first, first + PEOPLE)]
        batch, _ = ledgers.upload_ledger(
            campaign=campaign, village=village, file=upload(rows), name="台账.xlsx", actor=helper
        )
        reading = Job.objects.get(key=ledger_selectors.reading_job_key(batch.pk))
        if killed == "read":
            assert run_in_a_process_killed_at(reading, statement) == -signal.SIGKILL
            batch.refresh_from_db()
            assert batch.state == LedgerBatch.State.READING
        finish(reading)
        ledger_confirm.confirm_ledger(batch=batch, actor=helper)
        booking = Job.objects.get(key=ledger_selectors.confirming_job_key(batch.pk))
        if killed == "confirm":
            assert run_in_a_process_killed_at(booking, statement) == -signal.SIGKILL
            done = Contribution.objects.filter(ledger_row__batch=batch).count()
            assert done in (0, CHUNK, CHUNK - 1, 2 * CHUNK - 1, PEOPLE - 1)
        finish(booking)
        outcomes[killed, statement] = what_came_of(batch)
    clean = outcomes.pop((None, 0))
    assert clean["contributions"] == PEOPLE - 1
    for at, outcome in outcomes.items():
        assert outcome["events"] == clean["events"], at
        assert {k: v for k, v in outcome.items() if k != "rows"} == {k: v for k, v in clean.items() if k != "rows"}, at
        assert [state for _, state, _ in outcome["rows"]] == [state for _, state, _ in clean["rows"]], at
    booked = len(kills) * (PEOPLE - 1)
    assert VillageAccount.objects.get(village=VILLAGE).collected == Decimal(400) * booked
    assert Resident.objects.count() == booked
    assert recount(campaign=campaign) == []
    assert Contribution.objects.filter(resident__id_number=number_of(7)).count() == 0
