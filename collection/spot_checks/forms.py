from typing import Any

from django import forms

from collection.spot_checks import sampling
from core.pages.forms import DayInput, YuanField, offer_choices

YES_OR_NO = [("1", "是"), ("0", "否")]


def _yes(value: str) -> bool:
    return value == "1"


class DrawForm(forms.Form):
    """Where to draw, and how surely the draw is to find something."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    village = forms.ChoiceField(label="村", error_messages={"required": "请选择村。"})
    confidence = forms.TypedChoiceField(
        label="把握程度",
        coerce=int,
        choices=[(one, f"{one}%") for one in sampling.CONFIDENCES],
        initial=sampling.USUAL_CONFIDENCE,
    )
    share = forms.TypedChoiceField(
        label="可发现的不符比例",
        coerce=int,
        choices=[(one, f"{one}%") for one in sampling.SHARES],
        initial=sampling.USUAL_SHARE,
        help_text="例如把握 95%、比例 10%：一个村有一成的人与账不符时，有 95% 的把握至少抽中一个。",
    )

    def __init__(self, *args: Any, villages: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        offer_choices(self, "village", [("", "请选择"), *villages])


class CallForm(forms.Form):
    """What was said on the telephone."""

    reached = forms.TypedChoiceField(
        label="是否联系上", coerce=_yes, choices=[("1", "联系上了"), ("0", "联系不上")], widget=forms.RadioSelect
    )
    paid = forms.TypedChoiceField(
        label="今年的医保费交了没有",
        coerce=_yes,
        empty_value=None,
        required=False,
        choices=[("1", "交了"), ("0", "没交")],
        widget=forms.RadioSelect(attrs={"data-shown-when": "reached=1"}),
    )
    amount = YuanField(
        label="交了多少（元）",
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "data-shown-when": "paid=1"}),
        help_text="一人的金额；记不清就不填。",
    )
    paid_on = forms.DateField(
        label="缴费日期",
        required=False,
        widget=DayInput(attrs={"data-shown-when": "paid=1"}),
        help_text="记不清就不填。",
    )
    receipt = forms.TypedChoiceField(
        label="给收据了没有",
        coerce=_yes,
        empty_value=None,
        required=False,
        choices=[("1", "给了"), ("0", "没给")],
        widget=forms.RadioSelect(attrs={"data-shown-when": "paid=1"}),
    )
    note = forms.CharField(label="说明", max_length=200, required=False)


class FindingForm(forms.Form):
    finding = forms.CharField(
        label="核查情况", max_length=300, error_messages={"required": "请写明核查的情况：问了谁、看了什么、结果如何。"}
    )


class ClosingForm(forms.Form):
    accept = forms.TypedChoiceField(label="复核", coerce=_yes, choices=[("1", "办结"), ("0", "退回")])
    note = forms.CharField(label="意见", max_length=200, required=False)
