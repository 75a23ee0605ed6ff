from collections.abc import Mapping, Sequence
from typing import Any, Self, cast

from django import forms

from reporting.rankings.drafts import LONGEST, MOST_PARAGRAPHS


class EditForm(forms.Form):
    """The bulletin's text, a paragraph a line, and whom it names."""

    paragraphs = forms.CharField(
        label="正文（一段一行）", max_length=MOST_PARAGRAPHS * LONGEST, widget=forms.Textarea(attrs={"rows": 8})
    )
    praised = forms.MultipleChoiceField(label="通报表扬", required=False, widget=forms.CheckboxSelectMultiple)
    criticised = forms.MultipleChoiceField(label="通报批评", required=False, widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label="修改的原因", max_length=200)

    def __init__(self, *args: Any, townships: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("praised", "criticised"):
            cast(forms.MultipleChoiceField, self.fields[name]).choices = [
                (township, township) for township in townships
            ]

    @classmethod
    def of(cls, bulletin: Mapping[str, Any], townships: Sequence[str]) -> Self:
        """The form with what the bulletin says now."""
        initial = {name: bulletin[name] for name in ("praised", "criticised")}
        return cls(initial={**initial, "paragraphs": "\n".join(bulletin["paragraphs"])}, townships=townships)

    def clean_paragraphs(self) -> list[str]:
        return [line for line in self.cleaned_data["paragraphs"].splitlines() if line.strip()]
