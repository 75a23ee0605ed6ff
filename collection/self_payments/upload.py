"""已缴清单 as a kind of upload: its template, and what is wrong with one that came in."""

from collections.abc import Iterable, Mapping

from collection.self_payments.models import PaidList, SelfPayment
from collection.self_payments.paid_sheet import COLUMNS, NEEDED
from collection.self_payments.selectors import WORKLIST
from core.access.roles import Role
from core.accounts.models import User
from core.files.models import Attachment
from core.tables.annotating import Mark
from core.tables.payment_states import STATE
from core.uploads.kinds import Fill, UploadKind

Outcome = SelfPayment.Outcome
#: Which cells a result speaks of.
_WRONG = {
    Outcome.UNKNOWN: ("id_number",),
    Outcome.NAME_DIFFERS: ("name", "id_number"),
    Outcome.AMOUNT_DIFFERS: ("amount",),
}


def judge(attachment: Attachment, user: User, given: Mapping[str, str]) -> Iterable[Mark]:
    """Say of each row that could not be taken why, and of each payment that waits for somebody what it waits for."""
    for paid_list in PaidList.objects.filter(attachment=attachment):
        for row in paid_list.bad_rows:
            yield Mark(row["row"], row["why"], sheet=row.get("sheet", ""))
        waiting = paid_list.rows.filter(outcome__in=WORKLIST, settled_at__isnull=True)
        for payment in waiting.order_by("pk").iterator(chunk_size=2000):
            outcome = Outcome(payment.outcome)
            yield Mark(payment.row, f"{outcome.label}，待核实。{payment.message}", _WRONG.get(outcome, ()))


KIND = UploadKind(
    key=PaidList.KIND,
    name="已缴清单",
    roles=(Role.COUNTY, Role.TAX),
    columns=(*COLUMNS, STATE),
    needed=NEEDED,
    fills=(
        Fill("name", "照身份证填写。", "王小明"),
        Fill("id_number", "18 位身份证号码。", "11010519491231002X"),
        Fill("amount", "实际缴费金额，单位元。", "400.00"),
        Fill("paid_on", "缴费日期，写成 2024-10-08。", "2024-10-08"),
        Fill("number", "有税票号的请填写，同一个人缴两次时靠它分清。", "341240921234567890"),
        Fill("year", "参保的年度。", "2025"),
        Fill("state", "税务系统里的状态；退费、作废的也请保留。", "已缴费"),
    ),
    judge=judge,
)
