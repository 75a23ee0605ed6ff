from django import forms

from core.files.fields import IMAGES, FilesField, as_photo
from core.pages.forms import DayInput


class PostNoticeForm(forms.Form):
    on = forms.DateField(label="张榜日期", widget=DayInput())
    photos = FilesField(
        label="张榜照片", required=False, each=as_photo, accept=IMAGES, help_text="看得清名单和地点，可以一次选几张。"
    )


class PhotosForm(forms.Form):
    photos = FilesField(label="照片", each=as_photo, accept=IMAGES, error_messages={"required": "请选择照片。"})


class ObjectionForm(forms.Form):
    on = forms.DateField(label="提出日期", widget=DayInput())
    raised_by = forms.CharField(label="提出人", max_length=60)
    text = forms.CharField(label="异议内容", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class AnswerForm(forms.Form):
    answer = forms.CharField(label="答复", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
