"""Who goes to the new village when one is split: 姓名, 证件号码 and the new village. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.tables.cells import cell_text, half_width
from core.tables.footings import is_nobody
from core.tables.headings import Column
from core.tables.lists import ListReader
from core.tables.reader import Sheet, SheetError
from residents.people import id_numbers, names

COLUMNS = (
    Column("name", "姓名", ("姓名",), ("姓名",), ("户主",)),
    Column("id_number", "证件号码", ("证件号码", "身份证号码", "身份证号", "公民身份号码"), ("证", "号码"), ("收据",)),
    Column("village", "新村", ("新村", "划入村", "行政村", "新行政村", "村"), ("新村", "划入")),
)
NO_HEADING = "没有找到表头。请保留“姓名、证件号码、新村”这一行标题后重新上传。"


@dataclass
class SplitRow:
    """A person and the village they go to; `problem` says why not, `resident` and `code` are found later."""

    number: int
    name: str
    id_number: str
    village: str
    problem: str = ""
    code: str = ""
    resident: int | None = None


def split_table() -> ListReader:
    """The reader of one file; its hidden rows are people who may go or stay, so they are to be shown or taken out."""
    return ListReader(COLUMNS, ("name", "id_number", "village"))


def read_split_people(pieces: Iterable[Sheet], table: ListReader | None = None) -> list[SplitRow]:
    """Return the rows of all visible sheets with a heading. Raise SheetError."""
    table = table or split_table()
    rows = []
    for listed in table.rows(pieces):
        if is_nobody(listed.cells["name"], listed.cells["id_number"]):
            continue
        number, problem = id_numbers.read_cell(listed.cells.get("id_number"))
        row = SplitRow(
            listed.number,
            names.normalise(listed.cells.get("name")),
            number,
            half_width(cell_text(listed.cells.get("village"))),
        )
        if problem := problem or id_numbers.check(number):
            row.problem = id_numbers.MESSAGES[problem]
        if error := listed.error(COLUMNS)[1]:
            row.problem = error
        elif listed.hidden:
            row.problem = "这一行在表中是隐藏或筛掉的，看不出划不划出。请取消隐藏或删去这一行后重新上传。"
        rows.append(row)
    if not table.found_heading:
        raise SheetError("missing_columns", NO_HEADING)
    if not rows:
        raise SheetError("no_rows", "表头下面没有人。请填好后重新上传。")
    return rows
