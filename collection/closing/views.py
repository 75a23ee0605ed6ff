"""征缴办结: what is still open, by name, and the county's closing."""

from decimal import Decimal

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.closing import consents
from collection.closing import services as close
from collection.closing.forms import ClosingForm, ConsentForm
from collection.closing.models import CampaignClosing, ClosingConsent
from config import clock
from core.access.roles import Role, roles
from core.accounts.models import User
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.pages.form_steps import run_step, submit_form
from core.tables.writer import xlsx_response
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import campaign_or_404


def _closing_of(user: User, campaign: Campaign) -> CampaignClosing | None:
    rows = CampaignClosing.objects.for_user(user).select_related("closed_by")
    return rows.filter(campaign=campaign, reopened_at__isnull=True).first()


@roles(*consents.OFFICES)
@require_POST
def consent_ask(request: SignedIn, kind: str) -> HttpResponse:
    """Ask for an early closing or a reopening."""
    campaign, form = campaign_or_404(request.user), ConsentForm(request.POST)
    if kind not in ClosingConsent.Kind.values:
        raise Http404
    submit_form(request, form, consents.ask_consent, "已提出，等另一个部门的人同意。", campaign=campaign, kind=kind)
    return redirect("campaign_consents")


@roles(*consents.OFFICES)
@require_POST
def consent_give(request: SignedIn, pk: int) -> HttpResponse:
    consent = get_object_or_404(ClosingConsent.objects.for_user(request.user), pk=pk)
    run_step(request, lambda: consents.give_consent(consent=consent, actor=request.user), "已同意。")
    return redirect("campaign_consents")


@roles(Role.COUNTY)
@require_POST
def campaign_reopen(request: SignedIn) -> HttpResponse:
    campaign = campaign_or_404(request.user)
    run_step(request, lambda: consents.reopen_campaign(campaign=campaign, actor=request.user), f"{campaign}已重开。")
    return redirect("campaign_consents")


@roles(*consents.OFFICES)
def campaign_consents(request: SignedIn) -> HttpResponse:
    """What two offices have asked and agreed: an early closing, a reopening."""
    campaign = campaign_or_404(request.user)
    closing, kind = _closing_of(request.user, campaign), consents.kind_for(campaign)
    asked = consents.open_consent(campaign, kind)
    facts = {
        "title": "提前办结和重开",
        "campaign": campaign,
        "closing": closing,
        "kind": kind,
        "asked": asked,
        "refusal": consents.why_not_ask(campaign, closing),
        "consents": campaign.consents.select_related("asked_by", "agreed_by"),
        "form": ConsentForm(),
        "acts": bool(asked and asked.agreed_at) and request.user.role == Role.COUNTY,
    }
    return render(request, "collection/closing/campaign_consents.html", facts)


@roles(Role.COUNTY)
def campaign_close(request: SignedIn) -> HttpResponseBase:
    campaign = campaign_or_404(request.user)
    if closing := _closing_of(request.user, campaign):
        if request.GET.get("export"):
            return _export(request, campaign, closing)
        facts = {"title": f"{campaign}办结报告", "closing": closing, "campaign": campaign}
        facts["sums"] = {name: Decimal(amount) for name, amount in closing.sums.items()}
        facts["kinds"] = [
            {**item, "amount": Decimal(item["amount"]), "rows": item["rows"][: close.SHOWN]}
            for item in closing.open_items
        ]
        return render(request, "collection/closing/closing.html", facts)
    items = close.open_items(campaign=campaign)
    form = ClosingForm(request.POST or None, items=items)
    if (
        request.method == "POST"
        and form.is_valid()
        and run_step(
            request,
            lambda: close.close_campaign(
                campaign=campaign,
                reasons=form.reasons,
                seen=form.seen,
                reopen_days=form.days_to_reopen,
                actor=request.user,
            ),
            f"{campaign}已办结并冻结。",
        )
    ):
        return redirect("campaign_close")
    return render(
        request,
        "collection/closing/campaign_close.html",
        {
            "title": "征缴办结",
            "campaign": campaign,
            "items": items,
            "form": form,
            "too_early": clock.today() <= campaign.policy.period.end,
            "asked": consents.open_consent(campaign, ClosingConsent.Kind.EARLY),
            "blocked": [item.title for item in items if item.must],
        },
        status=400 if form.errors else 200,
    )


def _export(request: SignedIn, campaign: Campaign, closing: CampaignClosing) -> FileResponse:
    """Everybody whom the report names: the page shows the first of each kind only."""
    rows = [(item["title"], *row, item["reason"]) for item in closing.open_items for row in item["rows"]]
    audit.record(
        "campaign.export_closing",
        actor=request.user,
        obj=campaign,
        summary=f"导出{campaign}办结遗留名单 {len(rows)} 行",
    )
    columns = (("遗留事项", 26), ("所在环节", 30), ("人员", 16), ("情况", 40), ("办结时写明的原因", 40))
    return xlsx_response(filename=f"{campaign}办结遗留名单.xlsx", columns=columns, rows=rows)
