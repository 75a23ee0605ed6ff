"""The tax bureau's feedback: read from its file, matched to the declaration's rows, and what follows from it.

Nothing is guessed: a line that matches nobody, says nothing, or says both is listed for a person to decide. The same
file twice is recognised; a file that covers a part leaves the rest open.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.files.base import File
from django.db import transaction

from collection.contributions.models import Contribution
from collection.declarations import tax_files
from collection.declarations.models import Declaration, DeclarationRow, Feedback, VerdictWord
from collection.declarations.reasons import reason_of
from collection.declarations.services import begin
from collection.declarations.tax_sheets import FeedbackLine, feedback_table, read_feedback
from collection.declarations.verdicts import plain_word
from collection.messages.events import tell
from collection.messages.kinds import FAILED
from collection.money.steps import refuse_closed
from config import clock
from core.access import masks
from core.accounts.models import User
from core.audit import services as audit
from core.calendar.services import working_day_after
from core.database.bulk import BULK, chunks, update_objects
from core.jobs import services as jobs
from core.refusals import Refused
from core.tables import reader
from core.text import required_text
from residents.people.disclosure import misses_elsewhere, record_probe

#: The notice asks for corrections 及时 (方案 四（一）3（2）) and names no days; three working days are our reading.
WORKING_DAYS_TO_FIX = 3
PROBLEMS_KEPT = 1000
LIMITS = reader.Limits(
    bytes=50 << 20, unpacked=1 << 30, rows=200_000, columns=60, cells=6_000_000, memory=2 << 30, seconds=60
)
State = Declaration.State
Result = DeclarationRow.Result
NO_LIST = (
    "表里没有找到“姓名”和“证件号码”两列。请用税务系统导出的导入结果表，"
    "或按“姓名、证件号码、导入结果、失败原因”四列整理后上传。"
)


@transaction.atomic
def take_feedback(*, declaration: Declaration, file: "File[bytes]", name: str, actor: User) -> tuple[Feedback, bool]:
    """Takes a result file of this submission in (tax_files.py); returns (feedback, new)."""
    refuse_closed(declaration.campaign)
    if declaration.state not in (State.SUBMITTED, State.FED_BACK):
        raise Refused(f"{declaration}{declaration.get_state_display()}，现在不收反馈文件。")
    return tax_files.take_file(
        Feedback,
        declaration=declaration,
        submission=declaration.submissions,
        file=file,
        name=name,
        region=declaration.township_id,
        says=f"上传 {declaration} 的反馈文件 {name}",
        actor=actor,
    )


@jobs.handler("feedback.read")
def read_file(run: jobs.Run) -> str:
    """The job: reads the file outside any transaction, then applies it in one."""
    feedback = Feedback.objects.select_related("attachment", "declaration__campaign", "uploaded_by").get(
        pk=run.args["file"]
    )
    if feedback.state != Feedback.State.READING:
        return "这个文件已经读过。"
    table = feedback_table()
    try:
        run.progress(0, 0, "正在打开文件")
        pieces = jobs.report_rows(reader.stream(feedback.attachment.file.path, limits=LIMITS), run.progress)
        words = verdict_words(feedback.declaration.campaign.county_id)
        lines = read_feedback(pieces, words=words, table=table)
        problem = NO_LIST if lines is None else "" if lines else "表里没有人员，请检查是不是选错了文件。"
    except reader.SheetError as error:
        lines, problem = None, error.message
    if lines and not problem:
        run.progress(0, len(lines), "正在核对")
        try:
            with transaction.atomic():
                run.assert_owner()
                _note_strangers(feedback, lines)
                apply_feedback(feedback=feedback, lines=lines, actor=feedback.uploaded_by)
                says = "".join(note.message for note in table.notes())[:300]
                Feedback.objects.filter(pk=feedback.pk).update(problem=says)
            return f"读完 {len(lines)} 行。"
        except Refused as refused:
            problem = str(refused)
    tax_files.refuse_file(feedback, problem)
    raise jobs.JobFailed(problem)


def _note_strangers(feedback: Feedback, lines: list[FeedbackLine]) -> None:
    """Tell the security officer of a file about many people who are not declared and are registered elsewhere."""
    declaration = feedback.declaration
    declared = set(declaration.rows.values_list("id_number", flat=True))
    unknown = ((line.id_number, line.name) for line in lines if line.id_number not in declared)
    record_probe(
        misses=misses_elsewhere(unknown, scope=declaration.campaign.county_id),
        rows=len(lines),
        what=f"{declaration}的反馈 {feedback.attachment.name}",
        actor=feedback.uploaded_by,
        region=declaration.township_id,
        batch=f"feedback-{feedback.pk}",
    )


@transaction.atomic
def apply_feedback(*, feedback: Feedback, lines: Iterable[FeedbackLine], actor: User) -> Feedback:
    """Writes the answers to the rows they belong to; once for a file, however often it is called.

    Raises Refused if the declaration takes no answers now, or was handed back and submitted again since.
    """
    declaration = begin(feedback.declaration)
    feedback = Feedback.objects.select_for_update(of=("self",)).get(pk=feedback.pk)
    if feedback.state != Feedback.State.READING:
        return feedback
    if declaration.state not in (State.SUBMITTED, State.FED_BACK):
        raise Refused(f"{declaration}{declaration.get_state_display()}，反馈没有导入。")
    if feedback.submission != declaration.submissions:
        raise Refused(f"{declaration}退回后重新报送过，这份反馈是上一次的，没有导入。请上传这一次的反馈。")
    lines = list(lines)
    matcher = _Matcher(declaration)
    taken, refused, problems = matcher.match(lines)
    _write(declaration, taken, refused)
    feedback.state, feedback.lines = Feedback.State.READ, len(lines)
    feedback.successes += len(taken)  # read again with an explained word, only what is new is written
    feedback.failures += len(refused)
    feedback.problem_count, feedback.problems = len(problems), problems[:PROBLEMS_KEPT]
    feedback.save()
    audit.record(
        "feedback.apply",
        actor=actor,
        obj=feedback,
        summary=f"导入 {declaration} 的反馈：成功 {len(taken)}，失败 {len(refused)}，未匹配 {len(problems)}",
    )
    _conclude(declaration)
    return feedback


@transaction.atomic
def decide_row(*, row: DeclarationRow, ok: bool, reason: str, actor: User) -> DeclarationRow:
    """The tax bureau says of one person what its file left open or said both ways. Until the confirmation."""
    declaration = begin(row.declaration)
    row = DeclarationRow.objects.select_for_update(of=("self",)).get(pk=row.pk)
    _refuse_decided(declaration)
    result = Result.SUCCESS if ok else Result.FAILURE
    if row.result == result and ok:
        return row
    if ok and (ended := Contribution.objects.filter(pk=row.contribution_id, ended_at__isnull=False).first()):
        raise Refused(f"{row.name}的这笔缴费{ended.get_state_display()}，不能再算导入成功；请在税务系统里撤销。")
    if row.fixed_at:
        raise Refused(f"{row.name}已按失败改正，待重新申报；不能再改这一次的结果。")
    if not ok:
        reason = required_text(reason, "失败原因", 120)
    before = row.get_result_display()
    _write(declaration, [row.pk] if ok else [], [] if ok else [(row.pk, reason)])
    row.refresh_from_db()
    audit.record(
        "feedback.decide",
        actor=actor,
        obj=row,
        summary=f"{declaration} {row.name}：{before}改为{row.get_result_display()}",
        before={"result": before},
        after={"result": row.get_result_display(), "reason": row.reason},
    )
    _conclude(declaration)
    return row


@transaction.atomic
def decide_rest(*, declaration: Declaration, ok: bool, reason: str, actor: User) -> int:
    """The tax bureau says the same of all who stand in no feedback file yet; returns how many."""
    declaration = begin(declaration)
    _refuse_decided(declaration)
    rest = declaration.rows.filter(result=Result.PENDING)
    if ok:
        count = rest.update(result=Result.SUCCESS)
    else:
        text = required_text(reason, "失败原因", 120)
        refused = list(rest.values_list("pk", flat=True))
        count = rest.update(
            result=Result.FAILURE,
            reason=text,
            reason_code=reason_of(text).code,
            fix_by=_fix_by(declaration),
        )
        _move_contributions(declaration, refused, Contribution.State.DECLARED, Contribution.State.FAILED)
    if count:
        audit.record(
            "feedback.decide_rest",
            actor=actor,
            obj=declaration,
            summary=f"{declaration} 其余 {count} 人按{'导入成功' if ok else f'导入失败（{reason}）'}处理",
        )
        _conclude(declaration)
    return count


def verdict_words(county: str) -> dict[str, bool]:
    """Return what the county has explained so far: word → taken in or not."""
    return dict(VerdictWord.objects.filter(county=county).values_list("word", "ok"))


@transaction.atomic
def explain_word(*, feedback: Feedback, word: str, ok: bool, actor: User) -> VerdictWord:
    """Remember for the county what a word of the file means, and read the file again with it.

    The same meaning again changes nothing; another meaning than the one remembered is refused. Raises Refused.
    """
    word = plain_word(required_text(word, "用语", 60))
    declaration = begin(feedback.declaration)
    _refuse_decided(declaration)
    if word not in {problem.get("word") for problem in feedback.problems}:
        raise Refused("这份反馈里没有等说明的这个用语，请刷新后再看。")
    known = remember_word(county=declaration.campaign.county_id, word=word, ok=ok, actor=actor, about=feedback)
    Feedback.objects.filter(pk=feedback.pk, state=Feedback.State.READ).update(state=Feedback.State.READING)
    feedback.refresh_from_db()
    tax_files.ask_to_read(feedback, region=declaration.township_id, actor=actor)
    return known


@transaction.atomic
def remember_word(*, county: str, word: str, ok: bool, actor: User, about: Feedback | None = None) -> VerdictWord:
    """Remember what a word of the tax bureau means. The same again changes nothing; the opposite is refused."""
    word = plain_word(required_text(word, "用语", 60))
    known, made = VerdictWord.objects.get_or_create(
        county_id=county, word=word, defaults={"ok": ok, "explained_by": actor, "explained_at": clock.now()}
    )
    if known.ok != ok:
        raise Refused(f"“{word}”已经说明为{'成功' if known.ok else '失败'}，不能再改成相反的意思；个别人请逐人确定。")
    if made:
        audit.record(
            "feedback.explain",
            actor=actor,
            obj=about or known,
            summary=f"说明反馈用语“{word}”按{'成功' if ok else '失败'}处理，以后不再询问",
        )
    return known


class _Matcher:
    """Finds the declaration's row that a line speaks of, and what it says that is new."""

    def __init__(self, declaration: Declaration) -> None:
        self.by_number, self.by_name = defaultdict(list), defaultdict(list)
        for row in declaration.rows.order_by("pk").only("pk", "declaration", "name", "id_number", "result"):
            self.by_number[row.id_number].append(row)
            self.by_name[row.name].append(row)

    def match(self, lines: list[FeedbackLine]) -> tuple[list[int], list[tuple[int, str]], list[dict[str, object]]]:
        """([row pk taken in], [(row pk, reason)], [{"row", "sheet", "name", "id_number", "why"}])."""
        said, problems = defaultdict(list), []
        for line in lines:
            row, why = self._row_of(line)
            if row is None or line.problem:
                problems.append(_problem(line, line.problem or why, row))
            else:
                said[row.pk].append((row, line))
        taken, refused = [], []
        for answers in said.values():
            row, line = answers[0]
            if len({answer.ok for _, answer in answers}) > 1:
                rows = "、".join(str(answer.row) for _, answer in answers)
                problems.append(_problem(line, f"第 {rows} 行说法相反（有成功有失败），没有导入，请逐人确定。", row))
            elif row.result == Result.PENDING:
                if line.ok:
                    taken.append(row.pk)
                else:
                    refused.append((row.pk, line.reason))
            elif (row.result == Result.SUCCESS) != line.ok:
                before = "导入成功" if row.result == Result.SUCCESS else "导入失败"
                problems.append(_problem(line, f"以前的反馈是{before}，这次相反，没有改动，请逐人确定。", row))
        return taken, refused, problems

    def _row_of(self, line: FeedbackLine) -> tuple[DeclarationRow | None, str]:
        if "*" in line.id_number:
            return self._row_of_masked(line)
        rows = self.by_number.get(line.id_number, [])
        if not rows:
            namesake = self.by_name.get(line.name)
            hint = "本表有同名的人但号码不同，" if namesake else ""
            return None, f"{hint}申报表里没有这个证件号码，请核对是不是别的乡镇或别的批次。"
        if line.ok and line.name and line.name != rows[0].name:
            return None, f"号码对得上，但申报的姓名是“{masks.mask_name(rows[0].name)}”，请核实后逐人确定。"
        return rows[0], ""

    def _row_of_masked(self, line: FeedbackLine) -> tuple[DeclarationRow | None, str]:
        first, last = line.id_number.split("*", 1)[0], line.id_number.rsplit("*", 1)[1]
        rows = [
            row
            for row in self.by_name.get(line.name, [])
            if row.id_number.startswith(first) and row.id_number.endswith(last)
        ]
        if len(rows) == 1:
            return rows[0], ""
        return None, "号码打了星号，按姓名" + ("对上不止一个人，请逐人确定。" if rows else "在申报表里没有找到。")


def _problem(line: FeedbackLine, why: str, row: DeclarationRow | None = None) -> dict[str, Any]:
    """Who is not on the declaration may be another township's: the name is masked as well as the number."""
    name = line.name if row else masks.mask_name(line.name)
    return {
        "sheet": line.sheet,
        "row": line.row,
        "name": name,
        "id_number": masks.mask(line.id_number),
        "why": why,
        "word": line.unknown,
        "declaration_row": row and row.pk,
    }


def _fix_by(declaration: Declaration) -> date:
    return working_day_after(clock.today(), WORKING_DAYS_TO_FIX, county=declaration.campaign.county_id)


def _write(declaration: Declaration, taken: list[int], refused: list[tuple[int, str]]) -> None:
    for chunk in chunks(taken, BULK):
        rows = DeclarationRow.objects.filter(pk__in=chunk)
        rows.update(result=Result.SUCCESS, reason="", reason_code="", fix_by=None)
    fix_by = _fix_by(declaration) if refused else None
    update_objects(
        [
            DeclarationRow(
                pk=pk, result=Result.FAILURE, reason=reason, reason_code=reason_of(reason).code, fix_by=fix_by
            )
            for pk, reason in refused
        ],
        ["result", "reason", "reason_code", "fix_by"],
    )
    _move_contributions(declaration, taken, Contribution.State.FAILED, Contribution.State.DECLARED)
    _move_contributions(declaration, [pk for pk, _ in refused], Contribution.State.DECLARED, Contribution.State.FAILED)


def _move_contributions(
    declaration: Declaration, rows: list[int], before: Contribution.State, after: Contribution.State
) -> None:
    """The contributions follow their rows, named one by one: PostgreSQL's statistics are older than a declaration that
    has just been made, and to join its rows with its contributions would compare each with each."""
    for chunk in chunks(rows, BULK):
        answered = DeclarationRow.objects.filter(pk__in=chunk)
        people = list(answered.values_list("contribution", flat=True))
        live = Contribution.objects.filter(pk__in=people, declaration=declaration, ended_at__isnull=True)
        live.filter(state=before).update(state=after)
        if after == Contribution.State.FAILED:
            occasion = f":{declaration.pk}.{declaration.submissions}"  # failing again is told again
            tell(FAILED, declaration.campaign, live.filter(state=after), occasion=occasion)


def _refuse_decided(declaration: Declaration) -> None:
    if declaration.state not in (State.SUBMITTED, State.FED_BACK, State.RETURNED):
        raise Refused(f"{declaration}{declaration.get_state_display()}，反馈结果不能再改。")


def _conclude(declaration: Declaration) -> None:
    """Everybody answered: fed back, or returned as a whole if nobody was taken in."""
    results = set(declaration.rows.order_by().values_list("result", flat=True).distinct())
    if Result.PENDING in results:
        state = State.SUBMITTED
    else:
        state = State.FED_BACK if Result.SUCCESS in results else State.RETURNED
    if state != declaration.state:
        declaration.state = state
        declaration.save(update_fields=["state"])
