from typing import Any, cast

from django import forms

from core.accounts.models import User
from core.files.fields import UploadField
from core.regions.models import Region
from residents.counter.forms import VillageChoice, villages_of


class AskForm(forms.Form):
    """Somebody who moves here from another county."""

    name = forms.CharField(label="姓名", max_length=60)
    id_number = forms.CharField(label="证件号码", max_length=60)
    village = VillageChoice(Region.objects.none(), label="迁入的行政村", empty_label="请选择")
    reason = forms.CharField(label="迁移原因和依据", max_length=200, help_text="例如：婚迁，户口簿已迁入本村。")
    file = UploadField(label="证明", required=False, help_text="户口簿或居住证的照片，供对方核对。")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(VillageChoice, self.fields["village"]).queryset = villages_of(user)


class AnswerForm(forms.Form):
    """The word of the county that holds the person."""

    decision = forms.ChoiceField(label="意见", choices=[("agree", "同意迁出"), ("refuse", "不同意")])
    moved_on = forms.DateField(
        label="迁出日期", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    answer = forms.CharField(label="答复", max_length=200)
