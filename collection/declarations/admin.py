from django.contrib import admin

from collection.declarations.models import Declaration
from core.pages.admin_base import ScopedAdmin
from subsidies.campaigns.admin_filters import CampaignFilter


@admin.register(Declaration)
class DeclarationAdmin(ScopedAdmin):
    list_display = ("__str__", "state", "people", "amount", "confirmation_no", "remitted_on", "posted_at")
    list_filter = (CampaignFilter, "state")
    list_select_related = ("township",)
