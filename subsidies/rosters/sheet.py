"""A department's list as it stands in a spreadsheet → its rows. Pure; who they are is looked up elsewhere."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.tables.dates import FIRST_BIRTH, read_date
from core.tables.footings import is_nobody
from core.tables.headings import Column, find
from core.tables.lists import ListReader, ListRow
from core.tables.reader import Sheet, SheetError
from residents.people import id_numbers, names
from subsidies.policy.policies import Policy

NO_HEADING = "missing_columns"
NO_ROWS = "no_rows"
NEEDED = ("name", "id_number")
MOST_SHEETS_LOOKED_AT = 20

COLUMNS = (
    Column(
        "name",
        "姓名",
        (
            "姓名",
            "人员姓名",
            "对象姓名",
            "救助对象姓名",
            "家庭成员姓名",
            "成员姓名",
            "残疾人姓名",
            "儿童姓名",
            "本人姓名",
            "名字",
        ),
        ("姓名",),
        ("户主", "监护", "联系", "经办", "填表", "银行", "开户", "帮扶"),
    ),
    Column(
        "id_number",
        "身份证号码",
        (
            "身份证号码",
            "身份证号",
            "公民身份号码",
            "居民身份证号码",
            "证件号码",
            "证件号",
            "身份证",
            "身份号码",
            "成员身份证号码",
            "人员身份证号",
            "残疾人身份证号",
            "证件编号",
        ),
        ("身份证", "身份号码", "证件号"),
        ("户主", "监护", "类型", "残疾证", "有效期", "开户"),
    ),
    Column(
        "category",
        "身份类别",
        (
            "身份类别",
            "人员类别",
            "资助类别",
            "困难类别",
            "救助类别",
            "对象类别",
            "人员属性",
            "户类型",
            "户属性",
            "类别",
            "身份",
            "监测对象类别",
            "低收入类别",
            "人员身份",
        ),
        ("类别", "属性"),
        ("日期", "残疾"),
    ),
    Column(
        "recognised_on",
        "认定日期",
        (
            "认定日期",
            "认定时间",
            "批准日期",
            "批准时间",
            "审批日期",
            "审批时间",
            "纳入日期",
            "纳入时间",
            "识别时间",
            "识别日期",
            "享受日期",
            "起始日期",
            "开始日期",
            "发证日期",
        ),
        ("认定", "批准", "纳入", "识别"),
        ("部门", "单位", "机关", "文号"),
    ),
)
#: Only in lists of households: the name and the number are those of the head.
HEADS = (
    Column("name", "户主姓名", ("户主姓名", "户主", "户主名字"), ("户主姓名",)),
    Column(
        "id_number",
        "户主身份证号码",
        ("户主身份证号码", "户主身份证号", "户主身份证", "户主证件号码"),
        ("户主身份证", "户主证件"),
    ),
)
HEADS_ONLY = "heads_only"
_TELL_ALL = "这份名单只有户主，须逐人填写：身份按人认定，请把每户的每一位成员各填一行（姓名、身份证号码）后重新上传。"


@dataclass(slots=True)
class RosterLine:
    """One person of a list. `category` is the policy's name, "" where it is not known; `problem` says what is wrong."""

    number: int
    name: str
    id_number: str
    category: str
    recognised_on: datetime.date | None
    problem: str = ""
    repeats: int | None = None
    hidden: bool = False
    sheet: str = ""


def roster_table() -> ListReader:
    """The reader of one file: its hidden rows wait for a person."""
    return ListReader(COLUMNS, NEEDED, hidden_rows_are="没有处理，请在“有问题”里逐行决定列入还是不列入。")


def read_roster(
    pieces: Iterable[Sheet],
    *,
    policy: Policy,
    category: str,
    department: str,
    recognised_on: datetime.date,
    today: datetime.date,
    table: ListReader | None = None,
) -> list[RosterLine]:
    """Return the people of a list, in the order of its sheets. Raise SheetError without a heading or people below it.

    `category` and `recognised_on` hold where the list itself has no such column or cell. `table` tells afterwards what
    is to be said of the file.
    """
    table = table or roster_table()
    first_pieces: list[Sheet] = []
    lines: list[RosterLine] = []
    seen: dict[tuple[str, str], RosterLine] = {}
    for row in table.rows(_noting(pieces, first_pieces)):
        if line := _line(row, policy, category, recognised_on):
            _check_line(line, policy, department, today)
            line.hidden, line.sheet = row.hidden, row.sheet[:60]
            first = seen.setdefault((line.id_number, line.category), line)
            if first is not line and first.hidden and not line.hidden:
                seen[line.id_number, line.category] = line
            elif first is not line and not line.problem:
                line.repeats = first.number
            lines.append(line)
    if not table.found_heading and any(map(_is_list_of_heads, first_pieces)):
        raise SheetError(HEADS_ONLY, _TELL_ALL)
    if not table.found_heading:
        raise SheetError(NO_HEADING, "没有找到表头。名单要有一行写明“姓名”和“身份证号码”，请补上表头后重新上传。")
    if not lines:
        raise SheetError(NO_ROWS, "表头下面没有人员。请填好后重新上传。")
    return lines


def _noting(pieces: Iterable[Sheet], first_pieces: list[Sheet]) -> Iterator[Sheet]:
    """Pass the pieces on and keep the first with rows of a few sheets, where the heading stands."""
    for piece in pieces:
        is_first = not first_pieces or first_pieces[-1].merged is not piece.merged
        if piece.visible and piece.rows and is_first and len(first_pieces) < MOST_SHEETS_LOOKED_AT:
            first_pieces.append(piece)
        yield piece


def notice_of(table: ListReader) -> str:
    """Tell of what a spreadsheet hides: rows that wait for a person's decision, sheets that were not read."""
    return "".join(note.message for note in table.notes())


def _is_list_of_heads(sheet: Sheet) -> bool:
    header = find(sheet, HEADS, NEEDED)
    return header is not None and set(NEEDED) <= header.columns.keys()


def _line(row: ListRow, policy: Policy, category: str, recognised_on: datetime.date) -> RosterLine | None:
    number, values = row.number, row.cells
    raw_name, raw_id = values.get("name"), values.get("id_number")
    if is_nobody(raw_name, raw_id):
        return None
    id_number, problem = id_numbers.read_cell(raw_id)
    written = str(values["category"]).strip() if values.get("category") is not None else category
    known = policy.category(written)
    line = RosterLine(
        number, names.normalise(raw_name)[:60], id_number[:30], known.name if known else "", recognised_on
    )
    if (error := row.error(COLUMNS))[1]:
        line.problem = error[1]
    elif problem or (problem := id_numbers.check(id_number)):
        line.problem = id_numbers.MESSAGES[problem]
    elif known is None:
        line.problem = _which_category(policy, written)
    if values.get("recognised_on") is not None:
        line.recognised_on, _, bad_day = read_date(values["recognised_on"], title="认定日期", earliest=FIRST_BIRTH)
        if bad_day and not line.problem:
            line.problem = bad_day
    return line


def _check_line(line: RosterLine, policy: Policy, department: str, today: datetime.date) -> None:
    category = policy.category(line.category)
    if line.problem or category is None:
        return
    if not line.name:
        line.problem = "没有填写姓名，请照身份证填写。"
    elif category.ordinary or category.by_age:
        line.problem = f"“{category.name}”不用部门认定，请从名单里删去。"
    elif category.department != department:
        line.problem = f"“{category.name}”由{category.department}认定，不能出现在{department}的名单里。"
    elif line.recognised_on and line.recognised_on > today:
        line.problem = f"认定日期 {line.recognised_on} 在今天之后，请核对。"


def _which_category(policy: Policy, written: str) -> str:
    if not written:
        return "没有写身份类别，请在“人员类别”一列填写，或上传时选定类别。"
    if unclear := policy.not_precise(written):
        return f"“{written[:20]}”不够明确，请写明是{'还是'.join(f'“{name}”' for name in unclear.means)}。"
    return f"没有“{written[:20]}”这个类别；可用的有：{'、'.join(c.name for c in policy.recognised)}。"[:200]
