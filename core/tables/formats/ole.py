"""OLE files: xls, et, and encrypted xlsx."""

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from core.tables.formats.archives import read_zip
from core.tables.formats.layout import ERRORS, Layout
from core.tables.formats.markup import LAYOUT_BYTES
from core.tables.formats.output import DAMAGED, ENCRYPTED, MOST_SHEETS, WORD, FileRefused, Limits, Output
from core.tables.formats.readers import read_calamine

NO_BOOK = "这个文件里没有能读的表格（xls 和 et 要是 Excel 97—2003 格式）。请用 WPS 打开，另存为 xlsx 后再上传。"


def read_ole(path: Path, limits: Limits, out: Output) -> None:
    import olefile

    try:
        with olefile.OleFileIO(path) as ole:
            streams = {"/".join(s).lower(): s for s in ole.listdir()}
            if "encryptedpackage" in streams:
                return read_encrypted(path, limits, out)
            book = streams.get("workbook") or streams.get("book")
            if book is None:
                raise FileRefused("unreadable_file", WORD if "worddocument" in streams else NO_BOOK)
            stream = ole.openstream(book).read(LAYOUT_BYTES)
            if any(kind == FILEPASS for kind, _, _ in biff_records(stream, 0)):
                raise FileRefused("encrypted_file", ENCRYPTED)
            layouts = xls_layouts(stream)
    except (OSError, ValueError, IndexError, TypeError, AttributeError, OverflowError) as error:
        raise FileRefused("unreadable_file", DAMAGED) from error
    out.line({"kind": "xls"})
    if is_excel_5(stream) and (raw := path.read_bytes()).count(GBK_PAGE):
        # The fast reader takes no character of two bytes: it is told that there are none, and they are joined here.
        out.codec = "gb18030"
        return read_calamine(io.BytesIO(raw.replace(GBK_PAGE, BYTES_PAGE, 1)), out, layouts, fallback=False)
    return read_calamine(path, out, layouts, fallback=False)


def read_encrypted(path: Path, limits: Limits, out: Output) -> None:
    """Excel writes “read-only recommended” workbooks under a password everybody knows; any other is the owner's."""
    import msoffcrypto

    plain = io.BytesIO()
    try:
        with path.open("rb") as file:
            office = msoffcrypto.OfficeFile(file)
            office.load_key(password="VelvetSweatshop", verify_password=True)  # noqa: S106 published by Microsoft
            office.decrypt(plain)
    except MemoryError:
        raise
    except Exception as error:  # the library has no common base class
        raise FileRefused("encrypted_file", ENCRYPTED) from error
    plain.seek(0)
    return read_zip(plain, limits, out)


#: The record that says in which page of code the texts are: Chinese, and the one by which each byte is a character.
GBK_PAGE, BYTES_PAGE = b"\x42\x00\x02\x00\xa8\x03", b"\x42\x00\x02\x00\xb0\x04"
BOF, END, FILEPASS, BOUNDSHEET, ROW, FORMULA, BOOLERR = 0x0809, 0x000A, 0x002F, 0x0085, 0x0208, 0x0006, 0x0205


def xls_layouts(stream: bytes) -> dict[str, Layout]:
    """Hidden rows and error values of each sheet by its name, from a BIFF8 stream ([MS-XLS] 2.4.221, .127, .24).

    That of Excel 5 and 95 is the same, but for names, which have a byte for each of theirs.
    """
    found, sheets, old = {}, {}, is_excel_5(stream)
    for kind, data, _ in biff_records(stream, 0):
        if kind == BOUNDSHEET and len(data) > 8:
            wide, length = 0 if old else data[7] & 1, data[6]
            raw = data[8 - old : 8 - old + length * (1 + wide)]
            sheets[raw.decode("utf-16-le" if wide else "latin-1", "replace")] = int.from_bytes(data[:4], "little")
    for name, offset in islice(sheets.items(), MOST_SHEETS):
        layout = found[name] = Layout()
        for kind, data, _ in biff_records(stream, offset):
            row = int.from_bytes(data[:2], "little") + 1
            if kind == ROW and len(data) >= 16 and data[12] & 0x20:
                layout.hide(row, row)
            elif (code := error_code(kind, data)) is not None:
                layout.error(row, int.from_bytes(data[2:4], "little"), ERRORS.get(code, "#ERROR!"))
    return found


def is_excel_5(stream: bytes) -> bool:
    """Whether the stream begins as those of Excel 5 and 95 do, which some systems still write."""
    return stream[:2] == BOF.to_bytes(2, "little") and stream[4:6] == b"\x00\x05"


def error_code(kind: int, data: bytes) -> int | None:
    """The code of the error that a cell's record holds; None for any other cell."""
    if kind == FORMULA and len(data) >= 14 and data[12:14] == b"\xff\xff" and data[6] == 2:
        return data[8]
    if kind == BOOLERR and len(data) >= 8 and data[7] == 1:
        return data[6]
    return None


def biff_records(stream: bytes, offset: int) -> Iterator[tuple[int, bytes, int]]:
    """(kind, data, offset) of the records from a BOF to its EOF; embedded charts in between are passed over."""
    depth = 0
    while offset + 4 <= len(stream):
        kind = int.from_bytes(stream[offset : offset + 2], "little")
        size = int.from_bytes(stream[offset + 2 : offset + 4], "little")
        depth += (kind == BOF) - (kind == END)
        if depth <= 1:
            yield kind, stream[offset + 4 : offset + 4 + size], offset
        offset += 4 + size
        if depth <= 0:
            return
