from typing import Any

from django import forms


class RepairForm(forms.Form):
    """Years of a gap that were paid back at the tax bureau."""

    years = forms.TypedMultipleChoiceField(
        label="补缴的年度", coerce=int, widget=forms.CheckboxSelectMultiple, help_text="每年按本年度个人缴费标准。"
    )
    ticket_no = forms.CharField(label="税票号", max_length=40)
    paid_on = forms.DateField(label="缴费日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["years"]
        assert isinstance(field, forms.TypedMultipleChoiceField)  # noqa: S101 - declared above
        field.choices = [(str(year), f"{year}年") for year in years]
