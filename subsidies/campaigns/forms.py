from typing import Any

from django import forms

from core.files.fields import UploadField
from core.pages.forms import offer_choices


class AdoptForm(forms.Form):
    """Taking a new version of the policy file into use."""

    version = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="采用的理由", max_length=150, help_text="写明依据，例如：政府〔2024〕××号文件把资助标准改为……。"
    )


class StartForm(forms.Form):
    """A policy for a year: one on file, or an uploaded one."""

    name = forms.CharField(label="名称", max_length=60, help_text="自己认得就行，例如：2026年度开征。")
    policy = forms.ChoiceField(label="已有的政策文件", required=False)
    file = UploadField(
        label="或上传政策文件", required=False, most_bytes=200_000, help_text="本系统格式的 .toml 文件。"
    )

    def __init__(self, *args: Any, known: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "policy", [("", "不选，用上传的文件"), *known])

    def clean(self) -> dict[str, Any]:
        super().clean()
        facts = self.cleaned_data
        if bool(facts.get("policy")) == bool(facts.get("file")) and not self.errors:
            raise forms.ValidationError("请选择一个已有的政策文件，或上传一个，二者取一。")
        return facts


class AmendForm(forms.Form):
    """Beginning a new version of a policy that runs."""

    name = forms.CharField(label="名称", max_length=60, help_text="例如：落实在乡重点优抚对象资助金额。")


class _DocumentForm(forms.Form):
    """A change of a figure with the paper it rests on."""

    document = forms.CharField(label="依据（文件名称和文号）", max_length=120)
    file = UploadField(label="依据文件", required=False, help_text="扫描件或照片。")


class CategoryForm(_DocumentForm):
    """What a category gets."""

    category = forms.ChoiceField(label="类别")
    way = forms.ChoiceField(
        label="资助办法",
        choices=[("amount", "定额（元）"), ("percent", "按标准的百分数"), ("full", "全额"), ("nothing", "不资助")],
    )
    value = forms.DecimalField(label="金额或百分数", required=False, min_value=0, max_value=10_000, decimal_places=2)
    fund = forms.CharField(label="资金来源", required=False, max_length=30, help_text="例如：本级财政。")
    field_order = ["category", "way", "value", "fund", "document", "file"]

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "category", [(name, name) for name in names])


class StandardForm(_DocumentForm):
    """The fee a person."""

    amount = forms.DecimalField(label="个人缴费标准（元）", min_value=1, max_value=100_000, decimal_places=2)
    field_order = ["amount", "document", "file"]


class DecideForm(_DocumentForm):
    """A reading that a document decides."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=100)
    field_order = ["key", "document", "file"]


class ReplaceForm(_DocumentForm):
    """Another text of the policy, for what no form changes."""

    text = UploadField(label="改好的政策文件", most_bytes=200_000, help_text="本系统格式的 .toml 文件。")
    field_order = ["text", "document", "file"]
