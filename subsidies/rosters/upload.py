"""部门名单 as a kind of upload: its template, and what is wrong with one that came in."""

from collections.abc import Iterable, Mapping

from core.access.roles import Role
from core.accounts.models import User
from core.files.models import Attachment
from core.tables.annotating import Mark
from core.uploads.kinds import Fill, UploadKind
from subsidies.campaigns.selectors import current
from subsidies.rosters.models import RosterRow
from subsidies.rosters.selectors import OUTCOME_GROUPS
from subsidies.rosters.sheet import COLUMNS, NEEDED

Outcome = RosterRow.Outcome
#: Which cells a result speaks of.
_WRONG = {Outcome.NOT_FOUND: ("id_number",), Outcome.NAME_DIFFERS: ("name", "id_number")}


def judge(attachment: Attachment, user: User, given: Mapping[str, str]) -> Iterable[Mark]:
    """Say of each doubtful row of the list what it is."""
    rows = RosterRow.objects.filter(roster__attachment=attachment, outcome__in=OUTCOME_GROUPS["problems"], number__gt=0)
    for row in rows.filter(accepted_by__isnull=True).order_by("pk"):
        says = row.message or row.get_outcome_display()
        yield Mark(row.number, says, _WRONG.get(Outcome(row.outcome), ()), sheet=row.sheet)


def _categories(user: User) -> dict[str, tuple[str, ...]]:
    campaign = current(user)
    if campaign is None:
        return {}
    known = [c for c in campaign.policy.recognised if user.role == Role.COUNTY or c.department == user.department]
    return {"category": tuple(category.name for category in known)}


KIND = UploadKind(
    key="roster",
    name="部门名单",
    roles=(Role.COUNTY, Role.DEPARTMENT),
    columns=COLUMNS,
    needed=NEEDED,
    fills=(
        Fill("name", "照身份证填写。", "王小明"),
        Fill("id_number", "18 位身份证号码，先把单元格设为文本再填。", "11010519491231002X"),
        Fill("category", "上传时选定了类别的可以不填。", "特困人员"),
        Fill("recognised_on", "部门认定的日期；不填的以上传时写的日期为准。", "2024-09-01"),
    ),
    judge=judge,
    choices_for=_categories,
)
