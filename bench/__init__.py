"""Figures, run by `make bench` and printed with the machine. Never a timed test."""
