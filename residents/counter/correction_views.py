"""Pages that correct dated facts about a person, and take back what was registered by mistake."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.request import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access import masks
from core.access.roles import AT_THE_COUNTER, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import run_form, run_step, submit_form
from residents.counter import corrections
from residents.counter.forms import BirthDateForm, ParentForm, WithdrawForm, YearsForm
from residents.people.models import FormerNumber, ParentLink, Resident, StatusEntry
from residents.statuses.services import withdraw_status

FORMS: dict[str, type[forms.Form]] = {"birth": BirthDateForm, "years": YearsForm, "parents": ParentForm}


@roles(*AT_THE_COUNTER)
def resident_corrections(request: SignedIn, pk: int) -> HttpResponse:
    """Everything about a person that can be corrected or taken back."""
    return _page(request, _resident(request, pk))


@roles(*AT_THE_COUNTER)
@require_POST
def resident_correct_birth(request: SignedIn, pk: int) -> HttpResponse:
    return _correct(request, pk, "birth", corrections.correct_birth_date, "出生日期已更正。")


@roles(*AT_THE_COUNTER)
@require_POST
def resident_correct_years(request: SignedIn, pk: int) -> HttpResponse:
    return _correct(request, pk, "years", corrections.correct_insured_years, "参保年度已更正。")


def _correct(request: SignedIn, pk: int, key: str, service: Callable[..., object], done: str) -> HttpResponse:
    resident, form, changed = _resident(request, pk), _form(key, request.POST), False

    def correct() -> None:
        nonlocal changed
        changed = bool(service(resident=resident, actor=request.user, **form.cleaned_data))

    if run_form(form, correct):
        messages.success(request, done if changed else "登记的已经是这样，没有变化。")
        return redirect("resident_corrections", resident.pk)
    return _page(request, resident, **{key: form})


@roles(*AT_THE_COUNTER)
@require_POST
def resident_set_parent(request: SignedIn, pk: int) -> HttpResponse:
    resident, form = _resident(request, pk), _form("parents", request.POST)
    step = lambda: corrections.set_parent(child=resident, actor=request.user, **form.cleaned_data)  # noqa: E731
    if run_form(form, step):
        messages.success(request, "父母已登记。")
        return redirect("resident_corrections", resident.pk)
    return _page(request, resident, parents=form)


@roles(*AT_THE_COUNTER)
@require_POST
def resident_withdraw_status(request: SignedIn, pk: int, entry: int) -> HttpResponse:
    row = get_object_or_404(StatusEntry, pk=entry, resident=_resident(request, pk))
    form = WithdrawForm(request.POST)
    submit_form(request, form, withdraw_status, "状态已撤回。", entry=row)
    return redirect("resident_corrections", pk)


@roles(*AT_THE_COUNTER)
@require_POST
def resident_withdraw_parent(request: SignedIn, pk: int, link: int) -> HttpResponse:
    row = get_object_or_404(ParentLink.objects.select_related("child"), pk=link, child=_resident(request, pk))
    form = WithdrawForm(request.POST)
    submit_form(request, form, corrections.withdraw_parent, "已撤回。", link=row)
    return redirect("resident_corrections", pk)


@roles(*AT_THE_COUNTER)
@require_POST
def resident_withdraw_number(request: SignedIn, pk: int, former: int) -> HttpResponse:
    rows = FormerNumber.objects.select_related("resident")
    row = get_object_or_404(rows, pk=former, resident=_resident(request, pk))
    step = lambda: corrections.withdraw_former_number(former=row, actor=request.user)  # noqa: E731
    run_step(request, step, "曾用号码已撤回。")
    return redirect("resident_corrections", pk)


def _resident(request: SignedIn, pk: int) -> Resident:
    rows = Resident.objects.for_user(request.user).select_related("village__parent", "household")
    return get_object_or_404(rows, pk=pk)


def _form(key: str, data: QueryDict | None = None) -> forms.Form:
    return FORMS[key](data, auto_id=f"{key}-%s")


def _page(request: SignedIn, resident: Resident, **bound: forms.Form) -> HttpResponse:
    former = resident.former_numbers.filter(withdrawn_at__isnull=True)
    facts = {
        "title": f"更正登记：{resident.name}",
        "resident": resident,
        "forms": {key: bound.get(key) or _form(key) for key in FORMS},
        "statuses": resident.statuses.filter(withdrawn_at__isnull=True).order_by("-since", "-pk"),
        "years": resident.insured_years.order_by("-year"),
        "parents": resident.parent_links.filter(withdrawn_at__isnull=True).select_related("parent__village"),
        "former": [{"row": row, "number": masks.mask(row.id_number)} for row in former],
    }
    status = 400 if bound else 200
    return render(request, "residents/counter/resident_corrections.html", facts, status=status)
