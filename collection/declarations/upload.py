"""导入反馈 as a kind of upload: its template, and what is wrong with one that came in."""

from collections.abc import Iterable, Mapping

from collection.declarations.models import Feedback
from collection.declarations.tax_sheets import COLUMNS, NEEDED
from core.access.roles import Role
from core.accounts.models import User
from core.files.models import Attachment
from core.tables.annotating import Mark
from core.uploads.kinds import Fill, UploadKind


def judge(attachment: Attachment, user: User, given: Mapping[str, str]) -> Iterable[Mark]:
    """Say of each row that could not be matched why."""
    for feedback in Feedback.objects.filter(attachment=attachment):
        for row in feedback.problems:
            yield Mark(row["row"], row["why"], sheet=row["sheet"])


KIND = UploadKind(
    key=Feedback.KIND,
    name="导入反馈",
    roles=(Role.TAX,),
    columns=COLUMNS,
    needed=NEEDED,
    fills=(
        Fill("name", "照申报表填写。", "王小明"),
        Fill("id_number", "照申报表填写。", "11010519491231002X"),
        Fill("result", "导入成功还是失败。", "失败", ("成功", "失败")),
        Fill("reason", "失败的写明原因。", "证件号码与姓名不一致"),
    ),
    judge=judge,
)
