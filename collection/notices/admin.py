from django.contrib import admin

from collection.notices.models import PublicNotice
from core.pages.admin_base import ScopedAdmin
from subsidies.campaigns.admin_filters import CampaignFilter


@admin.register(PublicNotice)
class PublicNoticeAdmin(ScopedAdmin):
    list_display = ("village", "posted_on", "ends_on", "state", "posted_by", "closed_by")
    list_filter = (CampaignFilter, "state")
    page, by_place = "notice_detail", True
    list_select_related = ("village", "posted_by", "closed_by")
    fields = ("village", "posted_on", "ends_on", "state", "posted_by", "closed_by", "closed_at")
