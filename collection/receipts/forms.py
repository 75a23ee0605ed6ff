import re
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from collection.receipts.book_sheet import book_table, read_rows
from collection.receipts.books import find_holders
from collection.receipts.models import Receipt
from core.access.scope import ScopedQuerySet
from core.files.fields import SheetField
from core.pages.forms import DayInput, offer_rows
from core.regions.models import Region
from core.tables import reader
from core.tables.lists import HIDDEN_ROWS


class BookForm(forms.Form):
    """A range of numbers; with `holders`, whom to hand it to."""

    holder = forms.ModelChoiceField(label="领用单位", queryset=Region.objects.none(), empty_label="请选择")
    first = forms.CharField(label="起号", max_length=30, help_text="字头加数字，例如 AB00000001。")
    last = forms.CharField(label="止号", max_length=30)

    def __init__(self, *args: Any, holders: ScopedQuerySet | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if holders is None:
            del self.fields["holder"]
        else:
            offer_rows(self, "holder", holders)


class SameForAllForm(forms.Form):
    """The same number of books for each of several units, one after the other from a number on."""

    first = forms.CharField(label="起始号码", max_length=30, help_text="字头加数字，各单位按下面的次序连续往下排。")
    books = forms.IntegerField(label="每个单位发几本", min_value=1, max_value=100, initial=1)
    numbers = forms.IntegerField(label="每本多少号", min_value=1, max_value=10_000, initial=50)
    holders = forms.ModelMultipleChoiceField(
        label="发给", queryset=Region.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, holders: ScopedQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_rows(self, "holders", holders)
        self.fields["holders"].initial = [holder.pk for holder in holders]


class BookLinesForm(forms.Form):
    """One line a book, pasted out of a spreadsheet or as the table itself: the unit's name or code, first and last
    number."""

    lines = forms.CharField(
        label="发放清单",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=100_000,
        required=False,
        help_text="每行一段：单位名称或代码、起号、止号；从 Excel 选中三列复制，粘贴到这里。",
    )
    file = SheetField(label="或者上传表格", required=False, help_text="任何表格，要有单位、起号、止号三栏。")

    def __init__(self, *args: Any, holders: ScopedQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.holders = holders

    def clean_lines(self) -> list[tuple[int, list[str]]]:
        """[(number, cells)] of the lines that are not empty."""
        rows = enumerate(self.cleaned_data["lines"].splitlines(), start=1)
        cells = ((number, re.split(r"[\s,，、;；—]+", text.strip())) for number, text in rows)
        return [(number, found) for number, found in cells if found != [""]]

    def clean_file(self) -> list[tuple[int, list[str]]]:
        """[(row, cells)] of the table."""
        if (file := self.cleaned_data["file"]) is None:
            return []
        with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, suffix=".upload") as copy:
            copyfileobj(file, copy)
            copy.flush()
            table = book_table()
            try:
                rows = read_rows(reader.stream(copy.name, limits=reader.VILLAGE_LEDGER), table)
            except reader.SheetError as error:
                raise ValidationError(error.message) from None
        if hidden := [note.message for note in table.notes() if note.code == HIDDEN_ROWS]:
            raise ValidationError(hidden)
        return rows

    def clean(self) -> dict[str, Any]:
        """`lines` becomes [BookLine]; every line that cannot be read is named."""
        if self.errors:
            return self.cleaned_data
        found, wrong = find_holders(self.cleaned_data["file"] or self.cleaned_data["lines"], self.holders)
        if wrong:
            raise ValidationError([f"第 {number} 行：{why}" for number, why in wrong[:20]])
        if not found:
            raise ValidationError("请粘贴清单，或者选择表格。")
        return {"lines": [line for _, line in found]}


class ReturnForm(forms.Form):
    first = forms.CharField(label="交回的起始号码", max_length=30, help_text="这个号和后面没有用的号都交回。")


class LostForm(forms.Form):
    """Blank receipts lost together, with the paper of the police."""

    first = forms.CharField(label="起号", max_length=30, help_text="只填还没有开出的；整本丢失的，从第一张空白的填起。")
    last = forms.CharField(label="止号", max_length=30)
    report_no = forms.CharField(label="报警回执号", max_length=60)
    lost_on = forms.DateField(label="遗失日期", widget=DayInput())
    reason = forms.CharField(label="遗失经过", max_length=120)


class CorrectNumberForm(forms.Form):
    number = forms.CharField(
        label="收据上印的号码", max_length=30, required=False, help_text="空白收据登记错了的，留空即恢复为空白。"
    )
    reason = forms.CharField(label="改正的原因", max_length=120)


class LostCaseForm(forms.Form):
    """Either a new case, about a number somebody shows, or the result of one."""

    case = forms.IntegerField(required=False, widget=forms.HiddenInput())
    number = forms.CharField(label="出示的收据号", max_length=30, required=False)
    text = forms.CharField(label="情况或核查结果", max_length=200, help_text="谁何时出示、钱交给了谁；或者查明的结果。")


class NumberForm(forms.Form):
    number = forms.CharField(label="收据号", max_length=30)
    state = forms.ChoiceField(
        label="情况", choices=[(s.value, s.label) for s in (Receipt.State.VOIDED, Receipt.State.LOST)]
    )
    reason = forms.CharField(label="原因", max_length=100)
