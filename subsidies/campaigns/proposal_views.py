"""征缴年度: the years of the county, preparing the next one or a new version, and putting it into force."""

from collections.abc import Callable

from django.contrib import messages
from django.core.files.base import File
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.pages.form_steps import flash_form_errors, run_form, run_step, submit_form
from core.refusals import Refused
from subsidies.campaigns import proposals
from subsidies.campaigns.forms import AmendForm, CategoryForm, DecideForm, ReplaceForm, StandardForm, StartForm
from subsidies.campaigns.hooks import steps_of
from subsidies.campaigns.models import Campaign, PolicyProposal
from subsidies.campaigns.selectors import papers_of, selection_of
from subsidies.policy import editing, figures, policies
from subsidies.policy.schema import PolicyError

State = PolicyProposal.State
#: Among the policies to choose from: this year's, a year later.
COPY = "copy"
STATE_BADGES: dict[str, str] = {State.DRAFT: "warn", State.APPLIED: "ok", State.DROPPED: "off"}


def proposals_for(user: User) -> QuerySet[PolicyProposal]:
    rows = PolicyProposal.objects.for_user(user)
    return rows.select_related("county", "base", "created_by", "changed_by", "settled_by")


@roles(Role.COUNTY)
def campaign_list(request: SignedIn) -> HttpResponse:
    """The county's years, what is being prepared, and the beginning of another one."""
    campaigns = selection_of(request.user).campaigns
    form = StartForm(request.POST or None, request.FILES or None, known=_on_file(request.user, campaigns))
    made: list[PolicyProposal] = []
    if request.method == "POST" and run_form(form, lambda: made.append(_start(form, request.user))):
        return redirect("proposal", made[0].pk)
    facts = {
        "title": "征缴年度",
        "campaigns": campaigns,
        "proposals": [(one, STATE_BADGES[one.state]) for one in proposals_for(request.user)[:50]],
        "form": form,
        "amend_form": AmendForm(),
    }
    return render(request, "subsidies/campaigns/campaign_list.html", facts, status=400 if form.errors else 200)


def _on_file(user: User, campaigns: list[Campaign]) -> list[tuple[str, str]]:
    taken = {campaign.policy_version.policy_id for campaign in campaigns}
    county = user.scope_prefix[:6]
    found = [(one, one) for one in policies.available() if one.startswith(f"{county}-") and one not in taken]
    if campaigns:
        newest = campaigns[0].year
        found.append((COPY, f"以{newest}年度的口径为底稿，日期顺延一年"))
    return found


def _start(form: StartForm, user: User) -> PolicyProposal:
    facts = form.cleaned_data
    if facts["policy"] == COPY:
        text = editing.next_year(selection_of(user).campaigns[0].policy).text
    elif facts["policy"]:
        text = (policies.FOLDER / f"{facts['policy']}.toml").read_text(encoding="utf-8")
    else:
        text = _text_of(facts["file"])
    if user.county is None:
        raise Http404("账号没有所属的县。")
    return proposals.start_proposal(county=user.county, text=text, name=facts["name"], actor=user)


def _text_of(file: "File[bytes]") -> str:
    try:
        data: bytes = file.read()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("政策文件应是 UTF-8 编码的文本，请另存后重新上传。", "file") from None


@roles(Role.COUNTY)
@require_POST
def campaign_amend(request: SignedIn, pk: int) -> HttpResponse:
    """Begin a new version of a running policy: a copy, to be changed figure by figure."""
    campaign = get_object_or_404(
        Campaign.objects.for_user(request.user).select_related("county", "policy_version"), pk=pk
    )
    form, made = AmendForm(request.POST), []
    if flash_form_errors(request, form) and run_step(
        request,
        lambda: made.append(
            proposals.start_proposal(
                county=campaign.county,
                text=campaign.policy.text,
                name=form.cleaned_data["name"],
                actor=request.user,
            )
        ),
        "已复制现行口径，改好后由另一位经办人启用。",
    ):
        return redirect("proposal", made[0].pk)
    return redirect("campaign_list")


@roles(Role.COUNTY)
def proposal_page(request: SignedIn, pk: int) -> HttpResponse:
    """What is proposed, as staff read it, beside the version it is compared with."""
    proposal = get_object_or_404(proposals_for(request.user), pk=pk)
    facts = {"title": str(proposal), "proposal": proposal, "badge": STATE_BADGES[proposal.state]}
    try:
        policy = proposal.policy
    except PolicyError as error:
        return render(request, "subsidies/campaigns/proposal.html", {**facts, "problem": str(error)})
    names = [category.name for category in policy.categories if not category.by_age]
    is_draft = proposal.state == State.DRAFT
    facts |= {
        "policy": policy,
        "rows": figures.compare(policy, proposal.base.policy if proposal.base else policy),
        "readings": figures.open_readings(policy),
        "decided": figures.decided_readings(policy),
        "papers": papers_of(proposal),
        "not_set": [category for category in policy.categories if category.subsidy is None],
        "is_draft": is_draft,
        "category_form": CategoryForm(names=names),
        "standard_form": StandardForm(initial={"amount": policy.standard}),
        "replace_form": ReplaceForm(),
        "may_apply": is_draft and request.user.pk not in (proposal.created_by_id, proposal.changed_by_id),
    }
    if proposal.opens_year and is_draft:
        lines = steps_of(proposal)
        facts |= {"step_lines": lines, "unconfirmed": sum(not line.confirmed for line in lines)}
    return render(request, "subsidies/campaigns/proposal.html", facts)


def _changed(
    request: SignedIn, proposal: PolicyProposal, form: Form, change: Callable[..., object], done: str
) -> HttpResponse:
    """Change a proposal by what a form says, or tell what is wrong with it."""
    submit_form(request, form, change, done, proposal=proposal)
    return redirect("proposal", proposal.pk)


@roles(Role.COUNTY)
@require_POST
def proposal_category(request: SignedIn, pk: int) -> HttpResponse:
    proposal = get_object_or_404(proposals_for(request.user), pk=pk)
    form = CategoryForm(request.POST, request.FILES, names=[c.name for c in proposal.policy.categories])
    return _changed(request, proposal, form, proposals.change_category, "已修改，页面上标出了与对照版本不同的地方。")


@roles(Role.COUNTY)
@require_POST
def proposal_standard(request: SignedIn, pk: int) -> HttpResponse:
    proposal = get_object_or_404(proposals_for(request.user), pk=pk)
    form = StandardForm(request.POST, request.FILES)
    return _changed(request, proposal, form, proposals.change_standard, "已修改缴费标准。")


@roles(Role.COUNTY)
@require_POST
def proposal_decide(request: SignedIn, pk: int) -> HttpResponse:
    """Let a document decide a reading of ours."""
    proposal = get_object_or_404(proposals_for(request.user), pk=pk)
    form = DecideForm(request.POST, request.FILES)
    return _changed(request, proposal, form, proposals.decide_reading, "已按文件明确。")


@roles(Role.COUNTY)
@require_POST
def proposal_replace(request: SignedIn, pk: int) -> HttpResponse:
    """Take a whole new text of the policy for the same year."""
    proposal = get_object_or_404(proposals_for(request.user), pk=pk)
    form = ReplaceForm(request.POST, request.FILES)
    if flash_form_errors(request, form):
        run_step(
            request,
            lambda: proposals.replace_text(
                proposal=proposal,
                text=_text_of(form.cleaned_data["text"]),
                document=form.cleaned_data["document"],
                file=form.cleaned_data["file"],
                actor=request.user,
            ),
            "已替换，页面上标出了与对照版本不同的地方。",
        )
    return redirect("proposal", pk)


@roles(Role.COUNTY)
@require_POST
def proposal_apply(request: SignedIn, pk: int) -> HttpResponse:
    proposal = get_object_or_404(proposals_for(request.user), pk=pk)
    made: list[Campaign] = []
    seen, unfinished = request.POST.get("version", ""), request.POST.get("unfinished", "")
    if run_step(
        request,
        lambda: made.append(
            proposals.put_into_force(proposal=proposal, seen=seen, unfinished=unfinished, actor=request.user)
        ),
        "已启用。以前核算的应缴和缴费记录仍按原版本。",
    ):
        return redirect("campaign_list")
    return redirect("proposal", pk)


@roles(Role.COUNTY)
@require_POST
def proposal_drop(request: SignedIn, pk: int) -> HttpResponse:
    proposal = get_object_or_404(proposals_for(request.user), pk=pk)
    if run_step(request, lambda: proposals.drop_proposal(proposal=proposal, actor=request.user), "已放弃这份口径。"):
        messages.info(request, "准备的内容仍可查看。")
    return redirect("proposal", pk)
