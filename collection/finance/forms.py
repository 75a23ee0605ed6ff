from typing import Any

from django import forms

from collection.finance.models import FundEntry
from collection.finance.selectors import fund_names
from collection.finance.services import RECORDS
from core.accounts.models import User
from core.pages.forms import DayInput, YuanField, offer_choices, offer_rows
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class EntryForm(forms.Form):
    kind = forms.ChoiceField(label="事项")
    fund = forms.ChoiceField(label="资金")
    department = forms.ChoiceField(label="拨付部门", required=False, help_text="不分部门的不选。")
    township = forms.ModelChoiceField(Region.objects.none(), label="乡镇", required=False, empty_label="不分乡镇")
    amount = YuanField(label="金额（元）", max_digits=12, decimal_places=2)
    on = forms.DateField(label="凭证日期", widget=DayInput())
    voucher_no = forms.CharField(label="凭证号", max_length=40)
    note = forms.CharField(label="说明", max_length=200, required=False)
    shared = forms.BooleanField(label="这张凭证分给几项资金", required=False)

    def __init__(self, *args: Any, user: User, campaign: Campaign, **options: Any) -> None:
        super().__init__(*args, **options)
        policy = campaign.policy
        kinds = [(kind.value, kind.label) for kind in FundEntry.Kind if RECORDS[kind] == user.role]
        offer_choices(self, "kind", kinds)
        offer_choices(self, "fund", [(name, name) for name in fund_names(policy)])
        departments = [("", "不分部门"), *((name, name) for name in policy.departments)]
        offer_choices(self, "department", departments)
        townships = Region.objects.for_user(user).filter(parent=campaign.county_id)
        offer_rows(self, "township", townships.order_by("code"))
