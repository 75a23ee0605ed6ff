"""Importing this makes the handler of this app's jobs known to the workers."""

from subsidies.services import rosters  # noqa: F401
