"""Tables as xlsx, streamed: identity numbers as text, nothing that a spreadsheet could take for a formula."""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from tempfile import TemporaryFile

import xlsxwriter


def table_file(*, title: str, heading: Sequence[str], rows: Iterable[Sequence], note: str = ""):
    """An open file, at its beginning, with one sheet: title, note, heading and rows (texts, numbers, dates)."""
    out = TemporaryFile()  # noqa: SIM115 — handed to the caller open
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(title[:31])
        bold, money, text = (
            book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"}),
            book.add_format({"num_format": "@"}),
        )
        sheet.set_column(0, max(len(heading) - 1, 0), 16)
        sheet.write_string(0, 0, title, bold)
        sheet.write_string(1, 0, note)
        for column, name in enumerate(heading):
            sheet.write_string(2, column, name, bold)
        for number, row in enumerate(rows, 3):
            for column, value in enumerate(row):
                if isinstance(value, Decimal):
                    sheet.write_number(number, column, value, money)
                elif isinstance(value, int):
                    sheet.write_number(number, column, value)
                elif isinstance(value, datetime.date):
                    sheet.write_string(number, column, value.isoformat(), text)
                else:
                    sheet.write_string(number, column, "" if value is None else str(value), text)
    out.seek(0)
    return out
