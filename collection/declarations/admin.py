from django.contrib import admin

from collection.declarations.feedback import remember_word
from collection.declarations.models import Declaration, VerdictWord
from core.pages.admin_base import ScopedAdmin
from core.pages.admin_imports import CountyResource, OwnCounty
from subsidies.campaigns.admin_filters import CampaignFilter


@admin.register(Declaration)
class DeclarationAdmin(ScopedAdmin):
    list_display = ("__str__", "state", "people", "amount", "confirmation_no", "remitted_on", "posted_at")
    list_filter = (CampaignFilter, "state")
    list_select_related = ("township",)
    page, by_place = "declaration_detail", True
    procedures = (("导入失败改正", "failure_list"), ("已收未入库", "stuck_people"))


class VerdictWordResource(CountyResource):
    def save_row(self, row: VerdictWord, is_new: bool) -> None:
        remember_word(county=self.county, word=row.word, ok=row.ok, actor=self.actor)

    class Meta:
        model = VerdictWord
        import_id_fields = ("word",)
        fields = export_order = ("word", "ok")
        skip_unchanged = True


@admin.register(VerdictWord)
class VerdictWordAdmin(OwnCounty, ScopedAdmin):
    """What the county has explained of the tax bureau's words: on the page of a feedback file, or by a table."""

    resource_classes = (VerdictWordResource,)
    list_display = ("word", "ok", "explained_by", "explained_at")
    list_filter = ("ok",)
    list_select_related = ("explained_by",)
    search_fields = ("word__contains",)
    ordering = ("word",)
