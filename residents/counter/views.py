"""Pages of the township's and the county's counter."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import AT_THE_COUNTER, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import run_form
from residents.counter.corrections import change_number
from residents.counter.forms import ChangeForm, NumberForm, RegisterForm, StatusForm
from residents.counter.newborns import register_with_parents
from residents.counter.numbers import read_number
from residents.counter.services import change_resident
from residents.people.models import Resident
from residents.statuses.services import set_status


@roles(*AT_THE_COUNTER)
@require_POST
def resident_number_check(request: SignedIn) -> HttpResponse:
    """A piece of HTML under the number's field: what the number tells. Names only those of the user's region."""
    reading = read_number(request.POST.get("id_number", "")[:60], scope=request.user.scope_prefix)
    return render(request, "residents/counter/number_reading.html", {"reading": reading})


@roles(*AT_THE_COUNTER)
def resident_add(request: SignedIn) -> HttpResponse:
    form = RegisterForm(request.POST or None, user=request.user)
    registered: list[Resident] = []

    if run_form(form, lambda: registered.append(register_with_parents(actor=request.user, **form.registration()))):
        resident = registered[0]
        messages.success(request, f"{resident.name} 已登记在 {resident.village.name}。")
        return redirect("resident_story", resident.pk)
    facts = {"title": "参保登记", "form": form}
    return render(request, "residents/counter/resident_add.html", facts, status=400 if form.is_bound else 200)


@roles(*AT_THE_COUNTER)
def resident_change(request: SignedIn, pk: int) -> HttpResponse:
    """Changes and moves within the user's region, the number, and the status: three forms on one page."""
    resident = _resident(request, pk)
    form = ChangeForm(request.POST or None, user=request.user, initial=_initial(resident))
    step = lambda: change_resident(resident=resident, actor=request.user, **form.changes())  # noqa: E731
    if run_form(form, step):
        return _saved(request, resident, "已保存。")
    return _change_page(request, resident, form=form)


@roles(*AT_THE_COUNTER)
@require_POST
def resident_change_number(request: SignedIn, pk: int) -> HttpResponse:
    resident, form = _resident(request, pk), NumberForm(request.POST)
    step = lambda: change_number(resident=resident, actor=request.user, **form.cleaned_data)  # noqa: E731
    if run_form(form, step):
        return _saved(request, resident, "证件号码已保存。")
    return _change_page(request, resident, number_form=form)


@roles(*AT_THE_COUNTER)
@require_POST
def resident_status(request: SignedIn, pk: int) -> HttpResponse:
    resident, form, is_new = _resident(request, pk), StatusForm(request.POST), False

    def register() -> None:
        nonlocal is_new
        is_new = set_status(resident=resident, actor=request.user, **form.cleaned_data)

    if run_form(form, register):
        return _saved(request, resident, "状态已登记。" if is_new else "这个状态已经登记过，没有变化。")
    return _change_page(request, resident, status_form=form)


def _resident(request: SignedIn, pk: int) -> Resident:
    rows = Resident.objects.for_user(request.user).select_related("village__parent", "household")
    return get_object_or_404(rows, pk=pk)


def _saved(request: SignedIn, resident: Resident, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("resident_story", resident.pk)


def _change_page(
    request: SignedIn,
    resident: Resident,
    *,
    form: ChangeForm | None = None,
    number_form: NumberForm | None = None,
    status_form: StatusForm | None = None,
) -> HttpResponse:
    facts = {
        "title": f"变更登记：{resident.name}",
        "resident": resident,
        "form": form or ChangeForm(user=request.user, initial=_initial(resident)),
        "number_form": number_form or NumberForm(),
        "status_form": status_form or StatusForm(),
        "is_newborn": resident.document_type == Resident.Document.BIRTH,
    }
    is_refused = any(bound and bound.is_bound for bound in (form, number_form, status_form))
    return render(request, "residents/counter/resident_change.html", facts, status=400 if is_refused else 200)


def _initial(resident: Resident) -> dict[str, str]:
    return {
        "name": resident.name,
        "village": resident.village_id,
        "address": resident.address,
        "household": resident.household.number if resident.household else "",
    }
