"""What would become of one unit's month: `check_sheet unit`."""

from core.tables.dry_run import Answer, Question, QuestionError, try_list
from core.tables.reader import VILLAGE_LEDGER
from employees.declarations.check import Verdict, judge
from employees.declarations.models import DeclaredLine, MonthlyDeclaration
from employees.declarations.services import facts_of
from employees.declarations.sheet import NO_HEADING, declaration_table, read_declaration
from employees.months import month_of
from employees.quotes.quote import EmployeeQuoteError
from employees.units.models import Unit


def check(question: Question) -> Answer:
    """Judge the month of the day asked for. Outcomes: same, joined, left (without a row), unusual."""
    unit = Unit.objects.filter(county=question.county, credit_code=question.unit).first()
    if unit is None:
        raise QuestionError(f"没有登记统一社会信用代码为“{question.unit[:20]}”的单位：--unit CODE。")
    table = declaration_table()
    answer, rows = try_list(
        question,
        table,
        lambda pieces: read_declaration(pieces, table)[0],
        limits=VILLAGE_LEDGER,
        no_list=NO_HEADING,
    )
    if answer.file_error:
        return answer
    month = MonthlyDeclaration(unit=unit, month=month_of(question.as_of))
    try:
        verdicts = judge(rows, facts_of(month, {row.id_number for row in rows}))
    except EmployeeQuoteError as error:
        raise QuestionError(str(error)) from None
    for verdict in verdicts:
        tell_line(answer, verdict)
    return answer


def tell_line(answer: Answer, line: Verdict | DeclaredLine, **more: object) -> None:
    """Tell of one person of a month, judged or kept."""
    if line.change == DeclaredLine.Change.BAD:
        answer.reject(line.row, None, "bad_row", line.message)
        return
    answer.accept(
        line.row,
        name=line.name,
        id_number=line.id_number,
        wage=None if line.wage is None else str(line.wage),
        **more,
        outcome=line.change,
    )
    if line.message:
        answer.warn(line.row, line.change, line.message)
