"""班级名单 as a kind of upload: its template, and what is wrong with one that came in."""

from collections.abc import Iterable, Mapping

from collection.schools.models import ClassList, ClassRow
from collection.schools.sheet import COLUMNS, NEEDED
from core.access.roles import Role
from core.accounts.models import User
from core.files.models import Attachment
from core.tables.annotating import Mark
from core.uploads.kinds import Fill, UploadKind

Outcome = ClassRow.Outcome
_WRONG = {
    Outcome.WITHHELD: ("name", "id_number"),
    Outcome.NO_SCHOOL: ("school",),
    Outcome.DUPLICATE: ("id_number",),
    Outcome.BAD_ROW: ("id_number",),
}


def judge(attachment: Attachment, user: User, given: Mapping[str, str]) -> Iterable[Mark]:
    """Say of each row that was not taken why."""
    lists = ClassList.objects.for_user(user).filter(attachment=attachment)
    rows = ClassRow.objects.filter(class_list__in=lists).exclude(outcome__in=(Outcome.MATCHED, Outcome.PENDING))
    for row in rows.order_by("pk").iterator(chunk_size=2000):
        yield Mark(row.number, row.message, _WRONG.get(Outcome(row.outcome), ()), sheet=row.sheet)


KIND = UploadKind(
    key=ClassList.KIND,
    name="班级名单",
    roles=(Role.SCHOOL, Role.EDUCATION, Role.COUNTY),
    columns=COLUMNS,
    needed=NEEDED,
    fills=(
        Fill("name", "照户口簿填写。", "王小明"),
        Fill("id_number", "18 位身份证号码，照户口簿填写。", "11010519491231002X"),
        Fill("class", "一个班一张工作表的可以不填，以工作表的名称为班级。", "三年级2班"),
        Fill("grade", "班级里没有写年级的请填写。", "三年级"),
        Fill("school", "教体局上传几所学校的名单时填写，与系统里登记的名称一致。", "城关镇中心小学"),
    ),
    judge=judge,
)
