"""应缴核算: the quote of a person picked from the register or typed in, printable for the counter."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from config import clock
from core.access import masks
from core.access.roles import Role, roles
from core.access.search_tokens import typed
from core.accounts.requests import SignedIn
from residents.people.models import Resident
from residents.people.search import find_residents
from subsidies.campaigns.selectors import current
from subsidies.quotes.awards import Award, large_illness
from subsidies.quotes.forms import PickForm, QuoteForm
from subsidies.quotes.quote import Quote, QuoteError, quote
from subsidies.quotes.selectors import awards_of, quote_residents, recognised_identities

COUNTERS = (Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE, Role.TAX)
MOST = 20


class PaymentDayForm(forms.Form):
    paid_on = forms.DateField(label="缴费日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


@roles(*COUNTERS)
def quote_page(request: SignedIn) -> HttpResponse:
    """Typed by hand, or the beginning of a search; nothing is kept."""
    campaign = current(request.user)
    facts: dict[str, Any] = {"title": "应缴核算", "campaign": campaign, "pick_form": PickForm(typed(request) or None)}
    if campaign is None:
        return render(request, "subsidies/quotes/quote.html", facts)
    is_typed = "birth_date" in request.GET
    form = QuoteForm(request.GET if is_typed else None, policy=campaign.policy, initial={"paid_on": clock.today()})
    if text := typed(request).get("q", "").strip():
        rows = find_residents(Resident.objects.for_user(request.user), text).select_related("village")
        facts["found"] = [(one, masks.mask(one.id_number)) for one in rows.order_by("village_id", "pk")[:MOST]]
        facts["searched"] = text
    if is_typed and form.is_valid():
        asked = {key: form.cleaned_data[key] for key in ("birth_date", "paid_on", "identities", "insured_years")}
        try:
            answer: Quote | QuoteError = quote(
                campaign.policy,
                repaid_years=form.cleaned_data["repaid_years"] or 0,
                parent_insured=form.cleaned_data["parent_insured"] or None,
                **asked,
            )
        except QuoteError as error:
            answer = error
        years = asked["insured_years"]
        facts |= _answer(answer, large_illness(campaign.policy, insured_years=years) if years else None)
        facts["asked"] = asked
    return render(request, "subsidies/quotes/quote.html", {**facts, "form": form, "policy": campaign.policy})


@roles(*COUNTERS)
def quote_resident(request: SignedIn, pk: int) -> HttpResponse:
    """The quote of somebody on the register, on any day."""
    resident = get_object_or_404(Resident.objects.for_user(request.user).select_related("village"), pk=pk)
    campaign = current(request.user)
    form = PaymentDayForm(request.GET if "paid_on" in request.GET else {"paid_on": clock.today()})
    day = form.cleaned_data["paid_on"] if form.is_valid() else clock.today()
    facts = {
        "title": "应缴核算",
        "campaign": campaign,
        "resident": resident,
        "number": masks.mask(resident.id_number),
        "day_form": form,
        "paid_on": day,
        "marks": recognised_identities([pk], on=day)[pk],
        "may_mark": request.user.role == Role.COUNTY,
    }
    if campaign:
        answer = quote_residents(campaign=campaign, residents=[resident], paid_on=day)[pk]
        facts |= _answer(answer, awards_of(campaign=campaign, resident_ids=[pk]).get(pk))
        facts["policy"] = campaign.policy
    return render(request, "subsidies/quotes/quote_resident.html", facts)


def _answer(answer: Quote | QuoteError, award: Award | None) -> dict[str, Any]:
    """What the page shows; the large-illness incentives only where the insured years are known."""
    return {"refusal": answer} if isinstance(answer, QuoteError) else {"quote": answer, "award": award}
