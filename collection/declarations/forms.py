"""Forms from the declaration to the posting, and for self-payments. They check the shape; services decide."""

from decimal import Decimal
from typing import Any

from django import forms

from collection.declarations.models import DeclarationRow
from collection.declarations.stuck import StuckAt
from core.files.fields import PhotoField, SheetField
from core.pages.forms import DayInput, MoneyInput, offer_choices
from core.tables import reader


class VillagesForm(forms.Form):
    villages = forms.MultipleChoiceField(
        label="列入的村",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选一个村。"},
    )

    def __init__(self, *args: Any, villages: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        offer_choices(self, "villages", villages)


class ConfirmationForm(forms.Form):
    number = forms.CharField(label="确认单号", max_length=60)
    people = forms.IntegerField(label="确认人数", min_value=1)
    amount = forms.DecimalField(
        label="确认金额（元）",
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        widget=MoneyInput(),
        help_text="照税务系统开出的缴费确认单填写，与反馈成功的人数、金额不一致时不能保存。",
    )


class RemittanceForm(forms.Form):
    slip_no = forms.CharField(label="汇款回单号", max_length=60)
    on = forms.DateField(label="汇款日期", widget=DayInput())
    amount = forms.DecimalField(
        label="汇款金额（元）", min_value=Decimal("0.01"), max_digits=14, decimal_places=2, widget=MoneyInput()
    )
    photo = PhotoField(label="回单照片", help_text="拍清回单号、日期、金额和收款账户。")


class PostingForm(forms.Form):
    ticket_no = forms.CharField(label="税票号", max_length=60, help_text="核对汇款回单无误后开票，当天报解入库。")
    shared = forms.BooleanField(label="同一张税票", required=False, help_text="只有一张税票开了几张申报表时才勾选。")


class TableFileForm(forms.Form):
    """A spreadsheet of the tax bureau."""

    file = SheetField(label="文件", limits=reader.COUNTY_LIST)


class VerdictWordForm(forms.Form):
    """What a word of the result column means, asked once for the county."""

    word = forms.CharField(max_length=60, widget=forms.HiddenInput)
    ok = forms.TypedChoiceField(
        label="处理方式", choices=[("1", "成功"), ("0", "失败")], coerce=lambda value: value == "1"
    )


class DecisionForm(forms.Form):
    """What the tax bureau says of one person, or of all who are left."""

    ok = forms.TypedChoiceField(
        label="结果",
        choices=[("1", "导入成功"), ("0", "导入失败")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="失败原因", max_length=120, required=False, help_text="导入失败的必须写明。")

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("ok") is False and not self.cleaned_data.get("reason", "").strip():
            self.add_error("reason", "导入失败的请写明原因，以便村里改正。")
        return self.cleaned_data


class CorrectionForm(forms.Form):
    name = forms.CharField(label="姓名（照身份证）", max_length=60)
    id_number = forms.CharField(
        label="证件号码（照身份证完整录入）",
        max_length=30,
        help_text="没有错的也要照身份证再录一遍，作为核对。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "id"}),
    )
    note = forms.CharField(
        label="说明", max_length=200, required=False, help_text="身份证与原来一致、没有改动的必须写明。"
    )
    photo = PhotoField(label="身份证照片", required=False, help_text="可以不传；只有本村、本乡镇和医保局能看到。")
    seen = forms.BooleanField(
        label="我已核对本人身份证原件", error_messages={"required": "信息修改以身份证为唯一依据，请核对原件后勾选。"}
    )


class RowFilter(forms.Form):
    result = forms.ChoiceField(label="结果", required=False, choices=[("", "全部"), *DeclarationRow.Result.choices])
    q = forms.CharField(label="姓名", required=False, max_length=60)


class StuckFilter(forms.Form):
    stage = forms.ChoiceField(label="滞留环节", required=False, choices=[("", "全部"), *StuckAt.choices])
    q = forms.CharField(label="姓名或村名", required=False, max_length=60)
