from decimal import Decimal
from typing import Any

from django import forms

from collection.gifts.models import Gift
from core.accounts.models import User
from core.files.fields import IMAGES, FilesField, PhotoField, as_paper
from core.pages.forms import DayInput, YuanField, offer_rows
from core.regions.models import Region


class _PaperField(FilesField):
    """One paper, a photograph or a PDF; gives None where none was chosen."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        papers = super().clean(data, initial)
        return papers[0] if papers else None


class GiftForm(forms.Form):
    """A promise of a donor for one village."""

    village = forms.ModelChoiceField(Region.objects.none(), label="受资助的村")
    donor = forms.CharField(label="资助人", max_length=60, help_text="村集体、企业、合作社或个人的全称。")
    donor_kind = forms.ChoiceField(label="资助人种类", choices=Gift.Donor.choices)
    contact = forms.CharField(label="联系人和电话", max_length=60, required=False)
    basis = forms.ChoiceField(label="依据", choices=Gift.Basis.choices)
    document = forms.CharField(label="协议或承诺书名称、日期", max_length=120)
    paper = _PaperField(
        label="依据文件",
        each=as_paper,
        accept=f"{IMAGES},application/pdf",
        required=False,
        help_text="协议、承诺书或会议决议的照片或 PDF。",
    )
    promised = YuanField(label="承诺金额（元）", min_value=Decimal("0.01"), max_digits=10, decimal_places=2)
    pay_by = forms.DateField(label="承诺到账日", widget=DayInput())
    covers = forms.ChoiceField(label="资助对象", choices=Gift.Covers.choices, widget=forms.RadioSelect, initial="all")
    per_head = YuanField(
        label="每人资助（元）",
        min_value=Decimal("0.01"),
        max_digits=8,
        decimal_places=2,
        required=False,
        help_text="空着：替每人缴清全部应缴；填了：每人资助这么多，其余由本人交给村里。",
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        villages = Region.objects.for_user(user).filter(level=Region.Level.VILLAGE)
        offer_rows(self, "village", villages.select_related("parent").order_by("code"))


class PeopleForm(forms.Form):
    text = forms.CharField(
        label="姓名和身份证号码",
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "class": "id"}),
        help_text="一行一人，先写姓名再写号码，可以从表格里直接粘贴。",
        max_length=200_000,
    )


class ArrivalForm(forms.Form):
    amount = YuanField(label="到账金额（元）", min_value=Decimal("0.01"), max_digits=10, decimal_places=2)
    on = forms.DateField(label="回单日期", widget=DayInput())
    slip_no = forms.CharField(label="回单号", max_length=40)
    photo = PhotoField(label="银行回单照片", error_messages={"required": "请拍一张银行回单的照片。"})


class HallForm(forms.Form):
    ticket_no = forms.CharField(label="税票号", max_length=40)
    on = forms.DateField(label="缴纳日期", widget=DayInput())
    amount = YuanField(
        label="税票金额（元）",
        min_value=Decimal("0.01"),
        max_digits=10,
        decimal_places=2,
        help_text="须与名单里应缴未缴的人合计一致。",
    )


class ReturnForm(forms.Form):
    amount = YuanField(label="退还金额（元）", min_value=Decimal("0.01"), max_digits=10, decimal_places=2)
    on = forms.DateField(label="退还日期", widget=DayInput())
    slip_no = forms.CharField(label="转账回单号", max_length=40)
    reason = forms.CharField(label="退还原因", max_length=200)
