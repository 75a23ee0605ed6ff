from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access import masks
from core.access.roles import AT_THE_COUNTER, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.pages.form_steps import run_step
from core.pages.forms import offer_rows
from residents.duplicates import services as duplicates
from residents.duplicates.models import MergeCase
from residents.people.models import Resident


@roles(*AT_THE_COUNTER)
def merge_list(request: SignedIn) -> HttpResponse:
    """Proposals that wait for another person, then pairs of records that may be of one person."""
    by = request.GET.get("by", "")
    by = by if by in duplicates.ALIKE else "birth_date"
    residents = Resident.objects.for_user(request.user)
    page = Paginator(duplicates.suspected_pairs(residents, by=by), 25).get_page(request.GET.get("page"))
    people = residents.select_related("village__parent").in_bulk({pk for pair in page for pk in pair})
    facts = {
        "title": "重复档案",
        "cases": [
            {
                "case": case,
                "keep": _shown(case.keep),
                "drop": _shown(case.drop),
                "own": case.proposed_by_id == request.user.pk,
            }
            for case in duplicates.cases_for(request.user).select_related(
                "keep__village__parent", "drop__village__parent", "proposed_by"
            )[:100]
        ],
        "by": by,
        "alike": duplicates.ALIKE.items(),
        "page": page,
        "pairs": [[_shown(people[pk]) for pk in pair] for pair in page if people.keys() >= set(pair)],
    }
    return render(request, "residents/duplicates/merge_list.html", facts)


def _shown(resident: Resident) -> dict[str, Any]:
    return {"resident": resident, "number": masks.mask(resident.id_number), "phone": masks.mask_phone(resident.phone)}


class ProposalForm(forms.Form):
    """A pair as it was shown, and what is to become of it."""

    keep = forms.ModelChoiceField(Resident.objects.none())
    drop = forms.ModelChoiceField(Resident.objects.none())
    answer = forms.ChoiceField(choices=[("first", "保留甲"), ("second", "保留乙"), ("different", "不是同一人")])
    reason = forms.CharField(max_length=200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("keep", "drop"):
            offer_rows(self, name, Resident.objects.for_user(user))


@roles(*AT_THE_COUNTER)
@require_POST
def merge_propose(request: SignedIn) -> HttpResponse:
    form = ProposalForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, "请写明理由，再选保留哪一份，或者选不是同一人。")
        return redirect("merge_list")
    one, other, reason = (form.cleaned_data[name] for name in ("keep", "drop", "reason"))
    answer = form.cleaned_data["answer"]

    def settle() -> None:
        if answer == "different":
            duplicates.mark_not_duplicate(one=one, other=other, reason=reason, actor=request.user)
            return
        keep, drop = (one, other) if answer == "first" else (other, one)
        duplicates.propose_merge(keep=keep, drop=drop, reason=reason, actor=request.user)

    done = "已标为不是同一人，不再提示。" if answer == "different" else "已提出，等另一人复核。"
    run_step(request, settle, done)
    return redirect("merge_list")


@roles(*AT_THE_COUNTER)
@require_POST
def merge_decide(request: SignedIn, pk: int) -> HttpResponse:
    case = get_object_or_404(MergeCase.objects.for_user(request.user), pk=pk)
    get_object_or_404(Resident.objects.for_user(request.user), pk=case.drop_id)
    accept = request.POST.get("answer") == "merge"
    step = lambda: duplicates.decide_merge(case=case, accept=accept, actor=request.user)  # noqa: E731
    run_step(request, step, "已合并。" if accept else "已标为不是同一人，不再提示。")
    return redirect("merge_list")
