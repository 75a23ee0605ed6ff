from typing import Any

from django import forms

from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.pages.forms import offer_rows


class ReturnForm(forms.Form):
    """The money went back to who paid it."""

    returned_on = forms.DateField(label="退还日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    note = forms.CharField(
        label="退款对象和核实情况", max_length=200, help_text="例如：退给李春生本人，10月25日电话核实。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["returned_on"].initial = clock.today()


class HelperField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's takes no argument when it runs
    """Helpers by village, name and account."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.region.name} {obj.name}（{obj.username}）"


class HandoverForm(forms.Form):
    """Who hands over to whom; both are helpers' accounts of the township."""

    giver = HelperField(User.objects.none(), label="移交人", empty_label="请选择")
    taker = HelperField(User.objects.none(), label="接收人", empty_label="请选择")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        helpers = User.objects.in_region(user.scope_prefix).filter(role=Role.VILLAGE).select_related("region")
        for name in ("giver", "taker"):
            offer_rows(self, name, helpers.filter(is_active=True).order_by("region_id", "username"))


class AbsentForm(forms.Form):
    """The giver cannot come: the township confirms for them."""

    absent_reason = forms.CharField(label="移交人不能到场的原因", max_length=200)


class CutOffForm(forms.Form):
    """A phone is lost, or no longer used."""

    reason = forms.CharField(label="停用原因", max_length=120, help_text="例如：手机丢失；换了新手机。")
