"""征缴办结: what is still open, by name, and the county's closing."""

from django.shortcuts import redirect, render

from collection.models import CampaignClosing
from collection.refund_forms import ClosingForm
from collection.services import close
from collection.views.regions import campaign_or_404
from collection.views.steps import taken
from residents.access import roles
from residents.models import Role


@roles(Role.COUNTY)
def campaign_close(request):
    campaign = campaign_or_404(request.user)
    if closing := CampaignClosing.objects.for_user(request.user).filter(campaign=campaign).first():
        return render(
            request, "collection/closing.html",
            {"title": f"{campaign}办结报告", "closing": closing, "campaign": campaign},
        )
    items = close.open_items(campaign=campaign)
    form = ClosingForm(request.POST or None, items=items)
    if request.method == "POST" and form.is_valid() and taken(
        request,
        lambda: close.close_campaign(campaign=campaign, reasons=form.reasons, seen=form.seen, actor=request.user),
        f"{campaign}已办结并冻结。",
    ):
        return redirect("campaign_close")
    return render(
        request, "collection/campaign_close.html",
        {"title": "征缴办结", "campaign": campaign, "items": items, "form": form,
         "blocked": [item.title for item in items if item.must]},
        status=400 if form.errors else 200,
    )
