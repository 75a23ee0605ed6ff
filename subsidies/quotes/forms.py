from typing import Any

from django import forms

from residents.people.insured_years import read_insured_years
from subsidies.policy.policies import Policy
from subsidies.quotes.quote import Recognition


class QuoteForm(forms.Form):
    """A person whose quote is asked for by hand."""

    MARKS = 3

    birth_date = forms.DateField(label="出生日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    paid_on = forms.DateField(label="缴费日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    insured_years = forms.CharField(
        label="以前参保的年份",
        required=False,
        max_length=200,
        help_text="例如：2021-2023、2024，或 2018年起。不填就按连续参保计算。",
    )
    parent_insured = forms.BooleanField(label="父或母已参加基本医保（新生儿）", required=False)
    repaid_years = forms.IntegerField(label="补缴的断保年数", min_value=0, max_value=60, initial=0, required=False)

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy
        names = [("", "没有"), *((c.name, c.name) for c in policy.recognised)]
        for n in range(1, self.MARKS + 1):
            self.fields[f"category{n}"] = forms.ChoiceField(label=f"身份 {n}", choices=names, required=False)
            self.fields[f"recognised{n}"] = forms.DateField(
                label="认定日期", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            )

    def clean_insured_years(self) -> list[int] | None:
        """Read the years as the register does; nothing written means that nothing is known."""
        years, problem = read_insured_years(self.cleaned_data["insured_years"], last=self.policy.year)
        if problem:
            raise forms.ValidationError(problem)
        return years or None

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        data["identities"] = []
        for n in range(1, self.MARKS + 1):
            name, since = data.get(f"category{n}"), data.get(f"recognised{n}")
            if name and not since and f"recognised{n}" not in self.errors:
                self.add_error(f"recognised{n}", f"请填“{name}”的认定日期，见认定文件或名单。")
            if name and since:
                data["identities"].append(Recognition(name, since))
        return data


class PickForm(forms.Form):
    """Finding a person on the register."""

    q = forms.CharField(label="姓名或身份证号码", required=False, max_length=60)
