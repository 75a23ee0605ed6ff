"""The steps of preparing a year: confirming one, and the people of every village and township."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import run_step
from subsidies.campaigns.models import PolicyProposal
from subsidies.openings.services import confirm_step
from subsidies.openings.staff import confirm_staff, staff_lines
from subsidies.openings.steps import step_called


def proposal_of(request: SignedIn, pk: int) -> PolicyProposal:
    """The proposal of a year to be opened, of the reader's county; else 404."""
    rows = PolicyProposal.objects.for_user(request.user).select_related("county", "base", "created_by", "changed_by")
    proposal: PolicyProposal = get_object_or_404(rows, pk=pk)
    return proposal


@roles(Role.COUNTY)
@require_POST
def proposal_confirm(request: SignedIn, pk: int) -> HttpResponse:
    """Confirm a step, whose key the form carries."""
    proposal, key = proposal_of(request, pk), request.POST.get("step", "")
    step = step_called(key)
    done = f"已确认“{step.title}”。" if step else ""
    run_step(request, lambda: confirm_step(proposal=proposal, key=key, actor=request.user), done)
    return redirect("proposal", pk)


@roles(Role.COUNTY)
def proposal_staff(request: SignedIn, pk: int) -> HttpResponse:
    """Who stands for each village and township; what is ticked is confirmed as it is."""
    proposal = proposal_of(request, pk)
    if request.method == "POST":
        codes = request.POST.getlist("code")[:2000]
        if run_step(
            request,
            lambda: confirm_staff(proposal=proposal, codes=codes, actor=request.user),
            f"已确认 {len(codes)} 个村、乡镇的人员。",
        ):
            return redirect("proposal_staff", pk)
    townships = [
        (township.region, lines, sum(line.confirmed for line in lines)) for township, lines in staff_lines(proposal)
    ]
    facts = {"title": "协办员和专班确认", "proposal": proposal, "townships": townships}
    return render(request, "subsidies/openings/staff.html", facts)
