"""Importing this makes the handler of this app's jobs known to the workers."""

from subsidies.rosters import reading  # noqa: F401
