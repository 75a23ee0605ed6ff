"""名单: handing in, the preview by outcome, single identities, doubtful rows, applying, withdrawing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.access import masks
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.pages.form_steps import flash_form_errors, run_form, run_step
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import current
from subsidies.rosters import apply, comparing, selectors
from subsidies.rosters import services as rosters
from subsidies.rosters.forms import ApplyForm, MarkForm, RosterForm, SettleForm, WithdrawForm
from subsidies.rosters.models import Roster, RosterRow
from subsidies.rosters.selectors import OUTCOME_GROUPS, rosters_for

HANDS_IN = (Role.COUNTY, Role.DEPARTMENT)
GROUP_NAMES = {"problems": "有问题", "held": "暂缓终止", "new": "新增", "ended": "终止", "unchanged": "不变"}
#: Findings that stand beside the button that applies a list; all of them have a page.
FINDINGS_SHOWN = 20
STATE_BADGES: dict[str, str] = {
    Roster.State.READING: "wait",
    Roster.State.READY: "warn",
    Roster.State.REFUSED: "bad",
    Roster.State.APPLIED: "ok",
    Roster.State.WITHDRAWN: "off",
}


@roles(*HANDS_IN)
def roster_list(request: SignedIn) -> HttpResponse:
    campaign = current(request.user)
    rows = selectors.rosters_of(request.user, campaign)
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    listed = [(roster, STATE_BADGES[roster.state]) for roster in page]
    facts = {"title": "名单", "page": page, "listed": listed, "campaign": campaign}
    return render(request, "subsidies/rosters/roster_list.html", facts)


@roles(*HANDS_IN)
def roster_upload(request: SignedIn) -> HttpResponse:
    campaign = current(request.user)
    if campaign is None:
        return redirect("roster_list")
    form = RosterForm(request.POST or None, request.FILES or None, campaign=campaign, user=request.user)
    made: list[Roster] = []
    if request.method == "POST" and run_form(form, lambda: made.append(_upload(form, campaign, request.user))):
        return redirect("roster", made[0].pk)
    facts = {"title": "报送名单", "form": form, "campaign": campaign}
    return render(request, "subsidies/rosters/roster_upload.html", facts, status=400 if form.errors else 200)


def _upload(form: RosterForm, campaign: Campaign, user: User) -> Roster:
    facts = form.cleaned_data
    return rosters.upload_roster(
        campaign=campaign,
        file=facts["file"],
        name=facts["file"].name,
        department=facts["department"],
        category=facts["category"],
        kind=facts["kind"],
        recognised_on=facts["recognised_on"],
        document=facts["document"],
        actor=user,
    )


@roles(*HANDS_IN)
def roster_detail(request: SignedIn, pk: int) -> HttpResponse:
    """The preview by name; the bureau applies from here, the department sees what came of its list."""
    rows = rosters_for(request.user).select_related("uploaded_by", "applied_by", "withdrawn_by", "attachment")
    roster = get_object_or_404(rows, pk=pk)
    counts = selectors.outcome_counts(roster)
    group = request.GET.get("heap")
    if group not in OUTCOME_GROUPS:
        group = next((name for name in GROUP_NAMES if counts[name]), "new")
    page = Paginator(selectors.rows_in_group(roster, group), 100).get_page(request.GET.get("page"))
    is_bureau, ready = request.user.role == Role.COUNTY, roster.state == Roster.State.READY
    found = comparing.compare(roster) if is_bureau and ready else []
    seen = {**counts, "compared": comparing.fingerprint(found)}
    facts = {
        "title": f"{roster.pk} 号名单",
        "roster": roster,
        "badge": STATE_BADGES[roster.state],
        "counts": counts,
        "heap": group,
        "heap_name": GROUP_NAMES[group],
        "page": page,
        "job": selectors.latest_job(roster),
        "heaps": [(name, title, counts[name]) for name, title in GROUP_NAMES.items()],
        "rows": [(row, masks.mask(row.id_number)) for row in page],
        "sees_register": is_bureau,
        "may_judge": is_bureau and ready,
        "may_apply": is_bureau and ready and roster.uploaded_by_id != request.user.pk,
        "may_withdraw": is_bureau and roster.state in (Roster.State.READY, Roster.State.APPLIED),
        "seen": ",".join(f"{name}={count}" for name, count in seen.items()),
        "compared": comparing.counts(found),
        "found_people": comparing.people_in(found),
        "found": found[:FINDINGS_SHOWN],
        "found_more": max(len(found) - FINDINGS_SHOWN, 0),
        "apply_form": ApplyForm(),
        "withdraw_form": WithdrawForm(),
    }
    if counts["held"]:
        facts["held"] = selectors.rows_in_group(roster, "held")[:200]
    if roster.state == Roster.State.WITHDRAWN:
        facts["kept"] = selectors.kept_identities(roster)
    return render(request, "subsidies/rosters/roster_detail.html", facts)


@roles(Role.COUNTY)
@require_POST
def roster_recheck(request: SignedIn, pk: int) -> HttpResponse:
    roster = get_object_or_404(rosters_for(request.user), pk=pk)
    run_step(request, lambda: rosters.recheck_roster(roster=roster, actor=request.user), "已按现在的居民册重新核对。")
    return redirect("roster", pk)


@roles(Role.COUNTY)
@require_POST
def roster_accept_row(request: SignedIn, pk: int) -> HttpResponse:
    """Settle a doubtful row: the same person, a hidden row that counts, whom it means, or nobody who is missing."""
    row = get_object_or_404(RosterRow.objects.for_user(request.user).select_related("roster"), pk=pk)
    form = SettleForm(request.POST)
    if flash_form_errors(request, form):
        facts = form.cleaned_data
        run_step(
            request,
            lambda: rosters.settle_row(
                row=row,
                decision=facts["decision"] or "same",
                note=facts["note"],
                meant=facts["meant"],
                actor=request.user,
            ),
            f"第 {row.number} 行 {row.name} 已核实：{rosters.DECISIONS[facts['decision'] or 'same']}。",
        )
    return redirect(f"{reverse('roster', args=[row.roster_id])}?heap=problems")


@roles(*HANDS_IN)
def mark_resident(request: SignedIn, pk: int) -> HttpResponse:
    """A single identity or its end, on the document that grants it; another person of the bureau applies it."""
    resident = get_object_or_404(Resident.objects.for_user(request.user).select_related("village"), pk=pk)
    campaign = current(request.user)
    if campaign is None:
        return redirect("roster_list")
    form = MarkForm(request.POST or None, request.FILES or None, campaign=campaign, user=request.user)
    made: list[Roster] = []
    if request.method == "POST" and run_form(form, lambda: made.append(_mark(form, campaign, resident, request.user))):
        messages.success(request, f"已提交，请{request.user.county_word}医保局另一位经办人核对后生效。")
        return redirect("roster", made[0].pk)
    facts = {
        "title": f"单人标识：{resident.name}",
        "resident": resident,
        "number": masks.mask(resident.id_number),
        "form": form,
        "marks": resident.identities.filter(ended_on__isnull=True, withdrawn_at__isnull=True),
    }
    return render(request, "subsidies/rosters/mark_resident.html", facts, status=400 if form.errors else 200)


def _mark(form: MarkForm, campaign: Campaign, resident: Resident, user: User) -> Roster:
    facts = form.cleaned_data
    return rosters.mark_by_hand(
        campaign=campaign,
        resident=resident,
        category=facts["category"],
        ends=facts["ends"] == "ends",
        recognised_on=facts["recognised_on"],
        document=facts["document"],
        file=facts["file"],
        name=facts["file"].name if facts["file"] else "",
        actor=user,
    )


@roles(Role.COUNTY)
@require_POST
def roster_apply(request: SignedIn, pk: int) -> HttpResponse:
    roster = get_object_or_404(Roster.objects.for_user(request.user), pk=pk)
    pairs = (pair.partition("=") for pair in request.POST.get("seen", "").split(","))
    seen = {name: int(count) for name, _, count in pairs if count.isascii() and count.isdecimal() and len(count) < 9}
    confirmed = request.POST.get("endings_confirmed") == "on"
    form = ApplyForm(request.POST)
    if flash_form_errors(request, form):
        apply.ask_to_apply(
            roster=roster, seen=seen, endings_confirmed=confirmed, actor=request.user, **form.cleaned_data
        )
    return redirect("roster", pk)


@roles(Role.COUNTY)
@require_POST
def roster_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    roster = get_object_or_404(Roster.objects.for_user(request.user), pk=pk)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        apply.ask_to_withdraw(roster=roster, reason=form.cleaned_data["reason"], actor=request.user)
    else:
        messages.error(request, "没有撤回：请写明原因，不超过 150 个字。")
    return redirect("roster", pk)
