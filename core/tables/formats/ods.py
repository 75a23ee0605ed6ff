"""Of an ods: its hidden rows and merged ranges."""

import re
import zipfile

from core.tables.formats.layout import Layout
from core.tables.formats.markup import LAYOUT_BYTES, attributes, tags

TAG = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")


def layouts(archive: zipfile.ZipFile) -> dict[str, Layout]:
    """The layout of each sheet by its name; calamine tells neither hidden rows nor merged ranges for ods."""
    found: dict[str, Layout] = {}
    sheet, row, column, step = None, 0, 0, 1
    if archive.getinfo("content.xml").file_size > LAYOUT_BYTES:
        return found
    with archive.open("content.xml") as file:
        for match in tags(file, TAG):
            what, a = match[1], attributes(match[2])
            if what == b"table":
                row, step = 0, 1
                sheet = found[a.get("name", "")] = Layout()
            elif sheet is None:
                continue
            elif what == b"table-row":
                row, column, step = row + step if row else 1, 0, count(a, "number-rows-repeated")
                if a.get("visibility") in ("collapse", "filter"):
                    sheet.hide(row, row + step - 1)
            else:
                down, right = count(a, "number-rows-spanned"), count(a, "number-columns-spanned")
                if down > 1 or right > 1:
                    sheet.merge([[row, column, row + down - 1, column + right - 1]])
                column += count(a, "number-columns-repeated")
    return found


def count(attributes: dict[str, str], key: str) -> int:
    text = attributes.get(key, "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 1
