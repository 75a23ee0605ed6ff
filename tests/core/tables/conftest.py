"""Here the reader itself is tried: each file has an interpreter of its own, as the product starts it."""

import pytest

from core.tables import reader

_start = reader._start


@pytest.fixture(autouse=True)
def _an_interpreter_for_each_file(monkeypatch):
    monkeypatch.setattr(reader, "_start", _start)
