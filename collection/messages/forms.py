from typing import Any

from django import forms

from core.accounts.models import User
from core.pages.forms import offer_rows
from core.regions.models import Region


class ReminderForm(forms.Form):
    region = forms.ModelChoiceField(Region.objects.none(), label="催缴范围", empty_label=None)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        level = Region.Level.TOWNSHIP if len(user.scope_prefix) == 6 else Region.Level.VILLAGE
        below = Region.objects.for_user(user).filter(level=level, replaced_by=None)
        own = Region.objects.for_user(user).filter(pk=user.scope_prefix)
        offer_rows(self, "region", (own | below).order_by("pk"))


class SeenForm(forms.Form):
    """The number of messages on the page that somebody agrees to."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
