from django import forms

from collection.entitlements.models import NotInsured
from core.files.fields import UploadField


class ReasonForm(forms.Form):
    """Why somebody is not insured yet."""

    reason = forms.ChoiceField(label="未参保原因", choices=[("", "请选择"), *NotInsured.Reason.choices])
    note = forms.CharField(label="说明", max_length=200, required=False)
    look_again_on = forms.DateField(
        label="下次核查日期",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="到这一天，这个人会再出现在待办里。",
    )
    file = UploadField(label="证明材料", required=False, help_text="例如职工医保证明、入伍通知书、本人声明的照片。")


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
    note = forms.CharField(label="怎么处理的", max_length=200, required=False)
