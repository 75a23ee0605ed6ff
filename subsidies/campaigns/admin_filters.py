"""The year of the lists in the back office: the one chosen in the header, unless another one or all are asked for."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.accounts.requests import SignedIn
from subsidies.campaigns.selectors import selection_of

ALL = "all"


class CampaignFilter(admin.SimpleListFilter):
    """The rows of one campaign of the county. Asks for its campaigns once, never for the years among the rows."""

    title, parameter_name = "年度", "year"

    def __init__(self, request: SignedIn, *args: Any) -> None:
        self.selection = selection_of(request.user)
        super().__init__(request, *args)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        years = [(str(campaign.year), f"{campaign.year}年度") for campaign in self.selection.campaigns]
        return [*years, (ALL, "全部年度")]

    def asked(self) -> str:
        """What the list shows: what was asked for if there is such a year, else the chosen one."""
        if self.value() in dict(self.lookup_choices):
            return str(self.value())
        return str(self.selection.chosen.year) if self.selection.chosen else ALL

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.asked()
        if asked == ALL:
            return queryset
        return queryset.filter(campaign=next(c.pk for c in self.selection.campaigns if str(c.year) == asked))

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The years and all of them; without Django's own 全部, which would mean the chosen one."""
        asked = self.asked()
        for value, title in self.lookup_choices:
            link = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": value == asked, "query_string": link, "display": title}
