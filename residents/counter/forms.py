"""Forms of the counter. The village choices end at the user's region."""

from django import forms
from django.urls import reverse_lazy

from core.regions.models import Region
from residents.people.models import Resident
from residents.statuses.forms import STATUSES

_DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def villages_of(user):
    rows = Region.objects.for_user(user).filter(level=Region.Level.VILLAGE, replaced_by=None)
    return rows.select_related("parent").order_by("code")


class VillageChoice(forms.ModelChoiceField):
    def label_from_instance(self, village):
        return f"{village.parent.name} {village.name}" if village.parent else village.name


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

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages_of(user)


class ChangeForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=60, show_hidden_initial=True)
    village = VillageChoice(Region.objects.none(), label="行政村", empty_label="请选择", show_hidden_initial=True)
    household = forms.CharField(label="户编号", max_length=30, required=False, show_hidden_initial=True)
    phone = forms.CharField(label="新的联系电话", max_length=20, required=False, help_text="不填就不变。")
    address = forms.CharField(label="住址", max_length=120, required=False, show_hidden_initial=True)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages_of(user)

    def changes(self) -> dict:
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
