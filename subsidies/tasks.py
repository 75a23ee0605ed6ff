"""Importing this makes the handler of this app's jobs known to the workers."""

from subsidies.rosters import services as rosters  # noqa: F401
