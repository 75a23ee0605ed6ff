"""The reading process of core.tables.formats, forked from one that has imported it: nothing is imported again.

`start` stands in the place of how core.tables.reader starts a reading process. What runs in it is the product's own:
the same module, the same limits set by itself, a process for each reading; only starting an interpreter is left out.
The tests of the reader itself (tests/core/tables) start it as the product does.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]
#: Processor seconds of all reading processes, and the most memory one of them took, in KB.
spent = {"seconds": 0.0, "memory": 0}


class Child:
    """What `core.tables.reader` asks of a process that it has started."""

    def __init__(self, told: socket.socket) -> None:
        self._told, self._code = told, None
        self._pid = int(told.recv(200))

    def kill(self) -> None:
        if self._code is None and not select.select([self._told], [], [], 0)[0]:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        if self._code is None:
            end = json.loads(self._told.recv(200))
            self._told.close()
            self._code = end["code"]
            spent["seconds"] += end["seconds"]
            spent["memory"] = max(spent["memory"], end["memory"])
        return int(self._code)


def start(path: Path, limits: dict[str, Any]) -> tuple[Child, IO[bytes], IO[bytes]]:
    """As core.tables.reader._start."""
    (out, out_end), (complaints, complaints_end) = os.pipe(), os.pipe()
    told, told_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ends = [out_end, complaints_end, told_end.detach()]
    socket.send_fds(_asked(), [json.dumps([str(path.resolve()), limits]).encode()], ends)
    for end in ends:
        os.close(end)
    return Child(told), os.fdopen(out, "rb"), os.fdopen(complaints, "rb")


@cache
def _asked() -> socket.socket:
    """Where the process listens that forks the readers; it ends with those who can ask it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-E", "-s", "-m", "tests.forked_reader", str(theirs.fileno())]
    subprocess.Popen(command, cwd=ROOT, env={"LANG": "C.UTF-8"}, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
    theirs.close()
    return ours


def serve(asked: socket.socket) -> None:
    """Fork somebody for each file that is asked for, who starts its reader and waits for it: files are read beside each
    other."""
    import openpyxl  # noqa: F401 what a reader would import by itself
    import python_calamine  # noqa: F401

    import core.tables.formats.__main__  # noqa: F401

    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        said, ends, _, _ = socket.recv_fds(asked, 1 << 16, 3)
        if not said:
            return
        if not os.fork():
            _in_a_fork(_look_after, json.loads(said), ends)
        for end in ends:
            os.close(end)


def _look_after(asked: list[Any], ends: list[int]) -> None:
    """Start the reader, tell its number, and how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    out, complaints, told = ends
    if not (pid := os.fork()):
        os.close(told)
        _in_a_fork(_read, asked, out, complaints)
    os.close(out)
    os.close(complaints)
    os.write(told, str(pid).encode())
    _, status, used = os.wait4(pid, 0)
    end = {"code": os.waitstatus_to_exitcode(status), "seconds": used.ru_utime + used.ru_stime}
    os.write(told, json.dumps({**end, "memory": used.ru_maxrss}).encode())


def _read(asked: list[Any], out: int, complaints: int) -> None:
    from core.tables.formats.__main__ import main

    os.dup2(out, 1)
    os.dup2(complaints, 2)
    main(*asked)


def _in_a_fork(work: Any, *arguments: Any) -> None:
    """Do this and end, whatever happens."""
    try:
        work(*arguments)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
