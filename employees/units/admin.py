from django.contrib import admin

from core.accounts.models import User
from core.pages.admin_base import ScopedAdmin
from employees.access import runs_here
from employees.units.models import Unit


class WhereItRuns(ScopedAdmin):
    """Only in counties whose policy file has employees' insurance."""

    def is_open_to(self, user: User) -> bool:
        return super().is_open_to(user) and runs_here(user)


@admin.register(Unit)
class UnitAdmin(WhereItRuns):
    list_display = ("name", "credit_code", "kind", "township", "contact_name", "registered_on", "ended_on")
    list_filter = ("kind", ("ended_on", admin.EmptyFieldListFilter))
    list_select_related = ("township",)
    search_fields = ("name__contains", "credit_code__startswith")
    search_help_text = "单位名称，或统一社会信用代码的开头"
    page, by_place = "employee_unit", True
    procedures = (("登记单位", "employee_unit_new"), ("职工医保已缴清单", "employee_paid_lists"))
