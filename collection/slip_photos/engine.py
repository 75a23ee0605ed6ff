"""The optional reader of photographs (requirements-ocr.txt): whether it is there, and what it reads."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

from collection.slip_photos.parsing import PrintedLine

#: What one photograph may cost: bytes of memory, seconds of processor time and of waiting.
MEMORY, SECONDS, PATIENCE = 2 << 30, 10, 40
_ROOT = Path(__file__).resolve().parents[2]


class NotRead(Exception):
    """Nothing came of it; the text says why, for the screen."""


@cache
def is_available() -> bool:
    """Whether the optional libraries are installed."""
    return find_spec("rapidocr_onnxruntime") is not None


def read_lines(jpeg: bytes, *, memory: int = MEMORY, seconds: int = SECONDS) -> list[PrintedLine]:
    """What stands in a photograph, read in a process with limits. One at a time on a machine. Raise NotRead."""
    with _alone():
        try:
            done = subprocess.run(  # noqa: S603 (our own command line)
                [sys.executable, "-m", "collection.slip_photos.child", str(memory), str(seconds)],
                cwd=_ROOT,
                env=_environment(),
                input=jpeg,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NotRead("照片读了很久没有读完，请直接填写。") from None
    if done.returncode:
        raise NotRead("照片太大或太复杂，没有读出来，请直接填写。")
    return [PrintedLine(text, *box) for text, *box in json.loads(done.stdout)]


def _environment() -> dict[str, str]:
    """One thread, and nothing of ours but where libraries are."""
    kept = {name: os.environ[name] for name in ("PYTHONPATH", "PATH") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@contextmanager
def _alone() -> Iterator[None]:
    """Hold this machine's turn; whoever comes meanwhile is told to fill in the form by hand."""
    path = Path(settings.DATA_DIR) / "slip-reading.lock"
    with path.open("a") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotRead("正在读别人的照片，请直接填写，或过一会儿再选一次。") from None
        yield
