"""人员状态名单 as a kind of upload: its template, and what is wrong with one that came in."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from core.access.roles import AT_THE_COUNTER
from core.accounts.models import User
from core.files.models import Attachment
from core.tables.annotating import Mark
from core.tables.reader import UNREADABLE, SheetError
from core.uploads.kinds import Fill, UploadKind
from core.uploads.services import numbered
from residents.statuses.forms import STATUSES
from residents.statuses.lists import COLUMNS, NEEDED, StatusListError, read_status_list

_KEYS = {column.title: column.key for column in COLUMNS}


def judge(attachment: Attachment, user: User, given: Mapping[str, str]) -> Iterable[Mark]:
    """Read the list again as its preview did; `given`: the status and the ground chosen beside the file."""
    status = given.get("status", "")
    if status not in dict(STATUSES):
        status = ""
    try:
        listed = read_status_list(
            Path(attachment.file.path), scope=user.scope_prefix, source=given.get("source", "")[:120], status=status
        )
    except StatusListError as error:
        raise SheetError(UNREADABLE, str(error)) from error
    for row in listed.rows:
        if row.problems:
            wrong = tuple(_KEYS[p.column] for p in row.problems if p.column in _KEYS)
            yield Mark(row.number, numbered(map(str, row.problems)), wrong, sheet=listed.sheet)


KIND = UploadKind(
    key="statuses",
    name="人员状态名单",
    roles=AT_THE_COUNTER,
    columns=COLUMNS,
    needed=NEEDED,
    fills=(
        Fill("name", "照身份证填写。", "王小明"),
        Fill("id_number", "18 位身份证号码。", "11010519491231002X"),
        Fill("since", "死亡、迁出、参军等从哪一天起，写成 2024-05-01。", "2024-05-01"),
        Fill("source", "证明名称和编号；不填的以上传时写的依据为准。", "死亡医学证明 第 12 号"),
    ),
    judge=judge,
)
