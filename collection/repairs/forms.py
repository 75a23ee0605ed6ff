from typing import Any

from django import forms

from core.pages.forms import offer_choices


class RepairForm(forms.Form):
    """Years of a gap that were paid back at the tax bureau."""

    years = forms.TypedMultipleChoiceField(
        label="补缴的年度", coerce=int, widget=forms.CheckboxSelectMultiple, help_text="每年按本年度个人缴费标准。"
    )
    ticket_no = forms.CharField(label="税票号", max_length=40)
    paid_on = forms.DateField(label="缴费日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "years", [(str(year), f"{year}年") for year in years])
