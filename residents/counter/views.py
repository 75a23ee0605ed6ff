"""Pages of the township's and the county's window."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import AT_THE_COUNTER, roles
from core.refusals import Refused
from residents.counter import services as window
from residents.counter.forms import ChangeForm, NumberForm, RegisterForm, StatusForm
from residents.people.models import Resident


@roles(*AT_THE_COUNTER)
@require_POST
def resident_number_check(request):
    """A piece of HTML under the number's field: what the number tells. Names only those of the user's region."""
    reading = window.read_number(request.POST.get("id_number", "")[:60])
    known = reading.known
    mine = known and Resident.objects.for_user(request.user).filter(pk=known.pk).exists()
    return render(request, "residents/counter/number_reading.html", {"reading": reading, "known": known, "mine": mine})


@roles(*AT_THE_COUNTER)
def resident_add(request):
    form = RegisterForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        resident = _try(form, window.register_resident, actor=request.user, **form.cleaned_data)
        if resident:
            messages.success(request, f"{resident.name} 已登记在 {resident.village.name}。")
            return redirect("resident_story", resident.pk)
    return render(request, "residents/counter/resident_add.html", {"title": "参保登记", "form": form})


@roles(*AT_THE_COUNTER)
def resident_change(request, pk):
    """Changes and moves within the user's region, the number, and the status: three forms on one page."""
    resident = _resident(request, pk)
    form = ChangeForm(request.POST or None, user=request.user, initial=_first(resident))
    if form.is_valid() and _try(form, window.change_resident, resident=resident, actor=request.user, **form.changes()):
        messages.success(request, "已保存。")
        return redirect("resident_story", resident.pk)
    return _page(request, resident, form=form)


@roles(*AT_THE_COUNTER)
@require_POST
def resident_change_number(request, pk):
    resident = _resident(request, pk)
    form = NumberForm(request.POST)
    if form.is_valid() and _try(form, window.change_number, resident=resident, actor=request.user, **form.cleaned_data):
        messages.success(request, "证件号码已保存。")
        return redirect("resident_story", resident.pk)
    return _page(request, resident, number_form=form)


@roles(*AT_THE_COUNTER)
@require_POST
def resident_status(request, pk):
    resident = _resident(request, pk)
    form = StatusForm(request.POST)
    if form.is_valid():
        done = _try(form, window.set_status, resident=resident, actor=request.user, **form.cleaned_data)
        if done is not None:
            messages.success(request, "状态已登记。" if done else "这个状态已经登记过，没有变化。")
            return redirect("resident_story", resident.pk)
    return _page(request, resident, status_form=form)


def _resident(request, pk):
    rows = Resident.objects.for_user(request.user).select_related("village__parent", "household")
    return get_object_or_404(rows, pk=pk)


def _try(form, verb, **facts):
    """What the verb answers, or None with its refusal shown at the entry it is about."""
    try:
        return verb(**facts)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None


def _page(request, resident, *, form=None, number_form=None, status_form=None):
    facts = {
        "title": f"变更登记：{resident.name}",
        "resident": resident,
        "form": form or ChangeForm(user=request.user, initial=_first(resident)),
        "number_form": number_form or NumberForm(),
        "status_form": status_form or StatusForm(),
        "is_newborn": resident.document_type == Resident.Document.BIRTH,
    }
    return render(request, "residents/counter/resident_change.html", facts)


def _first(resident) -> dict:
    return {
        "name": resident.name,
        "village": resident.village_id,
        "address": resident.address,
        "household": resident.household.number if resident.household else "",
    }
