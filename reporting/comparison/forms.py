from django import forms

from core.files.fields import UploadField
from reporting.comparison.models import PopulationFigure


class PopulationForm(forms.Form):
    """A figure of the statistics bureau."""

    kind = forms.ChoiceField(label="口径", choices=PopulationFigure.Kind)
    people = forms.IntegerField(label="人数", min_value=1, max_value=10_000_000)
    source = forms.CharField(
        label="来源", max_length=120, help_text="例如：统计局2024年统计公报；户籍人口写公安部门的文件。"
    )
    file = UploadField(label="文件", required=False, help_text="公报或函件的扫描件。")
