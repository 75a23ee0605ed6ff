from typing import Any

from django import forms

from core.access.roles import OFFICERS, Role
from core.accounts.models import Position, User
from core.files.fields import SheetField
from core.regions.models import Region

BUSINESS_ROLES = [(role.value, role.label) for role in Role if role not in OFFICERS]


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument where it runs
    """One account. `officer` limits the regions to the officer's county."""

    role = forms.ChoiceField(label="角色", choices=BUSINESS_ROLES)
    region_code = forms.CharField(
        label="区划代码", max_length=12, help_text="县（市、区）6位，乡镇9位，村12位；可在“后台管理—区划”里按名称查到。"
    )
    position = forms.ChoiceField(
        label="岗位", required=False, choices=[("", "无"), *Position.choices], help_text="乡镇专班人员和村协办员填写。"
    )

    class Meta:
        model = User
        fields = ["name", "role", "region_code", "department", "position", "phone"]

    def __init__(self, *args: Any, officer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.officer = officer
        if self.instance.pk:
            self.fields["region_code"].initial = self.instance.region_id
            self.fields["is_active"] = forms.BooleanField(
                label="启用（取消后不能再登录）", required=False, initial=self.instance.is_active
            )
        else:
            self.fields["username"] = forms.CharField(
                label="账号",
                required=False,
                max_length=40,
                help_text="不填就用区划代码。",
                validators=User._meta.get_field("username").validators,
            )

    def clean_region_code(self) -> str:
        code: str = self.cleaned_data["region_code"].strip()
        region = Region.objects.in_region(self.officer.region_id or "").filter(code=code).first()
        if region is None:
            raise forms.ValidationError(f"本{self.officer.county_word}没有这个区划代码，请核对。")
        self.cleaned_data["region"] = region
        return code

    def values(self) -> dict[str, Any]:
        """The account's own values, for the service."""
        names = ("name", "role", "region", "department", "position", "phone", "username", "is_active")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class HelperListForm(forms.Form):
    file = SheetField(
        label="人员名单",
        help_text="任何表格都可以：乡镇、行政村、姓名、联系电话、岗位（医保协办员、分管领导、督导审核、信息录入）。",
    )
