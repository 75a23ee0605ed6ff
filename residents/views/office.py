"""Home, files, job progress, health: what every role uses."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import FileResponse, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from residents import audit
from residents.access import BUSINESS, EVERYONE, roles
from residents.models import Attachment, Job, Role
from residents.page import panels_for, todos_for

#: What was written anew on its way in (residents/services/photos.py), so that a browser may open it.
PHOTOS = ("photo", "paper", "id_card")


@login_not_required
def healthz(request):
    """For load balancers: 200 while the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


@roles(*EVERYONE)
def home(request):
    return render(
        request, "residents/home.html",
        {"title": "今日待办", "todos": todos_for(request.user), "panels": panels_for(request.user)},
    )


@roles(*(BUSINESS - {Role.LEADER}))
def attachment(request, pk):
    """A stored file to those whose region it belongs to; a department gets back only what it handed in itself, and
    identity cards are for those who correct by them.

    Photographs open in the browser, anything else is a download. All but slips and walls may show whole identity
    numbers: opening it leaves an event.
    """
    rows = Attachment.objects.for_user(request.user)
    if request.user.role == Role.DEPARTMENT:
        rows = rows.filter(uploaded_by__department=request.user.department)
    if request.user.role not in (Role.VILLAGE, Role.TOWNSHIP, Role.COUNTY):
        rows = rows.exclude(kind="id_card")
    found = get_object_or_404(rows, pk=pk)
    is_photo = found.kind in PHOTOS and found.file.name.endswith((".jpg", ".jpeg", ".png", ".webp"))
    if found.kind != "photo" or not is_photo:
        verb = "查看" if is_photo else "下载"
        audit.record("attachment.download", actor=request.user, obj=found, summary=f"{verb}附件 {found.name}")
    return FileResponse(found.file.open("rb"), as_attachment=not is_photo, filename=found.name)


@roles(*EVERYONE)
def job_progress(request, pk):
    """How far a job is, for the progress bar: done, total, message, seconds_left, finished."""
    rows = Job.objects.filter(created_by=request.user) | Job.objects.for_user(request.user)
    job = get_object_or_404(rows, pk=pk)
    seconds_left = None
    if job.state == Job.State.RUNNING and job.done and job.total > job.done:
        spent = (timezone.now() - job.started_at).total_seconds()
        seconds_left = round(spent / job.done * (job.total - job.done))
    return JsonResponse(
        {
            "done": job.done,
            "total": job.total,
            "message": job.message or job.get_state_display(),
            "seconds_left": seconds_left,
            "finished": not job.is_live,
            "failed": job.state == Job.State.FAILED,
        }
    )
