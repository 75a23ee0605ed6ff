"""The tax bureau's answer: any form of its file, partial, repeated, contradictory; corrections and their lineage."""

import datetime

import pytest
from django.core.files.base import ContentFile

import collection.tasks  # noqa: F401
from collection.feedback_reasons import Way, reason_of
from collection.models import Contribution, Declaration, DeclarationRow, Feedback
from collection.services import corrections, declarations, drafts, feedback, tax_files
from collection.services.contributions import reverse_contributions
from collection.services.steps import StepRefused
from collection.tax_sheets import FeedbackLine, read_feedback
from residents.models import Event, Job, Region, Resident
from residents.services import jobs, window
from residents.sheets import Sheet
from tests.collection.paid_people import FAR, TOWNSHIP, VILLAGE, bank, pay
from tests.people import invented_number
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db
State = Declaration.State


@pytest.fixture
def declare(campaign, clerk):
    """A declaration of so many people at the tax bureau."""

    def declare(people=0):
        if people:
            pay(campaign, clerk, people=people)
            bank(campaign, clerk, 400 * people)
        township = Region.objects.get(pk=TOWNSHIP)
        draft = drafts.draft_declaration(campaign=campaign, township=township, actor=clerk)
        return declarations.submit_declaration(declaration=draft, actor=clerk)

    return declare


@pytest.fixture
def upload(taxman, monkeypatch):
    """Uploads a file as the tax bureau and lets the worker read it."""
    monkeypatch.setattr(jobs, "wake", lambda job_id: None)

    def upload(declaration, content, name="反馈.xlsx"):
        kept, _ = feedback.take_feedback(declaration=declaration, file=ContentFile(content), name=name, actor=taxman)
        for job in Job.objects.filter(state="queued"):
            jobs.run(job.pk)
        kept.refresh_from_db()
        declaration.refresh_from_db()
        return kept

    return upload


def book(rows, title="导入结果", heading=("序号", "姓名", "证件号码", "导入结果", "失败原因")):
    return workbook([heading, *rows], sheet=title)


def answers(declaration, *said):
    """A row a person of the declaration: True for taken in, a text for refused, None for left out."""
    rows = zip(declaration.rows.order_by("pk"), said, strict=False)
    return [
        (n, row.name, row.id_number, "成功" if word is True else "失败", "" if word is True else word)
        for n, (row, word) in enumerate(rows, 1)
        if word is not None
    ]


def results(declaration):
    return list(declaration.rows.order_by("pk").values_list("result", flat=True))


# --- Reading --------------------------------------------------------------------------------------------------------

NUMBER = invented_number(datetime.date(1970, 5, 1), "M", 3)
WHO = ["王小明", NUMBER]
SHEETS = {
    # title, heading, cells → (taken in, reason)
    "the usual": ("结果", ["姓名", "证件号码", "导入结果", "失败原因"], [*WHO, "导入成功", None], (True, "")),
    "not successful": ("结果", ["姓名", "身份证号", "状态", "备注"], [*WHO, "不成功", "姓名不符"], (False, "姓名不符")),
    "yes and no": ("结果", ["缴费人姓名", "身份证号码", "是否成功"], [*WHO, "否"], (False, "")),
    "the title says it": ("导入失败名单", ["姓名", "身份证号", "错误信息"], [*WHO, "已死亡"], (False, "已死亡")),
    "a list of successes": ("导入成功", ["姓名", "身份证号"], WHO, (True, "")),
    "only a reason": ("Sheet1", ["姓名", "证件号码", "失败原因"], [*WHO, "未登记"], (False, "未登记")),
    "says nothing": ("结果", ["姓名", "证件号码", "导入结果"], [*WHO, "待处理"], (None, "")),
}


@pytest.mark.parametrize("name", SHEETS)
def test_the_forms_a_feedback_file_comes_in(name):
    title, heading, cells, expected = SHEETS[name]
    sheet = Sheet(title, rows=[(1, ["2025年度城乡居民医保"]), (2, heading), (3, cells), (4, ["合计", None, 1.0])])
    (line,) = read_feedback([sheet])
    assert (line.ok, line.reason) == expected
    assert (line.row, line.name, line.id_number) == (3, "王小明", NUMBER)


def test_a_sheet_without_people_is_no_feedback():
    assert read_feedback([Sheet("说明", rows=[(1, ["请核对"]), (2, ["甲", "乙"])])]) is None


REASONS = {
    "姓名与身份证号不匹配": ("name_differs", Way.FIX),
    "身份证号码校验位错误": ("id_wrong", Way.FIX),
    "身份证号码在系统中查不到": ("id_wrong", Way.FIX),
    "该人员查不到": ("not_registered", Way.ASK),
    "该人员已缴费，不能重复申报": ("already_paid", Way.REFUND),
    "已参加城镇职工基本医疗保险": ("employee", Way.REFUND),
    "在其他统筹地区参保": ("elsewhere", Way.REFUND),
    "该人员已死亡": ("dead", Way.REFUND),
    "未查询到该人员参保登记信息": ("not_registered", Way.ASK),
    "缴费金额与标准不一致": ("amount", Way.ASK),
    "系统繁忙E0231": ("other", Way.FIX),
}


@pytest.mark.parametrize("text", REASONS)
def test_dictionary_of_reasons(text):
    reason = reason_of(text)
    assert (reason.code, reason.way) == REASONS[text]
    assert reason.advice


# --- Applying -------------------------------------------------------------------------------------------------------


def test_two_failures(declare, upload):
    declaration = declare(4)
    read = upload(declaration, book(answers(declaration, True, "姓名与身份证号不匹配", True, "系统繁忙E0231")))
    assert (read.state, read.lines, read.successes, read.failures, read.problem_count) == ("read", 4, 2, 2, 0)
    assert declaration.state == State.FED_BACK
    first, second = declaration.rows.filter(result="failure").order_by("pk")
    assert (first.reason_code, second.reason_code, second.reason) == ("name_differs", "other", "系统繁忙E0231")
    # Friday 25 October and three working days: Monday, Tuesday, Wednesday.
    assert first.fix_by == datetime.date(2024, 10, 30)
    assert sorted(Contribution.objects.values_list("state", flat=True)) == ["declared", "declared", "failed", "failed"]


def test_a_part_leaves_the_rest_open(declare, upload):
    declaration = declare(4)
    upload(declaration, book(answers(declaration, True, None, "未登记")))
    assert (declaration.state, results(declaration)) == (State.SUBMITTED, ["success", "pending", "failure", "pending"])
    upload(declaration, book(answers(declaration, None, True, None, True)))
    assert (declaration.state, results(declaration)) == (State.FED_BACK, ["success", "success", "failure", "success"])


def test_all_refused_ends_the_declaration(declare, upload):
    declaration = declare(2)
    upload(declaration, book(answers(declaration, "未登记", "未登记")))
    assert declaration.state == State.RETURNED


def test_the_same_file_twice_is_recognised(declare, upload, taxman):
    declaration = declare(3)
    content = book(answers(declaration, True, "未登记"))
    first = upload(declaration, content)
    again, new = feedback.take_feedback(
        declaration=declaration, file=ContentFile(content), name="又一次.xlsx", actor=taxman
    )
    assert (again, new) == (first, False)
    assert Feedback.objects.count() == Job.objects.filter(kind="feedback.read").count() == 1


def test_reading_twice_changes_nothing(declare, upload, taxman):
    declaration = declare(2)
    read = upload(declaration, book(answers(declaration, True, "未登记")))
    events = Event.objects.count()
    line = FeedbackLine("结果", 2, "", declaration.rows.first().id_number, False, "反悔")
    feedback.apply_feedback(feedback=read, lines=[line], actor=taxman)
    assert results(declaration) == ["success", "failure"]
    assert Event.objects.count() == events


def problems(read):
    return [problem["why"] for problem in read.problems]


def test_lines_that_match_nobody_are_listed(declare, upload):
    declaration = declare(2)
    rows = answers(declaration, True, True)
    stranger = invented_number(datetime.date(1980, 1, 1), "F", 7)
    rows += [(3, "外村人", stranger, "成功", ""), (4, rows[0][1], stranger, "成功", "")]
    read = upload(declaration, book(rows))
    assert (read.successes, read.problem_count) == (2, 2)
    assert "没有这个证件号码" in problems(read)[0]
    assert "同名的人" in problems(read)[1]
    assert stranger not in str(read.problems)


def test_a_file_of_another_township_changes_nothing_and_names_nobody(declare, upload, campaign, clerk):
    declaration = declare(2)
    pay(campaign, clerk, FAR, people=3, names="外乡")
    strangers = list(Resident.objects.filter(village=FAR))
    rows = [(n, who.name, who.id_number, "成功", "") for n, who in enumerate(strangers, 1)]
    read = upload(declaration, book(rows))
    assert (read.state, read.successes, read.failures, read.problem_count) == ("read", 0, 0, 3)
    assert (declaration.state, results(declaration)) == (State.SUBMITTED, ["pending"] * 2)
    for who in strangers:
        assert who.name not in str(read.problems)
        assert who.id_number not in str(read.problems)
    assert set(Contribution.objects.filter(village=FAR).values_list("state", flat=True)) == {"collected"}


def test_a_list_submitted_again_takes_the_same_file_again(declare, upload, campaign, clerk, taxman):
    """Handed back and made longer: what the file said of people who were not on it before is read now."""
    declaration = declare(1)
    newcomer = pay(campaign, clerk, people=1).get().resident
    content = book([(1, newcomer.name, newcomer.id_number, "成功", "")])
    assert upload(declaration, content).problem_count == 1
    declarations.return_declaration(declaration=declaration, reason="少了人", actor=taxman)
    bank(campaign, clerk, 400)
    drafts.redraft_declaration(declaration=declaration, actor=clerk)
    declarations.submit_declaration(declaration=declaration, actor=clerk)
    declaration.refresh_from_db()
    assert upload(declaration, content).successes == 1
    assert declaration.rows.get(result="success").name == newcomer.name


def test_feedback_on_an_earlier_submission_is_not_applied_to_a_later_one(declare, taxman, clerk):
    declaration = declare(2)
    content = book(answers(declaration, True, True))
    old, _ = feedback.take_feedback(declaration=declaration, file=ContentFile(content), name="x.xlsx", actor=taxman)
    declarations.return_declaration(declaration=declaration, reason="列名不对", actor=taxman)
    declarations.submit_declaration(declaration=declaration, actor=clerk)
    jobs.run(Job.objects.get(key=tax_files.job_key(old)).pk)
    old.refresh_from_db()
    assert (old.state, results(declaration)) == ("refused", ["pending"] * 2)
    assert "是上一次的" in old.problem


def test_a_file_whose_reading_failed_is_read_by_handing_it_in_again(declare, upload, monkeypatch):
    declaration = declare(2)
    content = book(answers(declaration, True, "未登记"))
    with monkeypatch.context() as patched:
        patched.setattr(feedback, "read_feedback", lambda sheets: 1 / 0)
        assert upload(declaration, content).state == "reading"
    assert upload(declaration, content).state == "read"
    assert results(declaration) == ["success", "failure"]
    assert Feedback.objects.count() == 1


def test_no_feedback_in_a_closed_campaign(declare, upload, campaign, taxman):
    declaration = declare(1)
    content = book(answers(declaration, True))
    late, _ = feedback.take_feedback(declaration=declaration, file=ContentFile(content), name="x.xlsx", actor=taxman)
    type(campaign).objects.filter(pk=campaign.pk).update(closed_at=campaign.opened_at)
    jobs.run(Job.objects.get(key=tax_files.job_key(late)).pk)
    late.refresh_from_db()
    assert (late.state, results(declaration)) == ("refused", ["pending"])
    with pytest.raises(StepRefused, match="已经办结"):
        upload(declaration, content)


def test_who_got_the_money_back_is_not_taken_in_after_all(declare, upload, campaign, taxman):
    declaration = declare(2)
    upload(declaration, book(answers(declaration, True, "该人员已死亡")))
    row = declaration.rows.get(result="failure")
    reverse_contributions(campaign=campaign, contributions=[row.contribution], reason="已死亡", actor=taxman)
    with pytest.raises(StepRefused, match="不能再算导入成功"):
        feedback.decide_row(row=row, ok=True, reason="", actor=taxman)
    declarations.confirm_declaration(declaration=declaration, number="QR1", people=1, amount=400, actor=taxman)


def test_both_ways_in_one_file_is_nobodys_guess(declare, upload, taxman):
    declaration = declare(2)
    rows = answers(declaration, True, True) + answers(declaration, "未登记")
    read = upload(declaration, book(rows))
    assert results(declaration) == ["pending", "success"]
    assert "第 2、4 行说法相反" in problems(read)[0]
    feedback.decide_row(row=declaration.rows.first(), ok=False, reason="未登记", actor=taxman)
    declaration.refresh_from_db()
    assert (declaration.state, results(declaration)) == (State.FED_BACK, ["failure", "success"])


def test_a_later_file_that_says_the_opposite_changes_nothing(declare, upload):
    declaration = declare(3)
    upload(declaration, book(answers(declaration, True, "未登记")))
    read = upload(declaration, book(answers(declaration, "未登记", True, True)))
    assert results(declaration) == ["success", "failure", "success"]
    assert read.problem_count == 2
    assert all("这次相反" in why for why in problems(read))


def test_repeated_lines_count_once(declare, upload):
    declaration = declare(2)
    read = upload(declaration, book(answers(declaration, True, "未登记") * 2))
    assert (read.successes, read.failures, read.problem_count) == (1, 1, 0)


def test_a_success_under_another_name_is_not_taken(declare, upload):
    declaration = declare(1)
    row = declaration.rows.get()
    read = upload(declaration, book([(1, "张冠李", row.id_number, "成功", "")]))
    assert (results(declaration), read.problem_count) == (["pending"], 1)


def test_masked_numbers_match_by_name(declare, upload):
    declaration = declare(2)
    first = declaration.rows.order_by("pk").first()
    masked = first.id_number[:6] + "********" + first.id_number[-4:]
    read = upload(declaration, book([(1, first.name, masked, "成功", ""), (2, "无此人", masked, "成功", "")]))
    assert (results(declaration), read.problem_count) == (["success", "pending"], 1)


BAD_FILES = {
    "not a table": (b"%PDF-1.4 hello", "PDF"),
    "no people": (book([]), "没有人员"),
    "no columns": (book([("甲", "乙")], heading=("单位", "电话")), "姓名"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_files_that_give_no_reading(declare, upload, name):
    content, why = BAD_FILES[name]
    declaration = declare(1)
    read = upload(declaration, content)
    assert read.state == "refused"
    assert why in read.problem
    assert results(declaration) == ["pending"]


def test_no_feedback_after_the_confirmation(declare, upload, taxman):
    declaration = declare(1)
    upload(declaration, book(answers(declaration, True)))
    declarations.confirm_declaration(declaration=declaration, number="QR", people=1, amount=400, actor=taxman)
    declaration.refresh_from_db()
    with pytest.raises(StepRefused, match="不收反馈"):
        upload(declaration, book(answers(declaration, "未登记")))


def test_a_worker_that_dies_leaves_nothing_half_done(declare, upload, taxman, monkeypatch):
    declaration = declare(3)
    content = book(answers(declaration, True, "未登记", True))

    def die(declaration):
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(feedback, "_conclude", die)
        read = upload(declaration, content)
    assert (read.state, results(declaration)) == ("reading", ["pending"] * 3)
    job = Job.objects.get(kind="feedback.read")
    Job.objects.filter(pk=job.pk).update(state="queued", token=None)
    jobs.run(job.pk)
    assert results(declaration) == ["success", "failure", "success"]


def test_statements_grow_by_chunks_not_by_lines(declare, taxman):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements(people):
        declaration = declare(people)
        kept = Feedback.objects.create(
            declaration=declaration, attachment=attachment(), sha256=str(people), uploaded_by=taxman,
            uploaded_at=datetime.datetime(2024, 10, 25, tzinfo=datetime.UTC),
        )
        lines = [
            FeedbackLine("结果", n, row.name, row.id_number, n % 2 == 0, "" if n % 2 == 0 else "未登记")
            for n, row in enumerate(declaration.rows.all())
        ]
        with CaptureQueriesContext(connection) as found:
            feedback.apply_feedback(feedback=kept, lines=lines, actor=taxman)
        return len(found)

    def attachment():
        from residents.services import attachments

        return attachments.store(file=ContentFile(b"x"), name="x", kind="feedback", region=TOWNSHIP, actor=taxman)

    assert statements(4) == statements(160)


# --- Correction and lineage -----------------------------------------------------------------------------------------


@pytest.fixture
def failed_row(declare, upload):
    declaration = declare(2)
    upload(declaration, book(answers(declaration, True, "姓名与身份证号不匹配")))
    return declaration.rows.get(result="failure")


def test_corrected_by_the_card_and_declared_again(failed_row, clerk, declare, upload):
    corrections.correct_row(row=failed_row, name="王 晓明", id_number=failed_row.id_number, note="", actor=clerk)
    again = declare()
    (row,) = again.rows.all()
    assert (row.name, row.previous, row.contribution) == ("王晓明", failed_row, failed_row.contribution)
    upload(again, book(answers(again, True)))
    assert again.state == State.FED_BACK
    assert Contribution.objects.filter(state="declared").count() == 2
    event = Event.objects.get(action="declaration.correct")
    assert event.before["name"] == failed_row.name
    assert failed_row.id_number not in str(event.before)


def test_uncorrected_people_are_not_declared_again_and_keep_their_money(failed_row, campaign, clerk):
    township = Region.objects.get(pk=TOWNSHIP)
    with pytest.raises(StepRefused, match="没有可以申报"):
        drafts.draft_declaration(campaign=campaign, township=township, actor=clerk)
    pay(campaign, clerk, people=1)
    with pytest.raises(StepRefused, match="没有可以申报"):
        drafts.draft_declaration(campaign=campaign, township=township, actor=clerk)


def test_a_cancelled_draft_keeps_the_correction(failed_row, campaign, clerk):
    corrections.correct_row(row=failed_row, name="王晓明", id_number=failed_row.id_number, note="", actor=clerk)
    township = Region.objects.get(pk=TOWNSHIP)
    for _ in range(2):
        draft = drafts.draft_declaration(campaign=campaign, township=township, actor=clerk)
        assert draft.rows.get().previous == failed_row
        drafts.cancel_draft(declaration=draft, reason="重做", actor=clerk)
    assert Contribution.objects.get(pk=failed_row.contribution_id).state == "failed"


def test_a_corrected_list_handed_back_whole_goes_back_to_failed(failed_row, clerk, declare, taxman):
    corrections.correct_row(row=failed_row, name="王晓明", id_number=failed_row.id_number, note="", actor=clerk)
    again = declare()
    declarations.return_declaration(declaration=again, reason="列名不对", actor=taxman)
    paid = Contribution.objects.get(pk=failed_row.contribution_id)
    assert (paid.state, paid.declaration_id) == ("failed", failed_row.declaration_id)
    assert declarations.submit_declaration(declaration=again, actor=clerk).people == 1


GOOD = invented_number(datetime.date(1971, 3, 2), "F", 9)
CORRECTIONS = {
    "a wrong check digit": ("王晓明", GOOD[:17] + ("0" if GOOD[17] != "0" else "1"), "", "校验码"),
    "too short": ("王晓明", GOOD[:17], "", "18位"),
    "not a name": ("王晓明（儿子）", GOOD, "", "不像姓名"),
    "nothing changed and nothing said": (None, None, "", "没有改动"),
}


@pytest.mark.parametrize("name", CORRECTIONS)
def test_corrections_that_are_refused(failed_row, clerk, name):
    written, number, note, why = CORRECTIONS[name]
    with pytest.raises(StepRefused, match=why):
        corrections.correct_row(
            row=failed_row, name=written or failed_row.name, id_number=number or failed_row.id_number, note=note,
            actor=clerk,
        )
    failed_row.refresh_from_db()
    assert failed_row.fixed_at is None


def test_the_card_was_right_all_along(failed_row, clerk):
    fixed = corrections.correct_row(
        row=failed_row, name=failed_row.name, id_number=failed_row.id_number, note="身份证核对无误，请税务再查",
        actor=clerk,
    )
    assert fixed.fixed_at


def test_a_number_of_somebody_else_is_explained(failed_row, clerk, make_resident):
    make_resident("411325102200", name="李大山", id_number=GOOD)
    with pytest.raises(StepRefused, match="李\\*山.*重复登记"):
        corrections.correct_row(row=failed_row, name="王晓明", id_number=GOOD, note="", actor=clerk)


def test_a_number_of_a_record_merged_into_this_person_is_corrected_at_the_window_first(
    failed_row, clerk, officer, make_resident
):
    person = failed_row.contribution.resident
    make_resident(VILLAGE, name=person.name, id_number=GOOD, status=Resident.Status.MERGED, merged_into=person)
    with pytest.raises(StepRefused, match="先在居民页“更正证件号码”里改过来"):
        corrections.correct_row(row=failed_row, name=person.name, id_number=GOOD, note="", actor=clerk)
    window.change_number(resident=person, id_number=GOOD, actor=officer)
    corrections.correct_row(row=failed_row, name=person.name, id_number=GOOD, note="已按身份证更正", actor=clerk)


def test_a_number_of_somebody_insured_already_moves_no_payment(failed_row, campaign, clerk, make_resident):
    """The other has paid too: neither record, neither payment changes, and the row still waits."""
    other = pay(campaign, clerk, people=1, channel="self").get()
    before = Resident.objects.get(contributions=failed_row.contribution)
    with pytest.raises(StepRefused, match="是同一个人重复登记的，请县医保局在居民库里合并"):
        corrections.correct_row(
            row=failed_row, name=other.resident.name, id_number=other.resident.id_number, note="x", actor=clerk
        )
    failed_row.refresh_from_db()
    after = Resident.objects.get(pk=before.pk)
    assert (after.name, after.id_number, failed_row.fixed_at) == (before.name, before.id_number, None)
    assert Contribution.objects.get(pk=other.pk).state == "posted"
    assert not Event.objects.filter(action="declaration.correct").exists()


def test_a_number_of_another_county_tells_nothing_of_whose_it_is(failed_row, clerk, make_resident):
    far = Region.objects.create(code="411323100200", name="远村", level="village")
    make_resident(far.code, name="李大山", id_number=GOOD)
    with pytest.raises(StepRefused, match="已经在外县登记") as refused:
        corrections.correct_row(row=failed_row, name="王晓明", id_number=GOOD, note="", actor=clerk)
    assert "远村" not in str(refused.value)
    assert "山" not in str(refused.value)


def test_the_number_decides_birth_and_sex(failed_row, clerk):
    corrections.correct_row(row=failed_row, name="王晓梅", id_number=GOOD.lower(), note="", actor=clerk)
    resident = Resident.objects.get(contributions=failed_row.contribution)
    assert (resident.birth_date, resident.sex) == (datetime.date(1971, 3, 2), "F")


def test_what_is_declared_again_is_not_corrected_twice(failed_row, clerk, declare):
    corrections.correct_row(row=failed_row, name="王晓明", id_number=failed_row.id_number, note="", actor=clerk)
    declare()
    with pytest.raises(StepRefused, match="已经重新申报"):
        corrections.correct_row(row=failed_row, name="王小二", id_number=failed_row.id_number, note="", actor=clerk)
    assert DeclarationRow.objects.filter(previous=failed_row).count() == 1
