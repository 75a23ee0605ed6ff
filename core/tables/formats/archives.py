"""Zipped workbooks: xlsx, xlsm, xlsb and ods."""

import io
import zipfile
from pathlib import Path

from core.tables.formats import ods, xlsx
from core.tables.formats.markup import part
from core.tables.formats.output import DAMAGED, ENCRYPTED, NOT_A_SHEET, WORD, FileRefused, Limits, Output
from core.tables.formats.readers import read_calamine, read_openpyxl

#: What the fast reader does not tell of each sheet.
LAYOUTS = {"xlsx": xlsx.layouts, "ods": ods.layouts}


def read_zip(source: Path | io.BytesIO, limits: Limits, out: Output) -> None:
    """`source`: a path, or the file that was inside an encrypted one."""
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused("unreadable_file", DAMAGED) from error
    if any("\\" in info.filename for info in archive.infolist()):
        archive, source = with_forward_slashes(archive, source)
    with archive:
        sizes = {i.filename: i.file_size for i in archive.infolist()}
        if sum(sizes.values()) > limits["unpacked"]:
            raise FileRefused("too_large", "表格解开后太大，读不下。请删去多余的工作表和图片，另存为新文件后再上传。")
        kind = kind_of(archive)
        try:
            layouts = LAYOUTS[kind](archive) if kind in LAYOUTS else {}
        except MemoryError:
            raise
        except Exception:  # zipfile and zlib raise a dozen kinds; what is really damaged the reader below reports
            layouts = {}
    out.line({"kind": kind})
    if kind == "xlsx" and limits["sparse"]:
        return read_openpyxl(source, out, layouts)
    whole = xlsx.WHOLE_BYTES if out.in_columns else xlsx.PIECE_BYTES
    if kind == "xlsx" and any(s > whole for n, s in sizes.items() if n.startswith("xl/worksheets/")):
        return xlsx.read_in_pieces(source, out, layouts)
    return read_calamine(source, out, layouts, fallback=kind == "xlsx")


def with_forward_slashes(archive: zipfile.ZipFile, source: Path | io.BytesIO) -> tuple[zipfile.ZipFile, io.BytesIO]:
    """The same archive with the names of its parts as the format wants them: some programs on Windows write `\\`.

    The names are mended where they stand, once before each part and once in the directory at the end; nothing moves.
    """
    raw = bytearray(source.read_bytes() if isinstance(source, Path) else source.getvalue())
    with archive:
        places = [info.header_offset for info in archive.infolist()]
        at = archive.start_dir
    for place in places:
        length = int.from_bytes(raw[place + 26 : place + 28], "little")
        mend_name(raw, place + 30, length)
    while raw[at : at + 4] == b"PK\x01\x02":
        length, extra, comment = (int.from_bytes(raw[at + n : at + n + 2], "little") for n in (28, 30, 32))
        mend_name(raw, at + 46, length)
        at += 46 + length + extra + comment
    mended = io.BytesIO(bytes(raw))
    return zipfile.ZipFile(mended), mended


def mend_name(raw: bytearray, start: int, length: int) -> None:
    raw[start : start + length] = raw[start : start + length].replace(b"\\", b"/")


def kind_of(archive: zipfile.ZipFile) -> str:
    names = {n.lower() for n in archive.namelist()}
    if "encrypted-package" in names:  # ods of LibreOffice 24 and later
        raise FileRefused("encrypted_file", ENCRYPTED)
    if "content.xml" in names and "mimetype" in names:
        kind = "ods"
    elif any(n.startswith("xl/") for n in names):
        kind = "xlsb" if "xl/workbook.bin" in names else "xlsx"
    elif any(n.startswith("word/") for n in names):
        raise FileRefused("unreadable_file", WORD)
    elif any(n.endswith((".xlsx", ".xls", ".et", ".ods", ".csv")) for n in names):
        raise FileRefused("unreadable_file", "这是压缩包，请先解压，再上传里面的表格。")
    else:
        raise FileRefused("unreadable_file", NOT_A_SHEET)
    locked_inside = b"encryption-data" in part(archive, "META-INF/manifest.xml")  # as ods does it
    if locked_inside or any(i.flag_bits & 1 for i in archive.infolist()):
        raise FileRefused("encrypted_file", ENCRYPTED)
    return kind
