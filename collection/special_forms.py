from django import forms

from collection.models import NotInsured


class ReasonForm(forms.Form):
    """Why somebody is not insured yet."""

    reason = forms.ChoiceField(label="未参保原因", choices=[("", "请选择"), *NotInsured.Reason.choices])
    note = forms.CharField(label="说明", max_length=200, required=False)
    look_again_on = forms.DateField(
        label="下次核查日期", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="到这一天，这个人会再出现在待办里。",
    )
    file = forms.FileField(
        label="证明材料", required=False, widget=forms.FileInput(attrs={"data-max-mb": "10"}),
        help_text="例如职工医保证明、入伍通知书、本人声明的照片。",
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > 10 << 20:
            raise forms.ValidationError("文件超过 10 MB，请压缩或只拍需要的一页。")
        return file


class CaseForm(forms.Form):
    note = forms.CharField(label="怎么处理的", max_length=200)
