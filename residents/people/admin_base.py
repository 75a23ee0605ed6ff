from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.access import masks
from core.pages.admin_base import ScopedAdmin
from residents.people.models import Resident
from residents.people.search import find_residents


class FoundByResident(ScopedAdmin):
    """For rows about a resident: found by the resident's number or name, shown with the number masked."""

    search_fields = ("resident__name",)
    search_help_text = "完整证件号码、号码前四位以上，或姓名"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        found = find_residents(Resident.objects.for_user(request.user), search_term)
        return queryset.filter(resident__in=found), False

    @admin.display(description="证件号码")
    def masked_number(self, obj: Any) -> str:
        return masks.mask(obj.resident.id_number)
