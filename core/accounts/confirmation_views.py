from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from core.access.roles import Role, roles
from core.accounts.confirmations import change_lines, decide_changes
from core.accounts.models import AccountChange
from core.accounts.requests import SignedIn
from core.pages.form_steps import flash_form_errors, try_step
from core.pages.forms import offer_rows


class DecisionForm(forms.Form):
    change = forms.ModelMultipleChoiceField(AccountChange.objects.none(), label="账号变更")
    decision = forms.ChoiceField(label="意见", choices=[("confirm", "确认"), ("refuse", "不同意")])
    reason = forms.CharField(label="不同意的原因", max_length=200, required=False)


@roles(Role.SYSTEM, Role.SECURITY)
def change_list(request: SignedIn) -> HttpResponse:
    """Requests for offices' accounts: what waits first, then what was decided."""
    changes = AccountChange.objects.for_user(request.user).select_related("user__region", "requested_by", "decided_by")
    waiting = changes.filter(state=AccountChange.State.WAITING).order_by("pk")[:500]
    decided = changes.exclude(state=AccountChange.State.WAITING).order_by("-pk")
    facts = {
        "title": "账号变更确认",
        "waiting": [(change, change_lines(change)) for change in waiting],
        "page": Paginator(decided, 50).get_page(request.GET.get("page")),
        "may_decide": request.user.role == Role.SECURITY,
    }
    return render(request, "core/accounts/change_list.html", facts)


@roles(Role.SECURITY)
@require_POST
def change_decide(request: SignedIn) -> HttpResponse:
    form = DecisionForm(request.POST)
    offer_rows(form, "change", AccountChange.objects.for_user(request.user))
    decided: list[int] = []
    if flash_form_errors(request, form) and try_step(
        request,
        lambda: decided.append(
            decide_changes(
                pks=[change.pk for change in form.cleaned_data["change"]],
                accept=form.cleaned_data["decision"] == "confirm",
                reason=form.cleaned_data["reason"],
                actor=request.user,
            )
        ),
    ):
        messages.success(request, f"已办理 {decided[0]} 项账号变更，并已通知本人。")
    return redirect("account_changes")
