"""Filters by place for every list of the back office: the township, and then its villages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.access.scope import ScopedQuerySet
from core.regions.models import Region


class PlaceFilter(admin.SimpleListFilter):
    """Rows of one place, by the beginning of its code in the model's own scope field."""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        code = self.value() or ""
        return queryset.in_region(code) if code.isascii() and code.isdecimal() else queryset

    def places(self, rows: ScopedQuerySet) -> list[tuple[str, str]]:
        return [
            (code, name) for code, name in rows.filter(replaced_by=None).order_by("code").values_list("code", "name")
        ]


def _of_user(request: Any) -> ScopedQuerySet:
    """The regions of the account's own region: the officers look after accounts by place too."""
    return Region.objects.in_region(request.user.region_id or "")


class TownshipFilter(PlaceFilter):
    title, parameter_name = "乡镇", "township"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return self.places(_of_user(request).filter(level=Region.Level.TOWNSHIP))


class VillageFilter(PlaceFilter):
    """Offered once a township is chosen: nobody looks for a village among three hundred."""

    title, parameter_name = "村", "village_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        township = request.GET.get(TownshipFilter.parameter_name, "")
        if not (township.isascii() and township.isdecimal()):
            return []
        return self.places(_of_user(request).in_region(township).filter(level=Region.Level.VILLAGE))
