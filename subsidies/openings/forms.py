from typing import Any

from django import forms

from core.files.fields import SheetField
from subsidies.openings.models import DepartmentDuty, PlannedTask


class VillagesForm(forms.Form):
    """The list of villages of the new year."""

    document = forms.CharField(label="依据（文件名称和文号）", max_length=120, help_text="例如：民政局区划调整批复。")
    file = SheetField(
        label="村名单",
        help_text="所有的村，要有区划代码、乡镇、行政村；撤并、拆分的在“原区划代码”写从哪个村来。",
    )


class DocumentForm(forms.Form):
    document = forms.CharField(max_length=120)


class SheetForm(forms.Form):
    """A spreadsheet alone."""

    file = SheetField(label="表格")


class TasksForm(forms.Form):
    """One number a village."""

    def __init__(self, *args: Any, rows: list[PlannedTask], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in rows:
            self.fields[f"people_{row.village_code}"] = forms.IntegerField(
                label=row.village_code, min_value=0, max_value=10_000_000, initial=row.people, show_hidden_initial=True
            )

    def people(self) -> dict[str, int]:
        """What was changed on the page: a number that a colleague has set since it was opened stays."""
        return {name.removeprefix("people_"): self.cleaned_data[name] for name in self.changed_data}


def _day(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options)


class DutyForm(forms.Form):
    """What a department does by which day."""

    department = forms.CharField(label="部门", max_length=20)
    title = forms.CharField(label="任务", max_length=120)
    due_on = _day("完成期限")
    ends_on = _day(
        "到期终止日", required=False, help_text="只用于重新认定：到这一天仍没有认定的，生成减少名单，由另一人审核。"
    )
    document = forms.CharField(label="依据", max_length=120, required=False)

    @staticmethod
    def of(duty: DepartmentDuty) -> dict[str, object]:
        """The values of a duty, to begin with."""
        return {name: getattr(duty, name) for name in ("department", "title", "due_on", "ends_on", "document")}


class FinishForm(forms.Form):
    """What was done."""

    note = forms.CharField(label="办理情况", max_length=200)


class ExtendForm(forms.Form):
    """More time."""

    due_on = _day("新的期限")
    ends_on = _day("新的到期终止日", required=False)
    reason = forms.CharField(label="延期的原因", max_length=120)
