"""集体资助: promises, what came in, and for whom it was spent."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.gifts import selectors
from collection.gifts import services as gifts
from collection.gifts.forms import ArrivalForm, GiftForm, HallForm, PeopleForm, ReturnForm
from collection.gifts.models import Gift, GiftShare
from collection.gifts.spending import pay_at_hall, spend_gift
from config import clock
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import form_status, run_form, run_step, submit_form, try_step
from core.pages.forms import ReasonForm
from core.regions.names import called
from subsidies.campaigns.selectors import campaign_or_404

RECORDS = (Role.TOWNSHIP, Role.COUNTY)
SEES = (*RECORDS, Role.VILLAGE, Role.TAX)
#: The steps on a gift's page that have a form: (form, service, what is said when it is done).
STEPS: dict[str, tuple[type[Form], Callable[..., object] | None, str]] = {
    "people": (PeopleForm, None, ""),
    "arrival": (ArrivalForm, gifts.record_arrival, "已登记到账。钱已记入乡镇账户，请点“用于缴费”。"),
    "hall": (HallForm, pay_at_hall, "已记办税厅缴纳，名单内的人已入库。"),
    "giveback": (ReturnForm, gifts.return_money, "已登记退还资助人。"),
}


@roles(*SEES)
def gift_list(request: SignedIn) -> HttpResponse:
    campaign = campaign_or_404(request.user)
    rows = selectors.gifts_of(user=request.user, campaign=campaign)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    money = selectors.standings(page.object_list)
    facts = {
        "title": "集体资助",
        "campaign": campaign,
        "page": page,
        "lines": [(gift, money[gift.pk]) for gift in page],
        "today": clock.today(),
        "records": request.user.role in RECORDS and campaign.is_open,
    }
    return render(request, "collection/gifts/gift_list.html", facts)


@roles(*RECORDS)
def gift_create(request: SignedIn) -> HttpResponse:
    campaign = campaign_or_404(request.user)
    form = GiftForm(request.POST or None, request.FILES or None, user=request.user)
    made: list[Gift] = []
    if request.method == "POST" and run_form(
        form,
        lambda: made.append(gifts.register_gift(campaign=campaign, actor=request.user, **form.cleaned_data)),
    ):
        messages.success(request, "已登记。承诺不等于缴费：收到银行回单后登记到账，再用于缴费。")
        return redirect("gift", made[0].pk)
    facts = {"title": "登记集体资助", "form": form, "campaign": campaign}
    return render(request, "collection/gifts/gift_create.html", facts, status=form_status(form))


@roles(*SEES)
def gift_detail(request: SignedIn, pk: int) -> HttpResponse:
    """The gift with its money and people; each step is a form of its own on this page."""
    rows = Gift.objects.for_user(request.user)
    gift = get_object_or_404(rows.select_related("village__parent", "campaign", "paper", "recorded_by"), pk=pk)
    may = request.user.role in RECORDS and gift.campaign.is_open and not gift.cancelled_at
    sent = request.POST.get("step", "") if may else ""
    forms = {
        name: form(request.POST or None, request.FILES or None, prefix=name) if name == sent else form(prefix=name)
        for name, (form, _, _) in STEPS.items()
    }
    if sent in forms and request.method == "POST":
        if sent == "people":
            done = run_form(forms[sent], lambda: _list_people(request, gift, forms[sent].cleaned_data["text"]))
        else:
            _, service, says = STEPS[sent]
            assert service is not None  # noqa: S101 - only the list of people has a step of its own
            done = run_form(
                forms[sent],
                lambda: service(gift=gift, actor=request.user, **forms[sent].cleaned_data),
            )
            if done:
                messages.success(request, says)
        if done:
            return redirect("gift", pk)
    shares = gift.shares.exclude(state=GiftShare.State.RELEASED, amount=0).select_related("resident", "contribution")
    facts = {
        "title": f"{gift.donor}资助{called(gift.village.name)}",
        "gift": gift,
        "standing": selectors.standings([gift])[gift.pk],
        "entries": gift.money.select_related("recorded_by", "photo"),
        "hall_payments": gift.hall_payments.select_related("recorded_by"),
        "page": Paginator(shares.order_by("resident__household__number", "resident_id"), 50).get_page(
            request.GET.get("page")
        ),
        "counts": [
            (label, count)
            for state, label in GiftShare.State.choices
            if (count := selectors.share_counts(gift).get(state))
        ],
        "late": gift.pay_by < clock.today(),
        "may": may,
        "forms": forms,
        "reason_form": ReasonForm(),
    }
    return render(request, "collection/gifts/gift_detail.html", facts, status=form_status(*forms.values()))


def _list_people(request: SignedIn, gift: Gift, text: str) -> None:
    added, wrong = gifts.list_people(gift=gift, text=text, actor=request.user)
    messages.success(request, f"名单新增 {added} 人。")
    for says in wrong[:20]:
        messages.warning(request, says)
    if len(wrong) > 20:
        messages.warning(request, f"另有 {len(wrong) - 20} 行没有列入。")


@roles(*RECORDS)
@require_POST
def gift_spend(request: SignedIn, pk: int) -> HttpResponse:
    gift = get_object_or_404(Gift.objects.for_user(request.user), pk=pk)

    def spend() -> None:
        done = spend_gift(gift=gift, actor=request.user)
        whole = sum(portion.whole for portion in done.portions)
        part = len(done.portions) - whole
        if done.portions:
            messages.success(request, f"全额缴费 {whole} 人，部分资助 {part} 人（其余由本人缴清）。")
        if done.short:
            messages.warning(request, f"钱不够：还差 {done.short:,.2f} 元，其余的人没有资助。到账后再点一次。")
        elif done.left:
            messages.info(request, f"资助款余 {done.left:,.2f} 元，没有人需要。可以退还资助人。")

    try_step(request, spend)
    return redirect("gift", pk)


@roles(*RECORDS)
@require_POST
def gift_cancel(request: SignedIn, pk: int) -> HttpResponse:
    gift = get_object_or_404(Gift.objects.for_user(request.user), pk=pk)
    form = ReasonForm(request.POST)
    submit_form(request, form, gifts.cancel_gift, "已撤销。名单内没有缴费的人恢复全额应缴。", gift=gift)
    return redirect("gift", pk)


@roles(*RECORDS)
@require_POST
def gift_share_remove(request: SignedIn, pk: int) -> HttpResponse:
    shares = GiftShare.objects.for_user(request.user).select_related("gift__campaign", "gift__village")
    share = get_object_or_404(shares, pk=pk)
    run_step(request, lambda: gifts.unlist_person(share=share, actor=request.user), "已移出名单。")
    return redirect("gift", share.gift_id)
