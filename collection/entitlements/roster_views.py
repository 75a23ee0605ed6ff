from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from collection.entitlements import services as consequences
from core.access.roles import Role, roles
from subsidies.rosters.forms import WithdrawForm
from subsidies.rosters.models import Roster


@roles(Role.COUNTY)
@require_POST
def roster_apply(request, pk):
    roster = get_object_or_404(Roster.objects.for_user(request.user), pk=pk)
    pairs = (pair.partition("=") for pair in request.POST.get("seen", "").split(","))
    seen = {name: int(count) for name, _, count in pairs if count.isdigit()}
    confirmed = request.POST.get("endings_confirmed") == "on"
    consequences.ask_to_apply(roster=roster, seen=seen, endings_confirmed=confirmed, actor=request.user)
    return redirect("roster", pk)


@roles(Role.COUNTY)
@require_POST
def roster_withdraw(request, pk):
    roster = get_object_or_404(Roster.objects.for_user(request.user), pk=pk)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        consequences.ask_to_withdraw(roster=roster, reason=form.cleaned_data["reason"], actor=request.user)
    else:
        messages.error(request, "没有撤回：请写明原因，不超过 150 个字。")
    return redirect("roster", pk)
