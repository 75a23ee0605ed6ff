from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.pages.admin_base import ScopedAdmin
from subsidies.policy.models import PolicyVersion


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ScopedAdmin):
    """The text of a policy as it was when somebody was quoted with it."""

    list_display = ("policy_id", "hash", "loaded_at", "note")
    fields = ("policy_id", "hash", "loaded_at", "note", "text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyVersion]:
        county = request.user.scope_prefix[:6] if request.user.is_authenticated else ""
        rows = PolicyVersion.objects.order_by("policy_id", "-loaded_at")
        return rows.filter(policy_id__startswith=f"{county}-") if county else rows.none()
