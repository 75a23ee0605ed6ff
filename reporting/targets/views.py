"""Setting the tasks: the county gives each township, and each village of a township, its number of people."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.files import services as attachments
from core.files.fields import SheetField
from core.files.models import Attachment
from core.pages.form_steps import form_status, run_form
from core.refusals import Refused
from core.regions.models import Region
from core.tables.reader import SheetError
from core.tables.writer import xlsx_response
from reporting.progress.counting import task_of_township, tasks_at, tree_at
from reporting.progress.selectors import cutoff_now
from reporting.targets.services import preview_targets, set_targets_from_table
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import current
from subsidies.campaigns.targets import set_targets


class TargetsForm(forms.Form):
    """One number a region, and where the numbers come from."""

    source = forms.CharField(label="依据", max_length=120, help_text="写任务分解表的名称和文号。")

    def __init__(self, *args: Any, regions: Sequence[Region], tasks: dict[str, int | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regions = {f"people_{region.code}": region for region in regions}
        for name, region in self.regions.items():
            self.fields[name] = forms.IntegerField(
                label=region.name,
                min_value=0,
                max_value=10_000_000,
                required=False,
                initial=tasks.get(region.code),
                show_hidden_initial=True,
            )

    def people(self) -> dict[str, int | None]:
        """What was changed on the page: a number that a colleague has set since it was opened stays."""
        changed = set(self.changed_data)
        return {region.code: self.cleaned_data[name] for name, region in self.regions.items() if name in changed}

    def lines(self) -> list[tuple[Region, forms.BoundField]]:
        return [(region, self[name]) for name, region in self.regions.items()]


@roles(Role.COUNTY)
def targets(request: SignedIn, code: str) -> HttpResponse:
    """The tasks of what stands directly under a county or township. Empty: no task; zero: shown, not ranked."""
    region = get_object_or_404(Region.objects.for_user(request.user), pk=code)
    campaign = current(request.user)
    if campaign is None or region.level == Region.Level.VILLAGE:
        raise Http404
    now = cutoff_now(campaign).as_of
    tree, tasks = tree_at(campaign, now), tasks_at(campaign, now)
    is_county = region.level == Region.Level.COUNTY
    below = tree.townships if is_county else tree.villages_of(region.code)
    form = TargetsForm(request.POST or None, regions=below, tasks=tasks)
    changed: list[int] = []
    if request.method == "POST" and run_form(
        form,
        lambda: changed.append(
            set_targets(campaign=campaign, people=form.people(), source=form.cleaned_data["source"], actor=request.user)
        ),
    ):
        messages.success(request, f"已保存，改动 {changed[0]} 个单位。已生成的排名不受影响。")
        return redirect("targets", code=code)
    in_force = [task_of_township(one.code, tree.places, tasks) if is_county else tasks.get(one.code) for one in below]
    lines = [(one, box, sum(tasks.get(v.code) or 0 for v in tree.villages_of(one.code))) for one, box in form.lines()]
    return render(
        request,
        "reporting/targets/targets.html",
        {
            "title": f"{region.name}征缴任务",
            "region": region,
            "form": form,
            "lines": lines,
            "is_county": is_county,
            "total": sum(task or 0 for task in in_force),
            "own": tasks.get(region.code),
        },
        status=form_status(form),
    )


class TargetFileForm(forms.Form):
    source = forms.CharField(label="依据（文号）", max_length=120, help_text="写任务分解表的名称和文号。")
    file = SheetField(
        label="任务表",
        help_text="任何表格，要有行政村、任务人数两栏；村名有重复的还要乡镇。空着的村任务不变，填 0 就是 0。",
    )


class SourceForm(forms.Form):
    source = forms.CharField(max_length=120)


@roles(Role.COUNTY)
def targets_template(request: SignedIn) -> HttpResponseBase:
    """All villages with their present tasks, to be filled in and uploaded."""
    campaign = _campaign(request)
    now = cutoff_now(campaign).as_of
    tree, tasks = tree_at(campaign, now), tasks_at(campaign, now)
    rows = (
        (village.code, township.name, village.name, tasks.get(village.code))
        for township in tree.townships
        for village in tree.villages_of(township.code)
    )
    columns = (("区划代码", 16), ("乡镇", 14), ("行政村", 26), ("任务人数", 12))
    return xlsx_response(filename=f"{campaign}征缴任务表.xlsx", columns=columns, rows=rows)


@roles(Role.COUNTY)
def targets_upload(request: SignedIn) -> HttpResponse:
    """The tasks of all villages from one table: what it would change, by township and by village, or what is wrong."""
    campaign = _campaign(request)
    form = TargetFileForm(request.POST or None, request.FILES or None)
    facts = {"title": "上传任务表", "form": form, "campaign": campaign}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        kept = attachments.store(
            file=file, name=file.name, kind="targets", region=campaign.county_id, actor=request.user
        )
        try:
            preview = preview_targets(campaign=campaign, table=kept)
        except SheetError as error:
            form.add_error("file", str(error))
        else:
            facts |= {"kept": kept, "source": form.cleaned_data["source"], "preview": preview}
    return render(request, "reporting/targets/targets_upload.html", facts, status=form_status(form))


@roles(Role.COUNTY)
@require_POST
def targets_confirm(request: SignedIn, attachment: int) -> HttpResponse:
    """Sets what was shown, whole or not at all; a second click finds nothing to change."""
    campaign = _campaign(request)
    kept = get_object_or_404(Attachment, pk=attachment, kind="targets", uploaded_by=request.user)
    form = SourceForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有写依据，没有保存。请写明依据后重新上传。")
        return redirect("targets_upload")
    try:
        changed = set_targets_from_table(
            campaign=campaign, table=kept, source=form.cleaned_data["source"], actor=request.user
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("targets_upload")
    messages.success(request, f"已保存，改动 {changed} 个村。已生成的排名不受影响。")
    return redirect("targets", code=campaign.county_id)


def _campaign(request: SignedIn) -> Campaign:
    if (campaign := current(request.user)) is None:
        raise Http404
    return campaign
