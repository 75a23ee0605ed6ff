"""What would become of the month of many units: `check_sheet months`."""

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.files.models import Attachment
from core.regions.selectors import asked_region
from core.tables.dry_run import Answer, Question, QuestionError, rolled_back, try_list
from employees.batches.models import MonthFile
from employees.batches.sheet import NO_HEADING, month_table, read_month_table
from employees.batches.staging import stage
from employees.declarations.dry_run import tell_line
from employees.declarations.models import DeclaredLine
from employees.months import month_of
from employees.quotes.quote import EmployeeQuoteError


def check(question: Question) -> Answer:
    """Stage the month of the day asked for, as the worker would. Outcomes: same, joined, left, unusual."""
    county, reader = asked_region(question.county, "county"), month_table()
    answer, tables = try_list(question, reader, lambda pieces: [read_month_table(pieces, reader)], no_list=NO_HEADING)
    for table in tables:
        with rolled_back():
            sender = User.objects.create(username="check_sheet", name="试读", role=Role.COUNTY, region=county)
            kept = Attachment.objects.create(name="试读", kind="employee_month", size=0, region_code=county.pk)
            file = MonthFile.objects.create(
                county=county,
                month=month_of(question.as_of),
                attachment=kept,
                uploaded_by=sender,
                uploaded_at=clock.now(),
            )
            try:
                lost = stage(file, table)
            except EmployeeQuoteError as error:
                raise QuestionError(str(error)) from None
            for row, why in lost:
                answer.reject(row, "统一社会信用代码", "no_unit", why)
            lines = DeclaredLine.objects.filter(declaration__filed__file=file).order_by("pk")
            for line in lines.select_related("declaration__unit"):
                tell_line(answer, line, unit=line.declaration.unit.credit_code)
    return answer
