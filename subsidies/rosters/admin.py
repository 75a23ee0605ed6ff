from django.contrib import admin

from core.pages.admin_base import ScopedAdmin
from residents.people.admin_base import FoundByResident
from subsidies.campaigns.admin_filters import CampaignFilter
from subsidies.rosters.models import Identity, Roster


@admin.register(Identity)
class IdentityAdmin(FoundByResident):
    list_display = ("resident", "masked_number", "kind", "department", "recognised_on", "ended_on", "document")
    list_filter = ("kind", "department", ("ended_on", admin.EmptyFieldListFilter))
    list_select_related = ("resident",)
    ordering = ("-id",)
    by_place = True


@admin.register(Roster)
class RosterAdmin(ScopedAdmin):
    list_display = (
        "id",
        "department",
        "category",
        "kind",
        "recognised_on",
        "document",
        "state",
        "uploaded_by",
        "applied_by",
    )
    list_filter = (CampaignFilter, "state", "department", "kind")
    page = "roster"
    procedures = (("报送名单", "roster_upload"), ("特殊群体", "special_groups"))
    list_select_related = ("uploaded_by", "applied_by")
