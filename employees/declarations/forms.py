from datetime import date

from django import forms

from config import clock
from core.files.fields import SheetField
from core.tables.reader import VILLAGE_LEDGER
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

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["month"].choices = month_choices()


class DeclarationForm(MonthForm):
    file = SheetField(label="申报表", limits=VILLAGE_LEDGER)


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="撤回的原因", max_length=200)


class MendForm(forms.Form):
    """One row of a declaration, to be put right in place."""

    name = forms.CharField(label="姓名", max_length=60)
    id_number = forms.CharField(label="证件号码", max_length=30, widget=forms.TextInput(attrs={"class": "id"}))
    wage = forms.CharField(label="月工资", max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
