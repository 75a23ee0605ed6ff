"""Writes the smallest workbook of Excel 97–2003 (BIFF8 in an OLE container) that tests need: numbers only."""

import struct

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def workbook(sheets, *, hidden=(), locked=False, stream="Workbook"):
    """`sheets` is [(name, rows of numbers)]; `hidden` holds row numbers from 1, hidden in every sheet.

    `locked` puts in the record of a password (the old XOR kind); `stream` is the name of the book in its container.
    """
    bodies = [_sheet(rows, hidden) for _, rows in sheets]
    bound = [_bound(0, name) for name, _ in sheets]
    globals_ = _record(0x809, _bof(0x05)) + (_record(0x2F, struct.pack("<HHH", 0, 1, 2)) if locked else b"")
    offset = len(globals_) + sum(map(len, bound)) + 4
    for (name, _), body in zip(sheets, bodies, strict=True):
        globals_ += _bound(offset, name)
        offset += len(body)
    return _container(globals_ + _record(0x0A) + b"".join(bodies), stream)


def excel_5(rows, *, codec="gbk", page=936, hidden=()):
    """A workbook of Excel 5 with one sheet, 名单: texts in a page of code, and numbers."""
    bof = lambda kind: _record(0x809, struct.pack("<HHHH", 0x0500, kind, 0x0DBB, 1995))  # noqa: E731
    name = "名单".encode("gbk" if page == 936 else codec, "replace")
    bound = lambda at: _record(0x85, struct.pack("<IHB", at, 0, len(name)) + name)  # noqa: E731
    body = bof(0x10) + _record(0x200, struct.pack("<HHHHH", 0, len(rows), 0, 9, 0))
    for at, cells in enumerate(rows):
        options = 0x0100 | (0x20 if at + 1 in hidden else 0)
        body += _record(0x208, struct.pack("<HHHHHHHH", at, 0, len(cells), 255, 0, 0, options, 15))
        for column, value in enumerate(cells):
            if isinstance(value, str):
                raw = value.encode(codec)
                body += _record(0x204, struct.pack("<HHHH", at, column, 0, len(raw)) + raw)
            else:
                body += _record(0x203, struct.pack("<HHHd", at, column, 0, value))
    head = bof(0x05) + _record(0x42, struct.pack("<H", page))
    return _container(head + bound(len(head) + len(bound(0)) + 4) + _record(0x0A) + body + _record(0x0A), "Book")


def _record(kind, data=b""):
    return struct.pack("<HH", kind, len(data)) + data


def _bof(kind):
    return struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 1997, 0, 6)


def _bound(offset, name):
    return _record(0x85, struct.pack("<IHBB", offset, 0, len(name), 1) + name.encode("utf-16-le"))


def _sheet(rows, hidden):
    parts = [_record(0x809, _bof(0x10)), _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, 9, 0))]
    for at, cells in enumerate(rows):
        options = 0x0100 | (0x20 if at + 1 in hidden else 0)
        parts.append(_record(0x208, struct.pack("<HHHHHHHH", at, 0, len(cells), 255, 0, 0, options, 15)))
        parts += [_record(0x203, struct.pack("<HHHd", at, column, 0, value)) for column, value in enumerate(cells)]
    return b"".join(parts) + _record(0x0A)


def _container(stream, name):
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")  # below 4096 it would go elsewhere
    sectors = len(stream) // SECTOR
    chain = [FAT, END, *range(3, sectors + 2), END]
    table = b"".join(struct.pack("<I", n) for n in chain).ljust(SECTOR, struct.pack("<I", FREE)[:1])
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        b"",
        0,
        1,
        1,
        0,
        4096,
        END,
        0,
        END,
        0,
    ) + struct.pack("<I", 0).ljust(436, b"\xff")
    folder = _entry("Root Entry", 5, 1, END, 0) + _entry(name, 2, FREE, 2, len(stream)) + bytes(256)
    return header + table + folder + stream


def _entry(name, kind, child, start, size):
    raw = name.encode("utf-16-le")
    return struct.pack("<64sHBBIII16sIQQIQ", raw, len(raw) + 2, kind, 1, FREE, FREE, child, b"", 0, 0, 0, start, size)
