from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from core.access import masks
from core.pages.admin_base import MaskedNumber, ScopedAdmin
from residents.people.models import Household, InsuredYear, Resident, StatusEntry
from residents.people.search import find_residents


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]  # takes no argument where it runs
    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class StatusInline(ReadOnlyInline):
    model = StatusEntry
    fields = ("status", "since", "until", "source", "withdrawn_at")


class InsuredYearInline(ReadOnlyInline):
    model = InsuredYear
    fields = ("year", "source")


@admin.register(Resident)
class ResidentAdmin(MaskedNumber, ScopedAdmin):
    """Search is routed by what was typed (residents/people/search.py). Changes are made at the counter, not here."""

    list_display = ("name", "masked_number", "sex", "masked_birth", "village", "status")
    page, by_place = "resident_story", True
    procedures = (("参保登记", "resident_add"), ("导出完整号码", "register_export"))
    list_filter = ("status",)
    list_select_related = ("village",)
    search_fields = ("name",)
    search_help_text = "完整证件号码、号码前四位以上，或姓名"
    ordering = ("village_id", "household_id", "id")
    fields = (
        "name",
        "document_type",
        "masked_number",
        "sex",
        "masked_birth",
        "village",
        "household",
        "address",
        "masked_phone",
        "status",
        "status_on",
        "registered_on",
        "merged_into",
    )
    inlines = (StatusInline, InsuredYearInline)

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("village", "household", "merged_into")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return find_residents(queryset, search_term), False

    @admin.display(description="联系电话")
    def masked_phone(self, obj: Resident) -> str:
        return masks.mask_phone(obj.phone)


@admin.register(Household)
class HouseholdAdmin(ScopedAdmin):
    list_display = ("number", "head_name", "village")
    list_select_related = ("village",)
    search_fields = ("number__startswith", "head_name__startswith")
    search_help_text = "户编号或户主姓名的开头"
    ordering = ("village_id", "number")
    by_place = True
