from django.contrib import admin

from collection.contributions.models import Contribution
from core.pages.admin_base import ScopedAdmin
from residents.people.admin_base import FoundByResident
from subsidies.campaigns.models import Campaign


class YearFilter(admin.SimpleListFilter):
    """The years of the county's campaigns: looking for them among the contributions would read every one."""

    title, parameter_name = "年度", "year"

    def lookups(self, request, model_admin):
        years = Campaign.objects.for_user(request.user).order_by("-year").values_list("year", flat=True)
        return [(str(year), str(year)) for year in years]

    def queryset(self, request, queryset):
        return queryset.filter(year=self.value()) if self.value() in dict(self.lookup_choices) else queryset


@admin.register(Contribution)
class ContributionAdmin(FoundByResident, ScopedAdmin):
    list_display = ("resident", "masked_number", "village", "year", "channel", "amount", "category", "paid_on", "state")
    list_filter = ("state", "channel", YearFilter)
    list_select_related = ("resident", "village")
    ordering = ("-id",)
