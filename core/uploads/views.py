"""The template of a kind of list, and a sender's own workbook with what is wrong marked."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from core.access.roles import BUSINESS, Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.downloads import download
from core.files.models import Attachment
from core.tables.reader import SheetError
from core.uploads import services
from core.uploads.kinds import UploadKind, kind_of

SENDS = (*(BUSINESS - {Role.LEADER}), Role.SCHOOL, Role.SYSTEM)


@require_GET
@roles(*SENDS)
def upload_template(request: SignedIn, kind: str) -> HttpResponseBase:
    name, content = services.template(kind=_kind_or_404(request.user, kind), user=request.user)
    return download(content, name)


@require_GET
@roles(*SENDS)
def upload_marked(request: SignedIn, attachment: UUID) -> HttpResponseBase:
    """The marked workbook for those of the sender's own office."""
    own = Attachment.objects.filter(uploaded_by=request.user)  # an officer or a school sees nothing but their own
    rows = own if request.user.role in (Role.SYSTEM, Role.SCHOOL) else Attachment.objects.for_user(request.user)
    if request.user.role == Role.DEPARTMENT:
        rows = rows.filter(uploaded_by__department=request.user.department)
    kept = get_object_or_404(rows, pk=attachment)
    kind = _kind_or_404(request.user, kept.kind)
    if kind.judge is None:
        raise Http404
    try:
        name, content = services.marked_upload(kind=kind, attachment=kept, given=request.GET.dict(), actor=request.user)
    except SheetError as error:
        messages.error(request, error.message)
        return redirect(_back(request))
    return download(content, name)


def _back(request: SignedIn) -> str:
    """The page that the download was asked on, if it is one of ours."""
    came_from = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    return came_from if url_has_allowed_host_and_scheme(came_from, hosts, request.is_secure()) else "home"


def _kind_or_404(user: User, key: str) -> UploadKind:
    kind = kind_of(key)
    if kind is None or user.role not in kind.roles:
        raise Http404
    return kind
