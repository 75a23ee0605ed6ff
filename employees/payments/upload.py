"""职工医保已缴清单 as a kind of upload: its template, and what is wrong with one that came in."""

from collections.abc import Iterable, Mapping

from core.accounts.models import User
from core.files.models import Attachment
from core.tables.annotating import Mark
from core.tables.payment_states import STATE
from core.uploads.kinds import Fill, UploadKind
from employees.access import PAYS_IN
from employees.payments.models import PaidFile
from employees.payments.sheet import COLUMNS, NEEDED


def judge(attachment: Attachment, user: User, given: Mapping[str, str]) -> Iterable[Mark]:
    """Say of each row that fits nobody why."""
    for paid_file in PaidFile.objects.filter(attachment=attachment):
        for row in paid_file.bad_rows:
            yield Mark(row["row"], row["problems"], sheet=row.get("sheet", ""))


KIND = UploadKind(
    key="employee_paid",
    name="职工医保已缴清单",
    roles=PAYS_IN,
    columns=(*COLUMNS, STATE),
    needed=NEEDED,
    fills=(
        Fill("credit_code", "单位缴费必填。", "91410000MA0000000X"),
        Fill("payer", "单位或个人的名称。", "某某有限公司"),
        Fill("id_number", "灵活就业人员缴费必填。", ""),
        Fill("month", "费款所属的月份。", "2025-11"),
        Fill("amount", "缴费金额，单位元。", "10400.00"),
        Fill("paid_on", "缴费日期。", "2025-11-12"),
        Fill("state", "税务系统里的状态。", "已缴费"),
        Fill("ticket", "有税票号的请填写。", "341240921234567890"),
        Fill("channel", "缴费渠道。", "三方协议"),
    ),
    judge=judge,
)
