"""The county's register: upload, live progress, preview, confirm; and the register out again as a workbook."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access import masks
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.exports.models import BulkExport
from core.exports.services import request_export
from core.files import services as attachments
from core.jobs.models import Job
from core.pages.form_steps import form_status, run_step, try_step
from core.pages.forms import offer_rows
from core.regions.models import Region
from core.tables.writer import xlsx_response
from residents.people.models import Resident
from residents.register import services as register
from residents.register.exports import COLUMNS, exported_rows
from residents.register.forms import RegisterFileForm
from residents.register.models import RegisterBatch, RegisterRow


@roles(Role.COUNTY)
def register_list(request: SignedIn) -> HttpResponse:
    form = RegisterFileForm(request.POST or None, request.FILES or None)
    county = Region.objects.for_user(request.user).filter(level=Region.Level.COUNTY).first()
    if request.method == "POST" and county and form.is_valid():
        file = form.cleaned_data["file"]
        kept = attachments.store(file=file, name=file.name, kind="register", region=county.code, actor=request.user)
        return redirect("register_batch", register.start_reading(attachment=kept, county=county, actor=request.user).pk)
    rows = RegisterBatch.objects.for_user(request.user).select_related("attachment", "uploaded_by")
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    facts = {"title": "居民登记册", "form": form, "page": page}
    return render(request, "residents/register/register_list.html", facts, status=400 if form.is_bound else 200)


@roles(Role.COUNTY)
def register_batch(request: SignedIn, pk: int) -> HttpResponse:
    batch = get_object_or_404(
        RegisterBatch.objects.for_user(request.user).select_related("attachment", "uploaded_by", "confirmed_by"), pk=pk
    )
    job = Job.objects.filter(key__in=[f"register.read:{batch.pk}", f"register.write:{batch.pk}"]).first()
    sample = list(batch.staged.order_by("is_new", "id")[:20])
    codes = {code for row in sample for code in (row.village_code, (row.before or {}).get("village_id"))}
    villages = {
        one.code: f"{one.parent} · {one}" for one in Region.objects.filter(code__in=codes).select_related("parent")
    }
    problems = Paginator(batch.problems.all(), 50).get_page(request.GET.get("page"))
    facts = {
        "title": f"登记册 {batch.attachment.name}",
        "batch": batch,
        "job": job,
        "is_working": batch.state in (RegisterBatch.State.READING, RegisterBatch.State.CONFIRMING),
        "page": problems,
        "sample": [
            {
                "row": row,
                "number": masks.mask(row.id_number),
                # A certificate's number tells no date: this is where a wrong one is noticed.
                "born": row.birth_date if row.document_type == "birth" else masks.mask_birth(row.birth_date),
                "before": _before(row, villages),
                "village": villages.get(row.village_code, row.village_code),
            }
            for row in sample
        ],
    }
    return render(request, "residents/register/register_batch.html", facts)


_NAMES = {"name": "姓名", "village_id": "村", "phone": "电话", "address": "住址", "household__number": "户编号"}


def _before(row: RegisterRow, villages: dict[str, str]) -> str:
    old = dict(row.before or {})
    if "village_id" in old:
        old["village_id"] = villages.get(old["village_id"], old["village_id"])
    if "phone" in old:
        old["phone"] = masks.mask_phone(old["phone"])
    return "，".join(f"{_NAMES[key]}原为“{value or '空'}”" for key, value in old.items())


@roles(Role.COUNTY)
@require_POST
def register_confirm(request: SignedIn, pk: int) -> HttpResponse:
    batch = get_object_or_404(RegisterBatch.objects.for_user(request.user), pk=pk)
    try_step(request, lambda: register.start_writing(batch=batch, actor=request.user))
    return redirect("register_batch", batch.pk)


@roles(Role.COUNTY)
def register_problems(request: SignedIn, pk: int) -> HttpResponseBase:
    """All problem rows as a workbook, to be mended and uploaded again; leaves an event."""
    batch = get_object_or_404(RegisterBatch.objects.for_user(request.user), pk=pk)
    audit.record("register.problems", actor=request.user, obj=batch, summary=f"下载登记册 {batch.pk} 的问题行")
    columns = (("行号", 8), ("姓名", 12), ("栏目", 12), ("表中内容", 24), ("问题和办法", 70))
    rows = batch.problems.values_list("number", "name", "column", "found", "message")
    return xlsx_response(filename=f"登记册{batch.pk}问题行.xlsx", columns=columns, rows=rows.iterator(chunk_size=2000))


class ExportForm(forms.Form):
    region = forms.ModelChoiceField(Region.objects.none(), label="范围", empty_label="请选择")
    whole = forms.BooleanField(label="含完整证件号码和电话（须选用途，记入审计日志）", required=False)
    purpose = forms.ChoiceField(
        label="用途", required=False, choices=[("", "导出完整号码的必须选择"), *BulkExport.Purpose.choices]
    )
    note = forms.CharField(label="说明", max_length=200, required=False, help_text="文号、经办事项等。")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Region.objects.for_user(user).filter(replaced_by=None)
        if user.role == Role.COUNTY:
            places = places.exclude(level=Region.Level.VILLAGE)
        offer_rows(self, "region", places)

    def clean(self) -> dict[str, Any]:
        super().clean()
        facts = self.cleaned_data
        if facts.get("whole") and not facts.get("purpose"):
            self.add_error("purpose", "导出完整号码请选择用途。")
        return facts


@roles(Role.COUNTY, Role.TOWNSHIP)
def register_export(request: SignedIn) -> HttpResponseBase:
    """The residents of a region as a workbook with masked numbers; whole ones are applied for (core/exports)."""
    form = ExportForm(request.POST or None, user=request.user)
    if not form.is_valid():
        page = {"title": "导出居民", "form": form}
        return render(request, "residents/register/register_export.html", page, status=form_status(form))
    facts = form.cleaned_data
    region = facts["region"]
    if facts["whole"]:
        done = f"已申请。人数较多的，{request.user.county_word}医保局另一名人员同意后生成；生成后在本页下载。"
        run_step(
            request,
            lambda: request_export(
                kind="residents", region=region, purpose=facts["purpose"], note=facts["note"], actor=request.user
            ),
            done,
        )
        return redirect("export_list")
    rows = Resident.objects.for_user(request.user).in_region(region.code)
    audit.record(
        "resident.export",
        actor=request.user,
        object_type="resident",
        region=region.code,
        summary=f"导出{region.name}居民（号码已隐去）",
        after={"whole": False, "rows": rows.count()},
    )
    return xlsx_response(filename=f"{region.name}居民.xlsx", columns=COLUMNS, rows=exported_rows(rows, whole=False))
