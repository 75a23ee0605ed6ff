"""重复参保: who is insured on both sides, and who with more than one unit."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access import masks
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import try_step
from employees.access import county_or_404
from employees.members.models import Member
from employees.members.selectors import in_several_places, live_employments
from employees.members.services import follow_register
from employees.rules import policy_for
from reporting.leavers.doubles import doubles, on_both_sides
from subsidies.campaigns.selectors import campaign_or_404

#: More people with several employments than these are said to be there, not shown.
SEVERAL_SHOWN = 200


@roles(Role.COUNTY)
def double_list(request: SignedIn) -> HttpResponse:
    """Both lists, the cases on both sides first; numbers masked."""
    county = county_or_404(request.user)
    campaign = campaign_or_404(request.user)
    page = Paginator(on_both_sides(campaign), 50).get_page(request.GET.get("page"))
    several = in_several_places(county.pk)
    shown = list(several[:SEVERAL_SHOWN])
    employments = live_employments(member.pk for member in shown)
    policy = policy_for(county=county.pk, month=campaign.policy.period.start)
    facts = {
        "title": "重复参保核对",
        "campaign": campaign,
        "page": page,
        "listed": [(one, masks.mask(one.member.id_number)) for one in doubles(campaign, list(page))],
        "several": [(member, masks.mask(member.id_number), employments[member.pk]) for member in shown],
        "several_number": several.count(),
        "rule": policy.employees.several_units if policy and policy.employees else None,
    }
    return render(request, "reporting/leavers/double_list.html", facts)


@roles(Role.COUNTY)
@require_POST
def double_settle(request: SignedIn, pk: int) -> HttpResponse:
    """Take a member off the residents' list."""
    county_or_404(request.user)
    member = get_object_or_404(Member.objects.for_user(request.user), pk=pk)
    if try_step(request, lambda: follow_register(member=member, actor=request.user)):
        messages.success(request, f"{member.name}已按职工医保登记。居民医保缴过费的，退费见“事实后续”。")
    return redirect("employee_doubles")
