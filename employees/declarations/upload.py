"""A unit's monthly declaration as a kind of upload. Its form is filled in with last month's people (workbook.py)."""

from collections.abc import Iterable, Mapping

from core.accounts.models import User
from core.files.models import Attachment
from core.tables.annotating import Mark
from core.uploads.kinds import Fill, UploadKind
from employees.access import WORKS_ON
from employees.declarations.models import DeclaredLine
from employees.declarations.sheet import COLUMNS, NEEDED


def judge(attachment: Attachment, user: User, given: Mapping[str, str]) -> Iterable[Mark]:
    """Say of each row what was noticed about it; one put right on the page is wrong no more."""
    lines = DeclaredLine.objects.filter(declaration__attachment=attachment, row__isnull=False).exclude(message="")
    bad = DeclaredLine.Change.BAD
    return [Mark(line.row or 0, line.message, done=line.change != bad) for line in lines.order_by("pk")]


KIND = UploadKind(
    key="employee_declaration",
    name="职工医保申报表",
    roles=WORKS_ON,
    columns=COLUMNS,
    needed=NEEDED,
    fills=(
        Fill("name", "照身份证填写。", "王小明"),
        Fill("id_number", "18 位身份证号码。", "11010519491231002X"),
        Fill("wage", "本月缴费工资，单位元。", "5200.00"),
    ),
    judge=judge,
)
