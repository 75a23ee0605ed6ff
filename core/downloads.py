import io
from pathlib import PurePath
from typing import BinaryIO

from django.core.files import File
from django.http import FileResponse

#: Named here because a bare machine's table of types knows neither.
_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def download(content: "bytes | BinaryIO | File[bytes]", name: str) -> FileResponse:
    """Content as a file to be kept, under a name that may be Chinese; closes an open file."""
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    return FileResponse(file, as_attachment=True, filename=name, content_type=_TYPES.get(PurePath(name).suffix))
