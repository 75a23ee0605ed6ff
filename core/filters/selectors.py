"""What a list is narrowed to: a township or village, typed and kept in the address; and filters kept under a name."""

from functools import cached_property, lru_cache

from django.http import QueryDict
from django.utils.html import format_html_join

from core.accounts.requests import SignedIn
from core.audit.changes import kept, newest_change
from core.filters.models import SavedFilter
from core.regions.models import Region

#: The field of the address.
PLACE = "place"
#: The names are kept until something changes, at most so long (core/pages/drawn.py).
SECONDS = 60


class ListFilter:
    """The place that a list is asked for. `prefix` is its code, the user's own region where none was asked for."""

    def __init__(self, request: SignedIn) -> None:
        self.request = request
        self.text = request.GET.get(PLACE, "").strip()[:40]

    @cached_property
    def choices(self) -> dict[str, str]:
        """What can be typed → the region's code: 夏馆镇, 夏馆镇 师家湾村. Empty where there is nothing to choose."""
        if self.request.user.region is None or self.request.user.region.level == Region.Level.VILLAGE:
            return {}
        prefix = self.request.user.scope_prefix
        return kept(f"choices:{prefix}:{newest_change()}", lambda: _choices(prefix), seconds=SECONDS)

    @property
    def options(self) -> str:
        """The choices as a field offers them."""
        return _options(tuple(self.choices))

    @cached_property
    def prefix(self) -> str:
        """The code that was meant: written out, or the only place with this in its name; "" where there is none."""
        own = str(self.request.user.scope_prefix)
        if not self.text:
            return own
        if self.text in self.choices:
            return self.choices[self.text]
        alike = [code for name, code in self.choices.items() if self.text in (code, name) or self.text in name]
        townships = [code for code in alike if len(code) == len("411325100")]
        return alike[0] if len(alike) == 1 else townships[0] if len(townships) == 1 else ""

    @property
    def is_unknown(self) -> bool:
        return not self.prefix

    @cached_property
    def saved(self) -> list[SavedFilter]:
        return list(SavedFilter.objects.filter(user=self.request.user, path=self.request.path))

    @property
    def others(self) -> list[tuple[str, str]]:
        """The other fields of the address, for a form that changes the place alone."""
        pairs = [(name, value) for name, values in self.request.GET.lists() for value in values]
        return [(name, value) for name, value in pairs if name not in (PLACE, "page") and value]

    @property
    def query(self) -> str:
        """The address behind "?", without the page number; "" where nothing is asked for."""
        asked = QueryDict(mutable=True)
        for name, value in [*self.others, *([(PLACE, self.text)] if self.text else [])]:
            asked.appendlist(name, value)
        return asked.urlencode()


def _choices(prefix: str) -> dict[str, str]:
    rows = Region.objects.in_region(prefix).exclude(level=Region.Level.COUNTY).order_by("code")
    names = dict(rows.values_list("code", "name"))
    found = {}
    for code, name in names.items():
        above = names.get(code[:9], "") if len(code) > len("411325100") else ""
        short = name.removesuffix("居民委员会").removesuffix("民委员会")
        found[f"{above} {short}".strip()] = code
    return found


@lru_cache(maxsize=100)
def _options(names: tuple[str, ...]) -> str:
    """Three hundred options, drawn once: by a template they would take as long as the rest of a list."""
    return format_html_join("", '<option value="{}">', ((name,) for name in names))
