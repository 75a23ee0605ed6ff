"""Every address of the product, as one list."""

from collections.abc import Iterable, Iterator

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path


def _as_one_list(entries: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern | URLResolver]:
    """Put what an include without a prefix names in its place: Django tries a nested list and reports what it tried,
    on every level again, and a request pays for it three times what it pays for one list."""
    for entry in entries:
        if isinstance(entry, URLResolver) and not str(entry.pattern) and not entry.namespace:
            yield from _as_one_list(entry.url_patterns)
        else:
            yield entry


urlpatterns = [
    *_as_one_list(
        [
            path("", include("core.urls")),
            path("", include("residents.urls")),
            path("", include("subsidies.urls")),
            path("", include("collection.urls")),
            path("", include("employees.urls")),
            path("", include("reporting.urls")),
            path("", include("demo.urls")),
        ]
    ),
    path("admin/", admin.site.urls),
]
