from django.contrib import admin

from collection.contributions.models import Contribution
from residents.people.admin_base import FoundByResident
from subsidies.campaigns.admin_filters import CampaignFilter


@admin.register(Contribution)
class ContributionAdmin(FoundByResident):
    list_display = ("resident", "masked_number", "village", "year", "channel", "amount", "category", "paid_on", "state")
    list_filter = (CampaignFilter, "state", "channel")
    list_select_related = ("resident", "village")
    ordering = ("-id",)
    by_place = True
    procedures = (("已收未入库", "stuck_people"),)
