"""协办员交接: begun by the township, confirmed by both helpers, printed for the file."""

from decimal import Decimal

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from collection.door import handovers as services
from collection.door.forms import AbsentForm, HandoverForm
from collection.door.models import Handover
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import form_status, run_form, run_step
from core.regions.names import called
from subsidies.campaigns.selectors import campaign_or_404

SEES = (Role.VILLAGE, Role.TOWNSHIP, Role.COUNTY)
HANDOVERS_A_PAGE = 30


@roles(*SEES)
def handovers(request: SignedIn) -> HttpResponse:
    """The handovers of the region, the newest first; the township begins one."""
    campaign = campaign_or_404(request.user)
    begins = request.user.role == Role.TOWNSHIP
    form = HandoverForm(request.POST or None, user=request.user) if begins else None
    made: list[Handover] = []

    def start(asked: HandoverForm) -> None:
        giver, taker = asked.cleaned_data["giver"], asked.cleaned_data["taker"]
        begun = services.start_handover(
            campaign=campaign, village=giver.region, giver=giver, taker=taker, actor=request.user
        )
        made.append(begun)

    if form and request.method == "POST" and run_form(form, lambda: start(form)):
        return redirect("handover", made[0].pk)
    rows = Handover.objects.for_user(request.user).select_related("village__parent", "giver", "taker")
    page = Paginator(rows.order_by("-pk"), HANDOVERS_A_PAGE).get_page(request.GET.get("page"))
    facts = {"title": "协办员交接", "form": form, "page": page, "campaign": campaign}
    return render(request, "collection/door/handovers.html", facts, status=form_status(form) if form else 200)


@roles(*SEES)
def handover(request: SignedIn, pk: int) -> HttpResponse:
    """One handover: what passes from hand to hand, who has confirmed it; it prints with lines to sign."""
    rows = Handover.objects.for_user(request.user).select_related(
        "village__parent", "campaign", "giver", "taker", "given_by", "started_by"
    )
    found = get_object_or_404(rows, pk=pk)
    is_open = found.state == Handover.State.OPEN
    decides = request.user.role == Role.TOWNSHIP
    signs = request.user.pk in (found.giver_id, found.taker_id)
    step = request.POST.get("step")
    form = AbsentForm(request.POST if step == "absent" else None)
    if step == "absent" and decides:
        if run_form(form, lambda: services.confirm_handover(handover=found, actor=request.user, **form.cleaned_data)):
            return redirect("handover", pk)
    elif step == "confirm" and signs:
        run_step(request, lambda: services.confirm_handover(handover=found, actor=request.user), "已确认。")
        return redirect("handover", pk)
    elif step == "withdraw" and decides:
        services.withdraw_handover(handover=found, actor=request.user)
        messages.success(request, "已取消这次交接。")
        return redirect("handover", pk)
    now = services.facts_of(campaign=found.campaign, village=found.village) if is_open else found.facts
    facts = {
        "title": f"{called(found.village.name)}协办员交接",
        "handover": found,
        "facts": now,
        "in_hand": Decimal(now["in_hand"]),
        "changed": is_open and now != found.facts and bool(found.given_at or found.taken_at),
        "form": form,
        "is_open": is_open,
        "decides": decides,
        "signs": signs,
    }
    return render(request, "collection/door/handover.html", facts, status=form_status(form))
