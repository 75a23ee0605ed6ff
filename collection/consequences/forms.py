from django import forms

from collection.consequences.selectors import Alike


class DecisionForm(forms.Form):
    """What the bureau decides: `grants` is asked where a refund is to be granted or not."""

    grants = forms.TypedChoiceField(
        label="决定",
        choices=[("1", "退费"), ("0", "不退费")],
        coerce=lambda value: value == "1",
        required=False,
        empty_value=None,
    )
    keeps = forms.BooleanField(label="维持原缴费", required=False)
    document = forms.CharField(label="决定依据的文件", max_length=120, required=False)
    note = forms.CharField(label="说明", max_length=200, required=False)


class AlikeForm(forms.Form):
    """All who changed in the same way, as the officer saw them."""

    fact = forms.CharField(max_length=40)
    before = forms.CharField(max_length=300)
    after = forms.CharField(max_length=300)
    people = forms.IntegerField(min_value=1)
    note = forms.CharField(label="说明", max_length=200)
    keeps = forms.BooleanField(label="维持原缴费", required=False)

    def alike(self) -> Alike:
        return Alike(*(self.cleaned_data[name] for name in Alike._fields))
