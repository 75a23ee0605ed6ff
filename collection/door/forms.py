from typing import Any

from django import forms

from config import clock


class ReturnForm(forms.Form):
    """The money went back to who paid it."""

    returned_on = forms.DateField(label="退还日期", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(
        label="退给谁、怎样核实的", max_length=200, help_text="例如：退给李春生本人，10月25日电话核实。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["returned_on"].initial = clock.today()


class CutOffForm(forms.Form):
    """A phone is lost, or no longer used."""

    reason = forms.CharField(label="停用原因", max_length=120, help_text="例如：手机丢失；换了新手机。")
