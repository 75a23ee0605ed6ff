from typing import Any

from django import forms

from collection.closing.services import REOPEN_DAYS, OpenItem


class ClosingForm(forms.Form):
    """A reason for each kind of open business, and the counts that the officer was shown."""

    reopen_days = forms.IntegerField(
        label="几天内可以重开",
        min_value=0,
        max_value=90,
        required=False,
        help_text="重开要医保局和税务局两个人同意；填 0 不允许重开，不填为 15 天。",
    )
    sure = forms.BooleanField(label="我已看清遗留事项，办结后本年度数据冻结、不能再改")

    def __init__(self, *args: Any, items: list[OpenItem], **options: Any) -> None:
        super().__init__(*args, **options)
        self.kinds = [item.kind for item in items]
        for item in items:
            self.fields[f"reason_{item.kind}"] = forms.CharField(label=f"{item.title}：办结理由", max_length=300)
            self.fields[f"seen_{item.kind}"] = forms.IntegerField(widget=forms.HiddenInput, initial=item.count)
        last = ["reopen_days", "sure"]
        self.order_fields([name for name in self.fields if name not in last] + last)

    @property
    def days_to_reopen(self) -> int:
        days = self.cleaned_data["reopen_days"]
        return REOPEN_DAYS if days is None else days

    @property
    def reasons(self) -> dict[str, str]:
        return {kind: self.cleaned_data[f"reason_{kind}"] for kind in self.kinds}

    @property
    def seen(self) -> dict[str, int]:
        return {kind: self.cleaned_data[f"seen_{kind}"] for kind in self.kinds}


class ConsentForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200, error_messages={"required": "请写明原因。"})
