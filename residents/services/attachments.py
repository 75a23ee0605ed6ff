import hashlib

from django.core.files.base import File

from residents.models import Attachment


def store(*, file: File, name: str, kind: str, region: str, actor) -> Attachment:
    """Keeps an uploaded file for a region; the view /files/<id> hands it to those who may see that region."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    attachment = Attachment(
        name=name[-200:], kind=kind, size=file.size, sha256=digest.hexdigest(), region_code=region, uploaded_by=actor
    )
    suffix = "".join(ch for ch in name.rsplit(".", 1)[-1].lower() if ch.isascii() and ch.isalnum())[:5] or "bin"
    attachment.file.save(f"{attachment.id}.{suffix}", file, save=False)
    attachment.save(force_insert=True)
    return attachment
