from django import forms


class CaseForm(forms.Form):
    """`grants` with a document decides about the difference; a note alone says what was done."""

    grants = forms.TypedChoiceField(
        label="差额",
        choices=[("", "—"), ("1", "退差额"), ("0", "不退差额")],
        coerce=lambda value: value == "1",
        empty_value=None,
        required=False,
    )
    document = forms.CharField(label="决定依据的文件", max_length=120, required=False)
    note = forms.CharField(label="处理情况", max_length=200, required=False)
