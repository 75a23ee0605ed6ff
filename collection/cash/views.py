"""双限: the helper's clock and the boards of township and county."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from collection.cash.holdings import holdings
from collection.cash.models import Deposit
from collection.cash.notices import KIND
from collection.cash.selectors import clock_context
from collection.duties import services as duties
from collection.duties import wording
from collection.duties.rules import Status
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.amounts import ZERO
from core.database.money import YuanSum
from core.messages.models import OutboxMessage
from core.pages.forms import chosen_day
from core.regions.names import called
from subsidies.campaigns.selectors import campaign_or_404, village_or_404

SEES_CASH = (Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE, Role.LEADER)


@roles(*SEES_CASH)
def cash_board(request: SignedIn) -> HttpResponse:
    """All villages the user answers for, the worst first; a helper goes to the own village's clock.

    Who looks and does not check sees the late villages on the surface of progress; without a limit nothing is late, and
    they see who holds how much since when.
    """
    if request.user.role == Role.VILLAGE:
        return redirect("village_cash", request.user.region_id)
    campaign = campaign_or_404(request.user)
    if request.user.role == Role.LEADER and duties.limit_of(campaign):
        return redirect(f"{reverse('leader')}?risk=late")
    form, as_of = chosen_day(request)
    if duties.limit_of(campaign) is None:
        held = holdings(campaign=campaign, region=request.user.scope_prefix, as_of=as_of)
        slips = Deposit.objects.for_user(request.user).filter(campaign=campaign, paid_on__lte=as_of)
        pending = slips.filter(state=Deposit.State.PENDING).aggregate(sum=YuanSum("amount"))
        facts = {
            "title": "村级手中现金",
            "campaign": campaign,
            "form": form,
            "as_of": as_of,
            "held": Paginator(held, 60).get_page(request.GET.get("page")),
            "in_hand": sum((one.in_hand for one in held), ZERO),
            "unverified": pending["sum"] or ZERO,
            "longest": held[0].days if held else None,
        }
        return render(request, "collection/cash/cash_held.html", facts)
    township = request.GET.get("township", "")
    lines = duties.board(campaign=campaign, region=request.user.scope_prefix, as_of=as_of)
    townships = sorted({line.village.parent for line in lines if line.village.parent}, key=lambda region: region.pk)
    if township:
        lines = [line for line in lines if line.village.parent_id == township]
    counted = {status: [line for line in lines if line.standing.status == status] for status in Status}
    holding = [line for line in lines if line.standing.status != Status.CLEAR or line.standing.surplus]
    return render(
        request,
        "collection/cash/cash_board.html",
        {
            "title": "现金缴存看板",
            "campaign": campaign,
            "limit": duties.limit_of(campaign),
            "form": form,
            "as_of": as_of,
            "townships": townships,
            "township": township,
            "counts": {status.value: len(found) for status, found in counted.items()},
            "late": sum(line.standing.late for line in lines),
            "due_today": sum(line.standing.falls_due for line in lines),
            "in_hand": sum(line.standing.in_hand for line in lines),
            "unverified": sum(line.unverified for line in lines),
            "page": Paginator(holding, 60).get_page(request.GET.get("page")),
            "clear": [line for line in counted[Status.CLEAR] if not line.standing.surplus],
        },
    )


@roles(*SEES_CASH)
def village_cash(request: SignedIn, village: str) -> HttpResponse:
    """One village: its clock, its duties one by one, its slips."""
    region = village_or_404(request.user, village)
    campaign = campaign_or_404(request.user)
    deposits = Deposit.objects.for_user(request.user).filter(campaign=campaign, village=region)
    context = clock_context(campaign, region)
    line = context["line"]
    history = list(reversed(line.standing.duties)) if line else []
    return render(
        request,
        "collection/cash/village_cash.html",
        {
            "title": f"{called(region.name)}现金缴存",
            "campaign": campaign,
            "region": region,
            "history": [
                (duty, duty.days_late(line.standing.as_of), wording.REASON_WORDS[duty.reason]) for duty in history
            ],
            "deposits": deposits.select_related("recorded_by", "verified_by")[:50],
            "warned": OutboxMessage.objects.for_user(request.user).filter(kind=KIND, region_code=region.pk)[:20],
            **context,
        },
    )
