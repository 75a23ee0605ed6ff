"""任务表 as a kind of upload. Its template is filled in with the villages and their present tasks (views.py)."""

from collections.abc import Iterable, Mapping

from core.access.roles import Role
from core.accounts.models import User
from core.files.models import Attachment
from core.tables.annotating import Mark
from core.uploads.kinds import Fill, UploadKind
from core.uploads.services import numbered
from reporting.targets.services import read_table
from subsidies.campaigns.selectors import current
from subsidies.campaigns.target_sheet import COLUMNS, NEEDED


def judge(attachment: Attachment, user: User, given: Mapping[str, str]) -> Iterable[Mark]:
    """Read the table again as its preview did."""
    campaign = current(user)
    lines, _ = read_table(campaign, attachment) if campaign else ([], [])
    return [Mark(line.number, numbered(line.problems), sheet=line.sheet) for line in lines if line.problems]


KIND = UploadKind(
    key="targets",
    name="征缴任务表",
    roles=(Role.COUNTY,),
    columns=COLUMNS,
    needed=NEEDED,
    fills=(
        Fill("code", "填了的以代码为准。", "110105001001"),
        Fill("township", "村名不与别的乡镇重复的可以不填。", "城关镇"),
        Fill("village", "村或社区的名称。", "东街社区"),
        Fill("people", "整数；空着的任务不变，填 0 就是 0。", "1350"),
    ),
    judge=judge,
)
