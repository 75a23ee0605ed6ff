"""Of an ods: its hidden rows and merged ranges."""

import re

from core.tables.formats.markup import LAYOUT_BYTES, attributes, tags

TAG = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")


def layout(archive):
    """Hidden rows and merged ranges of each sheet by its name; calamine tells neither for ods."""
    hidden, merged, name, row, column, step = {}, {}, None, 0, 0, 1
    if archive.getinfo("content.xml").file_size > LAYOUT_BYTES:
        return hidden, merged
    with archive.open("content.xml") as file:
        for match in tags(file, TAG):
            what, a = match[1], attributes(match[2])
            if what == b"table":
                name, row, step = a.get("name"), 0, 1
                hidden[name], merged[name] = [], []
            elif name is None:
                continue
            elif what == b"table-row":
                row, column, step = row + step if row else 1, 0, count(a, "number-rows-repeated")
                if a.get("visibility") in ("collapse", "filter") and step < 100_000:
                    hidden[name].extend(range(row, row + step))
            else:
                down, right = count(a, "number-rows-spanned"), count(a, "number-columns-spanned")
                if down > 1 or right > 1:
                    merged[name].append([row, column, row + down - 1, column + right - 1])
                column += count(a, "number-columns-repeated")
    return hidden, merged


def count(attributes, key):
    text = attributes.get(key, "1")
    return int(text) if text.isdigit() and len(text) < 9 else 1
