"""Places in the cells of small tables that the back office takes in."""

from typing import Any

from import_export import widgets

from core.regions.models import Region
from core.regions.names import RegionNames
from core.regions.selectors import region_names


class TownshipWidget(widgets.Widget):
    """A township of the county by any name that people write for it, or by its 9-digit code."""

    def __init__(self, county: str) -> None:
        super().__init__()
        self.county = county
        self._names: RegionNames | None = None

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Region:
        self._names = self._names or region_names(self.county)
        answer = self._names.township(value)
        if answer.problem:
            raise ValueError(answer.message)
        return Region(code=answer.code, name=self._names.name_of(answer.code), level=Region.Level.TOWNSHIP)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(value) if value else ""
