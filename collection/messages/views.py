"""催缴短信: preparing, looking at and letting go."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from collection.messages import selectors, services
from collection.messages.forms import ReminderForm, SeenForm
from collection.messages.models import ReminderBatch
from config import clock
from core.access import masks
from core.access.roles import AT_THE_COUNTER, Role, roles
from core.accounts.requests import SignedIn
from core.messages.models import OutboxMessage
from core.messages.selectors import spent_since
from core.pages.form_steps import flash_form_errors, form_status, run_form, run_step, submit_form
from core.pages.forms import ReasonForm
from subsidies.campaigns.selectors import campaign_or_404

SAMPLES = 10


@roles(*AT_THE_COUNTER)
def reminder_list(request: SignedIn) -> HttpResponse:
    """The batches, a form for a new one, and what the month's messages cost."""
    campaign = campaign_or_404(request.user)
    form = ReminderForm(request.POST or None, user=request.user)
    made: list[ReminderBatch] = []
    if request.method == "POST" and run_form(
        form,
        lambda: made.append(
            services.prepare_reminders(campaign=campaign, region=form.cleaned_data["region"], actor=request.user)
        ),
    ):
        return redirect("reminder_batch", made[0].pk)
    rows = ReminderBatch.objects.for_user(request.user).filter(campaign=campaign)
    page = Paginator(rows.select_related("region", "requested_by", "campaign"), 50).get_page(request.GET.get("page"))
    month = timezone.localtime(clock.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    facts = {"title": "催缴短信", "form": form, "page": page, "campaign": campaign}
    facts["spent"] = spent_since(request.user, month)
    return render(request, "collection/messages/reminder_list.html", facts, status=form_status(form))


@roles(*AT_THE_COUNTER)
def reminder_batch(request: SignedIn, pk: int) -> HttpResponse:
    """What will go, to how many, for how much, with the first texts; afterwards what became of it."""
    batch = get_object_or_404(_batches(request), pk=pk)
    first = OutboxMessage.objects.for_user(request.user).filter(batch=batch.batch).order_by("pk")[:SAMPLES]
    facts = {
        "title": str(batch),
        "batch": batch,
        "samples": [(row, masks.mask_phone(row.to_phone)) for row in first],
        "outcomes": selectors.outcomes(batch),
        "why_not": services.why_not_approve(batch, request.user),
        "form": SeenForm(initial={"seen": batch.households}),
        "reason_form": ReasonForm(),
        "may_withdraw": request.user.role == Role.COUNTY or batch.requested_by_id == request.user.pk,
    }
    return render(request, "collection/messages/reminder_batch.html", facts)


@roles(Role.COUNTY)
@require_POST
def reminder_approve(request: SignedIn, pk: int) -> HttpResponse:
    batch, form = get_object_or_404(_batches(request), pk=pk), SeenForm(request.POST)
    if not flash_form_errors(request, form):
        return redirect("reminder_batch", pk)
    run_step(
        request,
        lambda: services.approve_reminders(batch=batch, actor=request.user, **form.cleaned_data),
        "已核准，将在 8:00—20:00 陆续发送，每条发送前再核对一次。",
    )
    return redirect("reminder_batch", pk)


@roles(*AT_THE_COUNTER)
@require_POST
def reminder_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    batch, form = get_object_or_404(_batches(request), pk=pk), ReasonForm(request.POST)
    submit_form(request, form, services.withdraw_reminders, "已取消，没有发出的不再发送。", batch=batch)
    return redirect("reminder_batch", pk)


def _batches(request: SignedIn) -> QuerySet[ReminderBatch]:
    rows = ReminderBatch.objects.for_user(request.user)
    return rows.select_related("region", "requested_by", "decided_by", "campaign", "job")
