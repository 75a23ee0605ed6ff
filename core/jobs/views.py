from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from core.access.roles import EVERYONE, roles
from core.accounts.requests import SignedIn
from core.jobs.models import Job


@roles(*EVERYONE)
def job_progress(request: SignedIn, pk: int) -> HttpResponse:
    """How far a job is, for the progress bar: done, total, message, seconds_left, finished."""
    rows = Job.objects.filter(created_by=request.user) | Job.objects.for_user(request.user)
    job = get_object_or_404(rows, pk=pk)
    seconds_left = None
    if job.state == Job.State.RUNNING and job.started_at and 0 < job.done < job.total:
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
