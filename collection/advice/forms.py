from typing import Any

from django import forms

from collection.advice.models import CoverAdvice
from core.files.fields import PhotoField

Signer = CoverAdvice.Signer


class AdviceForm(forms.Form):
    """Who was told and signed."""

    signer = forms.ChoiceField(label="签字人", choices=Signer.choices)
    signed_by = forms.CharField(
        label="签字人姓名", max_length=60, required=False, help_text="本人签字的不用填；儿童由监护人签字。"
    )
    paper = PhotoField(label="签字后的告知书照片", required=False)

    def clean(self) -> dict[str, Any]:
        entries = super().clean() or {}
        if entries.get("signer") != Signer.SELF and not entries.get("signed_by"):
            self.add_error("signed_by", "不是本人签字的，请填写签字人姓名。")
        return entries
