"""报销清单 as a kind of upload: its template, and what is wrong with one that came in."""

from collections.abc import Iterable, Mapping

from core.access.roles import Role
from core.accounts.models import User
from core.files.models import Attachment
from core.tables.annotating import Mark
from core.uploads.kinds import Fill, UploadKind
from subsidies.claims.services import problems_of
from subsidies.claims.sheet import COLUMNS, NEEDED


def judge(attachment: Attachment, user: User, given: Mapping[str, str]) -> Iterable[Mark]:
    """Read the list again as its preview did."""
    for line in problems_of(attachment, county=user.scope_prefix):
        yield Mark(line.row, line.problem, (line.column,) if line.column else (), sheet=line.sheet)


KIND = UploadKind(
    key="claims",
    name="报销清单",
    roles=(Role.COUNTY,),
    columns=COLUMNS,
    needed=NEEDED,
    fills=(
        Fill("name", "照身份证填写。", "王小明"),
        Fill("id_number", "18 位身份证号码。", "11010519491231002X"),
        Fill("paid", "全年医保基金为这个人支付的金额（元）；一个人有几行的合并计算，没有报销的填 0。", "1260.50"),
        Fill("used", "大病保险提高的额度用了多少（元）；没有用的不填。", "0"),
    ),
    judge=judge,
)
