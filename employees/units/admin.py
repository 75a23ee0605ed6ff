from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from import_export.fields import Field

from core.accounts.models import User
from core.pages.admin_base import ScopedAdmin
from core.pages.admin_imports import CountyResource, OwnCounty
from core.regions.import_widgets import TownshipWidget
from employees.access import runs_here
from employees.units.models import Unit
from employees.units.services import change_unit, register_unit


class WhereItRuns(ScopedAdmin):
    """Only in counties whose policy file has employees' insurance."""

    def is_open_to(self, user: User | AnonymousUser) -> bool:
        return isinstance(user, User) and super().is_open_to(user) and runs_here(user)


class UnitResource(CountyResource):
    """Units by their credit code: new ones are registered, known ones changed; township and day stay as they are."""

    township = Field(attribute="township", column_name="乡镇")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["township"].widget = TownshipWidget(self.county)

    def save_row(self, row: Unit, is_new: bool) -> None:
        facts = {name: getattr(row, name) for name in ("name", "kind", "tax_number", "contact_name", "contact_phone")}
        if is_new:
            register_unit(township=row.township, credit_code=row.credit_code, actor=self.actor, **facts)
        else:
            change_unit(unit=row, actor=self.actor, **facts)

    class Meta:
        model = Unit
        import_id_fields = ("credit_code",)
        fields = export_order = (
            "credit_code",
            "name",
            "kind",
            "township",
            "tax_number",
            "contact_name",
            "contact_phone",
        )
        skip_unchanged = True


@admin.register(Unit)
class UnitAdmin(OwnCounty, WhereItRuns):
    resource_classes = (UnitResource,)
    list_display = ("name", "credit_code", "kind", "township", "contact_name", "registered_on", "ended_on")
    list_filter = ("kind", ("ended_on", admin.EmptyFieldListFilter))
    list_select_related = ("township",)
    search_fields = ("name__contains", "credit_code__startswith")
    search_help_text = "单位名称，或统一社会信用代码的开头"
    page, by_place = "employee_unit", True
    procedures = (("登记单位", "employee_unit_new"), ("职工医保已缴清单", "employee_paid_lists"))
