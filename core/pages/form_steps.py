"""Running a service from a page: what it refuses is said to the person, and nothing else is caught."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from core.refusals import Refused


def run_step(request: HttpRequest, step: Callable[[], object], done: str) -> bool:
    """Run the service and say `done`, or say why it was refused. Return whether it ran."""
    if not try_step(request, step):
        return False
    messages.success(request, done)
    return True


def try_step(request: HttpRequest, step: Callable[[], object]) -> bool:
    """As `run_step`, for a step that is answered with something else than a sentence."""
    try:
        step()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return False
    return True


def run_form(form: forms.BaseForm, step: Callable[[], object]) -> bool:
    """Run the service if the form is valid; a refusal becomes an error of the field it names. Return whether it ran."""
    if not form.is_valid():
        return False
    try:
        step()
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


def form_status(*sent: forms.BaseForm) -> int:
    """The status of a page with these forms: 400 if what was sent cannot be taken, else 200."""
    return 400 if any(form.is_bound and form.errors for form in sent) else 200


def flash_form_errors(request: HttpRequest, form: forms.BaseForm) -> bool:
    """Whether the form is valid; its errors become messages, for forms that stand on another page."""
    if form.is_valid():
        return True
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
    return False


def submit_form(
    request: HttpRequest, form: forms.Form, service: Callable[..., object], done: str, **facts: object
) -> bool:
    """Run a service with what a form on another page says, by whoever sent it. Return whether it ran.

    The form's fields and `facts` are the service's arguments. Errors, a refusal or `done` become messages.
    """
    return flash_form_errors(request, form) and run_step(
        request, lambda: service(actor=request.user, **facts, **form.cleaned_data), done
    )
