from typing import Any

from django import forms

from employees.declarations.forms import MonthForm


class FlexibleForm(MonthForm):
    """Joining as a flexible worker."""

    name = forms.CharField(label="姓名", max_length=60)
    id_number = forms.CharField(label="身份证号码", max_length=30, widget=forms.TextInput(attrs={"class": "id"}))
    field_order = ["name", "id_number", "month"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["month"].label = "参保起始月份"


class EndForm(MonthForm):
    """Ending it; the month is the first without."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["month"].label = "停保起始月份"
