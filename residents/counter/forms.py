"""Forms of the counter. The village choices end at the user's region."""

from typing import Any

from django import forms
from django.urls import reverse_lazy

from config import clock
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.pages.forms import offer_rows
from core.regions.models import Region
from core.regions.names import called
from residents.counter.newborns import NamedParent
from residents.people.insured_years import read_insured_years
from residents.people.models import ParentLink, Resident
from residents.statuses.forms import STATUSES

_DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def villages_of(user: User) -> ScopedQuerySet:
    rows = Region.objects.for_user(user).filter(level=Region.Level.VILLAGE, replaced_by=None)
    return rows.select_related("parent").order_by("code")


class VillageChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no argument where it runs
    def label_from_instance(self, village: Region) -> str:
        return f"{called(village.parent.name)} {called(village.name)}" if village.parent else called(village.name)


class RegisterForm(forms.Form):
    id_number = forms.CharField(
        label="证件号码",
        max_length=60,
        help_text="身份证18位；新生儿没有身份证的，填出生医学证明编号（如 W123456789）。",
        widget=forms.TextInput(
            attrs={
                "data-live-url": reverse_lazy("resident_number_check"),
                "data-live-target": "number-reading",
                "autocomplete": "off",
                "autofocus": True,
            }
        ),
    )
    name = forms.CharField(label="姓名", max_length=60)
    village = VillageChoice(Region.objects.none(), label="行政村", empty_label="请选择")
    household = forms.CharField(label="户编号", max_length=30, required=False)
    is_head = forms.BooleanField(label="是户主", required=False)
    phone = forms.CharField(label="联系电话", max_length=20, required=False)
    address = forms.CharField(label="住址", max_length=120, required=False)
    birth_date = forms.DateField(label="出生日期", required=False, widget=_DATE, help_text="只有出生医学证明需要填写。")
    sex = forms.ChoiceField(
        label="性别",
        required=False,
        choices=[("", "由号码得出"), *Resident.Sex.choices],
        help_text="只有出生医学证明需要选择。",
    )
    mother_name = forms.CharField(label="母亲姓名", max_length=60, required=False, help_text="新生儿登记时填写父母。")
    mother_number = forms.CharField(label="母亲证件号码", max_length=60, required=False)
    father_name = forms.CharField(label="父亲姓名", max_length=60, required=False)
    father_number = forms.CharField(label="父亲证件号码", max_length=60, required=False)
    is_another = forms.BooleanField(
        label="确是另一个人", required=False, help_text="只在提示本村已有同名、同日出生的人时勾选。"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "village", villages_of(user))

    def clean(self) -> dict[str, Any]:
        super().clean()
        entries = self.cleaned_data
        for relation in ParentLink.Relation:
            name, number = entries.get(f"{relation}_name"), entries.get(f"{relation}_number")
            if bool(name) != bool(number):
                missing = "number" if name else "name"
                self.add_error(f"{relation}_{missing}", f"{relation.label}的姓名和证件号码要一起填写。")
        return entries

    def registration(self) -> dict[str, Any]:
        """The arguments of `register_with_parents`."""
        entries = dict(self.cleaned_data)
        given = {r: (entries.pop(f"{r}_name"), entries.pop(f"{r}_number")) for r in ParentLink.Relation}
        parents = [NamedParent(relation.value, *who) for relation, who in given.items() if all(who)]
        return {**entries, "parents": parents}


class ChangeForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=60, show_hidden_initial=True)
    village = VillageChoice(Region.objects.none(), label="行政村", empty_label="请选择", show_hidden_initial=True)
    household = forms.CharField(label="户编号", max_length=30, required=False, show_hidden_initial=True)
    phone = forms.CharField(label="新的联系电话", max_length=20, required=False, help_text="不填就不变。")
    address = forms.CharField(label="住址", max_length=120, required=False, show_hidden_initial=True)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "village", villages_of(user))

    def changes(self) -> dict[str, Any]:
        """What was changed on the page: what a colleague has changed since it was opened stays. A household goes with
        its village."""
        changed = {*self.changed_data, *(["household"] if "village" in self.changed_data else [])}
        return {name: value for name, value in self.cleaned_data.items() if name in changed}


class NumberForm(forms.Form):
    id_number = forms.CharField(
        label="正确的证件号码",
        max_length=60,
        widget=forms.TextInput(
            attrs={
                "data-live-url": reverse_lazy("resident_number_check"),
                "data-live-target": "number-reading",
                "autocomplete": "off",
            }
        ),
    )


class StatusForm(forms.Form):
    status = forms.ChoiceField(label="状态", choices=STATUSES)
    since = forms.DateField(label="起始日期", widget=_DATE)
    source = forms.CharField(
        label="依据", max_length=120, help_text="证明材料的名称和编号，例如 死亡医学证明 第123号。"
    )


class YearsField(forms.CharField):
    """Years of insurance as people write them: 2021、2022 or 2019-2023."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=200, required=False, **options)

    def clean(self, value: Any) -> list[int]:
        years, problem = read_insured_years(super().clean(value), last=clock.today().year)
        if problem:
            raise forms.ValidationError(problem)
        return years


class _SourceForm(forms.Form):
    """A correction and the paper it follows."""

    source = forms.CharField(label="依据", max_length=120, help_text="证明材料的名称和编号。")


class BirthDateForm(_SourceForm):
    birth_date = forms.DateField(label="正确的出生日期", widget=_DATE)
    field_order = ("birth_date", "source")


class YearsForm(_SourceForm):
    add = YearsField(label="补记的年度", help_text="例如 2021、2022 或 2019-2023。")
    remove = YearsField(label="撤回的年度", help_text="登记有误、当年没有参保的。")
    field_order = ("add", "remove", "source")

    def clean(self) -> dict[str, Any]:
        super().clean()
        entries = self.cleaned_data
        if not self.errors and not entries["add"] and not entries["remove"]:
            raise forms.ValidationError("请填写要补记或撤回的年度。")
        return entries


class ParentForm(_SourceForm):
    relation = forms.ChoiceField(label="关系", choices=ParentLink.Relation.choices)
    name = forms.CharField(label="姓名", max_length=60)
    id_number = forms.CharField(label="证件号码", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    field_order = ("relation", "name", "id_number", "source")


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="撤回原因", max_length=200)
