"""Forms for cash: slips, receipt books and numbers. They check the shape; services decide."""

from decimal import Decimal
from typing import Any

from django import forms

from collection.cash.models import Deposit
from core.files.fields import PhotoField
from core.pages.forms import DayInput, YuanField
from subsidies.policy.parts import DepositAccounts


class DepositForm(forms.Form):
    """A bank slip. `accounts`: those the county's policy names, the usual one first; None: written off the slip."""

    photo = PhotoField(
        label="回单照片",
        help_text="拍清回单号、日期、金额和账户；JPG、PNG 或 WebP，15 MB 以内。",
        error_messages={"required": "请拍一张银行回单的照片。"},
    )
    slip_no = forms.CharField(label="回单号", max_length=60, help_text="银行回单上的流水号或凭证号。")
    paid_on = forms.DateField(label="回单日期", widget=DayInput())
    amount = YuanField(label="金额（元）", min_value=Decimal("0.01"), max_digits=9, decimal_places=2)
    account = forms.CharField(label="存入账户", max_length=60, help_text="照回单上的收款账户填写。")

    def __init__(self, *args: Any, accounts: DepositAccounts | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if accounts:
            self.fields["account"] = forms.ChoiceField(
                label="存入账户",
                choices=[(name, name) for name in accounts.names],
                initial=accounts.names[0],
                widget=forms.RadioSelect,
            )


class DepositFilter(forms.Form):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Deposit.State.choices])
    q = forms.CharField(label="村名或回单号", required=False, max_length=40)
