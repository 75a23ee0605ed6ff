"""What a request is asked for: the names that middleware, view, forms and templates look up of what somebody sent.

A page that looks up none of them answers the same whatever they hold, so that a walk through every page need not try
one value after the other on it. Looked up is what is asked for by its name. What goes through all that was sent without
a name (the guard against odd characters, the lists of the back office) is not noted; who walks names it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict


@contextmanager
def names_read() -> Iterator[list[tuple[QueryDict, str]]]:
    """Collect which names are looked up while the block runs, and in what: request.GET, request.POST or a copy."""
    read: list[tuple[QueryDict, str]] = []

    def noting(original, *, while_made=True):
        def look_up(sent, name, *rest):
            if isinstance(sent, QueryDict) and (while_made or not sent._mutable):
                read.append((sent, name))
            return original(sent, name, *rest)

        return look_up

    with mock.patch.multiple(
        MultiValueDict,
        __getitem__=noting(MultiValueDict.__getitem__),
        getlist=noting(MultiValueDict.getlist),
        __contains__=noting(dict.__contains__, while_made=False),  # who makes one asks this of each name that was sent
    ):
        yield read


def names_in(read: list[tuple[QueryDict, str]], *, but_in: QueryDict | None = None) -> set[str]:
    """The names that were looked up anywhere but in the one given."""
    return {name for sent, name in read if sent is not but_in}
