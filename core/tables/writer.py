"""Large tables out as xlsx, row by row: memory stays flat, and nothing typed into a cell becomes a formula."""

import tempfile
from collections.abc import Iterable
from decimal import Decimal
from typing import BinaryIO, cast

import xlsxwriter
from django.http import FileResponse

from core.downloads import download

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def xlsx_response(
    *,
    filename: str,
    columns: Iterable[tuple[str, int]],
    rows: Iterable[Iterable[object]],
    title: str = "",
    note: str = "",
) -> FileResponse:
    """A download. `columns` are (heading, width); a title and a note stand above them.

    Text stays text, so identity numbers keep every digit; a Decimal is an amount of money.
    """
    return download(write_xlsx(columns=columns, rows=rows, title=title, note=note), filename)


def write_xlsx(
    *, columns: Iterable[tuple[str, int]], rows: Iterable[Iterable[object]], title: str = "", note: str = ""
) -> BinaryIO:
    """An open temporary file holding the workbook, at its beginning."""
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  (the response closes it)
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        bold, heading = book.add_format({"bold": True}), book.add_format({"bold": True, "bottom": 1})
        as_text, as_money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "#,##0.00"})
        as_date = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("数据")
        columns, top = list(columns), 0
        for place, (_, width) in enumerate(columns):
            sheet.set_column(place, place, width)
        if title:
            sheet.write_string(0, 0, title, bold)
            sheet.write_string(1, 0, note)
            top = 2
        for place, (name, _) in enumerate(columns):
            sheet.write_string(top, place, name, heading)
        sheet.freeze_panes(top + 1, 0)
        for number, row in enumerate(rows, start=top + 1):
            for place, value in enumerate(row):
                if value is None or value == "":
                    continue
                if isinstance(value, str):
                    sheet.write_string(number, place, value, as_text)
                elif hasattr(value, "isoformat"):
                    sheet.write_datetime(number, place, value, as_date)
                else:
                    sheet.write_number(number, place, value, as_money if isinstance(value, Decimal) else None)
    file.seek(0)
    return file
