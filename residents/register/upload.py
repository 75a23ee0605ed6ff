"""居民登记册 as a kind of upload: its template, and what is wrong with one that came in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from core.access.roles import Role
from core.accounts.models import User
from core.files.models import Attachment
from core.tables.annotating import Mark
from core.uploads.kinds import Fill, UploadKind
from core.uploads.services import numbered
from residents.register.models import RegisterProblem
from residents.register.rows import COLUMNS, NEEDED

_KEYS = {column.title: column.key for column in COLUMNS}


def judge(attachment: Attachment, user: User, given: Mapping[str, str]) -> Iterable[Mark]:
    """Say of each row that was not taken everything that is wrong with it."""
    rows: dict[tuple[str, int], list[RegisterProblem]] = defaultdict(list)
    for problem in RegisterProblem.objects.filter(batch__attachment=attachment).order_by("pk"):
        rows[problem.sheet, problem.number].append(problem)
    for (sheet, number), problems in rows.items():
        wrong = tuple(_KEYS[title] for p in problems for title in p.column.split("、") if title in _KEYS)
        yield Mark(number, numbered(p.message for p in problems), wrong, sheet=sheet)


KIND = UploadKind(
    key="register",
    name="居民登记册",
    roles=(Role.COUNTY,),
    columns=COLUMNS,
    needed=NEEDED,
    fills=(
        Fill("name", "照身份证填写。", "王小明"),
        Fill("id_number", "身份证号码；新生儿没有的，填出生医学证明编号。", "11010519491231002X"),
        Fill("sex", "用出生医学证明登记的必填。", "男", ("男", "女")),
        Fill("birth_date", "用出生医学证明登记的必填，写成 2024-05-01。", "1949-12-31"),
        Fill("township", "村名不与别的乡镇重复的可以不填。", "城关镇"),
        Fill("village", "村或社区的名称，也可以填 12 位区划代码。", "东街社区"),
        Fill("household", "同一户填同一个编号，没有的可以不填。", "H0001"),
        Fill("relation", "户主填“户主”。", "户主"),
        Fill("phone", "11 位手机号，或带区号的座机。", "13800000000"),
        Fill("address", "现在的住址。", "二组 15 号"),
        Fill("years", "以前参保的年度，用逗号隔开。", "2022,2023,2024"),
    ),
    judge=judge,
)
