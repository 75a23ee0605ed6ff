"""Pages of status lists: upload, preview row by row, confirm, progress."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core.access.roles import AT_THE_COUNTER, roles
from core.accounts.requests import SignedIn
from core.files import services as attachments
from core.files.fields import SheetField
from core.files.models import Attachment
from core.jobs.models import Job
from core.tables.reader import SheetError
from residents.statuses import lists as status_lists
from residents.statuses.forms import STATUSES
from residents.statuses.services import LABELS


class StatusListForm(forms.Form):
    status = forms.ChoiceField(label="名单里的人登记为", choices=[("", "请选择"), *STATUSES])
    source = forms.CharField(label="依据", max_length=120, help_text="名单来自哪个部门、哪份文件。")
    file = SheetField(label="名单", help_text="任何表格，要有姓名、身份证号码、日期三栏。")


class ChosenForm(forms.Form):
    status = forms.ChoiceField(choices=STATUSES)
    source = forms.CharField(max_length=120)


@roles(*AT_THE_COUNTER)
def status_list(request: SignedIn) -> HttpResponse:
    """A list of deaths, moves, employee insurance …: what it would do, row by row, before it does it."""
    form = StatusListForm(request.POST or None, request.FILES or None)
    facts = {"title": "人员状态名单", "form": form}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        kept = attachments.store(
            file=file, name=file.name, kind="statuses", region=request.user.region_id or "", actor=request.user
        )
        asked = {name: form.cleaned_data[name] for name in ("status", "source")}
        if kept.size > status_lists.READ_AT_ONCE:
            status_lists.start_reading(attachment=kept, actor=request.user, **asked)
            return redirect("status_apply", kept.pk)
        try:
            listed = status_lists.read_status_list(Path(kept.file.path), scope=request.user.scope_prefix, **asked)
        except (status_lists.StatusListError, SheetError) as error:
            form.add_error("file", str(error))
        else:
            status_lists.record_withheld(listed, attachment=kept, actor=request.user)
            facts |= _preview(kept, asked, status_lists.preview_of(listed))
    status = 400 if form.is_bound and not form.is_valid() else 200
    return render(request, "residents/statuses/status_list.html", facts, status=status)


@roles(*AT_THE_COUNTER)
def status_apply(request: SignedIn, attachment: int) -> HttpResponse:
    """GET shows how far the list is, and what it would do before it is confirmed; POST starts it."""
    kept = get_object_or_404(Attachment, pk=attachment, kind="statuses", uploaded_by=request.user)
    chosen = ChosenForm(request.POST or None)
    if request.method == "POST":
        if chosen.is_valid():
            status_lists.start_applying(attachment=kept, actor=request.user, **chosen.cleaned_data)
        return redirect("status_apply", kept.pk)
    applying = Job.objects.filter(key=f"status.apply:{kept.pk}").first()
    reading = Job.objects.filter(key=f"status.read:{kept.pk}").first()
    facts = {"title": f"名单 {kept.name}", "job": applying or reading}
    if reading and reading.result and not applying:
        asked = {name: reading.args[name] for name in ("status", "source")}
        facts |= _preview(kept, asked, reading.result)
    return render(request, "residents/statuses/status_apply.html", facts)


def _preview(kept: Attachment, asked: dict[str, str], preview: dict[str, Any]) -> dict[str, Any]:
    """What the preview's part of a page needs: the figures and rows, the file, what was chosen beside it."""
    label = LABELS[asked["status"]]
    return {**preview, "kept": kept, "chosen": asked, "label": label, "asked": urlencode(asked)}
