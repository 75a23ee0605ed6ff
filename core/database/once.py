"""What a transaction asks for again and again under locks that it holds: asked once.

Services that are called one by another each lock what they need and look at what must not have changed. Within one
transaction that holds these locks the second answer is the first one. Whoever runs many services in one transaction
opens it with `asking_once`; everywhere else each question goes to the database, as ever.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from django.db import transaction

T = TypeVar("T")
P = ParamSpec("P")
_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def asking_once() -> Iterator[None]:
    """A transaction in which `once` remembers. What ends it in an exception forgets everything, as the database does.

    Inside it nobody goes on after a failed savepoint in which something that is remembered was asked or changed.
    """
    token = _answers.set({})
    try:
        with transaction.atomic():
            yield
    finally:
        _answers.reset(token)


def once(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer to a question that this transaction has asked before, or else a new one."""
    known = _answers.get()
    if known is None:
        return ask()
    if key not in known:
        known[key] = ask()
    return cast(T, known[key])


def remembered(key: Hashable) -> Any:
    """What this transaction keeps under a name, to be added to: a dictionary; None where nothing is remembered."""
    return once(key, dict) if _answers.get() is not None else None


def is_asking_once() -> bool:
    """Whether this transaction remembers, and so has no step that can be undone by itself."""
    return _answers.get() is not None


def a_step() -> AbstractContextManager[None]:
    """A transaction of its own, or a savepoint in another; under `asking_once` neither: whatever fails there undoes
    the whole."""
    return transaction.atomic(savepoint=not is_asking_once())


def atomic_step(service: Callable[P, T]) -> Callable[P, T]:
    """A service that is `a_step`."""

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with a_step():
            return service(*args, **kwargs)

    return run
