"""Importing this makes the handlers of this app's jobs known to the workers."""

from employees.batches import services as batches  # noqa: F401
from employees.declarations import services as declarations  # noqa: F401
from employees.goal import services as goal  # noqa: F401
from employees.payments import services as payments  # noqa: F401
