"""Importing this makes the handlers of this app's jobs known to the workers."""

from residents.register import services as register  # noqa: F401
from residents.statuses import services as statuses  # noqa: F401
