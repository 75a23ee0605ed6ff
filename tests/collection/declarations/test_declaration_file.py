"""The file for the tax bureau: columns by policy, text numbers, no formulas, an audit event."""

import signal

import openpyxl
import pytest

from collection.contributions.models import Contribution
from collection.declarations import drafts
from collection.declarations import file as declaration_file
from collection.declarations import services as declarations
from collection.declarations.tax_sheets import read_feedback
from core.audit.models import Event
from core.files.models import Attachment
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.regions.models import Region
from core.tables import reader
from residents.people.models import Resident
from tests.collection.ledgers.test_ledger_killed import finish, run_in_a_process_killed_at
from tests.collection.paid_people import TOWNSHIP, bank, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def township(campaign):
    return Region.objects.get(pk=TOWNSHIP)


@pytest.fixture
def draft(campaign, clerk, township):
    pay(campaign, clerk, people=3)
    bank(campaign, clerk, 1200)
    return drafts.draft_declaration(campaign=campaign, township=township, actor=clerk)


@pytest.fixture
def submitted(draft, clerk):
    return declarations.submit_declaration(declaration=draft, actor=clerk)


def run(declaration):
    """The worker writes the file; returns the job as it ended."""
    job = Job.objects.get(key=declaration_file.job_key(declaration))
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def numbers_in(file):
    return sorted(line.id_number for line in read_feedback(reader.read(file.file.path).sheets))


def declared(declaration):
    return sorted(declaration.rows.values_list("id_number", flat=True))


@pytest.fixture
def written(draft, clerk, make_user, taxman):
    Resident.objects.filter(pk=Resident.objects.first().pk).update(name="=HYPERLINK(1)")
    special = Contribution.objects.last()
    Contribution.objects.filter(pk=special.pk).update(category="低保对象", amount=320, subsidy=80)
    drafts.redraft_declaration(declaration=draft, actor=clerk)
    officer = make_user("county", "411325")
    declarations.allow_difference(declaration=draft, reason="测试", actor=officer)
    declaration = declarations.submit_declaration(declaration=draft, actor=clerk)
    run(declaration)
    return declaration, declaration_file.hand_over(declaration=declaration, actor=taxman)


def test_columns_follow_the_policy_and_numbers_are_text(written):
    declaration, file = written
    book = openpyxl.load_workbook(file.file.path)
    assert book.sheetnames == ["普通居民", "资助人员"]
    sheet = book["普通居民"]
    heading = [cell.value for cell in sheet[1]]
    assert heading == [column.title for column in declaration.campaign.policy.declaration.columns]
    number = sheet.cell(2, heading.index("证件号码") + 1)
    assert (number.data_type, len(number.value), number.number_format) == ("s", 18, "@")
    assert sheet.cell(2, heading.index("缴费金额") + 1).value == 400
    assert sheet.cell(2, heading.index("姓名") + 1).data_type == "s"
    assert book["资助人员"].max_row == 2


def test_what_we_write_we_can_read(written):
    declaration, file = written
    assert numbers_in(file) == declared(declaration)


def test_the_name_of_the_file(written):
    assert written[1].name == "内乡县2025年度医保申报表_夏馆镇_第1批.xlsx"


def test_every_download_leaves_an_event_and_the_tax_bureaus_first_marks_the_list_as_taken(submitted, clerk, taxman):
    run(submitted)
    declaration_file.hand_over(declaration=submitted, actor=clerk)
    submitted.refresh_from_db()
    assert submitted.taken_at is None
    for _ in range(2):
        file = declaration_file.hand_over(declaration=submitted, actor=taxman)
    submitted.refresh_from_db()
    assert submitted.taken_by == taxman
    events = Event.objects.filter(action="declaration.export")
    assert events.count() == 3
    assert {event.after["sha256"] for event in events} == {file.sha256}
    assert "3 人" in events[0].summary


def test_every_download_is_the_same_file(submitted, taxman):
    run(submitted)
    first = declaration_file.hand_over(declaration=submitted, actor=taxman)
    Resident.objects.update(name="后来改名")
    declaration_file.ask_for_file(declaration=submitted, actor=taxman)
    for job in Job.objects.filter(state="queued"):
        jobs.run(job.pk)
    assert declaration_file.hand_over(declaration=submitted, actor=taxman) == first


def test_a_draft_has_no_file(draft, clerk):
    for ask in (declaration_file.ask_for_file, declaration_file.hand_over):
        with pytest.raises(Refused, match="还没有报送"):
            ask(declaration=draft, actor=clerk)


def test_a_file_that_is_not_written_yet_is_not_handed_over(submitted, taxman):
    with pytest.raises(Refused, match="还没有生成"):
        declaration_file.hand_over(declaration=submitted, actor=taxman)
    assert not Event.objects.filter(action="declaration.export").exists()


def test_a_submission_asks_for_one_file_however_often_it_is_pressed(submitted, clerk):
    declarations.submit_declaration(declaration=submitted, actor=clerk)
    declaration_file.ask_for_file(declaration=submitted, actor=clerk)
    assert Job.objects.filter(kind="declaration.file").count() == 1


def test_progress_follows_the_people(submitted, monkeypatch):
    said = []
    monkeypatch.setattr(declaration_file, "CHUNK", 2)
    monkeypatch.setattr(jobs.Run, "progress", lambda self, done, total, message="": said.append((done, total)))
    run(submitted)
    assert said == [(0, 3), (2, 3)]


def broken_disk(**kept):
    raise OSError("no space left on device")


def test_a_worker_that_fails_at_the_end_leaves_no_file_and_the_next_one_writes_it_whole(submitted, taxman, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(declaration_file.attachments, "store", broken_disk)
        assert run(submitted).state == "failed"
    submitted.refresh_from_db()
    assert submitted.file is None
    declaration_file.ask_for_file(declaration=submitted, actor=taxman)
    jobs.run(Job.objects.get(state="queued").pk)
    file = declaration_file.hand_over(declaration=submitted, actor=taxman)
    assert numbers_in(file) == declared(submitted)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", [2, 6, 10])
def test_a_worker_killed_at_any_statement_is_followed_by_another(submitted, taxman, statement):
    job = Job.objects.get(key=declaration_file.job_key(submitted))
    assert run_in_a_process_killed_at(job, statement) == -signal.SIGKILL
    submitted.refresh_from_db()
    assert submitted.file is None
    finish(job)
    file = declaration_file.hand_over(declaration=submitted, actor=taxman)
    assert numbers_in(file) == declared(submitted)
    assert Attachment.objects.count() == 1


def test_a_list_handed_back_gets_the_file_of_its_next_submission(campaign, submitted, clerk, taxman):
    run(submitted)
    first = declaration_file.hand_over(declaration=submitted, actor=taxman)
    declarations.return_declaration(declaration=submitted, reason="列名不对", actor=taxman)
    pay(campaign, clerk, people=2)
    bank(campaign, clerk, 800)
    again = drafts.redraft_declaration(declaration=submitted, actor=clerk)
    again = declarations.submit_declaration(declaration=again, actor=clerk)
    assert again.file is None
    run(again)
    second = declaration_file.hand_over(declaration=again, actor=taxman)
    assert second != first
    assert numbers_in(second) == declared(again)
    assert len(declared(again)) == 5


def test_a_slow_worker_does_not_put_the_old_list_on_a_new_submission(submitted, clerk, taxman):
    """The list is handed back while its file is being written; the worker ends late, the next one has not begun."""
    old = Job.objects.get(key=declaration_file.job_key(submitted))
    declarations.return_declaration(declaration=submitted, reason="列名不对", actor=taxman)
    again = declarations.submit_declaration(declaration=submitted, actor=clerk)
    jobs.run(old.pk)
    again.refresh_from_db()
    assert again.file is None
    run(again)
    assert numbers_in(declaration_file.hand_over(declaration=again, actor=taxman)) == declared(again)


def test_statements_grow_by_chunks_not_by_people(campaign, clerk, township):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements(people):
        pay(campaign, clerk, people=people)
        bank(campaign, clerk, 400 * people)
        draft = drafts.draft_declaration(campaign=campaign, township=township, actor=clerk)
        declaration = declarations.submit_declaration(declaration=draft, actor=clerk)
        with CaptureQueriesContext(connection) as found:
            run(declaration)
        return len(found)

    assert statements(2) == statements(300)
