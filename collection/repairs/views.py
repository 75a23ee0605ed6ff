"""断保修复: what was paid back this year, and entering it for one person."""

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.repairs.forms import RepairForm
from collection.repairs.models import RepairPayment
from collection.repairs.services import REGISTERS, record_repair, withdraw_repair, years_to_repair
from config import clock
from core.access import masks
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.amounts import ZERO
from core.pages.form_steps import form_status, run_form, run_step
from residents.people.models import Resident
from subsidies.campaigns.selectors import campaign_or_404


@roles(Role.COUNTY, Role.TAX, Role.TOWNSHIP)
def repair_list(request: SignedIn) -> HttpResponse:
    """The year's payments in the user's region; one is entered from a person's page."""
    campaign = campaign_or_404(request.user)
    rows = RepairPayment.objects.for_user(request.user).filter(campaign=campaign)
    live = rows.filter(withdrawn_at__isnull=True)
    facts = {
        "title": "断保修复",
        "campaign": campaign,
        "page": Paginator(rows.select_related("resident", "village", "recorded_by"), 50).get_page(
            request.GET.get("page")
        ),
        "people": live.values("resident").distinct().count(),
        "amount": live.aggregate(sum=Sum("amount"))["sum"] or ZERO,
        "may_register": request.user.role in REGISTERS,
    }
    return render(request, "collection/repairs/repair_list.html", facts)


@roles(*REGISTERS)
def repair_resident(request: SignedIn, pk: int) -> HttpResponse:
    """The years of one person's gap, and booking those that were paid back."""
    resident = get_object_or_404(Resident.objects.for_user(request.user).select_related("village"), pk=pk)
    campaign = campaign_or_404(request.user)
    years = years_to_repair(campaign, resident)
    form = RepairForm(request.POST or None, years=years, initial={"paid_on": clock.today()})
    if request.method == "POST" and run_form(
        form, lambda: record_repair(campaign=campaign, resident=resident, actor=request.user, **form.cleaned_data)
    ):
        return redirect("repair_list")
    facts = {
        "title": "断保修复登记",
        "campaign": campaign,
        "resident": resident,
        "number": masks.mask(resident.id_number),
        "years": years,
        "standard": campaign.policy.standard,
        "form": form,
    }
    return render(request, "collection/repairs/repair_resident.html", facts, status=form_status(form))


@roles(*REGISTERS)
@require_POST
def repair_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    payment = get_object_or_404(RepairPayment.objects.for_user(request.user), pk=pk)
    reason = request.POST.get("reason", "")
    run_step(request, lambda: withdraw_repair(payment=payment, reason=reason, actor=request.user), "已撤回。")
    return redirect("repair_list")
