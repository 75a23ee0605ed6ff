"""What stands in the markup of a zipped workbook, read without a parser of XML that a file could lead astray."""

import html
import re
import zipfile
from collections.abc import Iterator
from typing import IO

LAYOUT_BYTES = 64 << 20  # hidden rows are looked for in sheets up to this size
ATTRIBUTE = re.compile(rb'([\w:.-]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')


def part(archive: zipfile.ZipFile, name: str, most: int = LAYOUT_BYTES) -> bytes:
    if name not in archive.namelist():
        return b""
    with archive.open(name) as file:
        return file.read(most)


def attributes(tag: bytes) -> dict[str, str]:
    """The attributes of one start tag without their prefixes, e.g. {"id": "rId1", "name": "Sheet1"}."""
    return {
        key.decode("utf-8", "replace").rpartition(":")[2]: html.unescape((a or b).decode("utf-8", "replace"))
        for key, a, b in ATTRIBUTE.findall(tag)
    }


def tags(file: IO[bytes], pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    """Each match of `pattern` in a stream of markup, read piece by piece."""
    for piece in whole_tags(file):
        yield from pattern.finditer(piece)


def whole_tags(file: IO[bytes]) -> Iterator[bytes]:
    """The pieces of a stream of markup, cut between tags."""
    rest = b""
    while piece := file.read(1 << 20):
        text = rest + piece
        end = text.rfind(b"<")
        complete, rest = (text, b"") if end < 0 or b">" in text[end:] else (text[:end], text[end:])
        yield complete
        if len(rest) > 1 << 20:
            return
