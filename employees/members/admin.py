from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.access import masks
from employees.members.models import Employment
from employees.units.admin import WhereItRuns
from residents.people import id_numbers


@admin.register(Employment)
class EmploymentAdmin(WhereItRuns):
    """Who is insured with which unit, or as a flexible worker."""

    list_display = ("member", "masked_number", "unit", "joined", "left")
    list_filter = (("left", admin.EmptyFieldListFilter), ("unit", admin.EmptyFieldListFilter))
    list_select_related = ("member", "unit")
    search_fields = ("member__name",)
    search_help_text = "姓名、完整证件号码，或单位名称"
    fields = ("member", "masked_number", "unit", "joined", "left")
    ordering = ("-id",)
    procedures = (("灵活就业人员", "employee_flexible_list"),)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Employment], search_term: str
    ) -> tuple[QuerySet[Employment], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        number = id_numbers.normalise(text)
        found = queryset.filter(member__name__startswith=text) | queryset.filter(unit__name__contains=text)
        return found | queryset.filter(member__id_number=number), False

    @admin.display(description="证件号码")
    def masked_number(self, obj: Employment) -> str:
        return masks.mask(obj.member.id_number)
