from decimal import Decimal
from typing import Any

from django import forms

from collection.schools.models import School
from core.access.roles import Role
from core.accounts.models import User
from core.files.fields import SheetField
from core.pages.forms import DayInput, YuanField, offer_choices, offer_rows
from core.regions.models import Region
from core.tables import reader


class SchoolForm(forms.Form):
    region = forms.ModelChoiceField(Region.objects.none(), label="所在乡镇")
    name = forms.CharField(label="学校名称", max_length=60, help_text="用全称，班级名单里的学校名称要与它一致。")
    kind = forms.ChoiceField(label="类别", choices=School.Kind.choices)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        townships = Region.objects.for_user(user).filter(level=Region.Level.TOWNSHIP, replaced_by=None)
        offer_rows(self, "region", townships.order_by("code"))


class StaffForm(forms.Form):
    username = forms.CharField(label="经办人账号", max_length=40, help_text="角色为“学校”的账号。")


class ClassListForm(forms.Form):
    school = forms.ModelChoiceField(
        School.objects.none(), label="学校", required=False, help_text="表里有“学校”一列的可以不选，按表中的学校分。"
    )
    file = SheetField(
        label="班级名单",
        limits=reader.COUNTY_LIST,
        help_text="Excel、WPS 表格均可；要有“姓名”和“身份证号码”两列，一个班一张工作表也可以。",
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["school"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = School.objects.for_user(user).filter(closed_at__isnull=True).order_by("name")
        if user.role == Role.SCHOOL:
            field.required, field.help_text, field.empty_label = True, "", None


class PupilsForm(forms.Form):
    """What is to be done with the pupils that are ticked."""

    step = forms.ChoiceField(choices=[("claim", ""), ("collect", ""), ("release", ""), ("back", "")])
    pupil = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": "请先勾选学生。", "invalid_choice": "有的学生已经不在这所学校。"}
    )
    on = forms.DateField(label="收款日期", widget=DayInput(), required=False)

    def __init__(self, *args: Any, pupils: list[int], **options: Any) -> None:
        super().__init__(*args, **options)
        offer_choices(self, "pupil", [(str(pk), "") for pk in pupils])


class PayOverForm(forms.Form):
    ticket_no = forms.CharField(label="税票号", max_length=40)
    on = forms.DateField(label="缴款日期", widget=DayInput())
    amount = YuanField(label="税票金额（元）", min_value=Decimal("0.01"), max_digits=10, decimal_places=2)


class ElsewhereForm(forms.Form):
    text = forms.CharField(label="参保地", max_length=60)
