from typing import Any

from django import forms

from core.access.roles import Role
from core.accounts.models import User
from core.files.fields import SheetField, UploadField
from core.pages.forms import offer_choices
from core.tables import reader
from subsidies.campaigns.models import Campaign
from subsidies.rosters.models import Roster


class _RosterFacts(forms.Form):
    """What every list or single mark says of itself."""

    recognised_on = forms.DateField(
        label="认定（或终止）日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="名单里另有“认定日期”一列的，以那一列为准。",
    )
    document = forms.CharField(
        label="文号或依据", max_length=120, help_text="写部门文件的文号；没有文号的写文件名称和日期。"
    )

    def __init__(self, *args: Any, campaign: Campaign, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = campaign.policy
        self.departments = [user.department] if user.role == Role.DEPARTMENT else list(rules.departments)
        self.categories = [c for c in rules.recognised if c.department in self.departments]


class RosterForm(_RosterFacts):
    """A department's list."""

    department = forms.ChoiceField(label="认定部门")
    category = forms.ChoiceField(label="身份类别", required=False)
    kind = forms.ChoiceField(
        label="名单种类",
        choices=[choice for choice in Roster.Kind.choices if choice[0] != Roster.Kind.SINGLE],
        widget=forms.RadioSelect,
        help_text="新增名单只增不减；减少名单终止表中人员；全量名单会终止不在表中的人，应用前要逐名确认。",
    )
    file = SheetField(
        label="名单文件", limits=reader.COUNTY_LIST, help_text="Excel、WPS 表格均可；要有“姓名”和“身份证号码”两列。"
    )
    field_order = ["department", "category", "kind", "recognised_on", "document", "file"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "department", [(name, name) for name in self.departments])
        names = [(c.name, f"{c.name}（{c.department}）") for c in self.categories]
        offer_choices(self, "category", [("", "以表中“人员类别”一列为准"), *names])


class MarkForm(_RosterFacts):
    """A single mark by hand."""

    ends = forms.ChoiceField(
        label="办理",
        choices=[("", "新增身份"), ("ends", "终止身份")],
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )
    category = forms.ChoiceField(label="身份类别")
    file = UploadField(label="认定文件", required=False, help_text="扫描件或照片，可以不传。")
    field_order = ["ends", "category", "recognised_on", "document", "file"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "category", [(c.name, f"{c.name}（{c.department}）") for c in self.categories])
        self.fields["recognised_on"].help_text = ""


class SettleForm(forms.Form):
    """How a doubtful row was settled; without a decision the person is the same."""

    decision = forms.ChoiceField(
        label="处理",
        choices=[("same", "是同一人"), ("take", "列入"), ("means", "指名单外的人"), ("ignore", "不是名单外的人")],
        required=False,
    )
    meant = forms.IntegerField(label="指的是", required=False, min_value=1, max_value=2**62)
    note = forms.CharField(label="核实方法", max_length=120, help_text="例如：曾用名，见户口簿。")


class ApplyForm(forms.Form):
    """What the department is told of the findings."""

    note = forms.CharField(
        label="比对处理意见（选填）",
        max_length=150,
        required=False,
        help_text="随核对反馈表告诉报送部门，例如：第 3 行按低保对象资助，不重复认定。",
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="撤回的原因", max_length=150)
