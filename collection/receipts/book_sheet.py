"""A table of receipt books to be handed out: one row a book, with the unit, its first and its last number. Pure."""

from collections.abc import Iterable

from core.tables.cells import cell_text, half_width
from core.tables.footings import is_nobody
from core.tables.headings import Column
from core.tables.lists import ListReader
from core.tables.reader import Sheet, SheetError

COLUMNS = (
    Column(
        "holder",
        "单位",
        ("领用单位", "单位", "单位名称", "区划代码", "代码", "行政村", "村", "村名", "村社区", "乡镇", "乡镇街道"),
        ("单位", "村", "乡镇"),
        ("上级", "发放"),
    ),
    Column("first", "起号", ("起号", "起始号码", "起始号", "开始号码", "首号"), ("起",), ("张", "数")),
    Column("last", "止号", ("止号", "终止号码", "截止号码", "终号", "末号"), ("止", "终"), ("张", "数")),
)
NEEDED = ("holder", "first", "last")
NO_HEADING = "没有找到表头。请保留“单位、起号、止号”这一行标题后重新上传。"


def book_table() -> ListReader:
    """The reader of one file of receipt books."""
    return ListReader(COLUMNS, NEEDED, hidden_rows_are="没有发放。请取消隐藏或删除这些行后重新上传。")


def read_rows(pieces: Iterable[Sheet], table: ListReader | None = None) -> list[tuple[int, list[str]]]:
    """Return [(row, [unit, first number, last number])] of the visible sheets with a heading; empty rows are left out.

    Raise SheetError if no sheet has the heading, or none has a row. `table` tells afterwards what is to be said of the
    file.
    """
    table = table or book_table()
    books = (row for row in table.rows(pieces) if not is_nobody(row.cells["holder"], row.cells["first"]))
    rows = [(row.number, [half_width(cell_text(row.cells[key])) for key in NEEDED]) for row in books]
    if not table.found_heading:
        raise SheetError("missing_columns", NO_HEADING)
    if not rows:
        raise SheetError("no_rows", "表头下面没有内容。请填好单位、起号、止号后重新上传。")
    return rows
