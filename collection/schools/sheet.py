"""A class list as it stands in a spreadsheet: cells → pupils. A workbook with a sheet for each class is usual. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.tables.cells import cell_text
from core.tables.footings import is_nobody
from core.tables.headings import Column
from core.tables.lists import ListReader, ListRow
from core.tables.reader import Sheet
from residents.people import id_numbers, names

COLUMNS = (
    Column(
        "name",
        "姓名",
        ("姓名", "学生姓名", "幼儿姓名", "学生", "名字"),
        ("学生姓名", "姓名"),
        ("监护", "家长", "父", "母", "联系", "班主任", "户主"),
    ),
    Column(
        "id_number",
        "身份证号码",
        (
            "身份证号码",
            "身份证号",
            "学生身份证号",
            "学生身份证号码",
            "公民身份号码",
            "证件号码",
            "身份证件号",
            "身份证",
        ),
        ("身份证", "证件号"),
        ("监护", "家长", "父", "母", "类型", "户主", "有效期"),
    ),
    Column("class", "班级", ("班级", "班级名称", "所在班级", "年级班级", "班", "班别"), ("班级",), ("主任",)),
    Column("grade", "年级", ("年级", "所在年级", "年级名称"), ("年级",), ("班",)),
    Column(
        "school",
        "学校",
        ("学校", "学校名称", "就读学校", "幼儿园", "园所名称", "所在学校"),
        ("学校", "园名"),
        ("代码",),
    ),
)
NEEDED = ("name", "id_number")
NO_HEADING = "表里没有找到“姓名、身份证号码”两列。请在第一行写明列名，再上传；一个班一张工作表也可以。"


@dataclass(slots=True)
class PupilLine:
    """One pupil of a list; `problem` says what is wrong with the row, `repeats` the row of the same pupil before."""

    sheet: str
    number: int
    name: str
    id_number: str
    school: str
    class_name: str
    problem: str = ""
    column: str = ""
    repeats: int | None = None


def class_table() -> ListReader:
    return ListReader(COLUMNS, NEEDED)


def read_classes(pieces: Iterable[Sheet], table: ListReader, *, as_of: date) -> list[PupilLine]:
    """Return the pupils of all sheets in order. A class that no column tells is the sheet's name."""
    lines: list[PupilLine] = []
    seen: dict[tuple[str, str], PupilLine] = {}
    for row in table.rows(pieces):
        line = _line(row, as_of)
        if line is None:
            continue
        first = seen.setdefault((line.id_number, line.school), line)
        if first is not line and not line.problem:
            line.repeats = first.number
        lines.append(line)
    return lines


def _line(row: ListRow, as_of: date) -> PupilLine | None:
    get = row.cells.get
    name = names.normalise(get("name"))[:60]
    number, problem = id_numbers.read_cell(get("id_number"))
    if is_nobody(get("name"), get("id_number")):
        return None
    line = PupilLine(row.sheet[:60], row.number, name, number[:30], cell_text(get("school"))[:60], _class_of(row)[:40])
    column, error = row.error(COLUMNS)
    problem = problem or id_numbers.check(number, as_of=as_of)
    if error:
        line.column, line.problem = column, error
    elif not name:
        line.column, line.problem = "姓名", "没有填写姓名。"
    elif name_problem := names.problem_of(name):
        line.column, line.problem = "姓名", name_problem
    elif problem:
        line.column, line.problem = "身份证号码", id_numbers.MESSAGES[problem]
    return line


def _class_of(row: ListRow) -> str:
    grade, written = cell_text(row.cells.get("grade")), cell_text(row.cells.get("class"))
    if grade and written and not written.startswith(grade):
        return f"{grade}{written}"
    return written or grade or row.sheet
