"""A table of tasks as the county writes it: one row a village, with its people. Pure; sets nothing.

Every problem of every row is said at once. Sums (合计, 小计) and empty cells are passed over: an empty cell leaves the
village's task as it is, zero is a task of zero.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.regions.names import UNCLEAR, RegionNames
from core.tables.cells import cell_text, half_width
from core.tables.footings import is_footing
from core.tables.headings import Column
from core.tables.lists import ListReader, ListRow
from core.tables.reader import Cell, Sheet, SheetError

COLUMNS = (
    Column("code", "区划代码", ("区划代码", "村代码", "行政区划代码", "代码"), ("代码",)),
    Column("township", "乡镇", ("乡镇", "乡镇街道", "所属乡镇", "乡镇名称", "单位"), ("乡镇",)),
    Column(
        "village", "行政村", ("行政村", "村", "村名", "村社区", "村居", "行政村社区"), ("村", "社区"), ("代码", "人数")
    ),
    Column(
        "people",
        "任务人数",
        ("任务人数", "征缴任务", "目标任务", "参保任务", "任务数", "任务", "应征缴人数", "目标人数"),
        ("任务", "目标"),
        ("去年", "上年", "完成", "率"),
    ),
)
NEEDED = ("village", "people")
MOST = 10_000_000
_NUMBER = re.compile(r"(\d{1,9})(?:\.0*)?人?")


@dataclass
class TargetLine:
    """A row: the village it names (`code`, "" if none) and its task (None: left as it is), or what is wrong with it."""

    number: int
    township: str
    village: str
    written: str
    code: str = ""
    people: int | None = None
    problems: list[str] = field(default_factory=list)
    sheet: str = ""


def read_targets(pieces: Iterable[Sheet], regions: RegionNames, table: ListReader | None = None) -> list[TargetLine]:
    """Return the rows of all visible sheets with a heading; `table` tells afterwards what is to be said of the file.

    Raise SheetError if no sheet has a heading, or none has a row; also where the tasks of the two bureaus stand side
    by side and differ, for only the county knows which of them it gives out.
    """
    table = table or task_table()
    lines, township, sheet = [], "", None
    seen: dict[str, int] = {}
    for row in table.rows(pieces):
        if sheet != (sheet := row.sheet):
            township = ""
        values = {key: _text(cell) for key, cell in row.cells.items()}
        township = values.get("township") or township
        if line := _line(row, township, values, regions):
            if line.code and line.code in seen:
                line.problems.append(f"与第{seen[line.code]}行是同一个村，请删去一行。")
            seen.setdefault(line.code, row.number)
            lines.append(line)
    if not table.found_heading:
        raise SheetError("missing_columns", "没有找到表头。请保留“乡镇、行政村、任务人数”这一行标题后重新上传。")
    if not lines:
        raise SheetError("no_rows", "表头下面没有村。请填好任务人数后重新上传。")
    return lines


def task_table() -> ListReader:
    """The reader of one file of tasks."""
    return ListReader(COLUMNS, NEEDED)


def wrong_year(written: Iterable[str], year: int) -> str:
    """The sentence for a table whose file or sheet names other years but not this one; "" if it does not."""
    years = {int(found) for text in written for found in re.findall(r"(?<!\d)20\d\d(?!\d)", text)}
    if not years or year in years:
        return ""
    named = "、".join(map(str, sorted(years)))
    return (
        f"文件名或工作表名写的是{named}年，现在办的是{year}年度。请核对是不是去年的任务表；确是今年的，改名后再上传。"
    )


def _line(row: ListRow, township: str, values: dict[str, str], regions: RegionNames) -> TargetLine | None:
    code, village, written = values.get("code", ""), values["village"], values["people"]
    if not (code or village or written) or any(map(is_footing, (values.get("township", ""), village))):
        return None
    line = TargetLine(row.number, township, village, written, sheet=row.sheet)
    _, error = row.error(COLUMNS)
    if error:
        line.problems.append(error)
        return line
    line.code = _village(line, code, regions)
    if written:
        amount = _NUMBER.fullmatch(written)
        if amount is None or int(amount[1]) > MOST:
            line.problems.append(f"任务人数“{written[:20]}”不对，应是 0 以上的整数。")
        else:
            line.people = int(amount[1])
    return line


def _village(line: TargetLine, code: str, regions: RegionNames) -> str:
    """The code of the village that the row names; "" with a problem where it names none or two different ones."""
    if not line.village and not code:
        line.problems.append("没有写行政村，请补填；乡镇的合计不用填，由各村相加。")
        return ""
    if code and not regions.village(code).code:
        line.problems.append(f"{regions.here}没有代码为“{code[:20]}”的村，请照模板核对。")
        return ""
    if not line.village:
        return code
    named = regions.village(line.village, line.township)
    if code and named.code not in (code, ""):
        line.problems.append(f"代码 {code} 和村名“{line.village[:20]}”不是同一个村，请照模板核对。")
        return ""
    if named.problem and not (code and named.problem == UNCLEAR):
        line.problems.append(named.message)
        return ""
    return code or named.code


def _text(cell: Cell) -> str:
    return re.sub(r"[,，]", "", half_width(cell_text(cell)))
