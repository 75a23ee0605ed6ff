"""The dry runs of `manage.py check_sheet`, one for each list that comes in; the topic of each registers its own."""

from collections.abc import Callable, Mapping

from core.tables.dry_run import Answer, Question

Check = Callable[[Question], Answer]

_checks: dict[str, Check] = {}


def register_check(kind: str, check: Check) -> None:
    """Add the dry run of a kind of list; `kind` is its word on the command line."""
    _checks[kind] = check


def all_checks() -> Mapping[str, Check]:
    """Return every kind with its dry run."""
    return _checks
