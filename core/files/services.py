import hashlib
import logging
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage

from core.accounts.models import User
from core.files.models import Attachment

log = logging.getLogger(__name__)
#: What a process left behind when it was killed before its commit is swept away once nobody can be at work on it any
#: more, but only for a week: a database that was put back by mistake does not cost the files of the years before.
_SWEPT_FROM_SECONDS, _SWEPT_TO_SECONDS = 86_400, 8 * 86_400
CHUNK = 500


def store(*, file: "File[bytes]", name: str, kind: str, region: str, actor: User | None) -> Attachment:
    """Keeps an uploaded file for a region; the view /files/<id> hands it to those who may see that region."""
    attachment = Attachment(
        name=name[-200:], kind=kind, size=file.size, sha256=sha256_of(file), region_code=region, uploaded_by=actor
    )
    suffix = "".join(ch for ch in name.rsplit(".", 1)[-1].lower() if ch.isascii() and ch.isalnum())[:5] or "bin"
    attachment.file.save(f"{attachment.id}.{suffix}", file, save=False)
    attachment.save(force_insert=True)
    return attachment


def sha256_of(file: "File[bytes]") -> str:
    """The file's sha256 in hexadecimal; the file is rewound."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def sweep() -> int:
    """Deletes the files of processes that were killed before they wrote the row, or in the middle of receiving an
    upload; the log names them. Returns how many."""
    root = Path(cast(FileSystemStorage, default_storage).location)
    kept, gone = _swept_age(root.glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]/*-*-*-*-*.*")), 0
    while files := list(islice(kept, CHUNK)):
        names = {path.relative_to(root).as_posix(): path for path in files}
        named = set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
        gone += _delete(path for name, path in names.items() if name not in named)
    return gone + _delete(_swept_age(Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*")))


def _swept_age(paths: Iterable[Path]) -> Iterator[Path]:
    now = time.time()
    return (path for path in paths if _SWEPT_FROM_SECONDS < now - path.stat().st_mtime < _SWEPT_TO_SECONDS)


def _delete(paths: Iterable[Path]) -> int:
    count = 0
    for path in paths:
        path.unlink(missing_ok=True)
        log.warning("swept away %s: no row names it", path)
        count += 1
    return count
