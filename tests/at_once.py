"""Two people at the same moment: real threads, each with a connection of its own."""

import threading

from django.db import OperationalError, connection, connections, transaction


def together(*functions):
    """Runs each in a thread with a connection of its own, all let go at once: [what it returned or raised]."""
    results, gate = [None] * len(functions), threading.Barrier(len(functions))

    def run(index, function):
        try:
            gate.wait(timeout=30)
            results[index] = function()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads), "等锁不止"
    return results


def waits_for(first, second) -> bool:
    """Whether `second` has to wait until the transaction that ran `first` is over, which is then undone.

    PostgreSQL alone can say.
    """

    def impatient():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
        second()

    with transaction.atomic():
        first()
        (outcome,) = together(impatient)
        transaction.set_rollback(True)
    if isinstance(outcome, OperationalError) and "lock timeout" in str(outcome):
        return True
    if isinstance(outcome, Exception):
        raise outcome
    return False
