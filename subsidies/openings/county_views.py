"""新县接入: asked for with two files by the system officer, let in by the security officer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import OFFICERS, Role, roles
from core.accounts.requests import SignedIn
from core.accounts.services import IssuedAccount
from core.accounts.views import show_slips
from core.files.fields import SheetField, UploadField
from core.files.models import Attachment
from core.files.services import store
from core.pages.form_steps import form_status, run_form, try_step
from subsidies.openings.counties import ask_for_county, decide_county
from subsidies.openings.models import NewCounty


class NewCountyForm(forms.Form):
    """The two files, and who the new county's three officers are."""

    policy = UploadField(label="政策文件", most_bytes=200_000, help_text="本系统格式的 .toml 文件，写明县代码和县名。")
    villages = SheetField(label="村名单", help_text="所有的乡镇和村：区划代码（12位）、乡镇、行政村。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role in sorted(OFFICERS):
            self.fields[role] = forms.CharField(label=f"新县{Role(role).label}的姓名", max_length=40)

    def officers(self) -> dict[str, str]:
        return {role: self.cleaned_data[role] for role in sorted(OFFICERS)}


@roles(Role.SYSTEM, Role.SECURITY)
def new_counties(request: SignedIn) -> HttpResponse:
    """What was asked for, and for the system officer the form."""
    user = request.user
    home = user.region if user.role == Role.SYSTEM else None
    form = NewCountyForm(request.POST or None, request.FILES or None)
    if (
        request.method == "POST"
        and home
        and run_form(
            form,
            lambda: ask_for_county(
                home=home,
                policy=_keep(request, form.cleaned_data["policy"]),
                villages=_keep(request, form.cleaned_data["villages"]),
                officers=form.officers(),
                actor=user,
            ),
        )
    ):
        messages.success(request, "已提交，等安全管理员确认。")
        return redirect("new_counties")
    rows = NewCounty.objects.in_region(user.region_id or "").select_related("requested_by", "decided_by")
    facts = {"title": "新县接入", "rows": rows[:100], "form": form, "may_ask": home is not None}
    return render(request, "subsidies/openings/new_counties.html", facts, status=form_status(form))


def _keep(request: SignedIn, file: "UploadedFile[Any]") -> Attachment:
    region = request.user.region_id or ""
    return store(file=file, name=file.name or "", kind="new_county", region=region, actor=request.user)


@roles(Role.SECURITY)
@require_POST
def new_county_decide(request: SignedIn, pk: int) -> HttpResponse:
    """Let the county in and show its officers' first passwords once, or refuse with a reason."""
    asked = get_object_or_404(NewCounty.objects.in_region(request.user.region_id or ""), pk=pk)
    issued: list[IssuedAccount] = []
    accept, reason = request.POST.get("decision") == "confirm", request.POST.get("reason", "")
    step = lambda: issued.extend(decide_county(asked=asked, accept=accept, reason=reason, actor=request.user))  # noqa: E731
    if not try_step(request, step) or not issued:
        return redirect("new_counties")
    return show_slips(request, issued)
