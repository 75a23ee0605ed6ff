"""零星参保 at the window, and 待遇告知: found by number, told, printed, signed, kept."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from collection.advice.forms import AdviceForm
from collection.advice.models import CoverAdvice
from collection.advice.selectors import cover_sheet, told, untold
from collection.advice.services import record_advice
from config import clock
from core.access import masks
from core.access.roles import AT_THE_COUNTER, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import form_status, run_form
from residents.people import id_numbers
from residents.people.models import Resident
from subsidies.campaigns.selectors import campaign_or_404
from subsidies.quotes.quote import QuoteError


@roles(*AT_THE_COUNTER)
def advice_list(request: SignedIn) -> HttpResponse:
    """Who was told, who is still to be told; a number that somebody brings leads to the sheet.

    The number comes by POST, so that it stands in no address, history or log.
    """
    campaign = campaign_or_404(request.user)
    number = id_numbers.normalise(request.POST.get("number", ""))
    if number:
        person = Resident.objects.for_user(request.user).filter(id_number=number).first()
        if person:
            return redirect("advice_sheet", person.pk)
        messages.error(request, "本辖区没有登记这个号码，请核对；没有登记过的先办理参保登记。")
    waiting = untold(user=request.user, campaign=campaign)
    facts = {
        "title": "零星参保与待遇告知",
        "campaign": campaign,
        "untold": waiting[:50],
        "untold_count": waiting.count(),
        "page": Paginator(told(user=request.user, campaign=campaign), 50).get_page(request.GET.get("page")),
        "after_period": clock.today() > campaign.policy.period.end,
    }
    return render(request, "collection/advice/advice_list.html", facts)


@roles(*AT_THE_COUNTER)
def advice_sheet(request: SignedIn, pk: int) -> HttpResponse:
    """The sheet to be printed and signed; sent, it is kept that it was told."""
    rows = Resident.objects.for_user(request.user).select_related("village__parent", "household")
    resident, campaign = get_object_or_404(rows, pk=pk), campaign_or_404(request.user)
    form = AdviceForm(request.POST or None, request.FILES or None)
    step = lambda: record_advice(  # noqa: E731
        campaign=campaign, resident=resident, actor=request.user, **form.cleaned_data
    )
    if request.method == "POST" and run_form(form, step):
        messages.success(request, f"已记下 {resident.name} 的待遇告知。")
        return redirect("advice_sheet", pk)
    sheet = cover_sheet(campaign, resident)
    refusal = sheet if isinstance(sheet, QuoteError) else None
    earlier = CoverAdvice.objects.filter(campaign=campaign, resident=resident)
    facts = {
        "title": "待遇告知书",
        "campaign": campaign,
        "resident": resident,
        "number": masks.mask(resident.id_number),
        "sheet": None if refusal else sheet,
        "refusal": refusal,
        "form": form,
        "may_tell": campaign.is_open and not refusal and resident.status == Resident.Status.ACTIVE,
        "earlier": earlier.select_related("told_by", "paper"),
    }
    return render(request, "collection/advice/advice_sheet.html", facts, status=form_status(form))
