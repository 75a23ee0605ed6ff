"""Of an xlsx: its parts, its hidden rows, and reading a large one in pieces."""

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from core.tables.formats.layout import Layout
from core.tables.formats.markup import LAYOUT_BYTES, attributes, part, whole_tags
from core.tables.formats.output import DAMAGED, MOST_SHEETS, FileRefused, Output
from core.tables.formats.readers import write_rows

PIECE_BYTES = 24 << 20  # larger sheets of an xlsx are read in pieces of about this size
#: Sheets up to here are read whole where columns are asked for: twice as fast, and some 2.5 times as much memory.
WHOLE_BYTES = 400 << 20
SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d{1,7})["']""")
HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
#: A cell whose formula ended in an error: its attributes, and the error.
ERROR = re.compile(
    rb"<(?:\w+:)?c\b([^>]{0,300}\st=\"e\"[^>]{0,300})>.{0,2000}?<(?:\w+:)?v>(#[A-Z0-9/!?_]{2,20})</", re.DOTALL
)
CELL_NUMBER = re.compile(rb"\sr=\"([A-Z]{1,3})(\d{1,7})\"")


def layouts(archive: zipfile.ZipFile) -> dict[str, Layout]:
    """Hidden rows and error values of each sheet by its name; calamine tells the merged ranges but not these."""
    found: dict[str, Layout] = {}
    for sheet, name in sheet_parts(archive).items():
        if archive.getinfo(name).file_size > LAYOUT_BYTES and not has_layout(archive, name):
            continue
        layout, number = found.setdefault(sheet, Layout()), 0
        with archive.open(name) as file:
            for piece in whole_tags(file):
                number = add_piece(layout, piece, number)
    return found


def has_layout(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether a sheet's markup has anything that `layouts` looks for; far quicker than looking."""
    rest = b""
    with archive.open(name) as file:
        while more := file.read(1 << 20):
            piece = rest + more
            if b"hidden=" in piece or b't="e"' in piece:
                return True
            rest = more[-8:]
    return False


def add_piece(layout: Layout, piece: bytes, number: int = 0) -> int:
    """Add what a piece of a sheet's markup tells; `number` is the row before it. Return its last row."""
    for match in ROW.finditer(piece):
        told = ROW_NUMBER.search(match[1])
        number = int(told[1]) if told else number + 1
        if HIDDEN.search(match[1]):
            layout.hide(number, number)
    if b't="e"' in piece:
        for match in ERROR.finditer(piece):
            if place := CELL_NUMBER.search(b" " + match[1]):
                layout.error(int(place[2]), column_number(place[1]), match[2].decode())
    return number


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the archive that holds each sheet, by the sheet's name."""
    targets = {
        a.get("Id"): a.get("Target", "")
        for a in map(attributes, RELATION.findall(part(archive, "xl/_rels/workbook.xml.rels")))
    }
    parts = {}
    for sheet in map(attributes, SHEET.findall(part(archive, "xl/workbook.xml"))[:MOST_SHEETS]):
        target = targets.get(sheet.get("id"), "")
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if name in archive.namelist():
            parts[sheet.get("name", "")] = name
    return parts


def read_in_pieces(source: Path | io.BytesIO, out: Output, layouts: dict[str, Layout]) -> None:
    """calamine holds a whole sheet, 100 bytes a cell; given it as several sheets one after the other, only a piece."""
    import python_calamine as calamine

    try:
        with zipfile.ZipFile(source) as archive:
            parts = sheet_parts(archive)
            frame = io.BytesIO()
            with zipfile.ZipFile(frame, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
                for name in set(archive.namelist()).difference(parts.values()):
                    with archive.open(name) as original, copy.open(name, "w") as target:
                        shutil.copyfileobj(original, target, 1 << 20)
            empty = frame.getvalue()
            for meta in calamine.CalamineWorkbook.from_filelike(io.BytesIO(empty)).sheets_metadata:
                if meta.typ != calamine.SheetTypeEnum.WorkSheet or meta.name not in parts:
                    continue
                layout = layouts.get(meta.name) or Layout()
                layout.merge(merged_at_the_end(archive, parts[meta.name]))
                out.sheet(meta.name, layout, visible=meta.visible == calamine.SheetVisibleEnum.Visible)
                for piece in pieces(archive, parts[meta.name]):
                    book = io.BytesIO(empty)
                    with zipfile.ZipFile(book, "a") as copy:
                        copy.writestr(parts[meta.name], piece)
                    del piece
                    book.seek(0)
                    write_rows(calamine.CalamineWorkbook.from_filelike(book).get_sheet_by_name(meta.name), out)
    except (FileRefused, MemoryError):
        raise
    except BaseException as error:  # a panic in the reader arrives as a BaseException
        raise FileRefused("unreadable_file", DAMAGED) from error


def pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A sheet as the markup of several, cut between rows; rows that do not tell their numbers stay together."""
    with archive.open(name) as file:
        rest = file.read(PIECE_BYTES)
        first = ROW.search(rest)
        if first and first[0].startswith(b"<row") and b" r=" in first[0]:
            head = rest[: first.start()]
            while more := file.read(PIECE_BYTES):
                end = rest.rfind(b"</row>") + len(b"</row>")
                yield rest[:end] + b"</sheetData></worksheet>"
                rest = head + rest[end:] + more
        yield rest + file.read()


def merged_at_the_end(archive: zipfile.ZipFile, name: str) -> list[list[int]]:
    """The merged ranges, which the markup of a sheet names after its rows."""
    tail = b""
    with archive.open(name) as file:
        while more := file.read(1 << 20):
            tail = tail[-(1 << 20) :] + more
    return [
        [int(top), column_number(left), int(bottom), column_number(right)]
        for left, top, right, bottom in MERGED.findall(tail)[:20_000]
    ]


def column_number(letters: bytes) -> int:
    """From 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
