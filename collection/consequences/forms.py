from django import forms


class DecisionForm(forms.Form):
    """What the bureau decides: `grants` is asked where a refund is to be granted or not."""

    grants = forms.TypedChoiceField(
        label="决定",
        choices=[("1", "退费"), ("0", "不退费")],
        coerce=lambda value: value == "1",
        required=False,
        empty_value=None,
    )
    document = forms.CharField(label="决定依据的文件", max_length=120, required=False)
    note = forms.CharField(label="说明", max_length=200, required=False)
