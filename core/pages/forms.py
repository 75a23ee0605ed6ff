import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from config import clock
from core.tables.cells import half_width

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)


class YuanField(forms.DecimalField):
    """An amount in yuan as people write it: 1000, 1,000.00, ￥1000, 1000元."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    default_error_messages = {"invalid": "金额看不懂，请只写数字，例如 1520 或 1,520.00。"}

    def to_python(self, value: Any) -> Any:
        """The Decimal; None for an empty field."""
        if isinstance(value, str):
            value = half_width(value).strip("¥元")
            value = value.replace(",", "") if _THOUSANDS.fullmatch(value) else value
        return super().to_python(value)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=100, error_messages={"required": "请写明原因，以便对方改正。"})


class MoneyInput(forms.NumberInput):
    def __init__(self, **options: Any) -> None:
        super().__init__(attrs={"inputmode": "decimal", "step": "0.01"}, **options)


class DayForm(forms.Form):
    """Which day a page is about."""

    on = forms.DateField(label="截至日期", required=False, widget=DayInput())


def chosen_day(request: HttpRequest) -> tuple[DayForm, date]:
    """(form, day): the day asked for with ?on=, today at the latest; the form shows the day that counts."""
    form = DayForm(request.GET)
    asked = form.cleaned_data.get("on") if form.is_valid() else None
    day = min(asked or clock.today(), clock.today())
    return DayForm({"on": day}), day


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let a field of the form choose among these rows."""
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(f"{name} does not choose among rows")
    field.queryset = rows


def offer_choices(form: forms.BaseForm, name: str, choices: Iterable[tuple[object, object]]) -> None:
    """Let a field of the form choose among these (value, words)."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} does not choose")
    field.choices = list(choices)
