from django import forms

from core.accounts.models import User
from core.regions.models import Region


class ReminderForm(forms.Form):
    region = forms.ModelChoiceField(Region.objects.none(), label="催缴范围", empty_label=None)

    def __init__(self, *args: object, user: User, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        level = Region.Level.TOWNSHIP if len(user.scope_prefix) == 6 else Region.Level.VILLAGE
        below = Region.objects.for_user(user).filter(level=level, replaced_by=None)
        own = Region.objects.for_user(user).filter(pk=user.scope_prefix)
        self.fields["region"].queryset = (own | below).order_by("pk")  # type: ignore[attr-defined]


class SeenForm(forms.Form):
    """The number of messages on the page that somebody agrees to."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
