"""A worker process that a test may kill: a fork, which has loaded everything, with connections of its own."""

import os
from collections.abc import Callable

from django.db import connections


def in_a_process(work: Callable[[], object]) -> int:
    """What became of a process that did this work: 0, 1 where the work failed, or minus the signal that ended it."""
    return end_of(started(work))


def started(work: Callable[[], object]) -> int:
    """The number of a process that does this work meanwhile; `end_of` waits for it."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            inherited = []  # kept open: to close one here would speak for the test
            for connection in connections.all():
                inherited.append(connection.connection)
                connection.connection = None
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def end_of(child: int) -> int:
    """What became of the process."""
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)
