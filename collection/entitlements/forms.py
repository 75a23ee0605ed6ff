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
    note = forms.CharField(label="怎么处理的", max_length=200)
