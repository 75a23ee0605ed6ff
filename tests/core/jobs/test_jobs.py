"""Jobs: done once, by one worker, however often it is asked and whoever dies."""

import datetime
import errno
import os
import signal
import threading
import uuid

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from core.jobs import heartbeat
from core.jobs import services as jobs
from core.jobs.models import Job
from core.tables.reader import Sheet
from tests.at_once import together
from tests.worker_process import end_of, started

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


def test_a_reading_tells_how_many_rows_it_has_read():
    """Every list that a worker reads passes its pieces through here, so that its page says how far it is."""
    pieces, told = [Sheet("名单", rows=[(n, ["王"]) for n in range(1500)]) for _ in range(4)], []
    assert list(jobs.report_rows(pieces, lambda *said: told.append(said))) == pieces
    assert told == [(3000, 0, "已读取 3000 行"), (6000, 0, "已读取 6000 行")]


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


def test_a_job_that_only_beats_is_not_given_to_a_second_worker():
    """A handler busy with one long statement reports nothing; its heartbeat does, in the row and as a file."""
    seen = []

    @jobs.handler("test.long")
    def long(run):
        Job.objects.filter(pk=run.job.pk).update(heartbeat_at=timezone.now() - datetime.timedelta(minutes=5))
        heartbeat._file(run.job.pk).parent.mkdir(parents=True, exist_ok=True)
        heartbeat._file(run.job.pk).touch()  # all that a thread can do while SQLite's write lock is held
        jobs.requeue_stale()
        seen.append(Job.objects.get(pk=run.job.pk).state)
        heartbeat.Heartbeat(run.job).beat()
        seen.append(Job.objects.get(pk=run.job.pk).heartbeat_at > timezone.now() - datetime.timedelta(seconds=5))

    job = jobs.enqueue("test.long", actor=None, key="a")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert seen == [Job.State.RUNNING, True] and job.state == Job.State.DONE
    assert not heartbeat.is_alive(job.pk, jobs.STALE_AFTER), "the file is gone with the job"


@pytest.mark.django_db(transaction=True)
def test_a_live_job_is_not_given_to_a_second_worker_and_a_dead_ones_is():
    """The first worker is a process of its own, busy with its job until it is killed."""
    began, begins = os.pipe()

    @jobs.handler("test.busy")
    def busy(run):
        if run.job.attempts > 1:
            return "第二个"
        heartbeat.Heartbeat(run.job).beat()
        os.write(begins, b"!")
        signal.pause()
        return "第一个"

    job = jobs.enqueue("test.busy", actor=None, key="a")
    first = started(lambda: jobs.run(job.pk))
    assert os.read(began, 1) == b"!"
    for silent_for in (0, 300):  # in the row; the file tells all the same that the worker lives
        Job.objects.update(heartbeat_at=timezone.now() - datetime.timedelta(seconds=silent_for))
        assert jobs.requeue_stale() == 0
        jobs.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.attempts) == (Job.State.RUNNING, 1)
    os.kill(first, signal.SIGKILL)
    assert end_of(first) == -signal.SIGKILL
    long_ago = timezone.now().timestamp() - 300
    os.utime(heartbeat._file(job.pk), (long_ago, long_ago))
    assert jobs.requeue_stale() == 1
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message, job.attempts) == (Job.State.DONE, "第二个", 2)


def test_the_heartbeat_follows_no_job_that_was_taken_over():
    job = Job.objects.create(
        kind="x", key="a", state=Job.State.RUNNING, token=uuid.uuid4(), heartbeat_at=timezone.now()
    )
    old = timezone.now() - datetime.timedelta(minutes=5)
    Job.objects.update(token=uuid.uuid4(), heartbeat_at=old)
    heartbeat.Heartbeat(job).beat()
    job.refresh_from_db()
    assert job.heartbeat_at == old


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_beats_beside_the_handler():
    beaten = threading.Event()

    class Watched(heartbeat.Heartbeat):
        def beat(self):
            super().beat()
            beaten.set()

    old = timezone.now() - datetime.timedelta(minutes=5)
    job = Job.objects.create(kind="x", key="a", state=Job.State.RUNNING, token=uuid.uuid4(), heartbeat_at=old)
    with Watched(job, every=0.01):
        assert beaten.wait(timeout=30)
    job.refresh_from_db()
    assert job.heartbeat_at > old


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_job_whose_row_its_worker_has_locked_is_passed_over():
    old = timezone.now() - datetime.timedelta(minutes=5)
    job = Job.objects.create(kind="x", key="a", state=Job.State.RUNNING, token=uuid.uuid4(), heartbeat_at=old)
    with transaction.atomic():
        jobs.Run(job).assert_owner()
        assert together(jobs.requeue_stale) == [0]
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "磁盘空间已满"),
        (OperationalError("database or disk is full"), "磁盘空间已满"),
        (SoftTimeLimitExceeded(), "处理时间超过上限"),
        (InterfaceError("Error binding parameter 3: type 'complex' is not supported"), "系统出错"),
        (ValueError("x"), "系统出错"),
    ],
)
def test_what_will_not_pass_by_itself_is_said_at_once(error, message):
    @jobs.handler("test.trouble")
    def trouble(run):
        raise error

    job = jobs.enqueue("test.trouble", actor=None, key="a")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED and message in job.message
