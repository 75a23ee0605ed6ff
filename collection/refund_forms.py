"""Forms for refunds, public notices and the closing. They check the shape; services decide."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from collection.cash_forms import DayInput
from collection.declaration_forms import MoneyInput
from collection.models import Refund
from collection.services.refunds import STATUS_OF
from residents.file_fields import IMAGES, UploadField, as_photo
from residents.services.photos import LARGEST_BYTES

PAPERS = f"{IMAGES},application/pdf"


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(UploadField):
    """Several files; gives a list of what `each` makes of them."""

    widget = FilesInput

    def __init__(self, *, each, accept, **options):
        self.each, self.accept = each, accept
        super().__init__(most_bytes=LARGEST_BYTES, **options)

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return [self.each(super(FilesField, self).clean(file, initial)) for file in files if file]


def as_paper(file):
    """A photograph as Photo; a PDF as it is."""
    head = file.read(5)
    file.seek(0)
    if head == b"%PDF-":
        return file
    return as_photo(file)


class RefundForm(forms.Form):
    reason = forms.ChoiceField(label="退费原因", widget=forms.RadioSelect)
    happened_on = forms.DateField(
        label="发生日期", required=False, widget=DayInput(),
        help_text="死亡、入伍、服刑、参加职工医保、异地参保的日期，照证明填写；重复缴费和差额不用填。",
    )
    amount = forms.DecimalField(
        label="退费金额（元）", required=False, min_value=Decimal("0.01"), max_digits=10, decimal_places=2,
        widget=MoneyInput(), help_text="不填就是退全部。只有身份变更差额可以只退一部分。",
    )
    evidence = FilesField(
        label="证明材料", required=False, each=as_paper, accept=PAPERS,
        help_text="照片或 PDF，可以一次选几个。没有材料的可以先登记，初审以前补齐。",
    )
    payee = forms.CharField(label="收款人", max_length=60)
    payee_account = forms.CharField(label="收款账号", max_length=40, widget=forms.TextInput(attrs={"class": "id"}))
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args, reasons, **options):
        super().__init__(*args, **options)
        self.fields["reason"].choices = reasons

    def clean(self):
        if self.cleaned_data.get("reason") in STATUS_OF and self.cleaned_data.get("happened_on", "") is None:
            self.add_error("happened_on", "请照证明填写日期，复核通过后居民的状态从这一天起登记。")
        return self.cleaned_data

    def clean_payee_account(self):
        account = self.cleaned_data["payee_account"].replace(" ", "")
        if not account.isascii() or not account.isalnum():
            raise ValidationError("账号只填数字，请照银行卡或存折填写。")
        return account


class EvidenceForm(forms.Form):
    evidence = FilesField(
        label="证明材料", each=as_paper, accept=PAPERS, help_text="照片或 PDF。",
        error_messages={"required": "请选择证明材料。"},
    )


class RefundFilter(forms.Form):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Refund.State.choices])
    q = forms.CharField(label="姓名或村名", required=False, max_length=60)


class PostNoticeForm(forms.Form):
    on = forms.DateField(label="张榜日期", widget=DayInput())
    photos = FilesField(
        label="张榜照片", required=False, each=as_photo, accept=IMAGES, help_text="看得清名单和地点，可以一次选几张。"
    )


class PhotosForm(forms.Form):
    photos = FilesField(
        label="照片", each=as_photo, accept=IMAGES, error_messages={"required": "请选择照片。"}
    )


class ObjectionForm(forms.Form):
    on = forms.DateField(label="提出日期", widget=DayInput())
    raised_by = forms.CharField(label="提出人", max_length=60)
    text = forms.CharField(label="异议内容", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class AnswerForm(forms.Form):
    answer = forms.CharField(label="答复", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ClosingForm(forms.Form):
    """A reason for each kind of open business, and the counts that the officer was shown."""

    sure = forms.BooleanField(label="我已看清遗留事项，办结后本年度数据冻结、不能再改")

    def __init__(self, *args, items, **options):
        super().__init__(*args, **options)
        self.kinds = [item.kind for item in items]
        for item in items:
            self.fields[f"reason_{item.kind}"] = forms.CharField(label=f"{item.title}：为什么可以办结", max_length=300)
            self.fields[f"seen_{item.kind}"] = forms.IntegerField(widget=forms.HiddenInput, initial=item.count)
        self.order_fields([name for name in self.fields if name != "sure"] + ["sure"])

    @property
    def reasons(self) -> dict[str, str]:
        return {kind: self.cleaned_data[f"reason_{kind}"] for kind in self.kinds}

    @property
    def seen(self) -> dict[str, int]:
        return {kind: self.cleaned_data[f"seen_{kind}"] for kind in self.kinds}
