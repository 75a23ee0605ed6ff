"""部门任务: planned before the year opens; afterwards each department answers its own, and the bureau sees them all."""

import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from config import clock
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.pages.form_steps import form_status, run_form, run_step, submit_form, try_step
from subsidies.campaigns.selectors import current
from subsidies.openings import duties
from subsidies.openings.forms import DutyForm, ExtendForm, FinishForm
from subsidies.openings.models import DepartmentDuty
from subsidies.openings.views import proposal_of
from subsidies.rosters import deadlines
from subsidies.rosters.models import Roster

Kind = DepartmentDuty.Kind


@roles(Role.COUNTY)
def proposal_duties(request: SignedIn, pk: int) -> HttpResponse:
    """What each department is to do by which day; another duty is added below."""
    proposal = proposal_of(request, pk)
    form = DutyForm(request.POST or None)
    if request.method == "POST" and run_form(
        form, lambda: duties.set_duty(proposal=proposal, actor=request.user, **form.cleaned_data)
    ):
        return redirect("proposal_duties", pk)
    facts = {
        "title": "部门任务和重新认定",
        "proposal": proposal,
        "duties": proposal.duties.all(),
        "finding": duties.look(proposal),
        "form": form,
    }
    return render(request, "subsidies/openings/duties.html", facts, status=form_status(form))


@roles(Role.COUNTY)
@require_POST
def proposal_duties_propose(request: SignedIn, pk: int) -> HttpResponse:
    """Add the certification for every department of the policy."""
    proposal = proposal_of(request, pk)
    run_step(
        request,
        lambda: duties.propose_duties(proposal=proposal, actor=request.user),
        "已为政策里的每个认定部门生成重新认定任务，请核对期限。",
    )
    return redirect("proposal_duties", pk)


@roles(Role.COUNTY)
def proposal_duty(request: SignedIn, pk: int, duty: int) -> HttpResponse:
    """Change one duty, or take it out."""
    proposal = proposal_of(request, pk)
    one = get_object_or_404(proposal.duties, pk=duty)
    if request.method == "POST" and "drop" in request.POST:
        run_step(request, lambda: duties.drop_duty(proposal=proposal, duty=one, actor=request.user), "已取消。")
        return redirect("proposal_duties", pk)
    form = DutyForm(request.POST or None, initial=DutyForm.of(one))
    if request.method == "POST" and run_form(
        form, lambda: duties.set_duty(proposal=proposal, duty=one, actor=request.user, **form.cleaned_data)
    ):
        return redirect("proposal_duties", pk)
    facts = {"title": str(one), "proposal": proposal, "duty": one, "form": form}
    return render(request, "subsidies/openings/duty.html", facts, status=form_status(form))


def duties_for(user: User) -> QuerySet[DepartmentDuty]:
    """The duties of opened years that a user may see: the bureau all of the county, a department its own."""
    rows = DepartmentDuty.objects.for_user(user).filter(campaign__isnull=False)
    rows = rows.select_related("campaign__county", "campaign__policy_version", "ending", "done_by")
    return rows.filter(department=user.department) if user.role == Role.DEPARTMENT else rows


@roles(Role.COUNTY, Role.DEPARTMENT, Role.TOWNSHIP)
def department_duties(request: SignedIn) -> HttpResponse:
    """The year's calendar: the duties that were given with their certifications, and what the notice itself dates."""
    campaign = current(request.user)
    is_bureau = request.user.role == Role.COUNTY
    form = DutyForm(request.POST or None)
    if (
        request.method == "POST"
        and campaign
        and is_bureau
        and run_form(form, lambda: duties.add_duty(campaign=campaign, actor=request.user, **form.cleaned_data))
    ):
        return redirect("department_duties")
    today, lines = clock.today(), []
    if campaign:
        progress = duties.certifying(campaign)
        lines = [_line(duty, progress, today) for duty in duties_for(request.user).filter(campaign=campaign)]
    facts = {
        "title": "部门任务和期限",
        "campaign": campaign,
        "lines": lines,
        "dated": deadlines.year_of(user=request.user, campaign=campaign) if campaign else [],
        "today": today,
        "hands_in": request.user.role != Role.TOWNSHIP,
        "finish_form": FinishForm(),
        "extend_form": ExtendForm(),
        "is_bureau": is_bureau,
        "form": form,
    }
    return render(request, "subsidies/openings/department_duties.html", facts, status=form_status(form))


def _line(duty: DepartmentDuty, progress: duties.Certifying, today: datetime.date) -> dict[str, object]:
    """A duty with how many are left uncertified, whether all are certified, whether it is late, may be ended."""
    is_open = not duty.done_at
    asks = is_open and duty.kind == Kind.CERTIFY
    certified = asks and progress.is_certified(duty)
    ends = asks and not certified and not duty.ending_id and duty.ends_on is not None and duty.ends_on <= today
    return {
        "duty": duty,
        "left": progress.left.get(duty.department, 0) if asks else None,
        "certified": certified,
        "late": is_open and not certified and duty.due_on < today,
        "may_end": ends,
    }


@roles(Role.COUNTY, Role.DEPARTMENT)
@require_POST
def department_duty_finish(request: SignedIn, pk: int) -> HttpResponse:
    duty, form = get_object_or_404(duties_for(request.user), pk=pk), FinishForm(request.POST)
    submit_form(request, form, duties.finish_duty, "已登记办结。", duty=duty)
    return redirect("department_duties")


@roles(Role.COUNTY)
@require_POST
def department_duty_extend(request: SignedIn, pk: int) -> HttpResponse:
    duty, form = get_object_or_404(duties_for(request.user), pk=pk), ExtendForm(request.POST)
    submit_form(request, form, duties.extend_duty, "已延期。", duty=duty)
    return redirect("department_duties")


@roles(Role.COUNTY)
@require_POST
def department_duty_end(request: SignedIn, pk: int) -> HttpResponse:
    """Make the list of endings ready; another person reviews and applies it."""
    duty = get_object_or_404(duties_for(request.user), pk=pk)
    made: list[Roster | None] = []
    if not try_step(request, lambda: made.append(duties.prepare_ending(duty=duty, actor=request.user))):
        return redirect("department_duties")
    if made[0] is None:
        messages.success(request, "没有人需要终止，不用生成减少名单。")
        return redirect("department_duties")
    messages.success(request, "已生成减少名单，请由另一位经办人查看姓名后审核。")
    return redirect("roster", made[0].pk)
