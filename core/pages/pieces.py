"""A page whose largest part many readers share: that part is compressed piece by piece, each piece once.

A piece is known again by its bytes, so nothing old can be served; what has changed is compressed anew, and the frame,
which is each reader's own, every time.
"""

import re
import secrets
import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

#: Where the template wants the pieces.
HERE = "<!--pieces-->"
_ACCEPTS = re.compile(r"\bgzip\b")
_LONGEST_NAME = 100


def page_of_pieces(request: HttpRequest, html: str, pieces: Sequence[bytes]) -> HttpResponse:
    """The page with the pieces at HERE, compressed for whoever takes that."""
    before, after = (part.encode() for part in html.split(HERE))
    if not _ACCEPTS.search(request.headers.get("Accept-Encoding", "")):
        response = HttpResponse(b"".join([before, *pieces, after]))
    else:
        response = HttpResponse(_gzip(before, pieces, after), headers={"Content-Encoding": "gzip"})
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def _gzip(before: bytes, pieces: Sequence[bytes], after: bytes) -> bytes:
    """One gzip member (RFC 1952). Each piece ends with a full flush, so that none leans on what stands before it.

    A file name of random length hides the length of the answer, as Django's own compressing does.
    """
    checksum = size = 0
    for part in (before, *pieces, after):
        checksum, size = zlib.crc32(part, checksum), size + len(part)
    head = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + b"a" * secrets.randbelow(_LONGEST_NAME) + b"\0"
    body = [_deflate(before, zlib.Z_FULL_FLUSH), *map(_deflated, pieces), _deflate(after, zlib.Z_FINISH)]
    return b"".join([head, *body, struct.pack("<II", checksum, size & 0xFFFFFFFF)])


@lru_cache(maxsize=512)
def _deflated(piece: bytes) -> bytes:
    return _deflate(piece, zlib.Z_FULL_FLUSH)


def _deflate(plain: bytes, ending: int) -> bytes:
    packing = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packing.compress(plain) + packing.flush(ending)
