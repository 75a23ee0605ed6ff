from django.contrib import admin

from core.audit.labels import JOBS
from core.jobs.models import Job
from core.pages.admin_base import ScopedAdmin


@admin.register(Job)
class JobAdmin(ScopedAdmin):
    list_display = ("created_at", "job_name", "state", "done", "total", "message", "created_by")
    list_filter = ("state",)
    list_select_related = ("created_by",)
    fields = (
        "job_name",
        "state",
        "created_by",
        "created_at",
        "started_at",
        "finished_at",
        "attempts",
        "done",
        "total",
        "message",
    )

    @admin.display(description="任务", ordering="kind")
    def job_name(self, obj: Job) -> str:
        return JOBS.get(obj.kind, obj.kind)
