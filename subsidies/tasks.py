"""Importing this makes the handlers of this app's jobs known to the workers."""

from subsidies.claims import services as claims  # noqa: F401
from subsidies.rosters import reading  # noqa: F401
