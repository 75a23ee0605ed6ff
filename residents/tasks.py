"""Register the handlers of this app's jobs with the workers."""

from residents.register import exports, reading, writing  # noqa: F401
from residents.statuses import lists  # noqa: F401
