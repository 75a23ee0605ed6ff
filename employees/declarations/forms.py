from datetime import date
from typing import Any

from django import forms
from django.core.files.base import File

from config import clock
from core.files.fields import SheetField
from core.pages.forms import offer_choices
from core.tables.reader import VILLAGE_LEDGER
from employees.declarations.workbook import pasted_table
from employees.months import in_words, month_of, previous_month

#: How far back a month can be declared on the page.
MONTHS_BACK = 12


def month_choices() -> list[tuple[str, str]]:
    """This month and the twelve before it, the newest first."""
    month, found = month_of(clock.today()), []
    for _ in range(MONTHS_BACK + 1):
        found.append((month.isoformat(), in_words(month)))
        month = previous_month(month)
    return found


class MonthForm(forms.Form):
    month = forms.TypedChoiceField(label="费款所属期", coerce=date.fromisoformat)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_choices(self, "month", month_choices())


class DeclarationForm(MonthForm):
    """A table as a file, or its rows pasted."""

    file = SheetField(label="申报表", limits=VILLAGE_LEDGER, required=False)
    pasted = forms.CharField(
        label="或粘贴人员",
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 6, "placeholder": "王小明　11010519491231002X　5200"}),
        help_text="从表格复制，每行一人：姓名、证件号码、月工资。",
    )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if bool(facts.get("file")) == bool((facts.get("pasted") or "").strip()) and not self.errors:
            raise forms.ValidationError("请选择申报表文件，或粘贴人员，两样只用一样。")
        return facts

    @property
    def table(self) -> "File[bytes]":
        """The file that came, or one of the pasted rows."""
        return self.cleaned_data["file"] or pasted_table(self.cleaned_data["pasted"])


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="撤回的原因", max_length=200)


class MendForm(forms.Form):
    """One row of a declaration, to be put right in place."""

    name = forms.CharField(label="姓名", max_length=60)
    id_number = forms.CharField(
        label="证件号码",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"class": "id"}),
        help_text="号码没有写错的不用填，按原来的号码。",
    )
    wage = forms.CharField(label="月工资", max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
