from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from core.access.roles import BUSINESS, Role, roles
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.files.models import Attachment

#: What was written anew on its way in (core/files/photos.py), so that a browser may open it.
PHOTOS = ("photo", "paper", "id_card", "scene")
#: On which nobody's number stands.
OPEN_PHOTOS = ("photo", "scene")


@roles(*(BUSINESS - {Role.FINANCE}))
def attachment(request: SignedIn, pk: int) -> HttpResponseBase:
    """A stored file to those whose region it belongs to; a department gets back only what it handed in itself, and
    identity cards are for those who correct by them; leaders see what inspections and campaigns show.

    Photographs open in the browser, anything else is a download. All but slips and walls may show whole identity
    numbers: opening it leaves an event.
    """
    # Whole numbers are handed out by core/exports alone, to whoever asked for them.
    rows = Attachment.objects.for_user(request.user).exclude(kind="export")
    if request.user.role == Role.DEPARTMENT:
        rows = rows.filter(uploaded_by__department=request.user.department)
    if request.user.role == Role.LEADER:
        rows = rows.filter(kind="scene")
    if request.user.role not in (Role.VILLAGE, Role.TOWNSHIP, Role.COUNTY):
        rows = rows.exclude(kind="id_card")
    found = get_object_or_404(rows, pk=pk)
    is_photo = found.kind in PHOTOS and (found.file.name or "").endswith((".jpg", ".jpeg", ".png", ".webp"))
    if found.kind not in OPEN_PHOTOS or not is_photo:
        verb = "查看" if is_photo else "下载"
        audit.record("attachment.download", actor=request.user, obj=found, summary=f"{verb}附件 {found.name}")
    return FileResponse(found.file.open("rb"), as_attachment=not is_photo, filename=found.name)
