"""政策口径: the county's figures with their clauses, every reading taken, and new versions."""

import difflib

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import BUSINESS, Role, roles
from core.accounts.requests import SignedIn
from core.refusals import Refused
from subsidies.campaigns import services as campaigns
from subsidies.campaigns.forms import AdoptForm
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import current
from subsidies.policy import figures
from subsidies.policy.models import PolicyVersion


@roles(*BUSINESS)
def policy_page(request: SignedIn) -> HttpResponse:
    campaign = current(request.user)
    if campaign is None:
        return render(request, "subsidies/campaigns/policy.html", {"title": "政策口径"})
    facts = {
        "title": "政策口径",
        "campaign": campaign,
        "policy": campaign.policy,
        "figures": figures.figures(campaign.policy),
        "readings": figures.readings(campaign.policy),
        "versions": PolicyVersion.objects.filter(policy_id=campaign.policy_version.policy_id),
    }
    if request.user.role == Role.COUNTY and campaign.is_open and (changed := campaigns.new_version(campaign)):
        facts |= {
            "changes": _changes(campaign.policy.text, changed.text),
            "adopt_form": AdoptForm(initial={"version": changed.hash}),
        }
    return render(request, "subsidies/campaigns/policy.html", facts)


@roles(Role.COUNTY)
@require_POST
def policy_adopt(request: SignedIn, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.for_user(request.user), pk=pk)
    form = AdoptForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明采用新版本的理由。")
        return redirect("policy")
    try:
        campaigns.adopt_version(
            campaign=campaign,
            expected=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已采用新版本。以前核算的应缴和缴费记录仍按原版本。")
    return redirect("policy")


def _changes(before: str, after: str) -> list[tuple[str, str]]:
    """The lines that differ: ("-" or "+", line)."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [(line[0], line[1:]) for line in lines if line[0] in "+-" and not line.startswith(("+++", "---"))]
