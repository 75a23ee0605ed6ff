"""短信: how an office words them, what was sent to whom, and who wants none."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.access import masks
from core.access.roles import AT_THE_COUNTER, Role, roles
from core.access.search_tokens import typed
from core.accounts.requests import SignedIn
from core.messages import opt_outs, services, templates
from core.messages.forms import LogForm, OptOutForm, PriceForm, TemplateForm
from core.messages.models import OptOut
from core.messages.selectors import kind_labels, messages_to_people
from core.messages.texts import check_template, cost, is_mobile
from core.pages.form_steps import form_status, run_form, run_step


@roles(Role.COUNTY)
def message_templates(request: SignedIn) -> HttpResponse:
    """Every kind as the county words it, and what a part costs."""
    county = request.user.scope_prefix[:6]
    price = templates.price_of(county)
    form = PriceForm(request.POST or None, initial={"price": price})
    if request.method == "POST" and run_form(
        form, lambda: templates.set_price(county=county, actor=request.user, **form.cleaned_data)
    ):
        return redirect("message_templates")
    facts = {
        "title": "短信模板",
        "form": form,
        "wordings": [(one, cost(one.parts, price)) for one in templates.wordings(county)],
    }
    return render(request, "core/messages/message_templates.html", facts, status=form_status(form))


@roles(Role.COUNTY)
def message_template(request: SignedIn, kind: str) -> HttpResponse:
    """Editing one kind; the preview shows it with invented values before it is kept."""
    county = request.user.scope_prefix[:6]
    try:
        wording = templates.wording_of(county, kind)
    except KeyError:
        raise Http404 from None
    form = TemplateForm(request.POST or None, initial={"text": wording.text, "is_on": wording.is_on})
    if wording.kind.by_batch:
        del form.fields["is_on"]
    shown = wording
    if request.method == "POST" and form.is_valid():
        facts = {"county": county, "key": kind, "actor": request.user, "is_on": wording.is_on, **form.cleaned_data}
        if "preview" in request.POST:
            shown = _preview(form, wording)
        elif run_form(form, lambda: templates.save_template(**facts)):
            return redirect("message_templates")
    page = {"title": wording.kind.label, "form": form, "wording": wording, "shown": shown}
    return render(request, "core/messages/message_template.html", page, status=form_status(form))


def _preview(form: TemplateForm, wording: templates.Wording) -> templates.Wording:
    """What was typed, as it would be sent; what is wrong with it becomes the field's error."""
    checked: list[str] = []
    run_form(
        form,
        lambda: checked.append(check_template(form.cleaned_data["text"], wording.kind.samples)),
    )
    return templates.Wording(wording.kind, checked[0], wording.is_on) if checked else wording


@roles(*AT_THE_COUNTER)
def message_log(request: SignedIn) -> HttpResponse:
    """What was sent to people, to whom, what became of it."""
    form = LogForm(typed(request) or None)
    rows = messages_to_people(request.user)
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data["q"].strip()
        if asked:
            rows = rows.filter(to_phone=asked) if is_mobile(asked) else rows.filter(to_name=asked)
        if form.cleaned_data["state"]:
            rows = rows.filter(state=form.cleaned_data["state"])
    page, labels = Paginator(rows, 50).get_page(request.GET.get("page")), kind_labels()
    listed = [(row, labels[row.kind], masks.mask_phone(row.to_phone)) for row in page]
    facts = {"title": "短信发送记录", "form": form, "page": page, "listed": listed}
    return render(request, "core/messages/message_log.html", facts, status=form_status(form))


@roles(*AT_THE_COUNTER)
@require_POST
def message_again(request: SignedIn, pk: int) -> HttpResponse:
    message = get_object_or_404(messages_to_people(request.user), pk=pk)
    run_step(
        request,
        lambda: services.send_again(message=message, actor=request.user),
        "已放回待发送，届时先核对本人是否已缴费。",
    )
    return redirect("message_log")


@roles(*AT_THE_COUNTER)
def opt_out_list(request: SignedIn) -> HttpResponse:
    """Telephones that want no messages."""
    form = OptOutForm(request.POST or None)
    if request.method == "POST" and run_form(form, lambda: opt_outs.opt_out(actor=request.user, **form.cleaned_data)):
        return redirect("opt_out_list")
    rows = OptOut.objects.for_user(request.user).select_related("recorded_by")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    facts = {
        "title": "不接收短信",
        "form": form,
        "page": page,
        "listed": [(row, masks.mask_phone(row.phone)) for row in page],
    }
    return render(request, "core/messages/opt_out_list.html", facts, status=form_status(form))


@roles(*AT_THE_COUNTER)
@require_POST
def opt_out_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(OptOut.objects.for_user(request.user), pk=pk)
    run_step(request, lambda: opt_outs.opt_in(found=found, actor=request.user), "已恢复接收短信。")
    return redirect("opt_out_list")
