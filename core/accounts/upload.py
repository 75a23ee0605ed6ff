"""The list of helpers and township teams as a kind of upload: its template, and what is wrong with one."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from core.access.roles import Role
from core.accounts.helper_list import COLUMNS, NEEDED, read_helper_list
from core.accounts.models import User
from core.files.models import Attachment
from core.refusals import Refused
from core.tables.annotating import Mark
from core.tables.reader import UNREADABLE, SheetError
from core.uploads.kinds import Fill, UploadKind
from core.uploads.services import numbered


def judge(attachment: Attachment, user: User, given: Mapping[str, str]) -> Iterable[Mark]:
    """Read the list again as its preview did."""
    try:
        rows = read_helper_list(Path(attachment.file.path), user.region_id or "")
    except Refused as refused:
        raise SheetError(UNREADABLE, str(refused)) from refused
    return [Mark(row.number, numbered(row.problems)) for row in rows if row.problems]


KIND = UploadKind(
    key="accounts",
    name="账号人员名单",
    roles=(Role.SYSTEM,),
    columns=COLUMNS,
    needed=NEEDED,
    fills=(
        Fill("township", "乡镇或街道的名称。", "城关镇"),
        Fill("village", "医保协办员必填；乡镇人员不填。", "东街社区"),
        Fill("name", "本人姓名。", "王小明"),
        Fill("phone", "11 位手机号，或带区号的座机。", "13800000000"),
        Fill(
            "position",
            "不填的，有行政村的按协办员建立。",
            "医保协办员",
            ("医保协办员", "分管领导", "督导审核", "信息录入"),
        ),
    ),
    judge=judge,
)
