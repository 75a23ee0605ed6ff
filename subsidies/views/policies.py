"""政策口径: the county's figures with their clauses, every reading taken, and new versions."""

import difflib

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from residents.access import BUSINESS, roles
from residents.models import Role
from subsidies import policy_figures
from subsidies.forms import AdoptForm
from subsidies.models import Campaign, PolicyVersion
from subsidies.services import campaigns


@roles(*BUSINESS)
def policy_page(request):
    campaign = campaigns.current(request.user)
    if campaign is None:
        return render(request, "subsidies/policy.html", {"title": "政策口径"})
    facts = {
        "title": "政策口径",
        "campaign": campaign,
        "policy": campaign.policy,
        "figures": policy_figures.figures(campaign.policy),
        "readings": policy_figures.readings(campaign.policy),
        "versions": PolicyVersion.objects.filter(policy_id=campaign.policy_version.policy_id),
    }
    if request.user.role == Role.COUNTY and campaign.is_open and (changed := campaigns.new_version(campaign)):
        facts |= {
            "changes": _changes(campaign.policy.text, changed.text),
            "adopt_form": AdoptForm(initial={"version": changed.hash}),
        }
    return render(request, "subsidies/policy.html", facts)


@roles(Role.COUNTY)
@require_POST
def policy_adopt(request, pk):
    campaign = get_object_or_404(Campaign.objects.for_user(request.user), pk=pk)
    form = AdoptForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明采用新版本的理由。")
        return redirect("policy")
    try:
        campaigns.adopt_version(
            campaign=campaign, expected=form.cleaned_data["version"], reason=form.cleaned_data["reason"],
            actor=request.user,
        )
    except campaigns.PolicyChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已采用新版本。以前核算的应缴和缴费记录仍按原版本。")
    return redirect("policy")


def _changes(before: str, after: str) -> list[tuple[str, str]]:
    """The lines that differ: ("-" or "+", line)."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [(line[0], line[1:]) for line in lines if line[0] in "+-" and not line.startswith(("+++", "---"))]
