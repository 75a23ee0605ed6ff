"""The reading process of core.tables.formats, forked from one that has imported it: thousands of files at a tenth.

`stand_in()` replaces how core.tables.reader starts a reading process. What runs in it is the product's own: the same
module, the same limits set by itself, a process for each reading; only starting an interpreter is left out.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]
#: Processor seconds of all reading processes, and the most memory one of them took, in KB.
spent = {"seconds": 0.0, "memory": 0}


class Child:
    """What `core.tables.reader` asks of a process that it has started."""

    def __init__(self, told: socket.socket) -> None:
        self._told, self._pid, self._code = told, int(told.recv(200)), None

    def kill(self) -> None:
        if self._code is None and not select.select([self._told], [], [], 0)[0]:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        if self._code is None:
            end = json.loads(self._told.recv(200))
            self._code = end["code"]
            spent["seconds"] += end["seconds"]
            spent["memory"] = max(spent["memory"], end["memory"])
        return int(self._code)


def stand_in() -> None:
    """Read by forked processes from now on."""
    from core.tables import reader

    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-E", "-s", "-m", "bench._forked_reader", str(theirs.fileno())]
    subprocess.Popen(command, cwd=ROOT, env={"LANG": "C.UTF-8"}, pass_fds=[theirs.fileno()])  # ends with `ours`
    theirs.close()
    starting: Callable[..., Any] = lambda path, limits: _start(ours, Path(path), limits)  # noqa: E731
    reader._start = starting


def _start(ours: socket.socket, path: Path, limits: dict[str, Any]) -> tuple[Child, IO[bytes], IO[bytes]]:
    (out, out_end), (err, err_end) = os.pipe(), os.pipe()
    socket.send_fds(ours, [json.dumps([str(path.resolve()), limits]).encode()], [out_end, err_end])
    os.close(out_end)
    os.close(err_end)
    return Child(ours), os.fdopen(out, "rb"), os.fdopen(err, "rb")


def serve(theirs: socket.socket) -> None:
    """Fork a reader for each file that is asked for, tell its number, and how it ended."""
    import openpyxl  # noqa: F401 what a reader would import by itself
    import python_calamine  # noqa: F401

    from core.tables.formats.__main__ import main

    while True:
        asked, ends, _, _ = socket.recv_fds(theirs, 1 << 16, 2)
        if not asked:
            return
        if not (pid := os.fork()):
            try:
                os.dup2(ends[0], 1)
                os.dup2(ends[1], 2)
                main(*json.loads(asked))
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        for end in ends:
            os.close(end)
        theirs.send(str(pid).encode())
        _, status, used = os.wait4(pid, 0)
        answer = {"code": os.waitstatus_to_exitcode(status), "seconds": used.ru_utime + used.ru_stime}
        theirs.send(json.dumps({**answer, "memory": used.ru_maxrss}).encode())


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
