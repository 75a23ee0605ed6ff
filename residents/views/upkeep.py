"""Upkeep of the register: status lists from departments, and records that may be of one person."""

from pathlib import Path

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from residents import identity
from residents.access import roles
from residents.file_fields import SheetField
from residents.models import Attachment, Job, MergeCase, Resident, Role
from residents.services import attachments, merging, status_lists
from residents.sheets import SheetError
from residents.window_forms import STATUSES

AT_THE_WINDOW = (Role.COUNTY, Role.TOWNSHIP)


class StatusListForm(forms.Form):
    status = forms.ChoiceField(label="名单里的人登记为", choices=[("", "请选择"), *STATUSES])
    source = forms.CharField(label="依据", max_length=120, help_text="名单来自哪个部门、哪份文件。")
    file = SheetField(label="名单", help_text="任何表格，要有姓名、身份证号码、日期三栏。")


class ChosenForm(forms.Form):
    status = forms.ChoiceField(choices=STATUSES)
    source = forms.CharField(max_length=120)


@roles(*AT_THE_WINDOW)
def status_list(request):
    """A list of deaths, moves, employee insurance …: what it would do, row by row, before it does it."""
    form = StatusListForm(request.POST or None, request.FILES or None)
    facts = {"title": "人员状态名单", "form": form}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        kept = attachments.store(
            file=file, name=file.name, kind="statuses", region=request.user.region_id or "", actor=request.user
        )
        try:
            rows = status_lists.read_status_list(
                Path(kept.file.path), residents=Resident.objects.for_user(request.user),
                source=form.cleaned_data["source"],
            )
        except (status_lists.StatusListError, SheetError) as error:
            form.add_error("file", str(error))
        else:
            rows.sort(key=lambda row: not row.problems)
            bad = sum(1 for row in rows if row.problems)
            facts |= {"rows": rows[:500], "kept": kept, "bad": bad, "good": len(rows) - bad}
    return render(request, "residents/status_list.html", facts)


@roles(*AT_THE_WINDOW)
def status_apply(request, attachment):
    """GET shows how far the list is; POST starts it."""
    kept = get_object_or_404(Attachment, pk=attachment, kind="statuses", uploaded_by=request.user)
    chosen = ChosenForm(request.POST or None)
    if request.method == "POST":
        if chosen.is_valid():
            status_lists.start_applying(attachment=kept, actor=request.user, **chosen.cleaned_data)
        return redirect("status_apply", kept.pk)
    job = Job.objects.filter(key=f"status.apply:{kept.pk}").first()
    return render(request, "residents/status_apply.html", {"title": f"名单 {kept.name}", "job": job})


@roles(*AT_THE_WINDOW)
def merge_list(request):
    """Proposals that wait for another person, then pairs of records that may be of one person."""
    by = request.GET.get("by") if request.GET.get("by") in merging.ALIKE else "birth_date"
    residents = Resident.objects.for_user(request.user)
    page = Paginator(merging.suspected_pairs(residents, by=by), 25).get_page(request.GET.get("page"))
    people = residents.select_related("village__parent").in_bulk({pk for pair in page for pk in pair})
    facts = {
        "title": "重复档案",
        "cases": [
            {"case": case, "keep": _shown(case.keep), "drop": _shown(case.drop),
             "own": case.proposed_by_id == request.user.pk}
            for case in merging.cases_for(request.user).select_related(
                "keep__village__parent", "drop__village__parent", "proposed_by"
            )[:100]
        ],
        "by": by,
        "alike": merging.ALIKE.items(),
        "page": page,
        "pairs": [[_shown(people[pk]) for pk in pair] for pair in page if people.keys() >= set(pair)],
    }
    return render(request, "residents/merge_list.html", facts)


def _shown(resident) -> dict:
    return {
        "resident": resident, "number": identity.mask(resident.id_number), "phone": identity.mask_phone(resident.phone)
    }


class ProposalForm(forms.Form):
    """A pair as it was shown, and what is to become of it."""

    keep = forms.ModelChoiceField(Resident.objects.none())
    drop = forms.ModelChoiceField(Resident.objects.none())
    answer = forms.ChoiceField(choices=[("first", "保留甲"), ("second", "保留乙"), ("different", "不是同一人")])
    reason = forms.CharField(max_length=200)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("keep", "drop"):
            self.fields[name].queryset = Resident.objects.for_user(user)


@roles(*AT_THE_WINDOW)
@require_POST
def merge_propose(request):
    form = ProposalForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, "请写明理由，再选保留哪一份，或者选不是同一人。")
        return redirect("merge_list")
    one, other, reason = (form.cleaned_data[name] for name in ("keep", "drop", "reason"))
    answer = form.cleaned_data["answer"]
    try:
        if answer == "different":
            merging.tell_apart(one=one, other=other, reason=reason, actor=request.user)
        else:
            keep, drop = (one, other) if answer == "first" else (other, one)
            merging.propose_merge(keep=keep, drop=drop, reason=reason, actor=request.user)
    except merging.MergeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已标为不是同一人，不再提示。" if answer == "different" else "已提出，等另一人复核。")
    return redirect("merge_list")


@roles(*AT_THE_WINDOW)
@require_POST
def merge_decide(request, pk):
    case = get_object_or_404(MergeCase.objects.for_user(request.user), pk=pk)
    get_object_or_404(Resident.objects.for_user(request.user), pk=case.drop_id)
    accept = request.POST.get("answer") == "merge"
    try:
        merging.decide_merge(case=case, accept=accept, actor=request.user)
    except merging.MergeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已合并。" if accept else "已标为不是同一人，不再提示。")
    return redirect("merge_list")
