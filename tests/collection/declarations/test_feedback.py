"""The tax bureau's answer: any form of its file, partial, repeated, contradictory."""

import datetime

import pytest
from django.core.files.base import ContentFile

import collection.tasks  # noqa: F401
from collection.contributions.models import Contribution
from collection.contributions.services import reverse_contributions
from collection.declarations import drafts, feedback, tax_files
from collection.declarations import services as declarations
from collection.declarations.models import Declaration, Feedback
from collection.declarations.reasons import FailureWay, reason_of
from collection.declarations.tax_sheets import FeedbackLine, read_feedback
from core.audit.models import Event
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from core.tables.reader import Sheet
from residents.people.models import Resident
from tests.collection.declarations.feedback_files import answers, book
from tests.collection.paid_people import FAR, TOWNSHIP, bank, pay
from tests.factories import invented_number

pytestmark = pytest.mark.django_db
State = Declaration.State


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
    "姓名与身份证号不匹配": ("name_differs", FailureWay.FIX),
    "身份证号码校验位错误": ("id_wrong", FailureWay.FIX),
    "身份证号码在系统中查不到": ("id_wrong", FailureWay.FIX),
    "该人员查不到": ("not_registered", FailureWay.ASK),
    "该人员已缴费，不能重复申报": ("already_paid", FailureWay.REFUND),
    "已参加城镇职工基本医疗保险": ("employee", FailureWay.REFUND),
    "在其他统筹地区参保": ("elsewhere", FailureWay.REFUND),
    "该人员已死亡": ("dead", FailureWay.REFUND),
    "未查询到该人员参保登记信息": ("not_registered", FailureWay.ASK),
    "缴费金额与标准不一致": ("amount", FailureWay.ASK),
    "系统繁忙E0231": ("other", FailureWay.FIX),
}


@pytest.mark.parametrize("text", REASONS)
def test_dictionary_of_reasons(text):
    reason = reason_of(text)
    assert (reason.code, reason.way) == REASONS[text]
    assert reason.advice


# --- Applying -------------------------------------------------------------------------------------------------------


def test_two_failures(declare, feed):
    declaration = declare(4)
    read = feed(declaration, book(answers(declaration, True, "姓名与身份证号不匹配", True, "系统繁忙E0231")))
    assert (read.state, read.lines, read.successes, read.failures, read.problem_count) == ("read", 4, 2, 2, 0)
    assert declaration.state == State.FED_BACK
    first, second = declaration.rows.filter(result="failure").order_by("pk")
    assert (first.reason_code, second.reason_code, second.reason) == ("name_differs", "other", "系统繁忙E0231")
    # Friday 25 October and three working days: Monday, Tuesday, Wednesday.
    assert first.fix_by == datetime.date(2024, 10, 30)
    assert sorted(Contribution.objects.values_list("state", flat=True)) == ["declared", "declared", "failed", "failed"]


def test_words_of_the_tax_bureau(declare, feed):
    """Negated successes are failures with their reasons; a success that carries a reason is asked about."""
    declaration = declare(6)
    words = [
        ("不予通过", "身份证号码与公安库不一致"),
        ("没有成功", "此人已在外县参保"),
        ("非正常", "已死亡"),
        ("无异常", ""),
        ("校验通过，无错误", ""),
        ("成功", "此人已在外县参保"),
    ]
    rows = [(row.name, row.id_number, *word) for row, word in zip(declaration.rows.order_by("pk"), words, strict=True)]
    read = feed(declaration, book(rows, heading=("姓名", "证件号码", "校验结果", "说明")))
    assert results(declaration) == ["failure"] * 3 + ["success"] * 2 + ["pending"]
    assert [row.reason for row in declaration.rows.filter(result="failure").order_by("pk")] == [w for _, w in words[:3]]
    (problem,) = read.problems
    assert problem["declaration_row"] == declaration.rows.order_by("pk").last().pk
    assert "请核实" in problem["why"]


def test_an_unknown_word_is_asked_about_once_and_remembered(declare, feed, taxman):
    declaration = declare(3)
    rows = [
        (row.name, row.id_number, word)
        for row, word in zip(declaration.rows.order_by("pk"), ("已推送", "已推送", "成功"), strict=True)
    ]
    heading = ("姓名", "证件号码", "导入结果")
    read = feed(declaration, book(rows, heading=heading))
    assert results(declaration) == ["pending", "pending", "success"]
    assert {problem["word"] for problem in read.problems} == {"已推送"}
    with pytest.raises(Refused, match="没有等说明"):
        feedback.explain_word(feedback=read, word="别的", ok=True, actor=taxman)
    feedback.explain_word(feedback=read, word="已推送", ok=True, actor=taxman)
    jobs.run(Job.objects.get(state="queued").pk)
    read.refresh_from_db()
    assert (results(declaration), read.problems, read.successes) == (["success"] * 3, [], 3)
    with pytest.raises(Refused):
        feedback.explain_word(feedback=read, word="已推送", ok=False, actor=taxman)
    second = declare(1)
    row = second.rows.get()
    assert feed(second, book([(row.name, row.id_number, "已推送")], heading=heading)).successes == 1


def test_a_part_leaves_the_rest_open(declare, feed):
    declaration = declare(4)
    feed(declaration, book(answers(declaration, True, None, "未登记")))
    assert (declaration.state, results(declaration)) == (State.SUBMITTED, ["success", "pending", "failure", "pending"])
    feed(declaration, book(answers(declaration, None, True, None, True)))
    assert (declaration.state, results(declaration)) == (State.FED_BACK, ["success", "success", "failure", "success"])


def test_all_refused_ends_the_declaration(declare, feed):
    declaration = declare(2)
    feed(declaration, book(answers(declaration, "未登记", "未登记")))
    assert declaration.state == State.RETURNED


def test_the_same_file_twice_is_recognised(declare, feed, taxman):
    declaration = declare(3)
    content = book(answers(declaration, True, "未登记"))
    first = feed(declaration, content)
    again, new = feedback.take_feedback(
        declaration=declaration, file=ContentFile(content), name="又一次.xlsx", actor=taxman
    )
    assert (again, new) == (first, False)
    assert Feedback.objects.count() == Job.objects.filter(kind="feedback.read").count() == 1


def test_reading_twice_changes_nothing(declare, feed, taxman):
    declaration = declare(2)
    read = feed(declaration, book(answers(declaration, True, "未登记")))
    events = Event.objects.count()
    line = FeedbackLine("结果", 2, "", declaration.rows.first().id_number, False, "反悔")
    feedback.apply_feedback(feedback=read, lines=[line], actor=taxman)
    assert results(declaration) == ["success", "failure"]
    assert Event.objects.count() == events


def problems(read):
    return [problem["why"] for problem in read.problems]


def test_lines_that_match_nobody_are_listed(declare, feed):
    declaration = declare(2)
    rows = answers(declaration, True, True)
    stranger = invented_number(datetime.date(1980, 1, 1), "F", 7)
    rows += [(3, "外村人", stranger, "成功", ""), (4, rows[0][1], stranger, "成功", "")]
    read = feed(declaration, book(rows))
    assert (read.successes, read.problem_count) == (2, 2)
    assert "没有这个证件号码" in problems(read)[0]
    assert "同名的人" in problems(read)[1]
    assert stranger not in str(read.problems)


def test_a_file_of_another_township_changes_nothing_and_names_nobody(declare, feed, campaign, clerk):
    declaration = declare(2)
    pay(campaign, clerk, FAR, people=3, names="外乡")
    strangers = list(Resident.objects.filter(village=FAR))
    rows = [(n, who.name, who.id_number, "成功", "") for n, who in enumerate(strangers, 1)]
    read = feed(declaration, book(rows))
    assert (read.state, read.successes, read.failures, read.problem_count) == ("read", 0, 0, 3)
    assert (declaration.state, results(declaration)) == (State.SUBMITTED, ["pending"] * 2)
    for who in strangers:
        assert who.name not in str(read.problems)
        assert who.id_number not in str(read.problems)
    assert set(Contribution.objects.filter(village=FAR).values_list("state", flat=True)) == {"collected"}


def test_a_list_submitted_again_takes_the_same_file_again(declare, feed, campaign, clerk, taxman):
    """Handed back and made longer: what the file said of people who were not on it before is read now."""
    declaration = declare(1)
    newcomer = pay(campaign, clerk, people=1).get().resident
    content = book([(1, newcomer.name, newcomer.id_number, "成功", "")])
    assert feed(declaration, content).problem_count == 1
    declarations.return_declaration(declaration=declaration, reason="少了人", actor=taxman)
    bank(campaign, clerk, 400)
    drafts.redraft_declaration(declaration=declaration, actor=clerk)
    declarations.submit_declaration(declaration=declaration, actor=clerk)
    declaration.refresh_from_db()
    assert feed(declaration, content).successes == 1
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


def test_a_file_whose_reading_failed_is_read_by_handing_it_in_again(declare, feed, monkeypatch):
    declaration = declare(2)
    content = book(answers(declaration, True, "未登记"))
    with monkeypatch.context() as patched:
        patched.setattr(feedback, "read_feedback", lambda sheets: 1 / 0)
        assert feed(declaration, content).state == "reading"
    assert feed(declaration, content).state == "read"
    assert results(declaration) == ["success", "failure"]
    assert Feedback.objects.count() == 1


def test_no_feedback_in_a_closed_campaign(declare, feed, campaign, taxman):
    declaration = declare(1)
    content = book(answers(declaration, True))
    late, _ = feedback.take_feedback(declaration=declaration, file=ContentFile(content), name="x.xlsx", actor=taxman)
    type(campaign).objects.filter(pk=campaign.pk).update(closed_at=campaign.opened_at)
    jobs.run(Job.objects.get(key=tax_files.job_key(late)).pk)
    late.refresh_from_db()
    assert (late.state, results(declaration)) == ("refused", ["pending"])
    with pytest.raises(Refused, match="已经办结"):
        feed(declaration, content)


def test_who_got_the_money_back_is_not_taken_in_after_all(declare, feed, campaign, taxman):
    declaration = declare(2)
    feed(declaration, book(answers(declaration, True, "该人员已死亡")))
    row = declaration.rows.get(result="failure")
    reverse_contributions(campaign=campaign, contributions=[row.contribution], reason="已死亡", actor=taxman)
    with pytest.raises(Refused, match="不能再算导入成功"):
        feedback.decide_row(row=row, ok=True, reason="", actor=taxman)
    declarations.confirm_declaration(declaration=declaration, number="QR1", people=1, amount=400, actor=taxman)


def test_both_ways_in_one_file_is_nobodys_guess(declare, feed, taxman):
    declaration = declare(2)
    rows = answers(declaration, True, True) + answers(declaration, "未登记")
    read = feed(declaration, book(rows))
    assert results(declaration) == ["pending", "success"]
    assert "第 2、4 行说法相反" in problems(read)[0]
    feedback.decide_row(row=declaration.rows.first(), ok=False, reason="未登记", actor=taxman)
    declaration.refresh_from_db()
    assert (declaration.state, results(declaration)) == (State.FED_BACK, ["failure", "success"])


def test_a_later_file_that_says_the_opposite_changes_nothing(declare, feed):
    declaration = declare(3)
    feed(declaration, book(answers(declaration, True, "未登记")))
    read = feed(declaration, book(answers(declaration, "未登记", True, True)))
    assert results(declaration) == ["success", "failure", "success"]
    assert read.problem_count == 2
    assert all("这次相反" in why for why in problems(read))


def test_repeated_lines_count_once(declare, feed):
    declaration = declare(2)
    read = feed(declaration, book(answers(declaration, True, "未登记") * 2))
    assert (read.successes, read.failures, read.problem_count) == (1, 1, 0)


def test_a_success_under_another_name_is_not_taken(declare, feed):
    declaration = declare(1)
    row = declaration.rows.get()
    read = feed(declaration, book([(1, "张冠李", row.id_number, "成功", "")]))
    assert (results(declaration), read.problem_count) == (["pending"], 1)


def test_masked_numbers_match_by_name(declare, feed):
    declaration = declare(2)
    first = declaration.rows.order_by("pk").first()
    masked = first.id_number[:6] + "********" + first.id_number[-4:]
    read = feed(declaration, book([(1, first.name, masked, "成功", ""), (2, "无此人", masked, "成功", "")]))
    assert (results(declaration), read.problem_count) == (["success", "pending"], 1)


BAD_FILES = {
    "not a table": (b"%PDF-1.4 hello", "PDF"),
    "no people": (book([]), "没有人员"),
    "no columns": (book([("甲", "乙")], heading=("单位", "电话")), "姓名"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_files_that_give_no_reading(declare, feed, name):
    content, why = BAD_FILES[name]
    declaration = declare(1)
    read = feed(declaration, content)
    assert read.state == "refused"
    assert why in read.problem
    assert results(declaration) == ["pending"]


def test_no_feedback_after_the_confirmation(declare, feed, taxman):
    declaration = declare(1)
    feed(declaration, book(answers(declaration, True)))
    declarations.confirm_declaration(declaration=declaration, number="QR", people=1, amount=400, actor=taxman)
    declaration.refresh_from_db()
    with pytest.raises(Refused, match="不收反馈"):
        feed(declaration, book(answers(declaration, "未登记")))


def test_a_worker_that_dies_leaves_nothing_half_done(declare, feed, taxman, monkeypatch):
    declaration = declare(3)
    content = book(answers(declaration, True, "未登记", True))

    def die(declaration):
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(feedback, "_conclude", die)
        read = feed(declaration, content)
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
            declaration=declaration,
            attachment=attachment(),
            sha256=str(people),
            uploaded_by=taxman,
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
        from core.files import services as attachments

        return attachments.store(file=ContentFile(b"x"), name="x", kind="feedback", region=TOWNSHIP, actor=taxman)

    assert statements(4) == statements(160)
