from django.urls import URLResolver, get_resolver


def test_addresses_stand_in_one_list():
    """A list nested without a prefix would be tried, and what was tried put together, for every request."""
    nested = [entry for entry in get_resolver().url_patterns if isinstance(entry, URLResolver)]
    assert [str(entry.pattern) for entry in nested] == ["admin/"]
