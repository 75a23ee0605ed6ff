"""The process that reads a file: how long it is waited for, and what is said when it ends in the middle."""

import subprocess
import sys
import threading

import pytest

from core.tables import reader
from core.tables.reader import SheetError
from tests.factories import workbook


def written(folder, rows):
    path = folder / "表.xlsx"
    path.write_bytes(workbook([[f"第{n}", n] for n in range(rows)]))
    return path


def test_only_waiting_for_the_reading_process_counts_and_not_the_work_with_its_rows(tmp_path):
    """The tax bureau's list of 100,000 payments is booked as it is read, for longer than any file may take."""
    pieces = reader.stream(written(tmp_path, 1_200))
    assert len([next(pieces) for _ in range(2)]) == 2
    running = [one for one in threading.enumerate() if isinstance(one, threading.Timer) and not one.finished.is_set()]
    assert running == []
    assert sum(len(piece.rows) for piece in pieces) == 1_200 - 500


HALVES = {
    "half a line": b'{"kind":"xlsx"}\n[[1,["\xe7\x8e\x8b',
    "half a block": b'{"kind":"xlsx"}\n{"block":900,"first":1,"height":1,"others":[]}\nARROW',
    "nothing": b"",
}


@pytest.mark.parametrize("name", HALVES)
def test_a_reading_process_that_is_ended_in_the_middle_is_a_refusal(tmp_path, monkeypatch, name):
    """What it wrote last is half a frame; the system may end it for its memory or its time."""

    def start(path, limits):
        says = f"import os, sys; sys.stdout.buffer.write({HALVES[name]!r}); sys.stdout.flush(); os.kill(os.getpid(), 9)"
        child = subprocess.Popen([sys.executable, "-c", says], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return child, child.stdout, child.stderr

    monkeypatch.setattr(reader, "_start", start)
    with pytest.raises(SheetError) as refused:
        list(reader.stream(written(tmp_path, 1)))
    assert refused.value.code == reader.TOO_LARGE
