"""Workbooks as people send them."""

import datetime
import io

import xlsxwriter


def workbook(rows, *, sheet: str = "Sheet1") -> bytes:
    """An xlsx with these rows. The same rows are the same bytes, at whatever second they are written."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": datetime.datetime(2024, 10, 1)})
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return out.getvalue()
