"""Forms for refunds, public notices and the closing. They check the shape; services decide."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from collection.refunds.models import Refund
from collection.refunds.rules import STATUS_OF
from core.files.fields import PAPERS, FilesField, UploadField, as_paper
from core.pages.forms import DayInput, MoneyInput, offer_choices


class RefundForm(forms.Form):
    reason = forms.ChoiceField(label="退费原因", widget=forms.RadioSelect)
    happened_on = forms.DateField(
        label="发生日期",
        required=False,
        widget=DayInput(),
        help_text="死亡、入伍、服刑、参加职工医保、异地参保的日期，照证明填写；重复缴费和差额不用填。",
    )
    amount = forms.DecimalField(
        label="退费金额（元）",
        required=False,
        min_value=Decimal("0.01"),
        max_digits=10,
        decimal_places=2,
        widget=MoneyInput(),
        help_text="不填就是退全部。只有身份变更差额可以只退一部分。",
    )
    evidence = FilesField(
        label="证明材料",
        required=False,
        each=as_paper,
        accept=PAPERS,
        help_text="照片或 PDF，可以一次选几个。没有材料的可以先登记，初审以前补齐。",
    )
    payee = forms.CharField(label="收款人", max_length=60)
    payee_account = forms.CharField(label="收款账号", max_length=40, widget=forms.TextInput(attrs={"class": "id"}))
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, reasons: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        offer_choices(self, "reason", reasons)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("reason") in STATUS_OF and self.cleaned_data.get("happened_on", "") is None:
            self.add_error("happened_on", "请照证明填写日期，复核通过后居民的状态从这一天起登记。")
        return self.cleaned_data

    def clean_payee_account(self) -> str:
        account: str = self.cleaned_data["payee_account"].replace(" ", "")
        if not account.isascii() or not account.isalnum():
            raise ValidationError("账号只填数字，请照银行卡或存折填写。")
        return account


class PayeeForm(forms.Form):
    payee = forms.CharField(label="收款人", max_length=60)
    payee_account = forms.CharField(
        label="收款账号", max_length=40, widget=forms.TextInput(attrs={"class": "id", "inputmode": "numeric"})
    )


class EvidenceForm(forms.Form):
    evidence = FilesField(
        label="证明材料",
        each=as_paper,
        accept=PAPERS,
        help_text="照片或 PDF。",
        error_messages={"required": "请选择证明材料。"},
    )


class BankAnswerForm(forms.Form):
    file = UploadField(label="银行回执", help_text="要有退费单号、金额、付款结果三列；退回的写明原因。")
    on = forms.DateField(label="回执日期", widget=DayInput())


class RefundFilter(forms.Form):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Refund.State.choices])
    q = forms.CharField(label="姓名或村名", required=False, max_length=60)
