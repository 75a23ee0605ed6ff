"""The two readers of workbooks: the fast one, and the slow one for what the fast one cannot take."""

import io
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.tables.formats.layout import Layout
from core.tables.formats.output import DAMAGED, ENCRYPTED, MOST_SHEETS, ROWS_A_LINE, FileRefused, Output

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

#: Rows that go out as columns together: more cost memory, fewer cost calls.
ROWS_A_BLOCK = 10_000


def read_calamine(source: Path | io.BytesIO, out: Output, layouts: dict[str, Layout], *, fallback: bool) -> None:
    import python_calamine as calamine

    try:
        with source.open("rb") if isinstance(source, Path) else nullcontext(source) as file:
            book = calamine.CalamineWorkbook.from_filelike(file)
    except calamine.PasswordError as error:
        raise FileRefused("encrypted_file", ENCRYPTED) from error
    except MemoryError:
        raise
    except BaseException as error:  # a panic in the reader arrives as a BaseException
        if fallback:
            return read_openpyxl(source, out, layouts)
        raise FileRefused("unreadable_file", DAMAGED) from error
    if len(book.sheets_metadata) > MOST_SHEETS:
        says = f"这个文件里有 {len(book.sheets_metadata)} 个工作表，超过 {MOST_SHEETS} 个。"
        raise FileRefused("too_large", f"{says}请只留要上传的工作表，另存为新文件后再上传。")
    if not _write_sheets(book, out, layouts):
        if fallback:
            return read_openpyxl(source, out, layouts)
        raise FileRefused("unreadable_file", DAMAGED)
    return None


def _write_sheets(book: "CalamineWorkbook", out: Output, layouts: dict[str, Layout]) -> bool:
    """Write every sheet that can be read; False where there are sheets and none of them can."""
    import python_calamine as calamine

    kinds, broken, found = calamine.SheetTypeEnum, 0, 0
    for index, meta in enumerate(book.sheets_metadata):
        if meta.typ != kinds.WorkSheet:
            continue
        try:
            sheet = book.get_sheet_by_index(index)
            layout = layouts.get(meta.name) or Layout()
            if not layout.merged:
                layout.merge([[r1 + 1, c1, r2 + 1, c2] for (r1, c1), (r2, c2) in sheet.merged_cell_ranges or ()])
        except MemoryError:
            raise
        except BaseException:
            broken += 1
            continue
        found += 1
        out.sheet(meta.name, layout, visible=meta.visible == calamine.SheetVisibleEnum.Visible)
        write_rows(sheet, out)
    return not broken or found > 0


def write_rows(sheet: "CalamineSheet", out: Output) -> None:
    if sheet.start is None:
        return
    top, left = sheet.start[0], min(sheet.start[1], out.max_columns)
    rows, number = islice(sheet.iter_rows(), top, None), top + 1
    for cells in islice(rows, ROWS_A_LINE if out.in_columns else None):
        out.row(number, [*[None] * left, *cells])
        number += 1
    while block := list(islice(rows, ROWS_A_BLOCK)):
        out.block(number, block, left)
        number += len(block)


def read_openpyxl(source: Path | io.BytesIO, out: Output, layouts: dict[str, Layout]) -> None:
    """The slow reader, cell by cell: for sheets whose far corners are too much for the fast one or that it refuses."""
    import openpyxl
    from openpyxl.worksheet._reader import WorkSheetParser

    # By handle, as above: a name with another suffix would be refused.
    file = source.open("rb") if isinstance(source, Path) else source
    file.seek(0)
    try:
        book: Any = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            out.sheet(sheet.title, layouts.get(sheet.title), visible=sheet.sheet_state == "visible")
            inner: Any = sheet  # the parser is not part of the package's types
            with inner._get_source() as part:
                # The public iterator fills every gap: a million rows for one stray character at the bottom.
                parser = WorkSheetParser(
                    part,
                    inner._shared_strings,
                    data_only=True,
                    epoch=book.epoch,
                    date_formats=book._date_formats,
                    timedelta_formats=book._timedelta_formats,
                )
                for number, cells in parser.parse():
                    row = {cell["column"] - 1: cell["value"] for cell in cells if cell["column"] <= out.max_columns}
                    out.row(number, [row.get(at) for at in range(max(row, default=-1) + 1)])
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        raise FileRefused("unreadable_file", DAMAGED) from error
