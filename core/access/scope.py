"""Scope: who sees which rows. A region's code is a prefix, and a user sees what stands under it.

A county is 6 digits, a township 9, a village 12, so the code of a region is the beginning of the codes below it.
The comparison is a range of strings, which an ordinary index serves on both engines.
"""

from typing import TYPE_CHECKING, Any, Self

from django.db.models import QuerySet


def successor(prefix: str) -> str:
    """The first code after everything that starts with this prefix: 411325 → 411326."""
    return str(int(prefix) + 1).zfill(len(prefix))


if TYPE_CHECKING:
    from django.db.models import Model
    from typing_extensions import TypeVar

    _Row = TypeVar("_Row", bound=Model, covariant=True, default=Any)


class ScopedQuerySet(QuerySet["_Row"]):
    """Rows that belong to a region, named by the model's `scope_field` (a path to a region code)."""

    def in_region(self, prefix: str) -> Self:
        """The rows in the region with this code; none for an empty code."""
        if not prefix:
            return self.none()
        model: Any = self.model
        field = model.scope_field
        return self.filter(**{f"{field}__gte": prefix, f"{field}__lt": successor(prefix)})

    def for_user(self, user: Any) -> Self:
        """The rows this user may see: their region's, and nothing without a region."""
        return self.in_region(user.scope_prefix)
