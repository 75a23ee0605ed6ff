"""The month of many units as a kind of upload: its template and its marks."""

from collections.abc import Iterable, Mapping

from core.accounts.models import User
from core.files.models import Attachment
from core.tables.annotating import Mark
from core.uploads.kinds import Fill, UploadKind
from employees.access import WORKS_ON
from employees.batches.models import MonthFile
from employees.batches.sheet import COLUMNS, NEEDED
from employees.declarations import upload as declaration


def judge(attachment: Attachment, user: User, given: Mapping[str, str]) -> Iterable[Mark]:
    """Say of each row what was noticed about it, and of those that belong to no unit why."""
    for file in MonthFile.objects.filter(attachment=attachment):
        yield from (Mark(row, why) for row, why in file.lost)
    yield from declaration.judge(attachment, user, given)


KIND = UploadKind(
    key="employee_month",
    name="多单位职工医保申报表",
    roles=WORKS_ON,
    columns=COLUMNS,
    needed=NEEDED,
    fills=(Fill("credit_code", "单位的统一社会信用代码，18 位。", "91110000000000000D"), *declaration.KIND.fills),
    judge=judge,
)
