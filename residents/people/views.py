"""Finding residents, and 一人一档: one resident's whole story on one page."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from core.access import masks
from core.access.roles import Role, roles
from core.access.search_tokens import typed
from core.accounts.requests import SignedIn
from core.database.paginator import BoundedPaginator
from core.filters.selectors import ListFilter
from residents.people.id_reveal import audit_id_reveal
from residents.people.models import Resident
from residents.people.search import found_in_order
from residents.people.story import sections_for
from residents.people.story_sections import status_badge

#: Whose task needs to look people up one by one.
LOOK_UP = (Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE, Role.TAX)

#: What the list shows of each.
LISTED = ("pk", "name", "id_number", "sex", "birth_date", "status", "village__name", "household__head_name")


class SearchForm(forms.Form):
    q = forms.CharField(label="证件号码或姓名", required=False, widget=forms.TextInput(attrs={"maxlength": 60}))
    status = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Resident.Status.choices])


@roles(*LOOK_UP)
def resident_list(request: SignedIn) -> HttpResponse:
    form = SearchForm(typed(request) or None)
    narrowed = ListFilter(request)
    rows = Resident.objects.for_user(request.user)
    if narrowed.text:
        rows = rows.in_region(narrowed.prefix)
    facts = form.cleaned_data if form.is_bound and form.is_valid() else {}
    rows = found_in_order(rows, facts.get("q") or "")
    if facts.get("status"):
        rows = rows.filter(status=facts["status"])
    page = BoundedPaginator(rows.values(*LISTED), 50).get_page(request.GET.get("page"))
    people = [
        {
            **row,
            "id_number": masks.mask(row["id_number"]),
            "sex": Resident.Sex(row["sex"]).label,
            "status": status_badge(row["status"]),
        }
        for row in page
    ]
    facts = {"title": "居民", "filter": narrowed, "form": form, "page": page, "people": people}
    return render(request, "residents/people/resident_list.html", facts)


@roles(*LOOK_UP)
def resident_story(request: SignedIn, pk: int) -> HttpResponse:
    resident = _resident(request, pk)
    return render(request, "residents/people/resident_story.html", _story(request, resident))


class PurposeForm(forms.Form):
    purpose = forms.CharField(
        label="查看用途", max_length=100, min_length=2, help_text="例如：核对身份证原件、办理退费。用途会记入审计日志。"
    )


@roles(*LOOK_UP)
@require_POST
def resident_number(request: SignedIn, pk: int) -> HttpResponse:
    """The whole number and phone, once, for a stated purpose; the sight is recorded before it is shown."""
    resident = _resident(request, pk)
    form = PurposeForm(request.POST)
    facts = _story(request, resident)
    if form.is_valid():
        audit_id_reveal(resident=resident, purpose=form.cleaned_data["purpose"], actor=request.user)
        facts |= {"number": resident.id_number, "phone": resident.phone, "is_whole": True}
    else:
        facts["purpose_form"] = form
    return render(request, "residents/people/resident_story.html", facts)


def _resident(request: SignedIn, pk: int) -> Resident:
    rows = Resident.objects.for_user(request.user)
    return get_object_or_404(rows.select_related("village__parent", "household", "merged_into"), pk=pk)


def _story(request: SignedIn, resident: Resident) -> dict[str, Any]:
    return {
        "title": resident.name,
        "resident": resident,
        "number": masks.mask(resident.id_number),
        "phone": masks.mask_phone(resident.phone),
        "is_whole": False,
        "status": status_badge(resident.status),
        "sections": sections_for(resident, request.user),
        "purpose_form": PurposeForm(),
    }
