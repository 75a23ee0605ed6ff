"""Asking for the names behind a fund with whole numbers."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render

from collection.finance import exports
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.exports.models import BulkExport
from core.exports.services import request_export
from core.pages.form_steps import form_status, run_form
from core.pages.forms import offer_choices
from subsidies.campaigns.selectors import campaign_or_404


class ExportForm(forms.Form):
    fund = forms.ChoiceField(label="资金", required=False)
    department = forms.ChoiceField(label="部门", required=False)
    purpose = forms.ChoiceField(
        label="用途",
        choices=[
            (value, BulkExport.Purpose(value).label)
            for value in (BulkExport.Purpose.FUND, BulkExport.Purpose.AUDIT, BulkExport.Purpose.DOCUMENT)
        ],
    )
    note = forms.CharField(label="说明", max_length=200, required=False, help_text="按文件报送的写明文件名称和文号。")

    def __init__(self, *args: Any, funds: tuple[str, ...], departments: tuple[str, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        for name, choices in (("fund", funds), ("department", departments)):
            options_of = [("", "全部"), *((choice, choice) for choice in choices)]
            offer_choices(self, name, options_of)


@roles(Role.FINANCE)
def finance_export(request: SignedIn) -> HttpResponse:
    """Whoever pays asks for whole numbers; from 500 people on somebody of the bureau has to agree."""
    campaign = campaign_or_404(request.user)
    policy = campaign.policy
    form = ExportForm(request.POST or None, funds=policy.funds, departments=policy.departments, initial=request.GET)
    if request.method == "POST" and run_form(
        form,
        lambda: request_export(
            kind=exports.KIND,
            region=campaign.county,
            subject=exports.subject(campaign, form.cleaned_data["fund"], form.cleaned_data["department"]),
            purpose=form.cleaned_data["purpose"],
            note=form.cleaned_data["note"],
            actor=request.user,
        ),
    ):
        return redirect("export_list")
    facts = {"title": "申请完整名单", "campaign": campaign, "form": form}
    return render(request, "collection/finance/finance_export.html", facts, status=form_status(form))
