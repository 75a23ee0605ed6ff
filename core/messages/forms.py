from django import forms

from core.messages.models import OutboxMessage
from core.messages.texts import LONGEST_TEMPLATE


class TemplateForm(forms.Form):
    text = forms.CharField(
        label="短信内容",
        max_length=LONGEST_TEMPLATE,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请填写短信内容。"},
    )
    is_on = forms.BooleanField(label="启用：发生时自动向本人发送", required=False)


class PriceForm(forms.Form):
    price = forms.DecimalField(label="短信单价（元/条）", max_digits=6, decimal_places=3, min_value=0)


class OptOutForm(forms.Form):
    phone = forms.CharField(label="手机号码", max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    reason = forms.CharField(label="来源", max_length=120, help_text="例如：回复退订、到窗口声明、电话要求。")


class LogForm(forms.Form):
    q = forms.CharField(label="手机号码或姓名", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *OutboxMessage.State.choices])
