import uuid
from collections.abc import Iterable
from typing import Any

from django import forms

from collection.visits.causes import LEAVING
from collection.visits.models import Cause, Visit
from core.files.fields import PaperField
from core.pages.forms import DayInput, offer_choices
from residents.people.models import Resident


class VisitForm(forms.Form):
    """One attempt, for some people of a household. It checks the shape; the service decides."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    people = forms.MultipleChoiceField(
        label="联系对象", widget=forms.CheckboxSelectMultiple, error_messages={"required": "请勾选联系对象。"}
    )
    way = forms.ChoiceField(
        label="方式",
        choices=Visit.Way.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择联系方式。"},
    )
    result = forms.ChoiceField(label="联系结果", choices=Visit.Result.choices, widget=forms.RadioSelect, required=False)
    told_paid_on = forms.DateField(label="自述缴费日期", required=False)
    cause = forms.ModelChoiceField(
        label="未参保原因", queryset=Cause.objects.none(), required=False, empty_label="不变"
    )
    since = forms.DateField(label="起始日期", required=False, help_text="照证明材料填写，审核通过后从这一天起登记。")
    file = PaperField(label="证明材料", required=False, help_text="照片或 PDF，例如职工医保参保证明、入伍通知书。")
    note = forms.CharField(label="说明", max_length=200, required=False)
    look_again_on = forms.DateField(
        label="下次联系日期", required=False, widget=DayInput(), help_text="到这一天会出现在您的待办里。"
    )

    def __init__(
        self, *args: Any, residents: Iterable[Resident], causes: Iterable[Cause], chosen: int, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.residents = {str(one.pk): one for one in residents}
        causes = list(causes)
        leaving = ",".join(str(cause.pk) for cause in causes if cause.status)
        offer_choices(self, "people", [(pk, one.name) for pk, one in self.residents.items()])
        self.fields["people"].initial = [str(chosen)]
        self.fields["key"].initial = uuid.uuid4()
        cause = self.fields["cause"]
        cause.queryset = Cause.objects.filter(pk__in=[one.pk for one in causes])  # type: ignore[attr-defined]
        self.fields["told_paid_on"].widget = DayInput(attrs={"data-shown-when": f"result={Visit.Result.TOLD}"})
        self.fields["since"].widget = DayInput(attrs={"data-shown-when": f"cause={leaving}"})
        self.fields["file"].widget.attrs["data-shown-when"] = f"cause={leaving}"

    def chosen_residents(self) -> list[Resident]:
        """The people ticked."""
        return [self.residents[pk] for pk in self.cleaned_data["people"]]


class CauseForm(forms.Form):
    """An entry of the county's list."""

    name = forms.CharField(label="原因", max_length=30)
    asks = forms.CharField(
        label="须写明的内容",
        max_length=20,
        required=False,
        help_text="例如“参保地”：选这条原因的，必须在说明里写明。不用写明的留空。",
    )
    status = forms.ChoiceField(
        label="核减后的状态",
        required=False,
        choices=[("", "不核减，仍计入应参保人数"), *[(status.value, status.label) for status in LEAVING]],
        help_text="选了状态的，须附证明材料，由乡镇审核；通过后居民登记为这个状态，不再计入应参保人数。",
    )
    position = forms.IntegerField(label="排列次序", min_value=0, max_value=999, initial=100)


class TermsForm(forms.Form):
    """The days that the county sets."""

    told_days = forms.IntegerField(
        label="自述已缴的，几天内应到税务清单",
        min_value=1,
        max_value=60,
        help_text="过了这些天还没有到的，列为待核实，提醒村里和乡镇。",
    )
    quiet_days = forms.IntegerField(label="几天没有联系算久未联系", min_value=1, max_value=60)


class DecisionForm(forms.Form):
    """What the reviewer decides."""

    accept = forms.TypedChoiceField(
        choices=[("1", "通过"), ("0", "退回")], coerce=lambda value: value == "1", label="审核"
    )
    note = forms.CharField(label="意见", max_length=200, required=False)


class SettleForm(forms.Form):
    note = forms.CharField(
        label="核实的情况", max_length=200, error_messages={"required": "请写明核实方法、结果如何。"}
    )


class TapForm(forms.Form):
    """One tap on today's list."""

    key = forms.UUIDField()
    tapped = forms.CharField(max_length=10)
