"""What the pages of every step share: asking a service and telling what came of it."""

from django.contrib import messages

from collection.contributions.services import ContributionRefused
from collection.money.services import MoneyRefused
from collection.money.steps import StepRefused
from core.files.photos import PhotoRefused

REFUSALS = (StepRefused, MoneyRefused, ContributionRefused, PhotoRefused)


def taken(request, step, done: str) -> bool:
    """Takes the step; says `done`, or why it was refused. True if it was taken."""
    if not tried(request, step):
        return False
    messages.success(request, done)
    return True


def tried(request, step) -> bool:
    """As `taken`, for a step that is answered with something else than a sentence."""
    try:
        step()
    except REFUSALS as refused:
        messages.error(request, str(refused))
        return False
    return True


def filled(request, form) -> bool:
    """Whether the form can be used; its errors become messages, for forms that stand on another page."""
    if form.is_valid():
        return True
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, error)
    return False
