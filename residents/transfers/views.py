"""跨县迁移: what was asked here, what another county asks of us, and taking in whom another county let go."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access import masks
from core.access.roles import AT_THE_COUNTER, Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.pages.form_steps import flash_form_errors, form_status, run_form, run_step
from residents.transfers import services
from residents.transfers.forms import AnswerForm, AskForm
from residents.transfers.models import MoveRequest


def asked_of(user: User) -> QuerySet[MoveRequest]:
    """What other counties ask of the user's bureau."""
    rows = (
        MoveRequest.objects.filter(from_county=user.region_id)
        if user.role == Role.COUNTY and user.region_id  # without one, requests that no county has to answer
        else MoveRequest.objects.none()
    )
    return rows.select_related("to_county", "village", "evidence", "resident__village", "answered_by")


@roles(*AT_THE_COUNTER)
def move_requests(request: SignedIn) -> HttpResponse:
    """Both directions, and the form to ask."""
    form = AskForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and run_form(
        form, lambda: services.ask_to_move(actor=request.user, **form.cleaned_data)
    ):
        messages.success(
            request, "已提交。这个人在本系统其他县的居民册上的，由当地医保局答复；没有答复的，请联系原登记地。"
        )
        return redirect("move_requests")
    mine = MoveRequest.objects.for_user(request.user).select_related("village", "asked_by")
    facts = {
        "title": "跨县迁移",
        "form": form,
        "asked": [(one, masks.mask(one.id_number)) for one in asked_of(request.user)[:100]],
        "mine": [(one, masks.mask(one.id_number)) for one in mine[:100]],
    }
    return render(request, "residents/transfers/move_requests.html", facts, status=form_status(form))


@roles(Role.COUNTY)
@require_POST
def move_request_answer(request: SignedIn, pk: int) -> HttpResponse:
    asked, form = get_object_or_404(asked_of(request.user), pk=pk), AnswerForm(request.POST)
    if flash_form_errors(request, form):
        facts = form.cleaned_data
        run_step(
            request,
            lambda: services.answer_request(
                request=asked,
                agree=facts["decision"] == "agree",
                answer=facts["answer"],
                moved_on=facts["moved_on"],
                actor=request.user,
            ),
            "已答复。",
        )
    return redirect("move_requests")


@roles(*AT_THE_COUNTER)
@require_POST
def move_request_finish(request: SignedIn, pk: int) -> HttpResponse:
    """Register whom the other county let go, or take a request back."""
    mine = get_object_or_404(MoveRequest.objects.for_user(request.user), pk=pk)
    if "withdraw" in request.POST:
        run_step(request, lambda: services.withdraw_request(request=mine, actor=request.user), "已撤回。")
        return redirect("move_requests")
    household = request.POST.get("household", "")[:30]
    done = f"{mine.name}已登记到{mine.village.name}。"
    run_step(request, lambda: services.take_in(request=mine, household=household, actor=request.user), done)
    return redirect("move_requests")
