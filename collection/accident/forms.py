from decimal import Decimal
from typing import Any

from django import forms

from core.accounts.models import User
from core.files.fields import SheetField
from core.pages.forms import DayInput, YuanField, offer_rows
from core.regions.models import Region
from core.tables import reader


class OfferForm(forms.Form):
    insurer = forms.CharField(label="承保公司", max_length=60)
    premium = YuanField(label="每人保费（元）", min_value=Decimal("0.01"), max_digits=6, decimal_places=2)
    document = forms.CharField(label="依据", max_length=120, help_text="保险公司的承保方案或文件的名称、日期。")


class ListForm(forms.Form):
    file = SheetField(
        label="参保名单",
        limits=reader.COUNTY_LIST,
        help_text="只列自愿投保的人；要有姓名、身份证号码、保费、交费日期、收据号五列。",
    )


class HandoverForm(forms.Form):
    township = forms.ModelChoiceField(Region.objects.none(), label="乡镇")
    amount = YuanField(label="交款金额（元）", min_value=Decimal("0.01"), max_digits=10, decimal_places=2)
    on = forms.DateField(label="交款日期", widget=DayInput())
    slip_no = forms.CharField(label="保险公司回单号", max_length=40)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        townships = Region.objects.for_user(user).filter(level=Region.Level.TOWNSHIP, replaced_by=None)
        offer_rows(self, "township", townships.order_by("code"))
