from typing import Any

from django import forms

from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.pages.forms import DayInput, offer_rows
from core.regions.models import Region
from employees.units.models import Unit

_KINDS = [("", "请选择"), *Unit.Kind.choices]


class UnitFilter(forms.Form):
    q = forms.CharField(label="单位名称或代码", max_length=40, required=False)
    township = forms.ModelChoiceField(label="乡镇", queryset=Region.objects.none(), required=False, empty_label="全部")
    kind = forms.ChoiceField(label="类型", choices=[("", "全部"), *Unit.Kind.choices], required=False)
    ended = forms.BooleanField(label="含已注销", required=False)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_rows(self, "township", townships_of(user))


class UnitForm(forms.Form):
    name = forms.CharField(label="单位名称", max_length=100)
    kind = forms.ChoiceField(label="单位类型", choices=_KINDS)
    tax_number = forms.CharField(label="纳税人识别号", max_length=20, required=False)
    contact_name = forms.CharField(label="经办人", max_length=40, required=False)
    contact_phone = forms.CharField(label="联系电话", max_length=20, required=False)


class NewUnitForm(UnitForm):
    credit_code = forms.CharField(
        label="统一社会信用代码",
        max_length=30,
        help_text="18 位，照营业执照或法人证书填写",
        widget=forms.TextInput(attrs={"class": "id"}),
    )
    township = forms.ModelChoiceField(label="所在乡镇", queryset=Region.objects.none(), empty_label="请选择")
    field_order = ["name", "credit_code", "kind", "township"]

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_rows(self, "township", townships_of(user))


class EndUnitForm(forms.Form):
    on = forms.DateField(label="注销日期", widget=DayInput())
    reason = forms.CharField(label="原因", max_length=200)


def townships_of(user: User) -> ScopedQuerySet:
    return Region.objects.for_user(user).filter(level=Region.Level.TOWNSHIP).order_by("code")
