"""Forms for cash: slips, receipt books and numbers. They check the shape; services decide."""

import re
from decimal import Decimal
from shutil import copyfileobj
from tempfile import NamedTemporaryFile

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from collection.book_sheet import read_rows
from collection.ledger_values import half_width
from collection.models import Deposit, Receipt
from collection.services.receipt_books import Line
from config import clock
from residents import sheets
from residents.file_fields import PhotoField, SheetField
from residents.models import Region

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options):
        super().__init__(format="%Y-%m-%d", **options)


class YuanField(forms.DecimalField):
    """An amount in yuan as people write it: 1000, 1,000.00, ￥1000, 1000元."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    default_error_messages = {"invalid": "金额看不懂，请只写数字，例如 1520 或 1,520.00。"}

    def to_python(self, value):
        if isinstance(value, str):
            value = half_width(value).strip("¥元")
            value = value.replace(",", "") if _THOUSANDS.fullmatch(value) else value
        return super().to_python(value)


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

    def __init__(self, *args, accounts, **options):
        super().__init__(*args, **options)
        if accounts:
            self.fields["account"] = forms.ChoiceField(
                label="存入账户", choices=[(name, name) for name in accounts.names], initial=accounts.names[0],
                widget=forms.RadioSelect,
            )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="原因", max_length=100, error_messages={"required": "请写明原因，对方才知道怎么改。"}
    )


class DepositFilter(forms.Form):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Deposit.State.choices])
    q = forms.CharField(label="村名或回单号", required=False, max_length=40)


class BookForm(forms.Form):
    """A range of numbers; with `holders`, whom to hand it to."""

    holder = forms.ModelChoiceField(label="领用单位", queryset=Region.objects.none(), empty_label="请选择")
    first = forms.CharField(label="起号", max_length=30, help_text="字头加数字，例如 NX00000001。")
    last = forms.CharField(label="止号", max_length=30)

    def __init__(self, *args, holders=None, **options):
        super().__init__(*args, **options)
        if holders is None:
            del self.fields["holder"]
        else:
            self.fields["holder"].queryset = holders


class SameForAllForm(forms.Form):
    """The same number of books for each of several units, one after the other from a number on."""

    first = forms.CharField(label="从哪个号开始", max_length=30, help_text="字头加数字，各单位按下面的次序连续往下排。")
    books = forms.IntegerField(label="每个单位发几本", min_value=1, max_value=100, initial=1)
    numbers = forms.IntegerField(label="每本多少号", min_value=1, max_value=10_000, initial=50)
    holders = forms.ModelMultipleChoiceField(
        label="发给", queryset=Region.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, holders, **options):
        super().__init__(*args, **options)
        self.fields["holders"].queryset = holders
        self.fields["holders"].initial = [holder.pk for holder in holders]


class BookLinesForm(forms.Form):
    """One line a book, pasted out of a spreadsheet or as the table itself: the unit's name or code, first and last
    number."""

    lines = forms.CharField(
        label="发放清单", widget=forms.Textarea(attrs={"rows": 6}), max_length=100_000, required=False,
        help_text="每行一段：单位名称或代码、起号、止号；从 Excel 选中三列复制，粘贴到这里。",
    )
    file = SheetField(label="或者上传表格", required=False, help_text="任何表格，要有单位、起号、止号三栏。")

    def __init__(self, *args, holders, **options):
        super().__init__(*args, **options)
        self.holders = holders

    def clean_lines(self):
        """[(number, cells)] of the lines that are not empty."""
        rows = enumerate(self.cleaned_data["lines"].splitlines(), start=1)
        cells = ((number, re.split(r"[\s,，、;；—]+", text.strip())) for number, text in rows)
        return [(number, found) for number, found in cells if found != [""]]

    def clean_file(self):
        """[(row, cells)] of the table."""
        if (file := self.cleaned_data["file"]) is None:
            return []
        with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, suffix=".upload") as copy:
            copyfileobj(file, copy)
            copy.flush()
            try:
                return read_rows(sheets.read(copy.name))
            except sheets.SheetError as error:
                raise ValidationError(error.message) from None

    def clean(self):
        """`lines` becomes [Line]; every line that cannot be read is named."""
        if self.errors:
            return self.cleaned_data
        by_name, found, wrong = {}, [], []
        for holder in self.holders:
            by_name[holder.pk] = holder
            by_name[holder.name] = None if holder.name in by_name else holder
        for number, cells in self.cleaned_data["file"] or self.cleaned_data["lines"]:
            if len(cells) != 3 or not all(cells):
                wrong.append(f"第 {number} 行“{' '.join(cells)[:40]}”应是三项：单位、起号、止号。")
            elif cells[0] not in by_name:
                wrong.append(f"第 {number} 行：本单位下面没有“{cells[0]}”，请写全名或区划代码。")
            elif by_name[cells[0]] is None:
                wrong.append(f"第 {number} 行：有两个单位叫“{cells[0]}”，请写区划代码。")
            else:
                found.append(Line(by_name[cells[0]], cells[1], cells[2]))
        if wrong:
            raise ValidationError(wrong[:20])
        if not found:
            raise ValidationError("请粘贴清单，或者选择表格。")
        return {"lines": found}


class ReturnForm(forms.Form):
    first = forms.CharField(label="从哪个号起交回", max_length=30, help_text="这个号和后面没有用的号都交回。")


class NumberForm(forms.Form):
    number = forms.CharField(label="收据号", max_length=30)
    state = forms.ChoiceField(
        label="情况", choices=[(s.value, s.label) for s in (Receipt.State.VOIDED, Receipt.State.LOST)]
    )
    reason = forms.CharField(label="原因", max_length=100)


class DayForm(forms.Form):
    """Which day a page is about."""

    on = forms.DateField(label="截至日期", required=False, widget=DayInput())


def chosen_day(request):
    """(form, day): the day asked for with ?on=, today at the latest; the form shows the day that counts."""
    form = DayForm(request.GET)
    asked = form.cleaned_data.get("on") if form.is_valid() else None
    day = min(asked or clock.today(), clock.today())
    return DayForm({"on": day}), day
