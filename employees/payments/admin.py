from django.contrib import admin

from employees.payments.models import EmployeePayment
from employees.units.admin import WhereItRuns


@admin.register(EmployeePayment)
class EmployeePaymentAdmin(WhereItRuns):
    list_display = ("paid_on", "unit", "member", "month", "amount", "channel", "ticket", "reason")
    list_filter = ("channel",)
    list_select_related = ("unit", "member")
    search_fields = ("unit__name__contains", "member__name__startswith", "ticket__startswith")
    search_help_text = "单位名称，姓名或税票号的开头"
    fields = ("paid_on", "unit", "member", "month", "amount", "channel", "ticket", "reason")
    ordering = ("-id",)
    procedures = (("职工医保已缴清单", "employee_paid_lists"),)
