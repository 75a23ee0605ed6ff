import re
import unicodedata

from django import forms

from residents import sheets
from residents.file_fields import SheetField, UploadField
from residents.models import Role
from subsidies.models import Roster
from subsidies.quote import Identity


class AdoptForm(forms.Form):
    """Taking a new version of the policy file into use."""

    version = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="采用的理由", max_length=150, help_text="写明依据，例如：县政府〔2024〕××号文件把资助标准改为……。"
    )


class QuoteForm(forms.Form):
    """A person whose quote is asked for by hand."""

    MARKS = 3

    birth_date = forms.DateField(label="出生日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    paid_on = forms.DateField(label="缴费日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    insured_years = forms.CharField(
        label="以前参保的年份", required=False, max_length=200,
        help_text="例如：2021-2023 2024。不填就按连续参保计算。",
    )
    repaid_years = forms.IntegerField(label="补缴的断保年数", min_value=0, max_value=60, initial=0, required=False)

    def __init__(self, *args, policy, **kwargs):
        super().__init__(*args, **kwargs)
        self.policy = policy
        names = [("", "没有"), *((c.name, c.name) for c in policy.recognised)]
        for n in range(1, self.MARKS + 1):
            self.fields[f"category{n}"] = forms.ChoiceField(label=f"身份 {n}", choices=names, required=False)
            self.fields[f"recognised{n}"] = forms.DateField(
                label="认定日期", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            )

    def clean_insured_years(self) -> list[int] | None:
        """2021-2023, 2024 → [2021, 2022, 2023, 2024]."""
        text = unicodedata.normalize("NFKC", self.cleaned_data["insured_years"])
        years = set()
        for part in re.split(r"[\s,，、;；]+", text.strip()):
            if not part:
                continue
            found = re.fullmatch(r"(\d{4})(?:[-~—至](\d{4}))?年?", part)
            if not found or int(found[2] or found[1]) - int(found[1]) not in range(60):
                raise forms.ValidationError(f"“{part}”看不懂，请写成 2021-2023 或 2021 2022 2024。")
            years.update(range(int(found[1]), int(found[2] or found[1]) + 1))
        return sorted(years) or None

    def clean(self):
        data = super().clean()
        data["identities"] = []
        for n in range(1, self.MARKS + 1):
            name, since = data.get(f"category{n}"), data.get(f"recognised{n}")
            if name and not since and f"recognised{n}" not in self.errors:
                self.add_error(f"recognised{n}", f"请填“{name}”的认定日期，见认定文件或名单。")
            if name and since:
                data["identities"].append(Identity(name, since))
        return data


class PickForm(forms.Form):
    """Finding a person on the register."""

    q = forms.CharField(label="姓名或身份证号码", required=False, max_length=60)


class _RosterFacts(forms.Form):
    """What every list or single mark says of itself."""

    recognised_on = forms.DateField(
        label="认定（或终止）日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="名单里另有“认定日期”一列的，以那一列为准。",
    )
    document = forms.CharField(label="文号或依据", max_length=120, help_text="例如：内民字〔2024〕15号。")

    def __init__(self, *args, campaign, user, **kwargs):
        super().__init__(*args, **kwargs)
        rules = campaign.policy
        self.departments = [user.department] if user.role == Role.DEPARTMENT else list(rules.departments)
        self.categories = [c for c in rules.recognised if c.department in self.departments]


class RosterForm(_RosterFacts):
    """A department's list."""

    department = forms.ChoiceField(label="认定部门")
    category = forms.ChoiceField(label="身份类别", required=False)
    kind = forms.ChoiceField(
        label="名单种类", choices=[choice for choice in Roster.Kind.choices if choice[0] != Roster.Kind.SINGLE],
        widget=forms.RadioSelect,
        help_text="新增名单只增不减；减少名单终止表中人员；全量名单会终止不在表中的人，应用前要逐名确认。",
    )
    file = SheetField(
        label="名单文件", limits=sheets.COUNTY_LIST, help_text="Excel、WPS 表格均可；要有“姓名”和“身份证号码”两列。"
    )
    field_order = ["department", "category", "kind", "recognised_on", "document", "file"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [(name, name) for name in self.departments]
        names = [(c.name, f"{c.name}（{c.department}）") for c in self.categories]
        self.fields["category"].choices = [("", "以表中“人员类别”一列为准"), *names]


class MarkForm(_RosterFacts):
    """A single mark by hand."""

    ends = forms.ChoiceField(
        label="办理", choices=[("", "新增身份"), ("ends", "终止身份")], required=False, widget=forms.RadioSelect,
        initial="",
    )
    category = forms.ChoiceField(label="身份类别")
    file = UploadField(label="认定文件", required=False, help_text="扫描件或照片，可以不传。")
    field_order = ["ends", "category", "recognised_on", "document", "file"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [(c.name, f"{c.name}（{c.department}）") for c in self.categories]
        self.fields["recognised_on"].help_text = ""


class AcceptForm(forms.Form):
    note = forms.CharField(label="怎么核实的", max_length=120, help_text="例如：曾用名，见户口簿。")


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="撤回的原因", max_length=150)
