from django import forms


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
