"""Jobs: done once, by one worker, however often it is asked and whoever dies."""

import datetime
import uuid

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from core.jobs import services as jobs
from core.jobs.models import Job
from tests.at_once import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("silent_queue")]


@pytest.fixture
def done():
    seen = []
    jobs.handler("test.count")(lambda run: seen.append(run.args) or "好了")
    return seen


def test_a_double_click_makes_one_job(done):
    first = jobs.enqueue("test.count", actor=None, key="ledger:1", n=1)
    second = jobs.enqueue("test.count", actor=None, key="ledger:1", n=1)
    assert first.pk == second.pk and Job.objects.count() == 1


def test_a_repeated_message_runs_the_job_once(done):
    job = jobs.enqueue("test.count", actor=None, key="a", n=1)
    jobs.run(job.pk)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert done == [{"n": 1}]
    assert (job.state, job.message, job.attempts) == (Job.State.DONE, "好了", 1)


def test_a_finished_key_can_be_asked_again(done):
    jobs.run(jobs.enqueue("test.count", actor=None, key="a").pk)
    jobs.run(jobs.enqueue("test.count", actor=None, key="a").pk)
    assert len(done) == 2


def test_a_failure_is_said_and_does_not_leave_the_job_pending():
    @jobs.handler("test.fail")
    def fail(run):
        raise jobs.JobFailed("表里没有一行数据。")

    job = jobs.enqueue("test.fail", actor=None, key="a")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == (Job.State.FAILED, "表里没有一行数据。")


@pytest.mark.parametrize(
    ("silent_seconds", "state"), [(44, Job.State.RUNNING), (46, Job.State.QUEUED)], ids=["alive", "lost"]
)
def test_a_lost_workers_job_goes_back_to_the_queue(done, silent_seconds, state):
    job = jobs.enqueue("test.count", actor=None, key="a")
    beat = timezone.now() - datetime.timedelta(seconds=silent_seconds)
    Job.objects.update(state=Job.State.RUNNING, token=uuid.uuid4(), attempts=1, heartbeat_at=beat)
    jobs.requeue_stale()
    job.refresh_from_db()
    assert job.state == state


@pytest.mark.parametrize(("attempts", "state"), [(4, Job.State.QUEUED), (5, Job.State.FAILED)])
def test_a_job_that_keeps_killing_workers_is_given_up(done, attempts, state):
    job = jobs.enqueue("test.count", actor=None, key="a")
    beat = timezone.now() - datetime.timedelta(minutes=5)
    Job.objects.update(state=Job.State.RUNNING, token=uuid.uuid4(), attempts=attempts, heartbeat_at=beat)
    jobs.requeue_stale()
    job.refresh_from_db()
    assert job.state == state


def test_a_worker_that_lost_its_job_can_neither_report_nor_finish():
    seen = []

    @jobs.handler("test.slow")
    def slow(run):
        Job.objects.filter(pk=run.job.pk).update(token=uuid.uuid4())  # somebody else took it over
        run.progress(1, 2)
        seen.append("went on")

    job = jobs.enqueue("test.slow", actor=None, key="a")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert seen == [] and job.state == Job.State.RUNNING and job.done == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_away_for_a_moment_costs_no_job():
    """It drops the worker's connection in the middle; beat finds the job silent and the next attempt ends it."""
    attempts = []

    @jobs.handler("test.cut")
    def cut(run):
        attempts.append(1)
        if len(attempts) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return "好了"

    job = jobs.enqueue("test.cut", actor=None, key="a")
    assert together(lambda: jobs.run(job.pk)) == [None]
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING
    Job.objects.update(heartbeat_at=timezone.now() - datetime.timedelta(seconds=46))
    assert jobs.requeue_stale() == 1
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message, job.attempts) == (Job.State.DONE, "好了", 2)


def test_the_loser_of_a_circle_of_waits_tries_again():
    @jobs.handler("test.deadlock")
    def deadlock(run):
        raise OperationalError("deadlock detected")

    job = jobs.enqueue("test.deadlock", actor=None, key="a")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING, "not a failure: beat puts it back in the queue"
