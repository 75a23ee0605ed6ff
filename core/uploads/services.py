"""What every upload answers with: a template, and the sender's own workbook with what is wrong marked."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

from core.accounts.models import User
from core.audit import services as audit
from core.files.models import Attachment
from core.tables.annotating import ORIGINAL_GONE, Request, annotate
from core.tables.reader import UNREADABLE, SheetError
from core.uploads.kinds import UploadKind
from core.uploads.template import template_workbook


def template(*, kind: UploadKind, user: User) -> tuple[str, bytes]:
    """Return (file name, xlsx) of an empty list; it holds nobody's data."""
    choices = kind.choices_for(user) if kind.choices_for else {}
    return f"{kind.name}模板.xlsx", template_workbook(kind, choices)


def marked_upload(
    *, kind: UploadKind, attachment: Attachment, given: Mapping[str, str], actor: User
) -> tuple[str, bytes]:
    """Return (file name, xlsx): the sender's own file with what is wrong marked. Raise SheetError where none is made.

    The file holds what it held, whole numbers too, so the download leaves an event.
    """
    assert kind.judge is not None  # noqa: S101 - the view asks only kinds that judge
    if not Path(attachment.file.path).is_file():
        raise SheetError(UNREADABLE, ORIGINAL_GONE)
    marks = list(kind.judge(attachment, actor, given))
    content = marked_workbook(Request(attachment.file.path, marks, tuple(kind.columns), tuple(kind.needed)))
    audit.record(
        "upload.marked",
        actor=actor,
        obj=attachment,
        region=attachment.region_code,
        summary=f"下载标注好的{kind.name} {attachment.name}",
        after={"rows": len(marks)},
    )
    return marked_name(attachment), content


def marked_workbook(request: Request) -> bytes:
    """Return the marked workbook, made in the limited process."""
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, suffix=".xlsx") as target:
        annotate(request, Path(target.name))
        return Path(target.name).read_bytes()


def marked_name(attachment: Attachment) -> str:
    """The name under which a marked workbook is handed out."""
    return f"{attachment.name.rsplit('.', 1)[0][:80]}（已标注）.xlsx"


def numbered(messages: Iterable[str]) -> str:
    """Several problems of one row as a numbered list; one alone stands as it is."""
    said = list(messages)
    return said[0] if len(said) == 1 else "\n".join(f"{n}. {text}" for n, text in enumerate(said, 1))
