"""征缴办结: what is still open, by name, and the county's closing."""

from decimal import Decimal

from django.shortcuts import redirect, render

from collection.closing import services as close
from collection.closing.forms import ClosingForm
from collection.closing.models import CampaignClosing
from core.access.roles import Role, roles
from core.audit import services as audit
from core.pages.form_steps import run_step
from core.tables.writer import xlsx_response
from subsidies.campaigns.selectors import campaign_or_404


@roles(Role.COUNTY)
def campaign_close(request):
    campaign = campaign_or_404(request.user)
    if closing := CampaignClosing.objects.for_user(request.user).filter(campaign=campaign).first():
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
            lambda: close.close_campaign(campaign=campaign, reasons=form.reasons, seen=form.seen, actor=request.user),
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
            "blocked": [item.title for item in items if item.must],
        },
        status=400 if form.errors else 200,
    )


def _export(request, campaign, closing):
    """Everybody whom the report names: the page shows the first of each kind only."""
    rows = [(item["title"], *row, item["reason"]) for item in closing.open_items for row in item["rows"]]
    audit.record(
        "campaign.export_closing",
        actor=request.user,
        obj=campaign,
        summary=f"导出{campaign}办结遗留名单 {len(rows)} 行",
    )
    columns = (("遗留事项", 26), ("在哪里", 30), ("是谁", 16), ("情况", 40), ("办结时写明的原因", 40))
    return xlsx_response(filename=f"{campaign}办结遗留名单.xlsx", columns=columns, rows=rows)
