"""回访抽查: draw, call, and close what differs."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.spot_checks import comparing, selectors
from collection.spot_checks import services as spot_checks
from collection.spot_checks.forms import CallForm, ClosingForm, DrawForm, FindingForm
from collection.spot_checks.models import SpotCheck, SpotCheckCase, SpotCheckPerson
from collection.visits.services import record_phones_shown
from core.access import masks
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import form_status, run_form, submit_form
from core.regions.models import Region
from core.regions.names import called
from subsidies.campaigns.selectors import campaign_or_404, village_or_404

#: A village is not called by its own helper.
CHECKS = (Role.TOWNSHIP, Role.COUNTY)


@roles(*CHECKS)
def spot_check_list(request: SignedIn) -> HttpResponse:
    """The draws of the region, newest first, and a new one."""
    campaign = campaign_or_404(request.user)
    villages = Region.objects.for_user(request.user).filter(level=Region.Level.VILLAGE).select_related("parent")
    form = DrawForm(
        request.POST or None,
        villages=[(one.pk, f"{called(str(one.parent))} {called(one.name)}") for one in villages.order_by("code")],
        initial={"key": uuid.uuid4()},
    )
    made = []

    def draw() -> None:
        asked = form.cleaned_data
        village = village_or_404(request.user, asked.pop("village"))
        made.append(spot_checks.draw_people(campaign=campaign, village=village, actor=request.user, **asked))

    if request.method == "POST" and run_form(form, draw):
        return redirect("spot_check_detail", made[0].pk)
    facts = {
        "title": "回访抽查",
        "campaign": campaign,
        "form": form,
        "page": Paginator(selectors.checks_of(user=request.user, campaign=campaign), 50).get_page(
            request.GET.get("page")
        ),
    }
    return render(request, "collection/spot_checks/spot_check_list.html", facts, status=form_status(form))


@roles(*CHECKS)
def spot_check_detail(request: SignedIn, pk: int) -> HttpResponse:
    """Whom to call, and what was said; telephones are shown, which is logged."""
    checks = SpotCheck.objects.for_user(request.user).select_related("village__parent", "campaign__county", "drawn_by")
    check = get_object_or_404(checks, pk=pk)
    people = list(check.people.select_related("resident", "called_by").prefetch_related("cases"))
    residents = [one.resident for one in people]
    record_phones_shown(campaign=check.campaign, residents=residents, place=str(check.village), actor=request.user)
    again = sum(spot_checks.drawn(check), [])
    facts = {
        "title": f"{check.village}回访抽查",
        "check": check,
        "campaign": check.campaign,
        "people": [(one, masks.mask(one.resident.id_number), _words(one)) for one in people],
        "repeats": sorted(again) == sorted(one.pk for one in residents),
        "open": check.campaign.is_open,
    }
    return render(request, "collection/spot_checks/spot_check_detail.html", facts)


@roles(*CHECKS)
def spot_check_call(request: SignedIn, pk: int) -> HttpResponse:
    """What one person said."""
    people = SpotCheckPerson.objects.for_user(request.user)
    person = get_object_or_404(people.select_related("resident", "check_of__village", "check_of__campaign"), pk=pk)
    form = CallForm(request.POST or None, initial=_said(person))
    if request.method == "POST" and run_form(
        form, lambda: spot_checks.record_call(person=person, actor=request.user, **form.cleaned_data)
    ):
        if found := _words(SpotCheckPerson.objects.get(pk=pk)):
            messages.warning(request, f"已记下 {person.resident.name} 的回访：{found}，已列为差异。")
        else:
            messages.success(request, f"已记下 {person.resident.name} 的回访。")
        return redirect("spot_check_detail", person.check_of_id)
    record_phones_shown(
        campaign=person.check_of.campaign,
        residents=[person.resident],
        place=str(person.check_of.village),
        actor=request.user,
    )
    facts = {
        "title": f"回访 {person.resident.name}",
        "person": person,
        "form": form,
        "campaign": person.check_of.campaign,
    }
    return render(request, "collection/spot_checks/spot_check_call.html", facts, status=form_status(form))


@roles(*CHECKS)
def spot_case_list(request: SignedIn) -> HttpResponse:
    """What differs from the books: first looked into by one person, then closed by another."""
    campaign, state = campaign_or_404(request.user), request.GET.get("state", "")
    page = Paginator(selectors.cases_of(user=request.user, campaign=campaign, state=state), 50).get_page(
        request.GET.get("page")
    )
    facts = {
        "title": "回访差异",
        "campaign": campaign,
        "page": page,
        "cases": [(case, [comparing.LABELS[comparing.Deviation(one)] for one in case.differences]) for case in page],
        "state": state,
        "states": SpotCheckCase.State.choices,
        "open": campaign.is_open,
    }
    return render(request, "collection/spot_checks/spot_case_list.html", facts)


@require_POST
@roles(*CHECKS)
def spot_case_explain(request: SignedIn, pk: int) -> HttpResponse:
    case = get_object_or_404(SpotCheckCase.objects.for_user(request.user), pk=pk)
    form = FindingForm(request.POST)
    submit_form(request, form, spot_checks.explain_case, "已记下核查情况，请另一人复核办结。", case=case)
    return redirect("spot_case_list")


@require_POST
@roles(*CHECKS)
def spot_case_close(request: SignedIn, pk: int) -> HttpResponse:
    case = get_object_or_404(SpotCheckCase.objects.for_user(request.user), pk=pk)
    form = ClosingForm(request.POST)
    submit_form(request, form, spot_checks.close_case, "已复核。", case=case)
    return redirect("spot_case_list")


def _words(person: SpotCheckPerson) -> str:
    """What differs, of the case that was not withdrawn."""
    cases = [case for case in person.cases.all() if case.state != SpotCheckCase.State.WITHDRAWN]
    return "、".join(comparing.LABELS[comparing.Deviation(one)] for case in cases for one in case.differences)


def _said(person: SpotCheckPerson) -> dict[str, object]:
    if person.called_at is None:
        return {}
    answers = {"paid": person.said_paid, "receipt": person.said_receipt}
    return {
        "reached": "1" if person.reached == SpotCheckPerson.Reached.REACHED else "0",
        **{name: "" if value is None else str(int(value)) for name, value in answers.items()},
        "amount": person.said_amount,
        "paid_on": person.said_on,
        "note": person.note,
    }
