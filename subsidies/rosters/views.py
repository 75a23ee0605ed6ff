"""名单: handing in, the preview in four heaps, single marks by hand, applying and withdrawing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.access import masks
from core.access.roles import Role, roles
from core.jobs.models import Job
from core.refusals import Refused
from residents.people.models import Resident
from subsidies.campaigns.selectors import current
from subsidies.rosters import services as rosters
from subsidies.rosters.forms import AcceptForm, MarkForm, RosterForm, WithdrawForm
from subsidies.rosters.models import Roster, RosterRow
from subsidies.rosters.services import OUTCOME_GROUPS, ask_to_apply, ask_to_withdraw

HANDS_IN = (Role.COUNTY, Role.DEPARTMENT)
HEAP_NAMES = {"problems": "有问题", "new": "新增", "ended": "终止", "unchanged": "不变"}
STATE_BADGES = {
    Roster.State.READING: "wait",
    Roster.State.READY: "warn",
    Roster.State.REFUSED: "bad",
    Roster.State.APPLIED: "ok",
    Roster.State.WITHDRAWN: "off",
}


def rosters_for(user):
    """The lists a user may see: the bureau all of the county, a department its own."""
    rows = Roster.objects.for_user(user).select_related("campaign__county", "campaign__policy_version")
    return rows.filter(department=user.department) if user.role == Role.DEPARTMENT else rows


@roles(*HANDS_IN)
def roster_list(request):
    rows = rosters_for(request.user).select_related("uploaded_by", "applied_by")
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    listed = [(roster, STATE_BADGES[roster.state]) for roster in page]
    facts = {"title": "名单", "page": page, "listed": listed, "campaign": current(request.user)}
    return render(request, "subsidies/rosters/roster_list.html", facts)


@roles(*HANDS_IN)
def roster_upload(request):
    campaign = current(request.user)
    if campaign is None:
        return redirect("roster_list")
    form = RosterForm(request.POST or None, request.FILES or None, campaign=campaign, user=request.user)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            roster = rosters.upload_roster(
                campaign=campaign,
                file=facts["file"],
                name=facts["file"].name,
                department=facts["department"],
                category=facts["category"],
                kind=facts["kind"],
                recognised_on=facts["recognised_on"],
                document=facts["document"],
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("roster", roster.pk)
    return render(
        request, "subsidies/rosters/roster_upload.html", {"title": "交名单", "form": form, "campaign": campaign}
    )


@roles(*HANDS_IN)
def roster_detail(request, pk):
    """The four heaps by name; the bureau applies from here, the department sees what came of its list."""
    rows = rosters_for(request.user).select_related("uploaded_by", "applied_by", "withdrawn_by", "attachment")
    roster = get_object_or_404(rows, pk=pk)
    counts = rosters.outcome_counts(roster)
    heap = request.GET.get("heap")
    if heap not in OUTCOME_GROUPS:
        heap = next((name for name in HEAP_NAMES if counts[name]), "new")
    rows = roster.rows.filter(outcome__in=OUTCOME_GROUPS[heap]).select_related("resident__village")
    page = Paginator(rows.order_by("number", "pk"), 100).get_page(request.GET.get("page"))
    is_bureau = request.user.role == Role.COUNTY
    facts = {
        "title": f"{roster.pk} 号名单",
        "roster": roster,
        "badge": STATE_BADGES[roster.state],
        "counts": counts,
        "heap": heap,
        "heap_name": HEAP_NAMES[heap],
        "page": page,
        "job": _job_of(roster),
        "heaps": [(name, title, counts[name]) for name, title in HEAP_NAMES.items()],
        "rows": [(row, masks.mask(row.id_number)) for row in page],
        "may_judge": is_bureau and roster.state == Roster.State.READY,
        "may_apply": is_bureau and roster.state == Roster.State.READY and roster.uploaded_by_id != request.user.pk,
        "may_withdraw": is_bureau and roster.state in (Roster.State.READY, Roster.State.APPLIED),
        "seen": ",".join(f"{name}={count}" for name, count in counts.items()),
        "accept_form": AcceptForm(),
        "withdraw_form": WithdrawForm(),
    }
    if roster.state == Roster.State.WITHDRAWN:
        kept = roster.identities.filter(withdrawn_at__isnull=True).select_related("resident__village")
        facts["kept"] = [(mark, masks.mask(mark.resident.id_number)) for mark in kept[:500]]
    return render(request, "subsidies/rosters/roster_detail.html", facts)


@roles(Role.COUNTY)
@require_POST
def roster_recheck(request, pk):
    roster = get_object_or_404(rosters_for(request.user), pk=pk)
    try:
        rosters.recheck_roster(roster=roster, actor=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已按现在的居民册重新核对。")
    return redirect("roster", pk)


@roles(Role.COUNTY)
@require_POST
def roster_accept_row(request, pk):
    row = get_object_or_404(RosterRow.objects.for_user(request.user).select_related("roster"), pk=pk)
    form = AcceptForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        rosters.accept_row(row=row, note=note, actor=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"第 {row.number} 行 {row.name} 已确认是同一人。")
    return redirect(f"{reverse('roster', args=[row.roster_id])}?heap=problems")


@roles(*HANDS_IN)
def mark_resident(request, pk):
    """A single mark or its end, on the document that grants it; another person of the bureau applies it."""
    resident = get_object_or_404(Resident.objects.for_user(request.user).select_related("village"), pk=pk)
    campaign = current(request.user)
    if campaign is None:
        return redirect("roster_list")
    form = MarkForm(request.POST or None, request.FILES or None, campaign=campaign, user=request.user)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            roster = rosters.mark_by_hand(
                campaign=campaign,
                resident=resident,
                category=facts["category"],
                ends=facts["ends"] == "ends",
                recognised_on=facts["recognised_on"],
                document=facts["document"],
                file=facts["file"],
                name=facts["file"].name if facts["file"] else "",
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已提交，请县医保局另一位经办人核对后应用。")
            return redirect("roster", roster.pk)
    return render(
        request,
        "subsidies/rosters/mark_resident.html",
        {
            "title": f"单人标识：{resident.name}",
            "resident": resident,
            "number": masks.mask(resident.id_number),
            "form": form,
            "marks": resident.identities.filter(ended_on__isnull=True, withdrawn_at__isnull=True),
        },
    )


def _job_of(roster: Roster) -> Job | None:
    """The job that is at work on a list, or the last one that was."""
    keys = [f"roster.{verb}.{roster.pk}" for verb in ("read", "apply", "withdraw")]
    return Job.objects.filter(key__in=keys).order_by("-created_at").first()


@roles(Role.COUNTY)
@require_POST
def roster_apply(request, pk):
    roster = get_object_or_404(Roster.objects.for_user(request.user), pk=pk)
    pairs = (pair.partition("=") for pair in request.POST.get("seen", "").split(","))
    seen = {name: int(count) for name, _, count in pairs if count.isdigit()}
    confirmed = request.POST.get("endings_confirmed") == "on"
    ask_to_apply(roster=roster, seen=seen, endings_confirmed=confirmed, actor=request.user)
    return redirect("roster", pk)


@roles(Role.COUNTY)
@require_POST
def roster_withdraw(request, pk):
    roster = get_object_or_404(Roster.objects.for_user(request.user), pk=pk)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        ask_to_withdraw(roster=roster, reason=form.cleaned_data["reason"], actor=request.user)
    else:
        messages.error(request, "没有撤回：请写明原因，不超过 150 个字。")
    return redirect("roster", pk)
