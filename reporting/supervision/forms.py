from typing import Any

from django import forms

from config import clock
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.files.fields import IMAGES, FilesField, as_photo
from core.pages.forms import DayInput, offer_choices, offer_rows
from core.regions.models import Region
from reporting.supervision.models import Activity, Measure, Post
from reporting.supervision.posts import may_fill

_TEXT = forms.Textarea(attrs={"rows": 3})


def _photos() -> FilesField:
    return FilesField(label="照片", each=as_photo, accept=IMAGES, required=False, help_text="一次最多 6 张。")


def _places(user: User, *levels: str) -> ScopedQuerySet[Region]:
    return Region.objects.for_user(user).filter(level__in=levels, replaced_by=None).order_by("code")


class PostsForm(forms.Form):
    """People pasted from a table, one a line."""

    body = forms.ChoiceField(label="组织")
    since = forms.DateField(label="任职日期", widget=DayInput())
    text = forms.CharField(
        label="人员",
        widget=forms.Textarea(attrs={"rows": 6, "placeholder": "城关镇　张三　政府办副主任　13800000000"}),
        help_text="从表格复制，每行一人：区划、姓名、单位和职务、电话、分工（审核人员、电子信息录入人员等；指导组写组号）。"
        "领导小组的区划写县（市、区）名。",
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        bodies = [(body.value, body.label) for body in Post.Body if may_fill(user, body)]
        offer_choices(self, "body", bodies)
        self.fields["since"].initial = clock.today()


class ReplaceForm(forms.Form):
    on = forms.DateField(label="变动日期", widget=DayInput(), help_text="接任的从这一天起负责。")
    reason = forms.CharField(label="变动原因", max_length=100, help_text="例如：调离、退休。")
    name = forms.CharField(
        label="接任人姓名", max_length=40, required=False, help_text="暂时没有接任人的不填，空缺会提示。"
    )
    title = forms.CharField(label="接任人单位和职务", max_length=60, required=False)
    phone = forms.CharField(label="接任人电话", max_length=20, required=False)


class FindingForm(forms.Form):
    region = forms.ModelChoiceField(Region.objects.none(), label="乡镇或村", empty_label="请选择")
    found_on = forms.DateField(label="督导日期", widget=DayInput())
    found_by = forms.CharField(label="督导人员", max_length=60)
    text = forms.CharField(label="发现的问题", max_length=500, widget=_TEXT)
    deadline = forms.DateField(label="整改期限", widget=DayInput())
    photos = _photos()

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        places = _places(user, Region.Level.TOWNSHIP, Region.Level.VILLAGE)
        offer_rows(self, "region", places)
        self.fields["found_on"].initial = clock.today()
        self.fields["found_by"].initial = user.name


class AnswerForm(forms.Form):
    answer = forms.CharField(label="整改情况", max_length=500, widget=_TEXT)
    photos = _photos()


class JudgeForm(forms.Form):
    remark = forms.CharField(label="核查意见", max_length=200, required=False)


class MeasureForm(forms.Form):
    township = forms.ModelChoiceField(Region.objects.none(), label="乡镇", empty_label="请选择")
    kind = forms.ChoiceField(label="方式", choices=Measure.Kind.choices)
    on = forms.DateField(label="日期", widget=DayInput())
    person = forms.CharField(label="对象", max_length=60, help_text="例如：镇长、分管副镇长。")
    text = forms.CharField(label="事由和要求", max_length=300, widget=_TEXT)
    deadline = forms.DateField(label="期限", widget=DayInput(), required=False)
    announced = forms.BooleanField(label="写入下一期通报", required=False, initial=True)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_rows(self, "township", _places(user, Region.Level.TOWNSHIP))
        self.fields["on"].initial = clock.today()


class ActivityForm(forms.Form):
    region = forms.ModelChoiceField(Region.objects.none(), label="地点", empty_label=None)
    kind = forms.ChoiceField(label="活动", choices=Activity.Kind.choices)
    on = forms.DateField(label="日期", widget=DayInput())
    number = forms.IntegerField(label="次（条、份、户）数", min_value=1, max_value=100_000)
    note = forms.CharField(label="内容", max_length=200, required=False)
    photos = _photos()

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        places = _places(user, Region.Level.TOWNSHIP, Region.Level.VILLAGE)
        offer_rows(self, "region", places)
        self.fields["on"].initial = clock.today()
