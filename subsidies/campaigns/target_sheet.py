"""A table of tasks as the county writes it: one row a village, with its people. Pure; sets nothing.

Every problem of every row is said at once. Sums (合计, 小计) and empty cells are passed over: an empty cell leaves the
village's task as it is, zero is a task of zero.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.regions.names import short_region_name
from core.tables.headings import Column, find
from core.tables.reader import Cell, SheetError, Workbook

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
_SUM = re.compile(r"合计|总计|小计|共计|^全县$")
_NUMBER = re.compile(r"(\d+)(?:\.0*)?人?")


@dataclass
class Line:
    """A row: the village it names (`code`, "" if none) and its task (None: left as it is), or what is wrong with it."""

    number: int
    township: str
    village: str
    written: str
    code: str = ""
    people: int | None = None
    problems: list[str] = field(default_factory=list)


def read_targets(book: Workbook, villages: Mapping[tuple[str, str], str]) -> list[Line]:
    """The rows of all visible sheets with a heading. `villages`: (township or "", name) → code.

    Raises SheetError if no sheet has a heading, or none has a row; also where the tasks of the two bureaus stand side
    by side, for only the county knows which of them it gives out.
    """
    headings = [(sheet, find(sheet, COLUMNS, NEEDED)) for sheet in book.sheets if sheet.visible]
    found = [(sheet, header) for sheet, header in headings if header and set(NEEDED) <= header.columns.keys()]
    if not found:
        raise SheetError("missing_columns", "没有找到表头。请保留“乡镇、行政村、任务人数”这一行标题后重新上传。")
    lines, seen = [], {}
    for sheet, header in found:
        if both := [header.titles[at] for at in header.twice.get("people", ())]:
            names = "、".join(f"“{title}”" for title in both)
            raise SheetError("two_tasks", f"有{len(both)}栏任务人数：{names}。请只保留要下达的一栏后重新上传。")
        township = ""
        for number, cells in sheet.rows:
            if number <= header.row:
                continue
            values = {key: _text(cells[at]) if at < len(cells) else "" for key, at in header.columns.items()}
            township = values.get("township") or township
            if line := _line(number, township, values, villages):
                if line.code and line.code in seen:
                    line.problems.append(f"与第{seen[line.code]}行是同一个村，请删去一行。")
                seen.setdefault(line.code, number)
                lines.append(line)
    if not lines:
        raise SheetError("no_rows", "表头下面没有村。请填好任务人数后重新上传。")
    return lines


def _line(number, township, values, villages) -> Line | None:
    code, village, written = values.get("code", ""), values["village"], values["people"]
    if not (code or village or written) or any(_SUM.search(text) for text in (values.get("township", ""), village)):
        return None
    line = Line(number, township, village, written)
    line.code = _village(line, code, villages)
    if written:
        amount = _NUMBER.fullmatch(written)
        if amount is None or int(amount[1]) > MOST:
            line.problems.append(f"任务人数“{written[:20]}”不对，应是 0 以上的整数。")
        else:
            line.people = int(amount[1])
    return line


def _village(line: Line, code: str, villages) -> str:
    """The code of the village that the row names; "" with a problem where it names none or two different ones."""
    if not line.village and not code:
        line.problems.append("没有写行政村，请补填；乡镇的合计不用填，由各村相加。")
        return ""
    named = _named(line.township, line.village, villages)
    if code and not villages.get(("", code)):
        line.problems.append(f"本县没有代码为“{code[:20]}”的村，请照模板核对。")
        return ""
    if code and line.village and named not in (code, ""):
        line.problems.append(f"代码 {code} 和村名“{line.village[:20]}”不是同一个村，请照模板核对。")
        return ""
    if code or named:
        return code or named
    where = line.township[:20] or "本县"
    if not line.township and named == "":
        line.problems.append(f"行政村“{line.village[:20]}”在本县不止一个，请同时写明乡镇。")
    else:
        line.problems.append(f"{where}没有行政村“{line.village[:20]}”，请照区划名称核对。")
    return ""


def _named(township: str, village: str, villages) -> str | None:
    """The village's code; "" if the name alone is not enough, None if there is none."""
    return villages.get((township, village), villages.get((township, short_region_name(village))))


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = unicodedata.normalize("NFKC", "" if cell is None else str(cell))
    return re.sub(r"[\s,，]+", "", text)
